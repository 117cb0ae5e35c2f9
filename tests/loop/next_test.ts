// Guards what comes after a round, one verdict at a time and over rows of failures.
import assert from "node:assert/strict";
import fc from "fast-check";
import { verdictActions } from "../../src/config/verdict_rules.ts";
import { isFailure, verdictKinds, waitClasses } from "../../src/core/verdict.ts";
import type { VerdictKind } from "../../src/core/verdict.ts";
import { next, nextTable } from "../../src/loop/next.ts";
import type { NextOptions, NextStep } from "../../src/loop/next.ts";
import { waitNames } from "../../src/loop/backoff.ts";
import { freshMemory } from "../../src/loop/remembered.ts";
import type { LoopMemory } from "../../src/loop/remembered.ts";
import { resultOf } from "./round_result.ts";

const now = 1_800_000_000;
const options: NextOptions = { restartDelaySeconds: 3, transientErrorAction: "back_off", override: null, now };

/** The steps after rounds of these kinds, `secondsApart` from each other. */
function run(
  kinds: readonly VerdictKind[],
  changes: Partial<NextOptions> & { readonly seconds?: number; readonly secondsApart?: number } = {},
): NextStep[] {
  let memory = freshMemory;
  return kinds.map((kind, i) => {
    const at = now + i * (changes.secondsApart ?? 20);
    const result = resultOf(kind, {}, { durationSeconds: changes.seconds ?? 10 });
    const decision = next(result, memory, { ...options, ...changes, now: at });
    memory = decision.memory;
    return decision.step;
  });
}

/** A step in a few words. */
function brief(step: NextStep): string {
  switch (step.kind) {
    case "again":
      return `again after ${step.delaySeconds} s, ${step.session}`;
    case "wait":
      return `wait ${step.wait.appliedSeconds} s, ${step.session}`;
    case "stop":
      return `stop: ${step.cause}`;
    default:
      return step satisfies never;
  }
}

const table: Readonly<Record<VerdictKind, string>> = {
  ok: "again after 3 s, keep",
  bounded: "again after 3 s, keep",
  context: "again after 6 s, fresh",
  interrupted: "again after 6 s, keep",
  limit: "wait 300 s, keep",
  transient: "wait 60 s, keep",
  hung: "again after 6 s, keep",
  no_result: "again after 6 s, keep",
  error: "again after 6 s, keep",
  auth: "again after 60 s, keep",
  billing: "stop: human_needed",
  config: "stop: human_needed",
};

for (const kind of verdictKinds) {
  Deno.test(`next() after '${kind}' is: ${table[kind]}`, () => {
    assert.equal(brief(next(resultOf(kind), freshMemory, options).step), table[kind]);
  });
}

Deno.test("nextTable has one row for every verdict, and says what the breaker counts", () => {
  assert.deepEqual(nextTable.map((row) => row.verdict), [...verdictKinds]);
  const counted = nextTable.filter((row) => row.countedByTheBreaker !== "no").map((row) => row.verdict);
  assert.deepEqual(counted.toSorted(), [...verdictKinds.filter(isFailure), "context", "interrupted"].toSorted());
});

/** What each word of [on_verdict] makes of an error, and of a limit. */
const overrides: Readonly<Record<typeof verdictActions[number], readonly [string, string, string]>> = {
  again: ["again after 6 s, keep", "again after 3 s, keep", "again after 3 s, keep"],
  fresh_session: ["again after 6 s, fresh", "again after 3 s, fresh", "again after 3 s, fresh"],
  wait: ["wait 60 s, keep", "wait 300 s, keep", "wait 60 s, keep"],
  stop: ["stop: on_verdict", "stop: limit", "stop: on_verdict"],
};

for (const override of verdictActions) {
  Deno.test(`next() does '${override}' where [on_verdict] says so`, () => {
    const after = (kind: VerdictKind) => brief(next(resultOf(kind), freshMemory, { ...options, override }).step);
    assert.deepEqual([after("error"), after("limit"), after("ok")], overrides[override]);
  });
}

