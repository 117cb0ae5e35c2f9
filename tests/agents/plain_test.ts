// Proves that a command without a reader of its own is judged by how it ended.
import assert from "node:assert/strict";
import fc from "fast-check";
import plain from "../../src/agents/plain.ts";
import type { Ending } from "../../src/core/round.ts";

function reader(output: string) {
  const made = plain.createReader();
  made.push(new TextEncoder().encode(output));
  return made;
}

function exited(code: number): Ending {
  return { kind: "exited", code };
}

const lingered: Ending = { kind: "lingered", code: 143 };

Deno.test("judge() goes by the exit status", () => {
  assert.equal(reader("").judge(exited(0)).kind, "ok");
  assert.equal(reader('{"type":"result","is_error":true}\n').judge(exited(0)).kind, "ok");
  assert.equal(reader("Error: 429 rate limit\n").judge(exited(0)).kind, "ok");
  const failed = reader("one\nboom: TOKEN=abc\n").judge(exited(3));
  assert.equal(failed.kind, "error");
  assert.equal(failed.summary, "The agent failed with exit status 3.");
  assert.deepEqual(failed.evidence.at(-1), { record: "output", field: "last_line", value: "boom: TOKEN=<redacted>" });
});

Deno.test("judge() tells signals, crashes and missing programs apart", () => {
  assert.equal(reader("").judge({ kind: "signalled", signal: "SIGTERM" }).kind, "interrupted");
  assert.equal(reader("").judge(exited(143)).kind, "interrupted");
  assert.equal(reader("").judge(exited(137)).kind, "interrupted");
  assert.equal(reader("").judge(exited(139)).kind, "error");
  assert.equal(reader("").judge(exited(127)).kind, "config");
  assert.equal(reader("sh: x: not found\n").judge(exited(127)).kind, "error");
  assert.equal(reader("").judge(exited(200)).kind, "error");
  const missing = reader("").judge({ kind: "not_started", reason: "no such file" });
  assert.deepEqual([missing.kind, missing.needsHuman], ["config", true]);
  assert.equal(missing.summary, "The agent could not be started: no such file.");
});

Deno.test("judge() does not blame a command for what the supervisor did", () => {
  assert.equal(reader("x").judge({ kind: "stopped", by: "operator", code: 143 }).kind, "interrupted");
  assert.equal(reader("x").judge({ kind: "lost", reason: "unknown" }).kind, "interrupted");
  for (const wall of ["first_byte", "idle", "hard"] as const) {
    const verdict = reader("x").judge({ kind: "timed_out", wall, code: null });
    assert.equal(verdict.kind, "hung");
    assert.deepEqual(verdict.evidence, [{ record: "ending", field: "wall", value: wall }]);
  }
});

Deno.test("hasTerminalRecord sees the result record of any CLI that prints JSON lines", () => {
  for (const line of ['{"type":"result","status":"success","stats":{}}', '{"is_error":false, "type" : "result"}']) {
    for (const end of ["\n", "\r\n", ""]) {
      const made = reader(`{"type":"init"}\n${line}${end}`);
      assert.equal(made.observe().hasTerminalRecord, true, line);
      assert.equal(made.judge(lingered).kind, "ok");
    }
  }
  assert.equal(reader('{"type":"result","status":"error"}\n').judge(lingered).kind, "error");
  assert.equal(reader('{"type":"result","is_error":true}\n').judge(lingered).kind, "error");
});

Deno.test("hasTerminalRecord is not fooled by cut, nested or quoted results", () => {
  for (
    const text of [
      '{"type":"result","stats":{"a":1}',
      '{"type":"message","content":"{\\"type\\":\\"result\\"}"}',
      '{"type":"tool_result","output":{"type":"result"}}',
      'log: {"type":"result"}',
      '[{"type":"result"}]',
      '{"type":"result"} {"type":"result"}',
      "",
    ]
  ) {
    const made = reader(`${text}\n`);
    assert.equal(made.observe().hasTerminalRecord, false, text);
    assert.equal(made.judge(lingered).kind, "no_result", text);
  }
});

Deno.test("lastLines() holds the newest lines, records too", () => {
  assert.equal(reader('a\n\n{"b":1}\nc').lastLines(), 'a\n{"b":1}\nc');
  const long = reader("one two three ".repeat(1000)).lastLines();
  assert.ok(long.length <= 2000 && long.length > 1000);
});

Deno.test("the plain reader never throws and finds the same in any chunks", () => {
  fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 30 })), (chunks) => {
    const made = plain.createReader();
    for (const chunk of chunks) made.push(chunk);
    const whole = plain.createReader();
    whole.push(new Uint8Array(chunks.flatMap((chunk) => [...chunk])));
    assert.deepEqual(made.observe(), whole.observe());
    assert.deepEqual(made.judge(exited(1)), whole.judge(exited(1)));
    assert.equal(made.lastLines(), whole.lastLines());
  }));
});
