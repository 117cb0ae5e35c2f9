// Guards the pace: a window ends nearly used up, is never overrun, and nothing waits without a reason.
import assert from "node:assert/strict";
import fc from "fast-check";
import type { UsageWindow } from "../../src/core/agent.ts";
import { notePace, type PacedDelay, pacedDelay, type PaceFacts, type PaceHistory } from "../../src/loop/pace.ts";

const now = 1_800_000_000;
const hour = 3600;

function window(utilization: number | null, more: Partial<UsageWindow> = {}): UsageWindow {
  return { name: "five_hour", utilization, resetsAt: now + 5 * hour, isRejected: false, ...more };
}

/** Observations of the same window in earlier rounds. */
function seen(shares: readonly number[], more: Partial<UsageWindow> = {}): PaceHistory {
  return shares.flatMap((share) => notePace([], [window(share, more)], now));
}

function paced(windows: readonly UsageWindow[], more: Partial<PaceFacts> = {}): PacedDelay | null {
  return pacedDelay({ windows, now, restartDelaySeconds: 3, lastRoundSeconds: 600, history: [], ...more });
}

Deno.test("pacedDelay() spreads the rounds that still fit until the reset", () => {
  const delay = paced([window(0.47)], { history: seen([0.37, 0.42]) });
  // Ten rounds of 5 percent are left for five hours: one begins every 1,800 seconds, and one lasts 600.
  assert.equal(delay?.delaySeconds, 1200);
  assert.equal(
    delay?.reason,
    'pacing: 47% of the limit "five_hour" is used, which is reset in 5h 00m; about 10 more rounds fit in it',
  );
});

Deno.test("pacedDelay() waits until the reset when a window is nearly used up", () => {
  for (const share of [0.97, 0.99, 1, 1.3]) {
    const delay = paced([window(share)], { history: seen([0.9, share - 0.001]) });
    assert.equal(delay?.delaySeconds, 5 * hour, String(share));
    assert.match(delay?.reason ?? "", /too much for one more round; it is reset in 5h 00m/);
  }
});

Deno.test("pacedDelay() waits until the reset when the greediest round would not fit any more", () => {
  assert.equal(paced([window(0.9)], { history: seen([0.7, 0.82, 0.83]) })?.delaySeconds, 5 * hour);
  assert.notEqual(paced([window(0.8)], { history: seen([0.6, 0.72, 0.73]) })?.delaySeconds, 5 * hour);
});

Deno.test("pacedDelay() guesses rather too much, but never for long, when it has seen only one round", () => {
  const week = { name: "seven_day", resetsAt: now + 7 * 24 * hour };
  assert.equal(paced([window(0.4, week)])?.delaySeconds, 600);
  assert.ok((paced([window(0.02)], { lastRoundSeconds: 60 })?.delaySeconds ?? 0) <= 600);
  assert.equal(paced([window(0.95, week)])?.delaySeconds, 7 * 24 * hour);
});

Deno.test("pacedDelay() lets the longest delay of several windows win", () => {
  const week = { name: "seven_day", resetsAt: now + 5 * 24 * hour };
  const history = [...seen([0.37, 0.42]), ...seen([0.5, 0.51], week)];
  const both = paced([window(0.47), window(0.52, week)], { history });
  assert.match(both?.reason ?? "", /"seven_day"/);
  assert.deepEqual(paced([window(0.52, week), window(0.47)], { history }), both);
});

Deno.test("pacedDelay() says nothing without data, for a window that was reset, and where there is room enough", () => {
  for (
    const windows of [
      [],
      [window(null)],
      [window(0.9, { resetsAt: null })],
      [window(0.9, { resetsAt: now })],
      [window(0.9, { resetsAt: now - 60 })],
      [window(0.9, { resetsAt: now + 90 * 24 * hour })],
      [window(NaN)],
      [window(-0.5)],
      [window(Infinity)],
      [window(0.9, { resetsAt: NaN })],
    ]
  ) assert.equal(paced(windows), null, JSON.stringify(windows));
  assert.equal(paced([window(0.1, { resetsAt: now + 600 })], { history: seen([0.08, 0.09]) }), null);
  assert.equal(paced([window(0.47)], { history: seen([0.37, 0.42]), restartDelaySeconds: 1200 }), null);
});

Deno.test("pacedDelay() waits for a window that refuses", () => {
  assert.equal(paced([window(null, { isRejected: true })])?.delaySeconds, 5 * hour);
  assert.equal(paced([window(0.5, { isRejected: true })])?.delaySeconds, 5 * hour);
});

Deno.test("pacedDelay() does not learn from a window that came before the reset, or from another", () => {
  const before = seen([0.1, 0.9], { resetsAt: now + 600 });
  const other = seen([0.1, 0.9], { name: "seven_day" });
  const alone = paced([window(0.2)]);
  assert.deepEqual(paced([window(0.2)], { history: [...before, ...other] }), alone);
});

Deno.test("pacedDelay() takes use that falls, or does not show, for hardly any", () => {
  for (const shares of [[0.5, 0.5, 0.5], [0.6, 0.55, 0.52]]) {
    const delay = paced([window(0.5)], { history: seen(shares), lastRoundSeconds: 10 });
    assert.ok((delay?.delaySeconds ?? 0) < 300, JSON.stringify(delay));
  }
});

