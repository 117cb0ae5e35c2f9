// Projects whose serve is in a pause or a wait, for tests that ask it to stop there.
import { Project } from "./project.ts";
import type { ProjectOptions, Running } from "./project.ts";

/** One word for a shell. */
export const shellQuote = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`;

/** Why the last life of serve says that it ended. */
export function reasonOf(project: Project): unknown {
  return project.ofKind("serve_stopped").at(-1)?.reason;
}

/** A project whose serve sits in a pause of many seconds after its first round. */
export async function inDelay(options: ProjectOptions = {}): Promise<{ project: Project; serve: Running }> {
  const project = await Project.make({ ...options, runtime: { restart_delay_s: 60, ...options.runtime } });
  const serve = project.start("serve");
  await project.until("the pause", () => serve.stdout.includes("pause between rounds"));
  return { project, serve };
}

/** A project whose serve waits for the end of a limit after its first round. */
export async function inWait(options: ProjectOptions = {}): Promise<{ project: Project; serve: Running }> {
  const project = await Project.make({ plan: ["limit"], agentEnv: { FAKE_RESET: 600 }, ...options });
  const serve = project.start("serve");
  await project.until("the wait", () => /waiting .* until /.test(serve.stdout));
  return { project, serve };
}
