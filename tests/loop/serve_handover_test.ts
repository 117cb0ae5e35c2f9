// Guards that a supervisor which is asked to hand over leaves its round as it is, and that the next one goes on with it.
import assert from "node:assert/strict";
import { LoopStage } from "./loop_stage.ts";

function handOverAt(stage: LoopStage, seconds: number): void {
  stage.world.clock.after(seconds * 1000, () => stage.world.signals.send("SIGUSR2"));
}

const named = (stage: LoopStage, kind: string) => stage.world.events.filter(({ event }) => event === kind);

Deno.test("serve() leaves its round running on a hand-over, at once, and the next life closes it under its number", async () => {
  const stage = new LoopStage();
  const { world } = stage;
  world.agents = [{ seconds: 60 }, { seconds: 5 }];
  handOverAt(stage, 20);
  const begun = world.clock.monotonic();
  assert.equal(await stage.serve(), 75);
  assert.ok(world.clock.monotonic() - begun < 21_000, "it does not wait for the round");
  assert.deepEqual(world.processes.signals, [], "the agent hears nothing of it");
  assert.equal(named(stage, "agent_exit").length, 0);
  const [stopped] = named(stage, "serve_stopped");
  assert.deepEqual([stopped?.reason, stopped?.exit_code], ["handover", 75]);
  assert.match(stage.texts.at(-1)!, /^stopped: handed over: a running round goes on/);
  assert.equal(await stage.serve({ maxRounds: 2 }), 0);
  assert.deepEqual(named(stage, "round_adopted").map(({ round_num, state }) => [round_num, state]), [[1, "running"]]);
  const exits = named(stage, "agent_exit").map(({ round_num, ending, exit_code }) => [round_num, ending, exit_code]);
  assert.deepEqual(exits, [[1, "exited", 0], [2, "exited", 0]]);
  assert.equal(named(stage, "agent_exit")[0]?.duration_s, 60);
});

Deno.test("serve() leaves at once on a hand-over between rounds, and starts no other", async () => {
  const stage = new LoopStage();
  stage.runtime = "restart_delay_s = 100";
  handOverAt(stage, 30);
  assert.equal(await stage.serve(), 75);
  assert.equal(named(stage, "round_start").length, 1);
});

Deno.test("serve() ends a round whose end was asked for before it hands over", async () => {
  const stage = new LoopStage();
  const { world } = stage;
  stage.runtime = "stop_grace_s = 10";
  world.agents = [{ seconds: Infinity, process: { obeysAfterMs: null } }];
  for (const at of [20, 21]) world.clock.after(at * 1000, () => world.signals.send("SIGTERM"));
  handOverAt(stage, 22);
  assert.equal(await stage.serve(), 75);
  assert.deepEqual(named(stage, "agent_exit").map(({ ending }) => ending), ["stopped"]);
});

Deno.test("serve() that is to leave after its round hands it over at once when it is asked to", async () => {
  const stage = new LoopStage();
  stage.world.agents = [{ seconds: 60 }];
  stage.world.clock.after(10_000, () => stage.world.signals.send("SIGTERM"));
  handOverAt(stage, 20);
  const begun = stage.world.clock.monotonic();
  assert.equal(await stage.serve(), 75);
  assert.ok(stage.world.clock.monotonic() - begun < 21_000);
});
