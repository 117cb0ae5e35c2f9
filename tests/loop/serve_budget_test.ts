// Guards the loop's budgets: nothing is started that is not paid for, and a round is cut where it must be.
import assert from "node:assert/strict";
import { logs, LoopStage } from "./loop_stage.ts";

function kinds(stage: LoopStage): readonly string[] {
  return stage.world.kinds.filter((kind) => kind.startsWith("budget_"));
}

Deno.test("serve() waits for the next day when the day's rounds are used up", async () => {
  const stage = new LoopStage();
  stage.budget = 'time_zone = "UTC"\nday.rounds = 2';
  const day = () => new Date(stage.world.clock.now()).getUTCDate();
  const before = day();
  const days: number[] = [];
  stage.world.agents = Array.from({ length: 3 }, () => ({ onStart: () => days.push(day()) }));
  await stage.serve({ maxRounds: 3 });
  assert.deepEqual(days, [before, before, before + 1]);
  assert.deepEqual(kinds(stage), ["budget_warned", "budget_reached"]);
  assert.ok(stage.texts.some((text) => /^waiting .*until .*T00:00/.test(text)), stage.texts.join("\n"));
});

Deno.test("serve() stops at a budget when it is told to, and does not start again", async () => {
  const stage = new LoopStage();
  stage.budget = 'budget_action = "stop"\nday.rounds = 1';
  await stage.serve();
  await stage.serve();
  assert.equal(stage.world.kinds.filter((kind) => kind === "round_start").length, 1);
  assert.equal(stage.world.events.at(-1)?.reason, "budget");
});

Deno.test("serve() stops rather than spends when the ledger cannot be read", async () => {
  const stage = new LoopStage();
  stage.budget = "total.rounds = 100";
  stage.world.files.writeAtomic(`${logs}/budget.json`, "{");
  assert.equal(await stage.serve(), 0);
  assert.ok(!stage.world.kinds.includes("round_start"));
  assert.ok(stage.texts.some((text) => /budget\.json/.test(text)), stage.texts.join("\n"));
});

Deno.test("serve() ends a round whose time is used up, and calls it bounded", async () => {
  const stage = new LoopStage();
  stage.budget = "round.hours = 0.01";
  stage.world.agents = [{ seconds: Infinity }];
  await stage.serve({ isOnce: true });
  const [early] = stage.world.events.filter(({ event }) => event === "round_ended_early");
  assert.deepEqual([early?.sign, early?.why], ["budget", "the budget for agent time is used up"]);
  const [verdict] = stage.world.events.filter(({ event }) => event === "round_verdict");
  assert.deepEqual([verdict?.verdict, verdict?.needs_human], ["bounded", false]);
});

Deno.test("serve() says at its start where a budget cannot hold, and nothing where it can", async () => {
  const gapsOf = (stage: LoopStage) => stage.told.filter(({ kind }) => kind === "budget_gap").map(({ text }) => text);
  const stage = new LoopStage();
  stage.budget = "day.usd = 5";
  await stage.serve({ maxRounds: 2 });
  assert.deepEqual(gapsOf(stage), [
    "budget: The fake does not tell what it uses: limits in USD do not hold for it. " +
    "Limit rounds or hours in [budget], too: they hold for every agent",
  ]);
  const held = new LoopStage();
  held.budget = "day.rounds = 5";
  await held.serve({ maxRounds: 2 });
  assert.deepEqual(gapsOf(held), []);
});

Deno.test("serve() says once of each model that nobody knows what its rounds cost", async () => {
  const used = (model: string) => ({
    usage: {
      model,
      inputTokens: 10,
      outputTokens: 5,
      reasoningTokens: 0,
      cachedTokens: 0,
      cacheCreationTokens: 0,
      costUsd: null,
      durationMs: 0,
      toolCallCount: 0,
      modelsBreakdown: null,
      isCumulative: false,
    },
  });
  for (const [budget, models] of [["day.usd = 5", ["house-1", "house-2"]], ["day.tokens = 500", []]] as const) {
    const stage = new LoopStage();
    stage.budget = budget;
    let round = 0;
    stage.shown = () => used(round++ < 2 ? "house-1" : "house-2");
    await stage.serve({ maxRounds: 4 });
    const told = stage.told.filter(({ kind, facts }) => kind === "budget_gap" && facts !== undefined);
    assert.deepEqual(told.map(({ facts }) => facts?.model), models);
  }
});
