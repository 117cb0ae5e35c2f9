// Guards what comes after a round, one verdict at a time and over rows of failures.
import assert from "node:assert/strict";
import fc from "fast-check";
import type { RoundResult } from "../../src/core/round.ts";
import { isFailure, verdictKinds, waitClasses } from "../../src/core/verdict.ts";
import type { Verdict, VerdictKind } from "../../src/core/verdict.ts";
import { decay, freshMemory, next, nextTable } from "../../src/loop/next.ts";
import type { LoopMemory, NextOptions } from "../../src/loop/next.ts";
import { plainVerdict } from "../fakes/fake_reader.ts";

const now = 1_800_000_000;
const options: NextOptions = { restartDelaySeconds: 3, transientErrorAction: "back_off", now };

function resultOf(kind: VerdictKind, changes: Partial<Verdict> & { readonly seconds?: number } = {}): RoundResult {
  const { seconds = 10, ...verdict } = changes;
  return {
    number: 5,
    phase: null,
    ending: { kind: "exited", code: 0 },
    verdict: plainVerdict(kind, verdict),
    usage: null,
    sessionId: null,
    dirtyFiles: [],
    salvagedRef: null,
    startedAt: 0,
    endedAt: 0,
    durationSeconds: seconds,
    leftoversEnded: 0,
    lastLines: "",
  };
}

/** The steps after rounds of these kinds, `secondsApart` from each other. */
function run(
  kinds: readonly VerdictKind[],
  changes: { readonly seconds?: number; readonly secondsApart?: number } = {},
) {
  let memory = freshMemory;
  return kinds.map((kind, i) => {
    const at = now + i * (changes.secondsApart ?? 20);
    const decision = next(resultOf(kind, changes.seconds === undefined ? {} : { seconds: changes.seconds }), memory, {
      ...options,
      now: at,
    });
    memory = decision.memory;
    return decision.step;
  });
}

const delays: Readonly<Record<VerdictKind, number | "wait">> = {
  ok: 3,
  bounded: 3,
  context: 6,
  interrupted: 6,
  limit: "wait",
  transient: "wait",
  hung: 6,
  no_result: 6,
  error: 6,
  auth: 6,
  billing: 6,
  config: 6,
};

for (const kind of verdictKinds) {
  Deno.test(`next() after '${kind}' ${delays[kind] === "wait" ? "waits" : `goes on after ${delays[kind]} s`}`, () => {
    const { step, memory } = next(resultOf(kind), freshMemory, options);
    if (delays[kind] === "wait") assert.equal(step.kind, "wait");
    else assert.deepEqual([step.kind, step.kind === "again" && step.delaySeconds], ["again", delays[kind]]);
    assert.equal(memory.shortFailures, isFailure(kind) ? 1 : 0);
    assert.equal(memory.lastFailureAt, isFailure(kind) ? now : null);
  });
}

Deno.test("nextTable has one row for every verdict", () => {
  assert.deepEqual(nextTable.map((row) => row.verdict).sort(), [...verdictKinds].sort());
});

Deno.test("next() doubles the delay after short failures and stops at the fifth", () => {
  const steps = run(["error", "hung", "no_result", "auth", "error"]);
  assert.deepEqual(steps.slice(0, 4).map((step) => step.kind === "again" && step.delaySeconds), [6, 12, 24, 48]);
  assert.deepEqual(steps[4], { kind: "stop", cause: "crash_loop", reason: "5 short failures in a row" });
});

Deno.test("next() never delays longer than half an hour", () => {
  const memory: LoopMemory = { ...freshMemory, shortFailures: 3, lastFailureAt: now };
  const { step } = next(resultOf("error"), memory, { ...options, restartDelaySeconds: 900 });
  assert.equal(step.kind === "again" && step.delaySeconds, 1800);
});

for (const kind of ["ok", "bounded", "context", "interrupted"] as const) {
  Deno.test(`next() forgets failures after '${kind}'`, () => {
    const steps = run(["error", "error", "error", "error", kind, "error"]);
    assert.equal(steps[5]!.kind === "again" && steps[5]!.delaySeconds, 6);
  });
}

Deno.test("next() does not count a failure of a minute or more, and forgets the short ones before it", () => {
  const memory: LoopMemory = { ...freshMemory, shortFailures: 4, lastFailureAt: now };
  const long = next(resultOf("error", { seconds: 60 }), memory, options);
  assert.deepEqual([long.step.kind, long.memory], ["again", freshMemory]);
  assert.equal(long.step.kind === "again" && long.step.delaySeconds, 6);
  assert.equal(next(resultOf("error", { seconds: 59.9 }), memory, options).step.kind, "stop");
});

