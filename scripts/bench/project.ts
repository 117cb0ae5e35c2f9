// Makes a throw-away project for measuring: an agent that does nothing, and a log folder with many events.

/** A project and how to remove it. */
export interface BenchProject {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  remove(): Promise<void>;
}

/** Pause between rounds in seconds; the shortest the configuration takes. */
export const delaySeconds = 1;

/** A fresh project. @param events how many events are on record, seven a round. */
export async function makeProject({ events }: { readonly events: number }): Promise<BenchProject> {
  const folder = await Deno.makeTempDir({ prefix: "agent-runner-bench-" });
  const env = { HOME: folder, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" };
  await Deno.mkdir(`${folder}/logs`);
  await Deno.writeTextFile(`${folder}/.gitignore`, "*\n");
  await Deno.writeTextFile(`${folder}/prompt.md`, "Do nothing, as fast as you can.\n".repeat(30));
  await Deno.writeTextFile(
    `${folder}/agent-runner.toml`,
    `[agent]
command = ["true"]
prompt_arg_template = []
prompt_delivery = "stdin"

[runtime]
work_dir = "."
log_dir = "./logs"
restart_delay_s = ${delaySeconds}

[prompt]
file = "./prompt.md"
`,
  );
  if (events > 0) await writeEvents(`${folder}/logs`, events);
  await new Deno.Command("git", { args: ["init", "-q"], cwd: folder, env }).output();
  return { folder, env, remove: () => Deno.remove(folder, { recursive: true }) };
}

async function writeEvents(folder: string, count: number): Promise<void> {
  const lines: string[] = [];
  const now = Date.now();
  for (let i = 0; i < count; i++) {
    const round = Math.floor(i / 7) + 1;
    lines.push(spellEvent(i % 7, { ts: new Date(now - (count - i) * 10).toISOString(), round }));
  }
  const month = new Date(now).toISOString().slice(0, 7);
  await Deno.writeTextFile(`${folder}/events-${month}.jsonl`, lines.join(""));
}

function spellEvent(step: number, { ts, round }: { readonly ts: string; readonly round: number }): string {
  const rows = [
    '"round_substrate_before", "round_num": N, "git_head": null, "paths_hash": null',
    '"round_start", "round_num": N, "phase": null',
    '"agent_spawn", "round_num": N, "timeout_s": 1800',
    '"agent_exit", "round_num": N, "exit_code": 0, "duration_s": 0.1, "timed_out": false, "exit_cause": "clean"',
    '"dirty_detected", "round_num": N, "files": ["a.txt"]',
    '"round_end", "round_num": N',
    '"round_substrate_after", "round_num": N, "git_head": null, "paths_hash": null',
  ];
  return `{"ts": "${ts}", "event": ${rows[step]!.replace("N", String(round))}}\n`;
}
