// Guards how long a limit is waited for: the provider's word as it is, else a guess that grows.
import assert from "node:assert/strict";
import fc from "fast-check";
import { jitterSeconds, planWait } from "../../src/loop/backoff.ts";
import { verdictKinds, waitClasses } from "../../src/core/verdict.ts";
import type { WaitClass } from "../../src/core/verdict.ts";
import { plainVerdict } from "../fakes/fake_reader.ts";

const now = 1_800_000_000.25;

function curve(waitClass: WaitClass, waits = 7): number[] {
  return Array.from(
    { length: waits },
    (_, count) => planWait(plainVerdict("transient", { waitClass }), { [waitClass]: count }, now).appliedSeconds,
  );
}

Deno.test("planWait() doubles its guess up to half an hour", () => {
  const minute = [60, 120, 240, 480, 960, 1800, 1800];
  assert.deepEqual(curve("api_transient_5xx"), minute);
  assert.deepEqual(curve("rate_limit_model"), minute);
  assert.deepEqual(curve("api_timeout"), [30, 60, 120, 240, 480, 960, 960]);
  assert.deepEqual(curve("rate_limit_account"), [300, 600, 1200, 1800, 1800, 1800, 1800]);
});

Deno.test("planWait() tells when a guess was stretched or clipped, and by how much", () => {
  const at = (count: number) =>
    planWait(plainVerdict("transient", { waitClass: "api_transient_5xx" }), { api_transient_5xx: count }, now);
  assert.deepEqual(at(0), {
    waitName: "api_transient_5xx",
    resetAt: 1_800_000_060,
    isAuthoritative: false,
    count: 0,
    exponent: 0,
    isStretched: false,
    requestedSeconds: 60,
    appliedSeconds: 60,
  });
  assert.equal(at(1).isStretched, true);
  assert.deepEqual([at(1).exponent, at(5).exponent, at(9).exponent, at(9).count], [1, 5, 5, 9]);
  assert.deepEqual([at(5).requestedSeconds, at(5).appliedSeconds], [1920, 1800]);
});

Deno.test("planWait() takes the provider's time as it is, also a week away", () => {
  for (const seconds of [1, 60, 8 * 3600, 8 * 3600 + 1, 7 * 86_400]) {
    const limit = plainVerdict("limit", { resetsAt: 1_800_000_000 + seconds, waitClass: "rate_limit_account" });
    const wait = planWait(limit, { rate_limit_account: 4 }, 1_800_000_000);
    assert.deepEqual([wait.resetAt - 1_800_000_000, wait.isAuthoritative, wait.isStretched], [seconds, true, false]);
    assert.equal(wait.exponent, 0);
  }
});

Deno.test("planWait() counts retry-after from now", () => {
  const wait = planWait(plainVerdict("transient", { retryAfterSeconds: 90, waitClass: "api_timeout" }), {}, now);
  assert.deepEqual([wait.resetAt, wait.isAuthoritative], [1_800_000_091, true]);
});

const notMeant: readonly [name: string, changes: Parameters<typeof plainVerdict>[1]][] = [
  ["that is long past", { resetsAt: now - 60.5 }],
  ["in milliseconds", { resetsAt: now * 1000 }],
  ["that is not a number", { resetsAt: NaN }],
  ["of no end", { resetsAt: Infinity }],
  ["past, whatever retry-after says", { resetsAt: 5, retryAfterSeconds: 10 }],
  ["retry-after of nothing", { retryAfterSeconds: 0 }],
  ["negative retry-after", { retryAfterSeconds: -5 }],
  ["endless retry-after", { retryAfterSeconds: Infinity }],
];

for (const [name, changes] of notMeant) {
  Deno.test(`planWait() guesses where the provider named a time ${name}`, () => {
    const wait = planWait(plainVerdict("transient", { ...changes, waitClass: "api_timeout" }), {}, now);
    assert.deepEqual([wait.isAuthoritative, wait.appliedSeconds], [false, 30]);
  });
}

for (const seconds of [0, 0.25, 5, 60]) {
  Deno.test(`planWait() goes on at once where the reset passed ${seconds} s ago`, () => {
    const wait = planWait(plainVerdict("limit", { resetsAt: now - seconds }), { rate_limit_account: 3 }, now);
    assert.deepEqual([wait.resetAt, wait.isAuthoritative, wait.isStretched], [1_800_000_001, true, false]);
    assert.ok(wait.appliedSeconds < 1);
  });
}

Deno.test("planWait() counts from the epoch: no change of summer time lengthens or shortens a wait", () => {
  // The night of 25 October 2026 has an hour twice in Europe, that of 29 March has one too few.
  for (const evening of ["2026-10-24T22:00:00Z", "2026-03-28T22:00:00Z"]) {
    const start = Date.parse(evening) / 1000;
    const limit = plainVerdict("limit", { resetsAt: start + 5 * 3600 });
    assert.equal(planWait(limit, {}, start).appliedSeconds, 5 * 3600);
  }
});

Deno.test("planWait() knows a class where the verdict has none", () => {
  assert.equal(planWait(plainVerdict("limit"), {}, now).waitName, "rate_limit_account");
  assert.equal(planWait(plainVerdict("transient"), {}, now).waitName, "api_transient_5xx");
});

Deno.test("planWait() calls any other verdict by its own name, and guesses from a minute on", () => {
  const wait = planWait(plainVerdict("error"), { error: 2, api_transient_5xx: 5 }, now);
  assert.deepEqual([wait.waitName, wait.appliedSeconds, wait.count], ["error", 240, 2]);
  assert.equal(planWait(plainVerdict("billing", { resetsAt: now + 100 }), {}, now).appliedSeconds, 100);
});

Deno.test("jitterSeconds() lies between 5 and 30 s", () => {
  assert.equal(jitterSeconds(0), 5);
  assert.equal(jitterSeconds(0.5), 17.5);
  assert.ok(jitterSeconds(0.999999) < 30);
});

Deno.test("planWait() gives a wait that can be sat out, whatever was said and however often", () => {
  const time = fc.option(fc.oneof(fc.double(), fc.integer(), fc.double({ min: now - 100, max: now + 1e8 })));
  const verdict = fc.record({
    kind: fc.constantFrom(...verdictKinds),
    waitClass: fc.option(fc.constantFrom(...waitClasses)),
    resetsAt: time,
    retryAfterSeconds: time,
  });
  fc.assert(fc.property(verdict, fc.nat({ max: 10_000 }), ({ kind, ...said }, count) => {
    const { waitName } = planWait(plainVerdict(kind, said), {}, now);
    const plan = planWait(plainVerdict(kind, said), { [waitName]: count }, now);
    assert.ok(plan.resetAt >= now - 1 && plan.resetAt <= now + 367 * 86_400, String(plan.resetAt));
    assert.ok(plan.appliedSeconds >= 0 && plan.appliedSeconds <= plan.requestedSeconds);
    if (plan.isAuthoritative) assert.equal(plan.exponent, 0);
    else assert.ok(plan.appliedSeconds >= 30 && plan.appliedSeconds <= 1800);
    // Once more in a row is never a shorter guess.
    const later = planWait(plainVerdict(kind, said), { [waitName]: count + 1 }, now);
    assert.ok(later.appliedSeconds >= plan.appliedSeconds);
  }));
});
