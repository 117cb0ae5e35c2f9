// Guards the sums over rounds and days: each round once, whatever order, number or type its events have.
import assert from "node:assert/strict";
import { labelsOf } from "../../src/view/figure_totals.ts";
import { figureRoundsKept, Figures } from "../../src/view/figures.ts";

function event(event: string, fields: Readonly<Record<string, unknown>> = {}, ts = "2026-11-21T10:00:00.000Z") {
  return { ts, event, ...fields };
}

function takeRound(figures: Figures, number: number, verdict = "ok", day = "2026-11-21"): void {
  const ts = `${day}T10:00:00.000Z`;
  const round_num = number;
  const usage = {
    agent: "claude",
    model: "m",
    input_tokens: 10,
    output_tokens: 5,
    reasoning_tokens: 1,
    cached_tokens: 4,
  };
  for (
    const one of [
      event("round_start", { round_num, phase: "build" }, ts),
      event("agent_exit", { round_num, duration_s: 45, leftovers_ended: 2 }, ts),
      event("round_verdict", { round_num, verdict, summary: "s" }, ts),
      event("round_changes", { round_num, commits: 2, insertions: 7, head_after: "abc" }, ts),
      event("round_end", { round_num }, ts),
      event("agent_usage_recorded", { round_num, ...usage, cost_usd: null, estimated_cost_usd: 0.25 }, ts),
    ]
  ) figures.take(one);
}

Deno.test("Figures adds up a round, its day and its totals", () => {
  const figures = new Figures({ timeZone: "UTC" });
  takeRound(figures, 1);
  takeRound(figures, 2, "limit");
  takeRound(figures, 3, "ok", "2026-11-22");
  const [first] = figures.rounds;
  assert.deepEqual(
    [first!.verdict, first!.durationSeconds, first!.tokens, first!.costUsd, first!.isCostEstimated, first!.commits],
    ["ok", 45, 20, 0.25, true, 2],
  );
  const none = { waitingSeconds: 0, lostSeconds: 0 };
  assert.deepEqual(figures.days, [
    { day: "2026-11-21", rounds: 2, ok: 1, workingSeconds: 90, tokens: 40, costUsd: 0.5, commits: 4, ...none },
    { day: "2026-11-22", rounds: 1, ok: 1, workingSeconds: 45, tokens: 20, costUsd: 0.25, commits: 2, ...none },
  ]);
  const { rounds, cost, durationCounts, durationSum, leftoversEnded } = figures.totals;
  const sums = [...rounds].map(([key, count]) => [...labelsOf(key).map(([, value]) => value), count]);
  assert.deepEqual(sums, [["unknown", "ok", 1], ["claude", "limit", 1], ["claude", "ok", 1]]);
  assert.deepEqual([...cost.values()], [0.75]);
  assert.deepEqual(durationCounts.slice(0, 3), [0, 0, 3]);
  assert.deepEqual([durationSum, leftoversEnded, figures.sums.commits], [135, 6, 6]);
});

Deno.test("Figures counts a round once that ends twice, and none whose start was not seen", () => {
  const figures = new Figures();
  takeRound(figures, 1);
  figures.take(event("round_end", { round_num: 1 }));
  figures.take(event("round_end", { round_num: 9 }));
  assert.deepEqual([...figures.totals.rounds.values()], [1]);
  takeRound(figures, 1, "hung");
  assert.equal(figures.rounds.length, 1, "a number that comes again is another round");
  assert.equal(figures.rounds[0]!.verdict, "hung");
});

Deno.test("Figures names the agent by status.json until one tells of its usage", () => {
  const figures = new Figures();
  figures.takeAgent("aider");
  takeRound(figures, 1);
  assert.deepEqual(labelsOf([...figures.totals.rounds.keys()][0]!), [["agent", "aider"], ["outcome", "ok"]]);
});

Deno.test("Figures stays small and takes anything", () => {
  const figures = new Figures();
  for (let i = 0; i < figureRoundsKept + 50; i++) {
    takeRound(figures, i, `verdict-${i}`, new Date(Date.UTC(2024, 0, i + 1)).toISOString().slice(0, 10));
    figures.take(
      event("agent_usage_recorded", { round_num: i, agent: `a${i}`, model: "x".repeat(1e4), input_tokens: 1 }),
    );
  }
  assert.equal(figures.rounds.length, figureRoundsKept);
  assert.equal(figures.days.length, 400);
  assert.ok(figures.totals.rounds.size <= 64 && figures.totals.tokens.size <= 64);
  for (const value of [null, -1, "x", {}, NaN, 1e400]) {
    for (
      const kind of ["round_start", "agent_exit", "round_verdict", "round_changes", "agent_usage_recorded", "round_end"]
    ) {
      const fields = {
        round_num: value,
        duration_s: value,
        verdict: value,
        commits: value,
        input_tokens: value,
        cost_usd: value,
      };
      figures.take(event(kind, fields, value === "x" ? "no time" : undefined));
      figures.take(event(kind, { ...fields, round_num: 5 }));
    }
  }
  assert.ok(Number.isFinite(figures.totals.durationSum));
});
