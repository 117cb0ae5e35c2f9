// Guards the agents that stand in: when they work, when they do not, and what is told of it.
import assert from "node:assert/strict";
import { plainVerdict } from "../fakes/fake_reader.ts";
import { logs, LoopStage } from "./loop_stage.ts";

const ok = () => plainVerdict("ok");

function limitFor(stage: LoopStage, seconds: number) {
  const resetsAt = Math.ceil(stage.world.clock.now() / 1000) + seconds;
  return () =>
    stage.world.clock.now() / 1000 < resetsAt
      ? plainVerdict("limit", { resetsAt, waitClass: "rate_limit_account" })
      : plainVerdict("ok");
}

/** The agent of each round, as spawned. */
function workers(stage: LoopStage): readonly string[] {
  const names = ["first", "second", "third"];
  return stage.world.processes.spawned.map(({ argv }) =>
    names.find((name) => argv.some((word) => word.endsWith(name))) ?? "nobody"
  );
}

function eventsOf(stage: LoopStage, kind: string) {
  return stage.world.events.filter(({ event }) => event === kind);
}

Deno.test("serve() has another agent work while the first waits for its limit, and gives the place back", async () => {
  const stage = new LoopStage();
  stage.judge = limitFor(stage, 600);
  stage.others = [{ name: "second", judge: ok }];
  await stage.serve({ maxRounds: 60 });
  const who = workers(stage);
  assert.equal(who[0], "first");
  assert.equal(who[1], "second");
  assert.equal(who.at(-1), "first");
  const back = who.indexOf("first", 1);
  assert.deepEqual(new Set(who.slice(1, back)), new Set(["second"]));
  assert.deepEqual(new Set(who.slice(back)), new Set(["first"]));
  const [started] = eventsOf(stage, "fallback_started");
  assert.deepEqual([started?.agent, started?.instead_of], ["second", "first"]);
  assert.ok(Number(started?.until_epoch) > 0);
  assert.deepEqual(eventsOf(stage, "fallback_ended").map(({ agent, instead_of }) => [agent, instead_of]), [[
    "second",
    "first",
  ]]);
  assert.ok(stage.texts.some((text) => /^second works instead of first until /.test(text)));
});

Deno.test("serve() waits out a short limit with the agent it has", async () => {
  const stage = new LoopStage();
  stage.judge = limitFor(stage, 60);
  stage.others = [{ name: "second", judge: ok }];
  await stage.serve({ maxRounds: 3 });
  assert.deepEqual(workers(stage), ["first", "first", "first"]);
  assert.deepEqual(eventsOf(stage, "fallback_started"), []);
});

Deno.test("serve() waits for the one that opens first when all have reached their limits", async () => {
  const stage = new LoopStage();
  stage.judge = limitFor(stage, 7200);
  stage.others = [{ name: "second", judge: limitFor(stage, 900) }];
  const start = stage.world.clock.now();
  await stage.serve({ maxRounds: 3 });
  assert.deepEqual(workers(stage), ["first", "second", "second"]);
  const waited = (stage.world.clock.now() - start) / 1000;
  assert.ok(waited > 900 && waited < 1100, `${waited}`);
});

Deno.test("serve() goes on with another agent when only a person can help the first, and says so", async () => {
  const stage = new LoopStage();
  stage.judge = () => plainVerdict("billing", { needsHuman: true });
  stage.others = [{ name: "second", judge: ok }];
  await stage.serve({ maxRounds: 4 });
  assert.deepEqual(workers(stage), ["first", "second", "second", "second"]);
  assert.equal(eventsOf(stage, "human_needed").length, 1);
  assert.equal(stage.world.events.at(-1)?.reason, "max_rounds");
});

Deno.test("serve() stops when no agent is left that can work without a person", async () => {
  const stage = new LoopStage();
  stage.judge = () => plainVerdict("billing", { needsHuman: true });
  stage.others = [{ name: "second", judge: () => plainVerdict("config", { needsHuman: true }) }];
  await stage.serve({ maxRounds: 9 });
  assert.deepEqual(workers(stage), ["first", "second"]);
  assert.equal(stage.world.events.at(-1)?.reason, "human_needed");
  await stage.serve({ maxRounds: 9 });
  assert.deepEqual(workers(stage).slice(2), ["first", "second"], "a new start tries them again");
});

Deno.test("serve() remembers over a restart who works and who waits", async () => {
  const stage = new LoopStage();
  stage.judge = limitFor(stage, 7200);
  stage.others = [{ name: "second", judge: ok }];
  await stage.serve({ maxRounds: 2 });
  await stage.serve({ maxRounds: 2 });
  assert.deepEqual(workers(stage), ["first", "second", "second", "second"]);
  assert.equal(JSON.parse(stage.world.files.readText(`${logs}/seats.json`)!).active, "second");
});
