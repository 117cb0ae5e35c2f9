// Proves that usage reads a million events in the memory it needs for a few, and tells the right sums of them.
import assert from "node:assert/strict";
import { program } from "./program.ts";
import { Project } from "./project.ts";

const events = 1_000_000;
const moreMb = 96;

/** Peak of resident memory in MB of `usage --by model`, and what it printed. */
async function measured(
  project: Project,
): Promise<{ readonly peakMb: number; readonly total: Record<string, number> }> {
  const [file, ...words] = [...program(), "usage", "--by", "model", "--json"];
  const child = new Deno.Command(file!, {
    args: words,
    cwd: project.work,
    env: project.env,
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let peakMb = 0;
  let isOver = false;
  const output = child.output().finally(() => isOver = true);
  while (!isOver) {
    const text = await Deno.readTextFile(`/proc/${child.pid}/status`).catch(() => "");
    peakMb = Math.max(peakMb, Number(/VmHWM:\s+(\d+)/.exec(text)?.[1] ?? 0) / 1024);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const { code, stdout } = await output;
  assert.equal(code, 0);
  return { peakMb, total: JSON.parse(new TextDecoder().decode(stdout)).total };
}

/** Rounds of ten events each, a minute from one to the next; half of them say what a round does, half are of no account. */
async function write(project: Project, count: number): Promise<void> {
  Deno.mkdirSync(project.logs, { recursive: true });
  const from = Date.parse("2026-01-01T00:00:00Z");
  const lines: string[] = [];
  let month = "";
  const flush = async () => {
    if (lines.length > 0) {
      await Deno.writeTextFile(`${project.logs}/events-${month}.jsonl`, lines.splice(0).join(""), { append: true });
    }
  };
  for (let round = 1; round <= count / 10; round++) {
    const ts = new Date(from + round * 60_000).toISOString();
    if (ts.slice(0, 7) !== month || lines.length > 50_000) await flush();
    month = ts.slice(0, 7);
    const add = (event: string, fields: Readonly<Record<string, unknown>>) =>
      lines.push(`${JSON.stringify({ ts, event, round_num: round, ...fields })}\n`);
    add("round_start", { phase: null, agent: "claude" });
    for (let i = 0; i < 5; i++) add("round_progress", { log_size_kb: i, last_write_age_s: 1, wall_age_s: 2 });
    add("agent_exit", { duration_s: 30, exit_code: 0, leftovers_ended: 0 });
    add("round_verdict", { verdict: round % 4 === 0 ? "error" : "ok", summary: "s" });
    add("round_end", {});
    add("agent_usage_recorded", {
      agent: "claude",
      model: `m${round % 3}`,
      input_tokens: 7,
      output_tokens: 3,
      cost_usd: 0.5,
    });
  }
  await flush();
}

Deno.test({
  name: "usage adds up a million events without keeping them",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await using few = await Project.make();
    await write(few, 1000);
    const small = await measured(few);
    assert.equal(small.total.rounds, 100);
    await using many = await Project.make();
    await write(many, events);
    const begun = performance.now();
    const { peakMb, total } = await measured(many);
    const seconds = (performance.now() - begun) / 1000;
    assert.deepEqual([total.rounds, total.tokens], [events / 10, events]);
    assert.deepEqual([total.working_s, total.lost_s], [75_000 * 30, 25_000 * 30]);
    const told = `${peakMb.toFixed(0)} MB after ${small.peakMb.toFixed(0)} MB, ${seconds.toFixed(1)} s`;
    assert.ok(small.peakMb > 10 && peakMb - small.peakMb < moreMb, told);
  },
});