Deno.test("next() takes every override for every verdict", () => {
  for (const kind of verdictKinds) {
    for (const override of verdictActions) {
      const { step, memory } = next(resultOf(kind), freshMemory, { ...options, override });
      const wanted = override === "stop" ? "stop" : override === "wait" ? "wait" : "again";
      assert.equal(step.kind, wanted, `${kind} = ${override}`);
      assert.equal(
        memory.needsFreshSession,
        override === "fresh_session" || (override === "stop" && kind === "context"),
      );
    }
  }
});

Deno.test("next() lets [on_verdict] win over transient_error_action", () => {
  const asked = { ...options, transientErrorAction: "stop" as const, override: "wait" as const };
  assert.equal(next(resultOf("limit"), freshMemory, asked).step.kind, "wait");
  assert.equal(next(resultOf("transient"), freshMemory, { ...asked, override: "again" }).step.kind, "again");
});

Deno.test("next() says which setting made it stop", () => {
  const reasonOf = (kind: VerdictKind, changes: Partial<NextOptions>) => {
    const { step } = next(resultOf(kind), freshMemory, { ...options, ...changes });
    return step.kind === "stop" ? step.reason : "";
  };
  assert.equal(reasonOf("ok", { override: "stop" }), "the round was ok (on_verdict.ok is stop)");
  assert.equal(reasonOf("limit", { override: "stop" }), "the round was limit (on_verdict.limit is stop)");
  assert.equal(
    reasonOf("limit", { transientErrorAction: "stop" }),
    "the round was limit (transient_error_action is stop)",
  );
});

Deno.test("next() stops at the second refused login in a row, whatever lies between that tells nothing of it", () => {
  assert.deepEqual(run(["auth", "auth"]).map(brief), ["again after 60 s, keep", "stop: human_needed"]);
  for (const between of ["interrupted", "transient"] as const) {
    assert.equal(brief(run(["auth", between, "auth"])[2]!), "stop: human_needed", between);
  }
  for (const between of ["ok", "limit", "bounded", "context", "error"] as const) {
    assert.equal(run(["auth", between, "auth"])[2]!.kind, "again", between);
  }
  assert.equal(brief(run(["auth", "auth"], { secondsApart: 86_400 })[1]!), "stop: human_needed", "a day later");
  assert.equal(brief(run(["auth", "auth"], { seconds: 600 })[1]!), "stop: human_needed", "after long rounds");
});

Deno.test("next() waits longer than a minute for the second login where restart_delay_s is longer", () => {
  const { step } = next(resultOf("auth"), freshMemory, { ...options, restartDelaySeconds: 300 });
  assert.equal(step.kind === "again" && step.delaySeconds, 300);
});

Deno.test("next() counts a refused login in the breaker also where [on_verdict] goes on", () => {
  const steps = run(Array(5).fill("auth"), { override: "again" });
  assert.deepEqual(steps.map(brief).slice(0, 2), ["again after 6 s, keep", "again after 12 s, keep"]);
  assert.equal(brief(steps[4]!), "stop: crash_loop");
  assert.equal(brief(run(Array(5).fill("billing"), { override: "wait" })[4]!), "stop: crash_loop");
});

Deno.test("next() never goes on for long where a person is needed", () => {
  const kinds = fc.array(fc.constantFrom(...verdictKinds), { minLength: 2, maxLength: 8 });
  fc.assert(fc.property(kinds, (row) => {
    let memory = freshMemory;
    let loops = 0;
    for (const kind of row) {
      const { step, memory: after } = next(resultOf(kind, { needsHuman: true }), memory, options);
      memory = after;
      if (step.kind === "stop") return;
      assert.equal(kind, "auth");
      loops++;
    }
    assert.ok(loops <= 1, row.join(" "));
  }));
});

Deno.test("next() doubles the delay after short failures and stops at the fifth", () => {
  const steps = run(["error", "hung", "no_result", "hung", "error"]);
  assert.deepEqual(steps.slice(0, 4).map((step) => step.kind === "again" && step.delaySeconds), [6, 12, 24, 48]);
  assert.deepEqual(steps[4], { kind: "stop", cause: "crash_loop", reason: "5 short failures in a row" });
});

