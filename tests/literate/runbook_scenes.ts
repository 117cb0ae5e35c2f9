// Brings a project into the state that a section of docs/runbook.md is about.
import { runProgram } from "../../scripts/toolchain.ts";
import { shellQuote } from "../../src/core/text.ts";
import { fakeAgent } from "../e2e/paths.ts";
import { program } from "../e2e/program.ts";
import { Project } from "../e2e/project.ts";
import type { ProjectOptions } from "../e2e/project.ts";

/** The section's name of a scene -> how it comes about. */
export const scenes: Readonly<Record<string, () => Promise<Project>>> = {
  "refused-login": async () => {
    const project = await make({ mode: "auth", toml: '[monitor]\nauth_fail_hint = "Log in again: claude /login"' });
    const serve = project.start("serve");
    await project.until("the wait for a second attempt", () => serve.stdout.includes("one more attempt"));
    await project.run(["retry-now"]);
    await serve.ended();
    return project;
  },
  "no-credit": () => served({ mode: "billing" }),
  "crash-loop": async () => {
    const project = await served({ mode: "exit1" }, "--once");
    const path = `${project.logs}/loop.json`;
    const memory = JSON.parse(await Deno.readTextFile(path));
    // Three more failures would take half a minute: the pause grows with each.
    await Deno.writeTextFile(path, JSON.stringify({ ...memory, short_failures: 4 }));
    await project.run(["serve"]);
    return project;
  },
  "misspelt-key": () => make({ runtime: { max_round: 10 } }),
  "no-agent": () => make({ agent: { command: ["cluade", "-p"] } }),
  "bad-prompt": () => make({ prompt: "- fix it\n" }),
  "agent-is-done": () => served({ mode: "done" }),
  "stalled": () => served({ mode: "clean", toml: "[progress]\nstall_rounds = 2" }),
  "locked": () => working({ mode: "slow" }),
  "limit": () => waiting({ mode: "limit", agentEnv: { FAKE_RESET: 3600 } }),
  "provider-fails": () => waiting({ mode: "transient" }),
  "budget-used": () => waiting({ mode: "clean", toml: "[budget.day]\nrounds = 1" }),
  "hung-round": () => served({ mode: "hang", runtime: { round_timeout_s: 1 } }, "--once"),
  "lingers": () => served({ mode: "result_hang", runtime: { linger_s: 1 } }, "--once"),
  "at-work": () => working({ mode: "slow", runtime: { cancel_grace_s: 1 } }),
  "supervisor-killed": async () => {
    const project = await working({ mode: "slow" });
    Deno.kill(Number(project.ofKind("serve_started")[0]!.pid), "SIGKILL");
    await Deno.remove(`${project.out}/hold`);
    return project;
  },
  "left-work": () => served({ mode: "dirty" }, "--max-rounds", "3"),
  "secret-left": () =>
    served(
      {
        agent: { command: ["sh", "-c", "echo KEY=1 >.env; echo work >work.txt; echo done"], reader: "plain" },
        toml: '[vcs]\ndirty_action = "auto_commit"',
      },
      "--once",
    ),
  "done-refused": () =>
    served({ mode: "done", toml: '[progress]\nverify = ["sh", "-c", "echo 2 tests fail; exit 1"]' }, "--once"),
  "strange-verdict": () => served({ mode: "limit", agentEnv: { FAKE_RESET: 3600 } }, "--once"),
  "leftovers": () => served({ mode: "setsid" }, "--once"),
  "hook-fails": () =>
    served(
      { toml: '[hooks.notify]\ncommand = ["sh", "-c", "echo no such chat >&2; exit 1"]\npoints = ["round_after"]' },
      "--once",
    ),
  "disk-fills": () =>
    served({ toml: "[monitor.disk_warning]\ndisk_pct = 1\n[monitor.disk_critical]\ndisk_pct = 100" }, "--once"),
  "broken-state": async () => {
    const project = await served({}, "--once");
    await Deno.writeTextFile(`${project.logs}/status.json`, "{ torn");
    await Deno.chmod(`${project.logs}/status.json`, 0o644);
    return project;
  },
  "lost-tools": () => served({ mode: "degraded" }, "--once"),
  "goes-in-circles": () =>
    served(
      { mode: "repeats", toml: "[monitor]\nanomaly_repetitive_window = 10\nanomaly_repetitive_threshold = 4" },
      "--once",
    ),
  "no-ssh": () => make({ toml: "[monitor]\nremote_failure_tolerance_s = 0" }),
};

/** A project named proj, with its logs where they are at home, `agent-runner`, `claude` and `ssh` on the PATH. */
export async function make(options: ProjectOptions): Promise<Project> {
  const agent = { command: ["claude", "-p", "--output-format", "stream-json"], ...options.agent };
  const project = await Project.make({ ...options, agent, logDir: "../home/.agent-runner/proj/logs" });
  const bin = `${project.root}/bin`;
  await Deno.mkdir(bin);
  const programs = {
    "agent-runner": `exec ${program().map(shellQuote).join(" ")} "$@"`,
    "claude": `exec ${shellQuote(fakeAgent)} "$@"`,
    "ssh": "echo 'ssh: connect to host pi port 22: Connection refused' >&2; exit 255",
  };
  for (const [name, text] of Object.entries(programs)) {
    await Deno.writeTextFile(`${bin}/${name}`, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  }
  project.env.PATH = `${bin}:${project.env.PATH}`;
  return project;
}

async function served(options: ProjectOptions, ...words: string[]): Promise<Project> {
  const project = await make(options);
  await project.run(["serve", ...words]);
  return project;
}

/** A supervisor whose agent works for as long as there is a file `hold`. */
async function working(options: ProjectOptions): Promise<Project> {
  const project = await make({ ...options, agentEnv: { FAKE_SLEEP: "0.2" } });
  await Deno.writeTextFile(`${project.out}/hold`, "");
  project.start("serve");
  await project.untilAgent();
  await project.untilKind("agent_spawn");
  return project;
}

async function waiting(options: ProjectOptions): Promise<Project> {
  const project = await make(options);
  const serve = project.start("serve");
  await project.until("serve to wait", () => / waiting .*(until|limit|budget|transient)/.test(serve.stdout));
  return project;
}

/** Runs commands in the work folder of a scene. */
export function runIn(project: Project, commands: string) {
  const env = { ...project.env, COLUMNS: "100" };
  return runProgram(["bash", "-c", `set -e\n${commands}`], { cwd: project.work, env, limitSeconds: 40 });
}
