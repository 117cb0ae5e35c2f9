// Guards the twelve words for what really happened, and which of them are the agent's failures.
import assert from "node:assert/strict";
import { baseWaitSeconds, isFailure, verdictKinds, waitClasses } from "../../src/core/verdict.ts";

Deno.test("verdictKinds are twelve different words", () => {
  assert.equal(new Set(verdictKinds).size, 12);
});

Deno.test("isFailure() counts what the agent did, not what it was given", () => {
  assert.deepEqual(verdictKinds.filter(isFailure), ["auth", "billing", "config", "hung", "no_result", "error"]);
});

Deno.test("baseWaitSeconds has a first guess for every class", () => {
  assert.deepEqual(Object.keys(baseWaitSeconds), [...waitClasses]);
  assert.deepEqual(Object.values(baseWaitSeconds), [300, 60, 60, 30]);
});