Deno.test("next() does not let rounds that somebody ends, or that are full at once, go round all night", () => {
  for (const kind of ["interrupted", "context"] as const) {
    const steps = run(Array(5).fill(kind));
    assert.deepEqual(steps.slice(0, 4).map((step) => step.kind === "again" && step.delaySeconds), [6, 12, 24, 48]);
    assert.equal(brief(steps[4]!), "stop: crash_loop");
    assert.ok(run(Array(9).fill(kind), { seconds: 60 }).every((step) => step.kind === "again"), "long rounds");
  }
});

Deno.test("next() neither counts nor forgets over a round that the supervisor ended or did not see end", () => {
  const memory: LoopMemory = { ...freshMemory, shortFailures: 4, lastFailureAt: now };
  for (const ending of [{ kind: "stopped", by: "operator", code: 0 }, { kind: "lost", reason: "gone" }] as const) {
    const after = next(resultOf("interrupted", {}, { ending }), memory, options);
    assert.equal(brief(after.step), "again after 6 s, keep");
    assert.equal(after.memory.shortFailures, 4);
  }
});

Deno.test("next() starts a fresh session where the old one was refused, and does not take that for the end", () => {
  for (const kind of ["config", "error", "no_result"] as const) {
    const refused = resultOf(kind, { needsHuman: kind === "config" }, { isSessionRefused: true });
    const { step, memory } = next(refused, freshMemory, { ...options, override: "stop" });
    assert.equal(brief(step), "again after 6 s, fresh");
    assert.deepEqual([memory.needsFreshSession, memory.shortFailures], [true, 1]);
    assert.equal(next(resultOf("ok"), memory, options).memory.needsFreshSession, false);
  }
});

Deno.test("next() never delays longer than half an hour, nor shorter than restart_delay_s", () => {
  const memory: LoopMemory = { ...freshMemory, shortFailures: 3, lastFailureAt: now };
  const delayOf = (restartDelaySeconds: number) => {
    const { step } = next(resultOf("error"), memory, { ...options, restartDelaySeconds });
    return step.kind === "again" && step.delaySeconds;
  };
  assert.deepEqual([delayOf(900), delayOf(3600)], [1800, 3600]);
});

for (const kind of ["ok", "bounded"] as const) {
  Deno.test(`next() forgets failures after '${kind}'`, () => {
    const steps = run(["error", "error", "error", "error", kind, "error"]);
    assert.equal(steps[5]!.kind === "again" && steps[5]!.delaySeconds, 6);
  });
}

Deno.test("next() does not count a failure of a minute or more, and forgets the short ones before it", () => {
  const memory: LoopMemory = { ...freshMemory, shortFailures: 4, lastFailureAt: now };
  const long = next(resultOf("error", {}, { durationSeconds: 60 }), memory, options);
  assert.deepEqual([brief(long.step), long.memory], ["again after 6 s, keep", {
    ...freshMemory,
    failures: 1,
    lastFailureAt: now,
  }]);
  assert.equal(next(resultOf("error", {}, { durationSeconds: 59.9 }), memory, options).step.kind, "stop");
});

Deno.test("next() stops only for failures that follow each other within an hour", () => {
  assert.ok(run(Array(10).fill("error"), { secondsApart: 3601 }).every((step) => step.kind === "again"));
  assert.equal(run(Array(5).fill("error"), { secondsApart: 3599 })[4]!.kind, "stop");
});

Deno.test("next() counts the first short failure on where the breaker had opened", () => {
  const opened: LoopMemory = { ...freshMemory, shortFailures: 5, lastFailureAt: now };
  assert.equal(brief(next(resultOf("error"), opened, options).step), "stop: crash_loop");
  assert.equal(next(resultOf("ok"), opened, options).memory.shortFailures, 0);
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
  const named = resultOf("limit", { resetsAt: now + 50_000, waitClass: "rate_limit_account" });
  assert.deepEqual(next(named, freshMemory, options).memory, freshMemory);
});

