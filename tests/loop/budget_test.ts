// Guards money: what counts, when a round may start, what is told, and that nothing forgets what was spent.
import assert from "node:assert/strict";
import type { Usage } from "../../src/core/agent.ts";
import type { Config } from "../../src/config/schema.ts";
import { payloadFault } from "../../src/core/event_payload.ts";
import { BudgetKeeper } from "../../src/loop/budget.ts";
import type { BudgetRound } from "../../src/loop/budget_limits.ts";
import type { EventSink } from "../../src/ports/records.ts";
import { configOf, withLines } from "../config/sample.ts";
import { FakeClock } from "../fakes/fake_clock.ts";
import { MemoryFiles } from "../fakes/memory_files.ts";

const ledger = "/home/me/shop/logs/budget.json";
const noon = epoch("2026-11-21T12:00:00Z");

function epoch(text: string): number {
  return Date.parse(text) / 1000;
}

const usage: Usage = {
  model: "m",
  inputTokens: 100,
  outputTokens: 20,
  reasoningTokens: 3,
  cachedTokens: 800,
  cacheCreationTokens: 77,
  costUsd: null,
  durationMs: 1,
  toolCallCount: 0,
  modelsBreakdown: null,
  isCumulative: false,
};

interface Told {
  readonly kind: string;
  readonly [field: string]: unknown;
}

/** A supervisor's life: keepers on the same files come after each other. */
function stage(lines: Readonly<Record<string, string>>, files = new MemoryFiles()) {
  const config: Config = configOf(withLines({ ...lines, budget: `time_zone = "UTC"\n${lines.budget ?? ""}` }));
  const told: Told[] = [];
  const emit: EventSink["emit"] = (kind, payload) => {
    assert.equal(payloadFault(kind, payload), null);
    told.push({ kind, ...payload });
  };
  const clock = new FakeClock({ startsAt: "2026-11-21T12:00:00Z" });
  return { keeper: new BudgetKeeper({ config, files, clock, emit }), files, told };
}

function round(number: number, more: Partial<BudgetRound> & { readonly costUsd?: number | null } = {}): BudgetRound {
  const { costUsd = null, ...facts } = more;
  return { number, usage: { ...usage, costUsd }, estimatedUsd: null, durationSeconds: 60, endedAt: noon, ...facts };
}

function spent(files: MemoryFiles): Record<string, Record<string, number>> & { periods: Record<string, unknown> } {
  return JSON.parse(files.readText(ledger)!);
}

Deno.test("BudgetKeeper keeps nothing and bounds nothing when no budget is set", () => {
  const { keeper, files, told } = stage({});
  files.writeAtomic(ledger, "garbled");
  keeper.record(round(1, { costUsd: 1e6 }));
  assert.equal(keeper.isActive, false);
  assert.deepEqual(keeper.check(noon), { kind: "open" });
  assert.deepEqual(keeper.room(noon), { usd: null, tokens: null, seconds: null });
  assert.deepEqual([files.readText(ledger), told], ["garbled", []]);
});

Deno.test("BudgetKeeper.check() waits for the next day when the day's money is spent, and opens then", () => {
  const { keeper } = stage({ "budget.day": "usd = 10" });
  keeper.record(round(1, { costUsd: 9.99 }));
  assert.deepEqual(keeper.check(noon), { kind: "open" });
  keeper.record(round(2, { costUsd: 0.41 }));
  const midnight = epoch("2026-11-22T00:00:00Z");
  assert.deepEqual(keeper.check(noon), {
    kind: "wait",
    until: midnight,
    reason: "the budget of the day is used up: $10.40 of $10.00",
    period: "day",
    unit: "usd",
  });
  assert.equal(keeper.check(midnight - 1).kind, "wait");
  assert.equal(keeper.check(midnight).kind, "open");
  assert.equal(keeper.room(midnight).usd, 10);
});

Deno.test("BudgetKeeper.check() counts to the limit without losing a cent to rounding", () => {
  const { keeper } = stage({ "budget.day": "usd = 0.3" });
  for (let number = 1; number <= 3; number++) keeper.record(round(number, { costUsd: 0.1 }));
  assert.equal(keeper.check(noon).kind, "wait");
  assert.equal(stage({ "budget.day": "usd = 0.3" }).keeper.check(noon).kind, "open");
});

