// Guards how long a host may be out of reach: the delays, the clip at the end, the way back, and no tolerance at all.
import assert from "node:assert/strict";
import fc from "fast-check";
import { eventKinds } from "../../src/core/event.ts";
import { afterFailure, calm } from "../../src/monitor/tolerance.ts";
import type { AfterFailure, Tolerance } from "../../src/monitor/tolerance.ts";

const usual = { host: "box", error: "no route", capSeconds: 90, intervalSeconds: 60 };

/** Fails again as soon as each delay is over, until it is given up. */
function failing(capSeconds: number, attemptMs = 0): AfterFailure[] {
  const steps: AfterFailure[] = [];
  let state: Tolerance = calm;
  for (let at = 5000; steps.at(-1)?.kind !== "give_up";) {
    const step = afterFailure(state, { ...usual, capSeconds, at });
    steps.push(step);
    state = step.state;
    at += attemptMs + (step.kind === "retry" ? step.delayMs : 0);
  }
  return steps;
}

function delays(steps: readonly AfterFailure[]): number[] {
  return steps.flatMap((step) => step.kind === "retry" ? [step.delayMs / 1000] : []);
}

Deno.test("afterFailure() waits 1, 2, 4, 8, 16 and 30 s, clipped to the time left", () => {
  assert.deepEqual(delays(failing(90)), [1, 2, 4, 8, 16, 30, 29]);
  assert.deepEqual(delays(failing(5)), [1, 2, 2]);
  assert.deepEqual(delays(failing(200)).slice(-4), [30, 30, 30, 19]);
});

Deno.test("afterFailure() tells each failure, and gives up once at the cap", () => {
  const steps = failing(5);
  assert.deepEqual(steps.map(({ notice }) => notice), [
    blip({ attempt: 1, elapsed_s: 0, next_sleep_s: 1 }),
    blip({ attempt: 2, elapsed_s: 1, next_sleep_s: 2 }),
    blip({ attempt: 3, elapsed_s: 3, next_sleep_s: 2 }),
    {
      kind: "monitor_remote_giveup",
      payload: { host: "box", total_attempts: 4, total_elapsed_s: 5, cap_s: 5, final_error: "no route" },
    },
  ]);
});

function blip(fields: Readonly<Record<string, number>>) {
  const { attempt, elapsed_s, next_sleep_s } = fields;
  const payload = { host: "box", error: "no route", attempt, elapsed_s, cap_s: 5, interval_s: 60, next_sleep_s };
  return { kind: "monitor_remote_blip", payload };
}

Deno.test("afterFailure() has the fields of the event kinds", () => {
  for (const { notice } of failing(5)) {
    assert.ok(notice);
    assert.deepEqual(Object.keys(notice.payload).sort(), Object.keys(eventKinds[notice.kind].fields).sort());
  }
});

Deno.test("afterFailure() fails at once and tells nothing when the tolerance is 0", () => {
  assert.deepEqual(afterFailure(calm, { ...usual, capSeconds: 0, at: 77 }), {
    kind: "give_up",
    state: { attempts: 1, since: 77 },
    notice: null,
  });
});

Deno.test("afterFailure() does not wait for what waiting cannot mend", () => {
  const step = afterFailure(calm, { ...usual, at: 77, isFinal: true });
  assert.equal(step.kind, "give_up");
  assert.equal(step.notice?.kind, "monitor_remote_giveup");
});

Deno.test("afterFailure() begins anew after a success", () => {
  const once = afterFailure(calm, { ...usual, at: 0 });
  const again = afterFailure(once.state, { ...usual, at: 1000 });
  assert.deepEqual(delays([once, again, afterFailure(calm, { ...usual, at: 2000 })]), [1, 2, 1]);
});

Deno.test("afterFailure() never waits beyond the cap, and always comes to an end", () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 3600 }), fc.integer({ min: 0, max: 40_000 }), (cap, attemptMs) => {
    const steps = failing(cap, attemptMs);
    const waited = delays(steps).reduce((sum, delay) => sum + delay, 0);
    assert.ok(waited <= cap + 1e-9, `${waited} > ${cap}`);
    assert.ok(delays(steps).every((delay) => delay > 0));
    assert.equal(steps.filter(({ kind }) => kind === "give_up").length, 1);
  }));
});
