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