Deno.test("next() does not hammer a limit that is skipped: the pause grows up to a minute", () => {
  const skip = { ...options, transientErrorAction: "skip" as const };
  assert.deepEqual(next(resultOf("limit"), freshMemory, skip).step, {
    kind: "again",
    delaySeconds: 3,
    reason: "transient_error_action is skip",
    session: "keep",
  });
  const delays = run(Array(8).fill("limit"), skip).map((step) => step.kind === "again" && step.delaySeconds);
  assert.deepEqual(delays, [3, 6, 12, 24, 48, 60, 60, 60]);
  const slow = next(resultOf("limit"), freshMemory, { ...skip, restartDelaySeconds: 600 }).step;
  assert.equal(slow.kind === "again" && slow.delaySeconds, 600);
});

Deno.test("next() gives a finite, sane step for any verdict and memory", () => {
  const verdict = fc.record({
    kind: fc.constantFrom(...verdictKinds),
    resetsAt: fc.option(fc.oneof(fc.integer(), fc.double(), fc.constant(Infinity), fc.constant(1e300))),
    retryAfterSeconds: fc.option(fc.oneof(fc.integer(), fc.double())),
    waitClass: fc.option(fc.constantFrom(...waitClasses)),
  });
  const memory = fc.record({
    failures: fc.nat(2000),
    shortFailures: fc.nat(10),
    lastFailureAt: fc.option(fc.integer()),
    authFailures: fc.nat(3),
    needsFreshSession: fc.boolean(),
    backoff: fc.dictionary(fc.constantFrom(...waitNames), fc.nat(1000)),
  });
  const asked = fc.record({
    override: fc.option(fc.constantFrom(...verdictActions)),
    transientErrorAction: fc.constantFrom("back_off", "skip", "stop"),
  });
  const seconds = fc.double({ min: 0, max: 1e6, noNaN: true });
  fc.assert(fc.property(verdict, memory, fc.tuple(asked, seconds), (changes, before, [choice, durationSeconds]) => {
    const { kind, ...rest } = changes;
    const result = resultOf(kind, rest, { durationSeconds });
    const { step, memory: after } = next(result, before, { ...options, ...choice as Partial<NextOptions> });
    if (step.kind === "again") assert.ok(step.delaySeconds >= 3 && step.delaySeconds <= 1800);
    if (step.kind === "wait") {
      assert.ok(step.wait.resetAt >= now && step.wait.resetAt - now <= 366 * 86_400 + 1);
      assert.ok(Number.isFinite(new Date(step.wait.resetAt * 1000).getTime()));
      assert.ok(step.wait.exponent >= 0 && step.wait.exponent <= 5);
    }
    if (step.kind !== "stop") assert.equal(after.needsFreshSession, step.session === "fresh");
    assert.ok(Number.isSafeInteger(after.shortFailures) && after.shortFailures >= 0);
  }));
});

for (const kind of ["hung", "no_result", "error"] as const) {
  Deno.test(`next() has the pause grow after '${kind}' also where the rounds are long`, () => {
    const steps = run([...Array(11).fill(kind), "ok", kind], { seconds: 90, secondsApart: 1000 });
    const delays = steps.map((step) => step.kind === "again" && step.delaySeconds);
    assert.deepEqual(delays, [6, 12, 24, 48, 96, 192, 384, 768, 1536, 1800, 1800, 3, 6], "no breaker opens");
  });
}

Deno.test("next() does not wait again for a reset that passed while nobody was there to wait for it", () => {
  const limit = (endedAt: number) =>
    next(resultOf("limit", { resetsAt: now - 7200 }, { endedAt: endedAt * 1000 }), freshMemory, options).step;
  assert.equal(brief(limit(now - 20_000)), "wait 0 s, keep");
  assert.equal(brief(limit(now - 5)), "wait 300 s, keep", "it was over before: nobody knows when it really ends");
});
