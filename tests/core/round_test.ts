// Guards the words for a round's end in the form that the reference's readers know.
import assert from "node:assert/strict";
import fc from "fast-check";
import { exitCauseOf, exitCodeOf, isRoundNumber, signalNumbers, signalOfExitCode } from "../../src/core/round.ts";
import type { Ending } from "../../src/core/round.ts";

const table: readonly [ending: Ending, code: number, cause: string][] = [
  [{ kind: "exited", code: 0 }, 0, "clean"],
  [{ kind: "exited", code: 1 }, 1, "error"],
  [{ kind: "exited", code: 200 }, 200, "error"],
  [{ kind: "exited", code: 143 }, 143, "signal:SIGTERM"],
  [{ kind: "signalled", signal: "SIGSEGV" }, -11, "signal:SIGSEGV"],
  [{ kind: "signalled", signal: "SIGKILL" }, -9, "signal:SIGKILL"],
  [{ kind: "signalled", signal: "signal 7" }, -7, "signal:7"],
  [{ kind: "timed_out", wall: "hard", code: -15 }, -15, "timeout"],
  [{ kind: "timed_out", wall: "idle", code: null }, -1, "timeout"],
  [{ kind: "lingered", code: 0 }, 0, "timeout"],
  [{ kind: "stopped", by: "operator", code: -15 }, -15, "signal:SIGTERM"],
  [{ kind: "stopped", by: "operator", code: 0 }, 0, "clean"],
  [{ kind: "stopped", by: "operator", code: null }, -1, "error"],
  [{ kind: "not_started", reason: "x" }, -1, "error"],
  [{ kind: "lost", reason: "x" }, -1, "error"],
];

for (const [ending, code, cause] of table) {
  Deno.test(`exitCodeOf() and exitCauseOf() spell ${JSON.stringify(ending)}`, () => {
    assert.equal(exitCodeOf(ending), code);
    assert.equal(exitCauseOf(ending), cause);
  });
}

Deno.test("signalOfExitCode() knows both forms of a death by signal", () => {
  for (const [name, number] of Object.entries(signalNumbers)) {
    assert.equal(signalOfExitCode(-number), name);
    assert.equal(signalOfExitCode(128 + number), name);
  }
  for (const code of [0, 1, 9, 15, 127, 128, 200, 255, -64, NaN]) assert.equal(signalOfExitCode(code), null);
});

Deno.test("isRoundNumber() takes whole numbers that can be counted on from", () => {
  for (const good of [0, 1, 1e12]) assert.ok(isRoundNumber(good));
  for (const bad of [-1, 0.5, 1e12 + 1, 2 ** 53, NaN, Infinity, "1", null, undefined, {}, [1]]) {
    assert.ok(!isRoundNumber(bad), String(bad));
  }
  fc.assert(fc.property(fc.anything(), (value) => {
    if (isRoundNumber(value)) assert.notEqual(value + 1, value);
  }));
});