Deno.test("BudgetKeeper.check() waits for the latest of several periods, and names them all", () => {
  const { keeper } = stage({ "budget.day": "rounds = 1", "budget.week": "tokens = 1000", "budget.month": "hours = 9" });
  keeper.record(round(1));
  const answer = keeper.check(noon);
  assert.deepEqual(answer, {
    kind: "wait",
    until: epoch("2026-11-23T00:00:00Z"),
    reason: "the budget of the week is used up: 1,000 of 1,000 tokens; " +
      "the budget of the day is used up: 1 of 1 rounds",
    period: "week",
    unit: "tokens",
  });
});

Deno.test("BudgetKeeper.check() stops when the total is spent, whatever the action", () => {
  const { keeper } = stage({ "budget.total": "hours = 0.5", "budget.day": "rounds = 1" });
  keeper.record(round(1, { durationSeconds: 1800 }));
  const answer = keeper.check(noon);
  assert.equal(answer.kind, "stop");
  assert.match(
    answer.kind === "stop" ? answer.reason : "",
    /^the budget in total is used up: 0\.5 of 0\.5 hours/,
  );
  assert.match(answer.kind === "stop" ? answer.fix : "", /\[budget\.total\].*rm \/home\/me\/shop\/logs\/budget\.json/);
});

Deno.test('BudgetKeeper.check() stops at a period\'s end when budget_action is "stop"', () => {
  const { keeper } = stage({ "budget": 'budget_action = "stop"', "budget.month": "usd = 1" });
  keeper.record(round(1, { costUsd: 1 }));
  const answer = keeper.check(noon);
  assert.equal(answer.kind, "stop");
  assert.match(answer.kind === "stop" ? answer.fix : "", /start again after 2026-12-01T00:00:00/);
  assert.equal(keeper.check(epoch("2026-12-01T00:00:00Z")).kind, "open");
});

Deno.test("BudgetKeeper keeps reported and estimated cost apart, and counts what nobody knows", () => {
  const { keeper, files } = stage({ "budget.day": "usd = 3" });
  keeper.record(round(1, { costUsd: 2, estimatedUsd: 50 }));
  keeper.record(round(2, { estimatedUsd: 0.75 }));
  keeper.record(round(3));
  keeper.record(round(4, { usage: null, estimatedUsd: 0.25 }));
  keeper.record(round(5, { usage: null }));
  assert.deepEqual(spent(files).total, {
    usd: 2,
    estimated_usd: 1,
    tokens: 3000,
    rounds: 5,
    seconds: 300,
    rounds_without_cost: 2,
  });
  const answer = keeper.check(noon);
  assert.equal(
    answer.kind === "wait" ? answer.reason : "",
    "the budget of the day is used up: $3.00 of $3.00 ($2.00 reported, $1.00 estimated; " +
      "without 2 rounds of unknown cost)",
  );
});

Deno.test("BudgetKeeper says that a cost is an estimate when all of it is", () => {
  const { keeper } = stage({ "budget.total": "usd = 0.001" });
  keeper.record(round(1, { estimatedUsd: 0.002 }));
  const answer = keeper.check(noon);
  assert.match(answer.kind === "stop" ? answer.reason : "", /: \$0\.0020 of \$0\.0010 \(estimated\)$/);
});

Deno.test("BudgetKeeper.record() takes amounts that cannot be for none", () => {
  const { keeper, files } = stage({ "budget.day": "usd = 3" });
  keeper.record(round(1, { costUsd: NaN, estimatedUsd: -3, durationSeconds: -1 }));
  keeper.record(round(2, { usage: { ...usage, costUsd: Infinity, cachedTokens: NaN } }));
  const { total } = spent(files);
  assert.deepEqual([total!.usd, total!.estimated_usd, total!.rounds_without_cost, total!.tokens], [0, 0, 2, 1200]);
  assert.equal(total!.seconds, 60);
});

Deno.test("BudgetKeeper tells 80 and 100 percent once for each period", () => {
  const { keeper, told } = stage({ "budget.day": "usd = 10" });
  keeper.record(round(1, { costUsd: 7.9 }));
  assert.deepEqual(told, []);
  keeper.record(round(2, { costUsd: 0.1 }));
  keeper.record(round(3, { costUsd: 1 }));
  assert.deepEqual(told, [{ kind: "budget_warned", period: "day", unit: "usd", used: 8, allowed: 10 }]);
  keeper.record(round(4, { costUsd: 1 }));
  keeper.check(noon);
  keeper.check(noon);
  const until = epoch("2026-11-22T00:00:00Z");
  const reached = { kind: "budget_reached", period: "day", unit: "usd", used: 10, allowed: 10, until_epoch: until };
  assert.deepEqual(told.slice(1), [reached]);
  keeper.record(round(5, { costUsd: 8, endedAt: until + 60 }));
  assert.deepEqual(told.slice(2).map(({ kind }) => kind), ["budget_warned"]);
});

