// Guards the parts of the figures: days of 23 and 25 hours, waits that nobody saw the end of, groups with any number of names.
import assert from "node:assert/strict";
import { FigureDays } from "../../src/view/figure_days.ts";
import { FigureGroups } from "../../src/view/figure_groups.ts";
import { addRound, freshSums } from "../../src/view/figure_sums.ts";
import { FigureWaits } from "../../src/view/figure_waits.ts";
import { Figures } from "../../src/view/figures.ts";
import { unknownRound } from "../../src/view/round_figure.ts";

const at = (text: string) => Date.parse(text);
const event = (ts: string, kind: string, fields: Readonly<Record<string, unknown>> = {}) => ({
  ts,
  event: kind,
  ...fields,
});

Deno.test("FigureDays puts a moment into its local day, and a span into all it touches, also where clocks change", () => {
  const days = new FigureDays("Europe/Berlin");
  days.of(at("2026-10-24T21:59:59Z")).commits = 1;
  days.of(at("2026-10-24T22:00:00Z")).commits = 2;
  days.spread(
    at("2026-10-24T20:00:00Z"),
    at("2026-10-26T01:00:00Z"),
    (sums, seconds) => sums.waitingSeconds += seconds,
  );
  const seen = days.all.map(([day, { commits, waitingSeconds }]) => [day, commits, waitingSeconds / 3600]);
  assert.deepEqual(seen, [["2026-10-24", 1, 2], ["2026-10-25", 2, 25], ["2026-10-26", 0, 2]]);
  const spring = new FigureDays("Europe/Berlin");
  spring.spread(
    at("2026-03-28T12:00:00Z"),
    at("2026-03-30T12:00:00Z"),
    (sums, seconds) => sums.waitingSeconds += seconds,
  );
  assert.deepEqual(spring.all.map(([, sums]) => sums.waitingSeconds / 3600), [11, 23, 14]);
});

Deno.test("FigureDays stays small, and a span of a thousand years ends", () => {
  const days = new FigureDays("UTC");
  days.spread(at("1000-01-01T00:00:00Z"), at("2026-01-01T00:00:00Z"), (sums) => sums.commits++);
  assert.ok(days.all.length <= 400 && days.all.at(-1)![0] === "2025-12-31", String(days.all.length));
});

const waits: readonly (readonly [when: string, events: readonly (readonly [string, number])[], seconds: number])[] = [
  ["from the start of serve to a round, and from its end on", [["serve_started", 0], ["round_start", 5], [
    "round_end",
    50,
  ], ["round_start", 80]], 35],
  ["to the end of serve, and not beyond it", [["serve_started", 0], ["serve_stopped", 9], ["serve_started", 99], [
    "round_start",
    100,
  ]], 10],
  ["not while nobody ran", [["round_start", 0], ["round_end", 10], ["round_start", 90], ["round_end", 95]], 0],
  ["not what a killed serve left open", [["serve_started", 0], ["round_start", 1], ["round_end", 9], [
    "serve_started",
    500,
  ], ["round_start", 502]], 3],
  ["not while an adopted round ran", [
    ["serve_started", 0],
    ["round_start", 1],
    ["serve_started", 50],
    ["round_adopted", 51],
    ["round_end", 90],
    ["round_start", 92],
  ], 3],
  ["nothing when the clock was set back", [["serve_started", 100], ["round_start", 5]], 0],
];
for (const [when, events, seconds] of waits) {
  Deno.test(`FigureWaits counts ${when}`, () => {
    const tracker = new FigureWaits(false);
    const spans = events.flatMap(([kind, second]) =>
      tracker.take(event(new Date(second * 1000).toISOString(), kind)) ?? []
    );
    assert.equal(spans.reduce((sum, { from, to }) => sum + to - from, 0) / 1000, seconds);
  });
}

Deno.test("FigureGroups names what has no name, and bounds what names there are", () => {
  const groups = new FigureGroups("model");
  const one = freshSums();
  addRound(one, "ok");
  groups.take(null, one);
  groups.take(null, freshSums());
  for (let i = 0; i < 500; i++) groups.take({ ...unknownRound, number: i, model: i % 2 === 0 ? `m${i}` : null }, one);
  const all = new Map(groups.all);
  assert.ok(all.size <= 101, String(all.size));
  assert.deepEqual([all.get("no round")?.rounds, all.get("unknown")?.rounds], [1, 250]);
  assert.equal([...all.values()].reduce((sum, { rounds }) => sum + rounds, 0), 501);
});

Deno.test("Figures gives each round its waits and a model that is told after its end, and counts nothing from before since", () => {
  const given: unknown[] = [];
  const figures = new Figures({
    timeZone: "UTC",
    since: at("2026-11-21T10:00:30Z"),
    onRound: (round, sums) =>
      given.push([
        round?.number ?? null,
        round?.model ?? null,
        sums.rounds,
        sums.agentSeconds,
        sums.workingSeconds,
        sums.waitingSeconds,
        sums.tokens,
      ]),
  });
  const ts = (second: number) => new Date(at("2026-11-21T10:00:00Z") + second * 1000).toISOString();
  const round = (number: number, start: number, verdict: string) => [
    event(ts(start), "round_start", { round_num: number, phase: null, agent: "codex" }),
    event(ts(start + 10), "agent_exit", { round_num: number, duration_s: 10 }),
    event(ts(start + 10), "round_verdict", { round_num: number, verdict }),
    event(ts(start + 11), "round_end", { round_num: number }),
    event(ts(start + 11), "agent_usage_recorded", {
      round_num: number,
      agent: "codex",
      model: `m${number}`,
      input_tokens: 5,
    }),
  ];
  const all = [event(ts(0), "serve_started"), ...round(1, 5, "ok"), ...round(2, 25, "hung"), ...round(3, 100, "ok")];
  for (const one of all) figures.take(one);
  figures.close();
  assert.deepEqual(given.filter((row) => (row as number[])[2]! > 0), [[2, "m2", 1, 10, 0, 64, 5], [
    3,
    "m3",
    1,
    10,
    10,
    0,
    5,
  ]]);
  assert.deepEqual([figures.sums.rounds, figures.sums.agentSeconds, figures.sums.waitingSeconds], [2, 20, 64]);
  assert.deepEqual(figures.days.map(({ rounds, lostSeconds }) => [rounds, lostSeconds]), [[2, 10]]);
});
