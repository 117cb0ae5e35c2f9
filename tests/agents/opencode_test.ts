// Proves how opencode's records are judged beyond what was recorded.
import assert from "node:assert/strict";
import { lookAlikes } from "./look_alikes.ts";
import {
  answer,
  exit0,
  exit1,
  failed,
  finish,
  noTokens,
  reader,
  refused,
  start,
  text,
  tool,
  wall,
} from "./opencode_records.ts";

Deno.test("judge() takes prose about failures for prose", () => {
  for (const words of lookAlikes) {
    for (
      const records of [
        [start, text(words), finish("stop")],
        [start, tool({ status: "completed", input: { command: words }, output: words }), finish("tool-calls"), start],
        [start, tool({ status: "error", input: {}, error: words }), finish("tool-calls"), start],
        [`stderr: ${words.replaceAll("\n", " ")}`, start],
      ]
    ) {
      const verdict = reader([...records, answer, finish("stop")]).judge(exit0);
      assert.equal(verdict.kind, "ok", words);
      assert.equal(verdict.waitClass, null, words);
    }
  }
});

Deno.test("judge() knows the last step by its reason", () => {
  const cases: readonly (readonly [string, unknown])[] = [
    ["ok", "stop"],
    ["ok", "other"],
    ["bounded", "length"],
    ["error", "content-filter"],
    ["error", "error"],
    ["no_result", "tool-calls"],
    ["no_result", "unknown"],
    ["no_result", 7],
    ["no_result", undefined],
  ];
  for (const [kind, reason] of cases) {
    const made = reader([start, answer, finish(reason)]);
    assert.equal(made.judge(exit0).kind, kind, String(reason));
    assert.equal(made.observe().hasTerminalRecord, kind !== "no_result");
  }
  assert.equal(reader([start, text(" \n"), finish("stop")]).judge(exit0).kind, "no_result");
  assert.equal(reader([start, tool({ status: "completed" }), finish("stop")]).judge(exit0).kind, "ok");
});

Deno.test("judge() takes an end back when a step follows", () => {
  const made = reader([start, answer, finish("stop"), start]);
  assert.equal(made.observe().hasTerminalRecord, false);
  assert.equal(made.judge(exit0).kind, "no_result");
  assert.equal(made.judge(wall).kind, "hung");
});

Deno.test("judge() needs a status that fits the last step", () => {
  const whole = [start, answer, finish("stop")];
  assert.equal(reader(whole).judge(exit1).kind, "error");
  assert.equal(reader(whole).judge({ kind: "signalled", signal: "SIGTERM" }).kind, "ok");
  assert.equal(reader(whole).judge({ kind: "lingered", code: 143 }).kind, "ok");
  // A conversation that was too long was shortened, and the run went on: opencode still leaves with 1.
  assert.equal(reader([failed("ContextOverflowError"), ...whole]).judge(exit1).kind, "ok");
  assert.equal(reader([...whole, refused(401)]).judge(exit1).kind, "auth");
  assert.equal(reader([refused(401), failed("MessageAbortedError")]).judge(exit1).kind, "auth");
});

Deno.test("judge() calls a silent round hung and a cut one unfinished", () => {
  assert.equal(reader([]).judge({ kind: "timed_out", wall: "first_byte", code: 143 }).kind, "hung");
  assert.equal(reader([]).judge(exit0).kind, "no_result");
  const last = JSON.stringify(finish("stop"));
  for (const length of [last.length - 1, last.length / 2, 30]) {
    const made = reader([start, answer, last.slice(0, length)]);
    assert.equal(made.judge(exit0).kind, "no_result", last.slice(0, length));
    assert.equal(made.observe().hasTerminalRecord, false);
  }
});

Deno.test("judge() takes a step begun anew for a failing provider until it answers", () => {
  assert.equal(reader([start, start]).judge(wall).kind, "transient");
  assert.equal(reader([start, start, answer]).judge(wall).kind, "hung");
});

Deno.test("observe() tells of a runaway after 20 barren steps and not when there is output", () => {
  const barren = [start, finish("unknown", { tokens: noTokens, cost: 0 })];
  const steps = (count: number) => Array.from({ length: count }, () => barren).flat();
  assert.equal(reader(steps(19)).observe().early, null);
  const made = reader(steps(20));
  assert.equal(made.observe().early?.kind, "runaway");
  assert.equal(made.judge({ kind: "stopped", by: "supervisor", code: 143 }).kind, "error");
  assert.equal(made.judge(wall).kind, "error");
  assert.equal(reader([...steps(19), start, answer, ...steps(19)]).observe().early, null);
  assert.equal(reader([...steps(25), start, answer]).observe().early, null);
  assert.equal(reader([...steps(25), start, finish("unknown")]).observe().early, null);
  const restarts = Array.from({ length: 21 }, () => start);
  assert.equal(reader(restarts).observe().early?.kind, "runaway");
  assert.equal(reader(restarts.slice(1)).observe().early, null);
});