Deno.test("BudgetKeeper tells both when one round passes both", () => {
  const { keeper, told } = stage({ "budget.total": "rounds = 1" });
  keeper.record(round(1));
  assert.deepEqual(told.map(({ kind, until_epoch }) => [kind, until_epoch]), [
    ["budget_warned", undefined],
    ["budget_reached", null],
  ]);
});

Deno.test("BudgetKeeper tells of every round that used up its own budget", () => {
  const { keeper, told } = stage({ "budget.round": "usd = 1\ntokens = 5000" });
  keeper.record(round(1, { costUsd: 0.5 }));
  assert.deepEqual(told, []);
  keeper.record(round(2, { costUsd: 0.9 }));
  keeper.record(round(3, { costUsd: 1.5 }));
  assert.deepEqual(told.map(({ kind, period, used }) => [kind, period, used]), [
    ["budget_warned", "round", 0.9],
    ["budget_warned", "round", 1.5],
    ["budget_reached", "round", 1.5],
  ]);
  assert.equal(keeper.check(noon).kind, "open");
});

Deno.test("BudgetKeeper goes on in the next life where it was, and tells nothing twice", () => {
  const first = stage({ "budget.week": "usd = 10" });
  first.keeper.record(round(1, { costUsd: 9 }));
  const second = stage({ "budget.week": "usd = 10" }, first.files);
  assert.equal(second.keeper.room(noon).usd, 1);
  second.keeper.record(round(2, { costUsd: 0.5 }));
  assert.deepEqual([first.told.length, second.told.length], [1, 0]);
  second.keeper.record(round(3, { costUsd: 0.5 }));
  assert.equal(stage({ "budget.week": "usd = 10" }, first.files).keeper.check(noon).kind, "wait");
});

Deno.test("BudgetKeeper tells again when a budget was changed, and opens when it was raised", () => {
  const first = stage({ "budget.week": "usd = 10" });
  first.keeper.record(round(1, { costUsd: 10 }));
  const raised = stage({ "budget.week": "usd = 12" }, first.files);
  assert.equal(raised.keeper.check(noon).kind, "open");
  assert.deepEqual(raised.told.map(({ kind }) => kind), ["budget_warned"]);
  const lowered = stage({ "budget.week": "usd = 5" }, first.files);
  assert.equal(lowered.keeper.check(noon).kind, "wait");
  assert.deepEqual(lowered.told.map(({ kind }) => kind), ["budget_warned", "budget_reached"]);
});

Deno.test("BudgetKeeper.record() counts a round once, also when a later life settles it again", () => {
  const first = stage({ "budget.day": "usd = 10" });
  first.keeper.record(round(7, { costUsd: 3 }));
  first.keeper.record(round(7, { costUsd: 3 }));
  stage({ "budget.day": "usd = 10" }, first.files).keeper.record(round(7, { costUsd: 3 }));
  assert.equal(spent(first.files).total!.usd, 3);
  const restarted = stage({ "budget.day": "usd = 10" }, first.files);
  restarted.keeper.record(round(1, { costUsd: 3 }));
  assert.equal(spent(first.files).total!.usd, 6);
});

Deno.test("BudgetKeeper.record() counts a round over midnight in the day in which it ended", () => {
  const { keeper, files } = stage({ "budget.day": "hours = 1" });
  keeper.record(round(1, { durationSeconds: 3000, endedAt: epoch("2026-11-20T23:59:00Z") }));
  keeper.record(round(2, { durationSeconds: 3000, endedAt: epoch("2026-11-21T00:01:00Z") }));
  const day = spent(files).periods.day as Record<string, unknown>;
  assert.deepEqual([day.key, day.seconds], ["2026-11-21", 3000]);
  assert.equal(keeper.check(epoch("2026-11-21T00:01:00Z")).kind, "open");
});

Deno.test("BudgetKeeper counts days where midnight is in the configured zone", () => {
  const files = new MemoryFiles();
  const config = configOf(withLines({ "budget": 'time_zone = "Asia/Tokyo"', "budget.day": "rounds = 1" }));
  const keeper = new BudgetKeeper({ config, files, clock: new FakeClock(), emit: () => {} });
  keeper.record(round(1));
  const answer = keeper.check(noon);
  assert.equal(answer.kind === "wait" ? answer.until : 0, epoch("2026-11-21T15:00:00Z"));
});