Deno.test("next() stops only for failures that follow each other within an hour", () => {
  assert.ok(run(Array(10).fill("error"), { secondsApart: 3601 }).every((step) => step.kind === "again"));
  assert.equal(run(Array(5).fill("error"), { secondsApart: 3599 })[4]!.kind, "stop");
});

Deno.test("next() neither counts nor forgets failures over a limit", () => {
  const memory: LoopMemory = { ...freshMemory, shortFailures: 4, lastFailureAt: now };
  const after = next(resultOf("limit", { resetsAt: now + 100 }), memory, options);
  assert.equal(after.step.kind, "wait");
  assert.equal(after.memory.shortFailures, 4);
});

Deno.test("next() grows the guess of its class with every wait, and forgets after a round without one", () => {
  const transient = resultOf("transient", { waitClass: "api_timeout" });
  let memory = freshMemory;
  const seconds: number[] = [];
  for (let i = 0; i < 3; i++) {
    const decision = next(transient, memory, options);
    memory = decision.memory;
    if (decision.step.kind === "wait") seconds.push(decision.step.wait.appliedSeconds);
  }
  assert.deepEqual(seconds, [30, 60, 120]);
  assert.deepEqual(memory.backoff, { api_timeout: 3 });
  const other = next(resultOf("transient", { waitClass: "rate_limit_model" }), memory, options);
  assert.equal(other.step.kind === "wait" && other.step.wait.appliedSeconds, 60);
  assert.deepEqual(next(resultOf("ok"), memory, options).memory.backoff, {});
  assert.deepEqual(next(resultOf("error"), memory, options).memory.backoff, {});
});

Deno.test("next() does not count a wait whose end the provider named", () => {
  const decision = next(
    resultOf("limit", { resetsAt: now + 50_000, waitClass: "rate_limit_account" }),
    freshMemory,
    options,
  );
  assert.deepEqual(decision.memory, freshMemory);
});

Deno.test("next() does with limits what transient_error_action says", () => {
  const limit = resultOf("limit", { resetsAt: now + 500 });
  assert.deepEqual(next(limit, freshMemory, { ...options, transientErrorAction: "skip" }).step, {
    kind: "again",
    delaySeconds: 3,
    reason: "transient_error_action is skip",
  });
  assert.deepEqual(next(limit, freshMemory, { ...options, transientErrorAction: "stop" }).step, {
    kind: "stop",
    cause: "limit",
    reason: "the round was limit",
  });
});

Deno.test("decay() forgets failures after an hour, and keeps them when the clock was set back", () => {
  const memory: LoopMemory = { shortFailures: 3, lastFailureAt: now, backoff: { api_timeout: 2 } };
  assert.equal(decay(memory, now + 3600), memory);
  assert.deepEqual(decay(memory, now + 3601), { ...memory, shortFailures: 0, lastFailureAt: null });
  assert.equal(decay(memory, now - 86_400), memory);
  assert.equal(decay(freshMemory, now), freshMemory);
});

Deno.test("next() gives a finite, sane step for any verdict and memory", () => {
  const verdict = fc.record({
    kind: fc.constantFrom(...verdictKinds),
    resetsAt: fc.option(fc.oneof(fc.integer(), fc.double(), fc.constant(Infinity), fc.constant(1e300))),
    retryAfterSeconds: fc.option(fc.oneof(fc.integer(), fc.double())),
    waitClass: fc.option(fc.constantFrom(...waitClasses)),
  });
  const memory = fc.record({
    shortFailures: fc.nat(10),
    lastFailureAt: fc.option(fc.integer()),
    backoff: fc.dictionary(fc.constantFrom(...waitClasses), fc.nat(1000)),
  });
  fc.assert(fc.property(verdict, memory, fc.double({ min: 0, max: 1e6, noNaN: true }), (changes, before, seconds) => {
    const { kind, ...rest } = changes;
    const { step, memory: after } = next(resultOf(kind, { ...rest, seconds }), before, options);
    if (step.kind === "again") assert.ok(step.delaySeconds >= 3 && step.delaySeconds <= 1800);
    if (step.kind === "wait") {
      assert.ok(step.wait.resetAt >= now && step.wait.resetAt - now <= 366 * 86_400 + 1);
      assert.ok(Number.isFinite(new Date(step.wait.resetAt * 1000).getTime()));
    }
    assert.ok(Number.isSafeInteger(after.shortFailures) && after.shortFailures >= 0);
  }));
});