Deno.test("pacedDelay() shows no control characters of a window's name", () => {
  const reason = paced([window(0.99, { name: `\u001b[31m${"x".repeat(500)}` })])?.reason ?? "";
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  assert.ok(reason.length < 200 && !/[\u0000-\u001f]/.test(reason), reason);
});

Deno.test("notePace() keeps a bounded number of observations of windows that are still open", () => {
  let history: PaceHistory = [];
  for (let round = 0; round < 500; round++) {
    const windows = Array.from({ length: 20 }, (_, i) => window(round / 1000, { name: `w${i}` }));
    history = notePace(history, windows, now);
  }
  assert.ok(history.length <= 80);
  assert.deepEqual(notePace(history, [], now + 6 * hour), []);
});

Deno.test("pacedDelay() is whole, at least the ordinary delay and at most until the last reset, whatever is seen", () => {
  const share = fc.oneof(fc.double({ min: 0, max: 1.5, noNaN: true }), fc.constantFrom(null, NaN, -1, 1e9));
  const any = fc.record({
    name: fc.constantFrom("a", "b"),
    utilization: share,
    resetsAt: fc.oneof(fc.integer({ min: now - 1000, max: now + 3_000_000 }), fc.constantFrom(null, 0, 1e15)),
    isRejected: fc.boolean(),
  });
  const rounds = fc.array(fc.array(any, { maxLength: 4 }), { minLength: 1, maxLength: 15 });
  fc.assert(fc.property(rounds, fc.nat(5000), fc.nat(600), (all, lastRoundSeconds, restartDelaySeconds) => {
    const windows = all.at(-1)!;
    const history = all.slice(0, -1).reduce<PaceHistory>((kept, some) => notePace(kept, some, now), []);
    const delay = pacedDelay({ windows, now, restartDelaySeconds, lastRoundSeconds, history });
    if (delay === null) return;
    const last = Math.max(...windows.map(({ resetsAt }) => resetsAt ?? 0));
    assert.ok(Number.isSafeInteger(delay.delaySeconds) && delay.delaySeconds > restartDelaySeconds);
    assert.ok(delay.delaySeconds <= last - now && delay.reason !== "");
  }));
});

interface Plan {
  readonly name: string;
  readonly seconds: number;
  /** Share that an ordinary round takes. */
  readonly use: number;
}

/** Rounds of chance length and use from the beginning of the first window to its end; shares that were used at most. */
function run(
  plans: readonly Plan[],
  chance: { next(): number; readonly grain: number; readonly roundSeconds: number },
) {
  const state = plans.map((plan) => ({ ...plan, resetsAt: now + plan.seconds, used: 0 }));
  const end = state[0]!.resetsAt;
  let at = now;
  let history: PaceHistory = [];
  let rounds = 0;
  while (at < end) {
    const lastRoundSeconds = chance.roundSeconds * (0.7 + 0.6 * chance.next());
    at += lastRoundSeconds;
    if (at >= end) break;
    rounds++;
    for (const open of state) open.used += open.use * (0.8 + 0.4 * chance.next());
    const windows = state.map(({ name, resetsAt, used }) => ({
      name,
      resetsAt,
      utilization: chance.grain === 0 ? used : Math.floor(used / chance.grain) * chance.grain,
      isRejected: false,
    }));
    at += pacedDelay({ windows, now: at, restartDelaySeconds: 3, lastRoundSeconds, history })?.delaySeconds ?? 3;
    history = notePace(history, windows, at);
  }
  return { used: state.map(({ used }) => used), rounds };
}

const dice = fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })).map((stream) => ({
  next: () => Number(stream.next().value),
}));
const grains = fc.constantFrom(0, 0.01);

Deno.test("pacedDelay() ends a window between 85 and 100 percent used, whatever the rounds take", () => {
  const seconds = fc.constantFrom(5 * hour, 24 * hour, 7 * 24 * hour);
  const use = fc.double({ min: 0.004, max: 0.06, noNaN: true });
  fc.assert(
    fc.property(seconds, use, grains, dice, (length, share, grain, { next }) => {
      // Rounds short enough that without a pace the window would be used up in two thirds of its time.
      const roundSeconds = Math.min(900, length * share / 1.5);
      const { used, rounds } = run([{ name: "w", seconds: length, use: share }], { next, grain, roundSeconds });
      assert.ok(used[0]! <= 1, `overrun: ${used[0]}`);
      assert.ok(used[0]! >= 0.85, `only ${used[0]} used in ${rounds} rounds`);
    }),
    { numRuns: 150 },
  );
});

Deno.test("pacedDelay() overruns none of two windows, and uses the narrower one", () => {
  const fiveHours = fc.double({ min: 0.02, max: 0.06, noNaN: true });
  const week = fc.double({ min: 0.002, max: 0.06, noNaN: true });
  fc.assert(
    fc.property(fiveHours, week, grains, dice, (short, long, grain, { next }) => {
      const plans = [
        { name: "five_hour", seconds: 5 * hour, use: short },
        { name: "day", seconds: 5 * hour, use: long },
      ];
      const { used } = run(plans, { next, grain, roundSeconds: 5 * hour * Math.max(short, long) / 1.5 });
      assert.ok(used.every((share) => share <= 1), JSON.stringify(used));
      assert.ok(Math.max(...used) >= 0.8, JSON.stringify(used));
    }),
    { numRuns: 100 },
  );
});