Deno.test("BudgetKeeper.room() is the least of what the round and every period leave", () => {
  const { keeper } = stage({
    "budget.round": "usd = 5\ntokens = 100",
    "budget.day": "usd = 6\nhours = 2",
    "budget.total": "hours = 1.5",
  });
  assert.deepEqual(keeper.room(noon), { usd: 5, tokens: 100, seconds: 5400 });
  keeper.record(round(1, { costUsd: 4, durationSeconds: 3600 }));
  assert.deepEqual(keeper.room(noon), { usd: 2, tokens: 100, seconds: 1800 });
  keeper.record(round(2, { costUsd: 4, durationSeconds: 3600 }));
  assert.deepEqual(keeper.room(noon), { usd: 0, tokens: 100, seconds: 0 });
});

Deno.test("BudgetKeeper stops when its ledger cannot be trusted, and leaves it as it is", () => {
  const { keeper, files } = stage({ "budget.round": "usd = 5", "budget.day": "usd = 10" });
  files.writeAtomic(ledger, '{"schema": 1, "total');
  const answer = keeper.check(noon);
  assert.equal(answer.kind, "stop");
  assert.match(answer.kind === "stop" ? answer.fix : "", /remove it to start from zero/);
  keeper.record(round(1, { costUsd: 1 }));
  assert.equal(files.readText(ledger), '{"schema": 1, "total');
  assert.deepEqual(keeper.room(noon), { usd: 5, tokens: null, seconds: null });
  files.remove(ledger);
  assert.equal(keeper.check(noon).kind, "open");
  assert.equal(spent(files).total!.usd, 1);
});

Deno.test("BudgetKeeper stops before the next round when it cannot write, and counts later what it could not", () => {
  const { keeper, files, told } = stage({ "budget.day": "usd = 10" });
  files.failWith(ledger, "full");
  keeper.record(round(1, { costUsd: 4 }));
  keeper.record(round(2, { costUsd: 4 }));
  const answer = keeper.check(noon);
  assert.equal(answer.kind, "stop");
  assert.deepEqual(told, []);
  files.failWith(ledger, null);
  assert.equal(keeper.check(noon).kind, "open");
  assert.deepEqual(told.map(({ kind }) => kind), ["budget_warned"]);
  assert.deepEqual([spent(files).total!.usd, spent(files).total!.rounds], [8, 2]);
});

Deno.test("BudgetKeeper does not open a budget again when the clock is set back", () => {
  const { keeper } = stage({ "budget.day": "usd = 10" });
  keeper.record(round(1, { costUsd: 10, endedAt: epoch("2026-11-22T00:00:30Z") }));
  const before = epoch("2026-11-21T23:59:30Z");
  assert.equal(keeper.check(before).kind, "wait");
  keeper.record(round(2, { costUsd: 1, endedAt: before }));
  assert.equal(keeper.check(epoch("2026-11-22T00:10:00Z")).kind, "wait");
  assert.equal(keeper.check(epoch("2026-11-23T00:00:00Z")).kind, "open");
});

Deno.test("BudgetKeeper stops when its ledger and the clock cannot both be right", () => {
  const { keeper } = stage({ "budget.month": "usd = 10" });
  keeper.record(round(1, { costUsd: 1, endedAt: epoch("2036-05-01T00:00:00Z") }));
  const answer = keeper.check(noon);
  assert.equal(answer.kind, "stop");
  assert.match(answer.kind === "stop" ? answer.reason : "", /counts the month 2036-05, but the clock says 2026-11-21/);
});

Deno.test("BudgetKeeper.states() shows every limit with what it was counted from", () => {
  const { keeper } = stage({ "budget.day": "usd = 10", "budget.total": "rounds = 5" });
  keeper.record(round(1, { costUsd: 1 }));
  assert.deepEqual(
    keeper.states(noon).map(({ period, unit, used, allowed, until }) => [period, unit, used, allowed, until]),
    [["day", "usd", 1, 10, epoch("2026-11-22T00:00:00Z")], ["total", "rounds", 1, 5, null]],
  );
});

Deno.test("BudgetKeeper takes the time from its clock when none is given", () => {
  const { keeper } = stage({ "budget.day": "rounds = 1" });
  keeper.record(round(1));
  assert.equal(keeper.check().kind, "wait");
});
