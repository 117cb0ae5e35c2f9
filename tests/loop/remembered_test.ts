// Guards what the loop takes note of after each round, and when it forgets.
import assert from "node:assert/strict";
import { verdictKinds } from "../../src/core/verdict.ts";
import { decay, freshMemory, remember } from "../../src/loop/remembered.ts";
import type { LoopMemory } from "../../src/loop/remembered.ts";
import { resultOf } from "./round_result.ts";

const now = 1_800_000_000;
const memory: LoopMemory = {
  failures: 3,
  shortFailures: 3,
  lastFailureAt: now,
  authFailures: 1,
  needsFreshSession: false,
  backoff: { api_timeout: 2 },
};

Deno.test("decay() forgets failures after an hour, and keeps them when the clock was set back", () => {
  assert.equal(decay(memory, now + 3600), memory);
  assert.deepEqual(decay(memory, now + 3601), { ...memory, failures: 0, shortFailures: 0, lastFailureAt: null });
  assert.equal(decay(memory, now - 86_400), memory);
  assert.equal(decay(freshMemory, now), freshMemory);
});

Deno.test("remember() knows for every verdict what it says of the agent and of the login", () => {
  const after = Object.fromEntries(verdictKinds.map((kind) => {
    const { shortFailures, authFailures } = remember(resultOf(kind), memory, now);
    return [kind, [shortFailures, authFailures]];
  }));
  assert.deepEqual(after, {
    ok: [0, 0],
    bounded: [0, 0],
    limit: [3, 0],
    transient: [3, 1],
    interrupted: [4, 1],
    context: [4, 0],
    hung: [4, 0],
    no_result: [4, 0],
    error: [4, 0],
    auth: [4, 2],
    billing: [4, 0],
    config: [4, 0],
  });
});

Deno.test("remember() dates the newest failure, and only while there is one", () => {
  assert.equal(remember(resultOf("error"), freshMemory, now).lastFailureAt, now);
  assert.equal(remember(resultOf("ok"), memory, now).lastFailureAt, null);
  const long = remember(resultOf("auth", {}, { durationSeconds: 60 }), freshMemory, now);
  assert.deepEqual([long.failures, long.shortFailures, long.lastFailureAt, long.authFailures], [1, 0, now, 1]);
});

Deno.test("remember() leaves to the next step what only that decides", () => {
  const after = remember(resultOf("ok"), { ...memory, needsFreshSession: true }, now);
  assert.deepEqual([after.backoff, after.needsFreshSession], [{ api_timeout: 2 }, true]);
});
