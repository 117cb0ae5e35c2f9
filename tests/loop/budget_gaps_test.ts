// Guards what people are told of budgets that cannot hold.
import assert from "node:assert/strict";
import { agents } from "../../src/agents/registry.ts";
import { budgetGaps } from "../../src/loop/budget_gaps.ts";
import { configOf, withLines } from "../config/sample.ts";

async function gaps(lines: string, ...names: readonly string[]): Promise<readonly string[]> {
  const { budget } = configOf(withLines({ budget: lines }));
  const chosen = await Promise.all(names.map((name) => agents.find((agent) => agent.name === name)!.load()));
  return budgetGaps(budget, chosen).map(({ found }) => found);
}

Deno.test("budgetGaps() names the limits that an agent which tells nothing cannot be held to", async () => {
  assert.deepEqual(await gaps("day.usd = 5\nweek.tokens = 9\ntotal.usd = 7", "kimi"), [
    "Kimi CLI does not tell what it uses: limits in USD and tokens do not hold for it",
  ]);
  assert.deepEqual(await gaps("day.usd = 5", "claude", "copilot", "copilot"), [
    "Copilot CLI does not tell what it uses: limits in USD do not hold for it",
  ]);
});

Deno.test("budgetGaps() names the limits of a round that are only seen when it is over", async () => {
  assert.deepEqual(await gaps("round.usd = 5\nround.tokens = 9", "codex"), [
    "Codex tells what it used when it is done: a limit of a round in USD and tokens does not cut it short",
  ]);
  assert.deepEqual(await gaps("day.usd = 5\nround.hours = 1", "codex", "qwen"), []);
});

Deno.test("budgetGaps() has nothing to say where every limit holds", async () => {
  assert.deepEqual(await gaps("day.rounds = 5\nround.hours = 1", "kimi", "plain", "codex"), []);
  assert.deepEqual(await gaps("day.usd = 5\nday.hours = 8", "kimi"), [], "hours bound it");
  assert.equal((await gaps("day.usd = 5\nround.hours = 8", "kimi")).length, 1, "each round, but not how many");
  assert.deepEqual(await gaps("round.usd = 5\nday.tokens = 9", "claude", "gemini", "opencode", "pi"), []);
  assert.deepEqual(await gaps("", "kimi"), []);
});
