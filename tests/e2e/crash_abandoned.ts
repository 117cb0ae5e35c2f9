// Projects whose supervisor was killed over a round, and what is known of that round from outside.
import { names, Project } from "./project.ts";
import type { ProjectOptions, Running } from "./project.ts";

/** A project whose supervisor was killed while its first agent was at work. */
export async function abandoned(options: ProjectOptions): Promise<Project> {
  const project = await Project.make(options);
  const serve = project.start("serve");
  await project.untilAgent();
  await project.until("the start to be on record", () => project.ofKind("agent_spawn")[0]);
  await killed(serve);
  return project;
}

/** Kills the program and waits for it to be gone. */
export async function killed(running: Running): Promise<void> {
  running.kill();
  await running.settled();
}

/** The shim of some round has written how its agent ended. */
export function hasExitFile(project: Project): boolean {
  return names(`${project.logs}/rounds`).some((name) => name.endsWith(".exit"));
}

/** Process of the first agent. */
export function agentPid(project: Project): number {
  return Number(Deno.readTextFileSync(`${project.out}/starts`).split("\n")[0]!.split(" ")[1]);
}

/** When the first agent began, milliseconds since 1970. */
export function startedAt(project: Project): number {
  return Number(Deno.readTextFileSync(`${project.out}/starts`).split("\n")[0]!.split(" ")[2]) * 1000;
}

/** Leader of the newest round's group. */
export function shimPid(project: Project): number {
  return Number(project.ofKind("agent_spawn").at(-1)!.pid);
}
