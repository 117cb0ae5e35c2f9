// Holds the parts of a picture against records that lack what they need, and against the bounds of what is kept.
import assert from "node:assert/strict";
import { isoTime } from "../../src/core/text.ts";
import { ProviderRecord } from "../../src/view/sight_provider.ts";
import { RoundsSight } from "../../src/view/sight_rounds.ts";
import { SupervisorRecord } from "../../src/view/sight_supervisor.ts";
import { WorkRecord } from "../../src/view/sight_work.ts";

const start = Date.parse("2026-11-21T10:00:00Z");

interface Part {
  readonly handlers: Readonly<Record<string, (event: never, at: number) => void>>;
}

function take(part: Part, kind: string, fields: object, seconds = 0): void {
  const at = start + seconds * 1000;
  part.handlers[kind]?.({ ts: isoTime(at), event: kind, ...fields } as never, at);
}

Deno.test("ProviderRecord passes over limits and budgets that lack what they need", () => {
  const limit = { agent: "claude", reset_at_epoch: 1.8e9, classification: "rate_limit_account", round_num: 1 };
  const budget = { period: "day", unit: "usd", used: 1, allowed: 2 };
  const record = new ProviderRecord();
  for (const name of ["agent", "reset_at_epoch"]) take(record, "transient_error_detected", { ...limit, [name]: null });
  for (const name of Object.keys(budget)) take(record, "budget_warned", { ...budget, [name]: null });
  assert.deepEqual([record.limits, record.budgets], [[], []]);
  take(record, "transient_error_detected", limit);
  take(record, "budget_warned", budget);
  assert.deepEqual(record.limits.map(({ agent }) => agent), ["claude"]);
  assert.deepEqual(record.budgets.map(({ period, allowed }) => [period, allowed]), [["day", 2]]);
});

Deno.test("ProviderRecord keeps the newest 16 agents and 32 budgets", () => {
  const record = new ProviderRecord();
  for (let i = 0; i < 40; i++) {
    take(record, "transient_error_detected", { agent: `a${i}`, reset_at_epoch: 1.8e9 });
    take(record, "budget_warned", { period: "day", unit: `u${i}`, used: 1, allowed: 2 });
  }
  assert.deepEqual(record.limits.map(({ agent }) => agent), Array.from({ length: 16 }, (_, i) => `a${i + 24}`));
  assert.deepEqual(record.budgets.map(({ unit }) => unit), Array.from({ length: 32 }, (_, i) => `u${i + 8}`));
});

Deno.test("ProviderRecord takes no wait without an end", () => {
  const record = new ProviderRecord();
  const waiting = { until_epoch: 1.8e9, classification: "limit", reason: "The limit" };
  for (const value of [null, "soon", [], { ...waiting, until_epoch: "1800000000" }, { ...waiting, until_epoch: -1 }]) {
    record.takeStatus({ waiting });
    assert.equal(record.waiting?.until, 1.8e9);
    record.takeStatus({ waiting: value });
    assert.equal(record.waiting, null);
  }
});

Deno.test("RoundsSight counts work that was left once a round, and none without a round", () => {
  const rounds = new RoundsSight();
  take(rounds, "orphan_stashed", {});
  assert.deepEqual(rounds.orphans, { streak: 0, lastRound: null });
  take(rounds, "orphan_stashed", { round_num: 1 });
  take(rounds, "orphan_stashed", { round_num: 1 });
  assert.deepEqual(rounds.orphans, { streak: 1, lastRound: 1 });
});

Deno.test("SupervisorRecord counts the checks of one battery as one attempt", () => {
  const after = (seconds: number) => {
    const record = new SupervisorRecord();
    take(record, "smoke_check_failed", { reason: "a" });
    take(record, "smoke_check_failed", { reason: "b" }, seconds);
    return record.starts.map(({ reason }) => reason);
  };
  assert.deepEqual(after(1), ["a"]);
  assert.deepEqual(after(1.001), ["a", "b"]);
});

Deno.test("SupervisorRecord keeps the newest 200 attempts", () => {
  const record = new SupervisorRecord();
  for (let i = 0; i < 250; i++) take(record, "round_start", { round_num: i }, i);
  assert.deepEqual([record.starts.length, record.starts[0]?.at], [200, start + 50_000]);
});

Deno.test("SupervisorRecord takes the end of a lock that it saw held from the look at which it was free", () => {
  const record = new SupervisorRecord();
  record.hear("round_end", start, start);
  record.takeLock(true, start + 500_000);
  record.pass(start + 510_000);
  record.takeLock(false, start + 510_000);
  assert.equal(record.sight(start + 520_000).goneSeconds, 10);
  const late = new SupervisorRecord();
  late.hear("round_end", start, start);
  late.takeLock(false, start + 510_000);
  assert.equal(late.sight(start + 520_000).goneSeconds, 520);
});

Deno.test("SupervisorRecord says why it ended, and of no kind of event more than a short name", () => {
  const endOf = (kind: string) => {
    const record = new SupervisorRecord();
    take(record, kind, { reason: "x", exc_msg: "y" });
    return [record.broken?.what, record.sight(start).endReason];
  };
  assert.deepEqual(endOf("serve_startup_hook_failed"), ["hook", "startup_hook"]);
  assert.deepEqual(endOf("config_broken"), ["battery", "config_broken"]);
  const record = new SupervisorRecord();
  const signOf = (kind: string) => {
    record.hear(kind, start, start);
    return record.sight(start).lastSign;
  };
  assert.deepEqual([signOf("k".repeat(100)), signOf("k".repeat(101))], ["k".repeat(100), "?"]);
  record.hear("round_end", null, start);
  assert.equal(record.sight(start).lastSign, "?");
});

Deno.test("WorkRecord counts a stall as over when the count begins anew", () => {
  const after = (unchanged: number) => {
    const record = new WorkRecord();
    take(record, "loop_stalled", { round_num: 3, unchanged_rounds: 3 });
    take(record, "round_changes", { round_num: 4, unchanged_rounds: unchanged });
    return record.progress.isStalled;
  };
  assert.deepEqual([4, 3, 1, 0].map(after), [true, false, false, false]);
});

Deno.test("WorkRecord forgets refusals after a round that did not end with one, and when all is believed", () => {
  const record = new WorkRecord();
  const refusalsAfter = (number: number, ...kinds: readonly string[]) => {
    for (const kind of ["round_start", "round_end", ...kinds]) take(record, kind, { round_num: number });
    return record.progress.refusals;
  };
  assert.deepEqual([refusalsAfter(1, "done_refused"), refusalsAfter(2, "done_refused")], [1, 2]);
  assert.deepEqual([refusalsAfter(3), refusalsAfter(4, "done_refused")], [2, 1]);
  assert.equal(refusalsAfter(5, "done_verified"), 0);
});
