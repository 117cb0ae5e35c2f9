// Proves that a great deal of output is neither lost nor kept without end.
import assert from "node:assert/strict";
import { oneRound } from "./one_round.ts";
import { names, Project } from "./project.ts";

const megabyte = 1024 * 1024;

function bytesOf(project: Project, round: number): Uint8Array {
  const name = names(`${project.logs}/rounds`).find((name) => name.startsWith(`R${round}-`) && name.endsWith(".log"));
  return Deno.readFileSync(`${project.logs}/rounds/${name}`);
}

function countOf(bytes: Uint8Array, letter: string): number {
  const code = letter.charCodeAt(0);
  let count = 0;
  for (const byte of bytes) if (byte === code) count++;
  return count;
}

Deno.test("round loses nothing of 20 MB of output, and finds the result behind it", async () => {
  await using project = await Project.make({ mode: "flood", agentEnv: { FAKE_MB: 20 }, runtime: { linger_s: 1 } });
  const round = await oneRound(project);
  assert.deepEqual([round.exit.ending, round.verdict.verdict], ["exited", "ok"]);
  const bytes = bytesOf(project, 1);
  const tail = new TextDecoder().decode(bytes.subarray(-2000));
  const result = tail.slice(tail.indexOf("{"));
  assert.equal(countOf(bytes.subarray(0, bytes.length - result.length), "x"), 20 * megabyte);
  assert.equal(JSON.parse(result.trimEnd()).type, "result");
  assert.equal(project.ofKind("agent_usage_recorded")[0]?.output_tokens, 22);
});

Deno.test("serve and round cut the middle out of a log over round_log_max_mb, and keep its ends", async () => {
  for (const args of [["serve", "--once"], ["round"]]) {
    await using project = await Project.make({
      mode: "flood",
      agentEnv: { FAKE_MB: 4 },
      runtime: { round_log_max_mb: 1 },
    });
    const { code, stdout } = await project.run(args);
    assert.equal(code, 0, stdout);
    assert.equal(project.ofKind("round_verdict")[0]?.verdict, "ok");
    const bytes = bytesOf(project, 1);
    assert.ok(bytes.length > 0.9 * megabyte && bytes.length < megabyte + 200, `${args}: ${bytes.length} bytes`);
    const text = new TextDecoder().decode(bytes);
    assert.ok(text.startsWith("x".repeat(999)));
    assert.match(text, /\n\[agent-runner: \d+ bytes cut out here\]\n/);
    assert.match(text, /"type":"result"[^\n]*\n$/);
  }
});

Deno.test("round keeps the newest rounds and months, and nothing of the others", async () => {
  await using project = await Project.make({ runtime: { round_log_retention: 2, events_retention_months: 1 } });
  const month = new Date().toISOString().slice(0, 7);
  Deno.mkdirSync(project.logs, { mode: 0o700 });
  for (const kind of ["events", "metrics"]) Deno.writeTextFileSync(`${project.logs}/${kind}-2020-01.jsonl`, "{}\n");
  for (let i = 0; i < 4; i++) await oneRound(project);
  const numbers = names(`${project.logs}/rounds`).map((name) => name.replace(/-.*/, ""));
  assert.deepEqual(numbers, ["R3", "R4"]);
  assert.deepEqual(names(project.logs).filter((name) => /^(events|metrics|round)-\d/.test(name)), [
    `events-${month}.jsonl`,
    `metrics-${month}.jsonl`,
    "round-3.log",
    "round-4.log",
  ]);
  assert.equal(Deno.statSync(`${project.logs}/round-current.log`).isFile, true);
});
