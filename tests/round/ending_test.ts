// Guards the one word for how a round's process ended.
import assert from "node:assert/strict";
import { endingOf } from "../../src/round/ending.ts";

const quiet = {
  end: { code: 0, diedBySignal: false },
  wall: null,
  hasLingered: false,
  isStopped: false,
  isEndedEarly: false,
};

Deno.test("endingOf() takes the exit code as it is", () => {
  assert.deepEqual(endingOf(quiet), { kind: "exited", code: 0 });
  assert.deepEqual(endingOf({ ...quiet, end: { code: 143, diedBySignal: false } }), { kind: "exited", code: 143 });
});

Deno.test("endingOf() names the signal the agent died of", () => {
  assert.deepEqual(endingOf({ ...quiet, end: { code: -11, diedBySignal: true } }), {
    kind: "signalled",
    signal: "SIGSEGV",
  });
  assert.deepEqual(endingOf({ ...quiet, end: { code: -31, diedBySignal: true } }), {
    kind: "signalled",
    signal: "signal 31",
  });
});

Deno.test("endingOf() calls a round lost when nobody could tell", () => {
  assert.equal(endingOf({ ...quiet, end: null }).kind, "lost");
  assert.equal(endingOf({ ...quiet, end: { code: null, diedBySignal: false } }).kind, "lost");
});

Deno.test("endingOf() puts what the supervisor did before what the agent made of it", () => {
  const end = { code: -15, diedBySignal: true };
  assert.deepEqual(endingOf({ ...quiet, end, wall: "idle" }), { kind: "timed_out", wall: "idle", code: -15 });
  assert.deepEqual(endingOf({ ...quiet, end, hasLingered: true }), { kind: "lingered", code: -15 });
  assert.deepEqual(endingOf({ ...quiet, end, isStopped: true }), { kind: "stopped", by: "operator", code: -15 });
  assert.deepEqual(endingOf({ ...quiet, end, isEndedEarly: true }), { kind: "stopped", by: "supervisor", code: -15 });
  assert.deepEqual(endingOf({ end: null, wall: "hard", hasLingered: true, isStopped: true, isEndedEarly: true }), {
    kind: "stopped",
    by: "operator",
    code: null,
  });
});
