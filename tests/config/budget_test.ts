// What [budget] comes to as a whole: its types, its tables, and the way through a pipe.
import assert from "node:assert/strict";
import { readPrices } from "../../src/config/price_rows.ts";
import type { Config } from "../../src/config/schema.ts";
import { configOf, problemOf, problemsOf, withLines } from "./sample.ts";

const unset = { usd: null, tokens: null, hours: null };

Deno.test("loadConfig() gives a whole [budget] when the file has none", () => {
  const { budget, prices } = configOf(withLines({}));
  const expected: Config["budget"] = {
    budgetAction: "wait",
    timeZone: null,
    weekStartsOn: "monday",
    pace: false,
    pricesFile: null,
    round: unset,
    day: { ...unset, rounds: null },
    week: { ...unset, rounds: null },
    month: { ...unset, rounds: null },
    total: { ...unset, rounds: null },
  };
  assert.deepEqual(budget, expected);
  assert.deepEqual(prices, {});
});

Deno.test("loadConfig() gives a [budget] that comes through JSON as it is", () => {
  const { budget } = configOf(withLines({
    "budget": 'budget_action = "stop"\ntime_zone = "America/New_York"\npace = true',
    "budget.round": "usd = 1.5",
    "budget.day": "usd = 20\nrounds = 40\nhours = 6.5",
    "budget.total": "tokens = 9_000_000_000",
  }));
  assert.deepEqual(JSON.parse(JSON.stringify(budget)), budget);
  assert.deepEqual([budget.round.usd, budget.day.usd, budget.day.rounds, budget.day.hours], [1.5, 20, 40, 6.5]);
  assert.deepEqual([budget.total.tokens, budget.week.usd], [9_000_000_000, null]);
});

Deno.test("loadConfig() refuses rounds for one round, and periods that do not exist", () => {
  assert.equal(problemOf(withLines({ "budget.round": "rounds = 3" })).key, "budget.round.rounds");
  const other = problemOf(withLines({ "budget.weeek": "usd = 3" }));
  assert.deepEqual([other.key, other.fix], ["budget.weeek", 'Did you mean "week"? Rename it']);
  assert.equal(problemOf(withLines({ "budget": "day = 5" })).wanted, "a table");
  assert.equal(problemsOf(withLines({ "budget": "usd = 5\nweekly = 3" })).length, 2);
});

Deno.test("docs/budget.md shows a budget and prices that load", () => {
  const text = Deno.readTextFileSync(new URL("../../docs/budget.md", import.meta.url));
  const [budget = "", prices = ""] = [...text.matchAll(/```toml\n([\s\S]*?)```/g)].map((found) => found[1] ?? "");
  const config = configOf(`${withLines({})}\n${budget}`);
  assert.deepEqual([config.budget.day.usd, config.budget.total.rounds], [20, 500]);
  const read = readPrices(prices);
  assert.deepEqual(read.faults, []);
  assert.deepEqual(Object.keys(read.prices), ["house-model", "house-small*"]);
});
