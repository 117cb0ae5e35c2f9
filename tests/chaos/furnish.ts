// What a project under chaos begins with: its work tree, the plans of its agents, what stands before git, its settings.
import type { MountedProject } from "../e2e/crash_mount.ts";
import { fakeAgent, fromFileUrl } from "../e2e/paths.ts";
import { exists } from "../e2e/project.ts";
import type { Project } from "../e2e/project.ts";
import { planOf } from "./agents.ts";
import type { Settings } from "./settings.ts";

/** Where the log folder lies and what else is special. */
export const worldKinds = ["plain", "hooks", "disk", "within", "submodule", "ignored"] as const;
export type WorldKind = typeof worldKinds[number];

export interface WorldOptions {
  readonly kind: WorldKind;
  /** All that is drawn for its agents follows from it. */
  readonly seed: string;
  /** Part of the tokens: no two worlds share any. */
  readonly name: string;
}

const plansAhead = 400;

/** File that arms a fault of git. */
export function gitFaultOf(project: Project): string {
  return `${project.root}/git-fault`;
}

/** Files of the work tree, plans of the agents, and what stands before git. */
export async function furnish(project: Project, { kind, seed }: WorldOptions): Promise<void> {
  const { root, work, out, env } = project;
  for (const [folder, prefix] of [["tracked", "t"], ["over", "o"], ["gone", "g"], ["named", "n"]] as const) {
    Deno.mkdirSync(`${work}/${folder}`);
    for (let i = 0; i < 8; i++) Deno.writeTextFileSync(`${work}/${folder}/${prefix}${i}`, `${folder} ${i}\n`);
  }
  Deno.writeTextFileSync(`${work}/.gitignore`, kind === "ignored" ? "ignored/\nlogs/\n" : "ignored/\n");
  if (kind === "submodule") await addSubmodule(project);
  await project.git("add", "-A");
  await project.git("commit", "-q", "-m", "ground");
  Deno.mkdirSync(`${out}/plans`);
  for (let round = 1; round <= plansAhead; round++) {
    const plan = planOf(round, { seed, hasSubmodule: kind === "submodule" });
    Deno.writeTextFileSync(`${out}/plans/${round}`, plan);
  }
  const git = Deno.realPathSync(findOnPath("git"));
  Deno.mkdirSync(`${root}/bin`);
  Deno.symlinkSync(ownFile("git.sh"), `${root}/bin/git`);
  Deno.symlinkSync(ownFile("chaos_agent.sh"), `${root}/agent.sh`);
  Object.assign(env, {
    PATH: `${root}/bin:${env.PATH}`,
    CHAOS_GIT: gitFaultOf(project),
    CHAOS_REAL_GIT: git,
    CHAOS_AGENT: fakeAgent,
  });
}

async function addSubmodule(project: Project): Promise<void> {
  const { root, work } = project;
  const source = `${root}/source`;
  await project.git("init", "-q", source);
  await project.git("-C", source, "commit", "-q", "--allow-empty", "-m", "first");
  await project.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", source, `${work}/sub`);
}

/** The configuration that a project begins with. */
export function settingsOf(
  options: WorldOptions,
  { project, mounted }: { readonly project: Project; readonly mounted: MountedProject | null },
): Settings {
  const { root, work, out, logs } = project;
  const hook = {
    command: [ownFile("hook.sh")],
    points: ["round_before", "round_context", "round_dirty", "round_after"],
    timeout_s: 2,
    env: { CHAOS_HOOK: `${root}/hook-mode`, E2E_TAG: project.tag },
  };
  return {
    agent: {
      command: [`${root}/agent.sh`],
      prompt_arg_template: [],
      resume_arg_template: ["--resume", "{session_id}"],
      prompt_delivery: "stdin",
      reader: "claude",
      env: { FAKE_OUT: out, CHAOS_WORLD: options.name },
    },
    runtime: {
      work_dir: work,
      log_dir: mounted === null ? logs : mounted.point,
      round_timeout_s: 3,
      restart_delay_s: 1,
      stop_grace_s: 1,
      stop_file: `${root}/STOP`,
    },
    prompt: { file: `${work}/prompts/main.md` },
    // Retention is not what is looked for: whatever was saved must stay.
    vcs: { dirty_action: "stash", salvage_keep: 100_000, salvage_keep_days: 36_500 },
    ...(options.kind === "hooks" ? { "hooks.chaos": hook } : {}),
  };
}

function ownFile(name: string): string {
  return fromFileUrl(new URL(`./${name}`, import.meta.url));
}

function findOnPath(command: string): string {
  const folders = (Deno.env.get("PATH") ?? "/usr/bin:/bin").split(":");
  const path = folders.map((folder) => `${folder}/${command}`).find(exists);
  if (path === undefined) throw new Error(`'${command}' is not on the PATH`);
  return path;
}
