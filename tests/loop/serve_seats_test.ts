// Guards the agents that stand in: when they work, when they do not, and what is told of it.
import assert from "node:assert/strict";
import { plainVerdict } from "../fakes/fake_reader.ts";
import { requestRetry } from "../../src/loop/requests.ts";
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

/** Refuses to start from the outset. */
function uninstall(stage: LoopStage, name: string): void {
  const { set } = stage.world.processes.programs;
  stage.world.processes.programs.set = function (key, value) {
    return key === name ? this : set.call(this, key, value);
  };
}

Deno.test("serve() does not start the first agent before its time when the other one is gone", async () => {
  const stage = new LoopStage();
  stage.judge = limitFor(stage, 7200);
  const start = stage.world.clock.now();
  const times: number[] = [];
  stage.world.agents = Array.from({ length: 3 }, (_, i) => ({
    onStart: () => {
      times.push((stage.world.clock.now() - start) / 1000);
      // It has reached its limit, and is uninstalled while it waits.
      if (i === 1) stage.world.processes.programs.delete("second");
    },
  }));
  stage.others = [{ name: "second", judge: limitFor(stage, 900) }];
  await stage.serve({ maxRounds: 3 });
  assert.deepEqual(workers(stage), ["first", "second", "first"]);
  assert.ok(times[2]! >= 7200 && times[2]! < 7300, `${times}`);
});

Deno.test("serve() does not hammer a limit because another agent's wait is long over", async () => {
  const stage = new LoopStage();
  const start = stage.world.clock.now() / 1000;
  stage.judge = () => plainVerdict("limit", { resetsAt: Math.ceil(start) + 40_000, waitClass: "rate_limit_account" });
  const past = { until_epoch: Math.ceil(start) - 5000, reason: "long over", since_round: 1 };
  stage.world.files.writeAtomic(`${logs}/seats.json`, JSON.stringify({ active: "first", blocks: { second: past } }));
  stage.others = [{ name: "second", judge: ok }];
  uninstall(stage, "second");
  await stage.serve({ maxRounds: 2 });
  assert.ok(stage.world.clock.now() / 1000 - start >= 40_000);
});

Deno.test("serve() goes back to the first agent when the one that stood in needs a person", async () => {
  const stage = new LoopStage();
  stage.judge = limitFor(stage, 3600);
  stage.others = [{ name: "second", judge: () => plainVerdict("billing", { needsHuman: true }) }];
  const start = stage.world.clock.now();
  await stage.serve({ maxRounds: 4 });
  assert.deepEqual(workers(stage), ["first", "second", "first", "first"]);
  assert.equal(stage.world.events.at(-1)?.reason, "max_rounds");
  assert.ok(stage.world.clock.now() - start >= 3_600_000);
  assert.ok(stage.texts.some((text) => /^second is left out until serve starts again: /.test(text)));
  assert.ok(stage.texts.some((text) => /^waiting .*until .*: the round was limit$/.test(text)), "why, and whose");
});

Deno.test("serve() leaves an agent out that fails again and again while it stands in", async () => {
  const stage = new LoopStage();
  stage.judge = limitFor(stage, 7200);
  stage.others = [{ name: "second", judge: () => plainVerdict("error") }];
  await stage.serve({ maxRounds: 8 });
  assert.deepEqual(workers(stage), ["first", ...Array(5).fill("second"), "first", "first"]);
  assert.equal(eventsOf(stage, "crash_loop").length, 1);
});

Deno.test("serve() waits on for the first agent when the one that stands in cannot be started", async () => {
  const stage = new LoopStage();
  stage.judge = limitFor(stage, 7200);
  stage.others = [{ name: "second", judge: ok }];
  stage.world.agents = Array.from({ length: 4 }, (_, i) => ({
    onStart: () => void (i === 1 && stage.world.processes.programs.delete("second")),
  }));
  await stage.serve({ maxRounds: 4 });
  assert.deepEqual(workers(stage), ["first", "second", "first", "first"]);
  assert.ok(stage.texts.some((text) => /^STARTUP FAIL: agent_cli_in_path: 'second'/.test(text)));
  assert.equal(stage.world.events.at(-1)?.reason, "max_rounds");
});

Deno.test("serve() starts the first agent at once on retry-now, though its limit is not over", async () => {
  const stage = new LoopStage();
  stage.judge = limitFor(stage, 7200);
  stage.others = [{ name: "second", judge: limitFor(stage, 7200) }];
  const start = stage.world.clock.now();
  stage.world.clock.after(
    600_000,
    () => requestRetry(logs, { now: stage.world.clock.now(), pid: 1 }, stage.world.files),
  );
  await stage.serve({ maxRounds: 3 });
  assert.deepEqual(workers(stage), ["first", "second", "first"]);
  assert.ok(stage.world.clock.now() - start < 1_000_000);
});

Deno.test("serve() drops a wait of an agent that is not configured any more", async () => {
  const stage = new LoopStage();
  const now = Math.floor(stage.world.clock.now() / 1000);
  const record = {
    classification: "rate_limit_account",
    agent: "gone",
    reset_at_epoch: now + 5000,
    since_round: 1,
    reason: "limit",
    exponent: 0,
    started_epoch: now,
    started_uptime_s: 1,
  };
  stage.world.files.writeAtomic(`${logs}/wait.json`, JSON.stringify(record));
  await stage.serve({ isOnce: true });
  assert.ok(stage.world.clock.now() / 1000 - now < 100);
  assert.ok(stage.texts.some((text) => /the wait for gone is dropped/.test(text)));
});

Deno.test("serve() guesses longer and longer for an agent whose limit names no time, also while others work well", async () => {
  const stage = new LoopStage();
  const tries: number[] = [];
  stage.judge = () => {
    tries.push(Math.round(stage.world.clock.now() / 1000));
    return plainVerdict("limit", { waitClass: "rate_limit_account" });
  };
  stage.others = [{ name: "second", judge: ok }];
  stage.world.agents = [{ seconds: 100 }];
  await stage.serve({ maxRounds: 70 });
  const gaps = tries.slice(1).map((at, i) => Math.floor((at - tries[i]!) / 300) * 300);
  assert.deepEqual(gaps.slice(0, 4), [300, 600, 1200, 1800]);
});

/** Its program takes this long to tell its version, unless it is ended before. */
function slowVersion(stage: LoopStage, milliseconds: number): () => number {
  let asked = 0;
  const { processes, clock } = stage.world;
  const run = processes.run.bind(processes);
  processes.run = async (spec) => {
    if (spec.argv[1] !== "--version") return await run(spec);
    asked++;
    await clock.sleep(milliseconds, spec.stop);
    if (spec.stop?.aborted) return { kind: "timed_out" };
    return { kind: "exited", code: 0, stdout: new Uint8Array(), stderr: new Uint8Array(), isCut: false };
  };
  return () => asked;
}

Deno.test("serve() leaves at once on a stop while it looks at an agent that might stand in", async () => {
  const stage = new LoopStage();
  stage.judge = limitFor(stage, 7200);
  stage.others = [{ name: "second", judge: ok }];
  stage.binaries = ["second"];
  const asked = slowVersion(stage, 20_000);
  stage.world.clock.after(15_000, () => stage.world.signals.send("SIGTERM"));
  const start = stage.world.clock.now();
  await stage.serve({ maxRounds: 9 });
  assert.deepEqual([asked(), workers(stage)], [1, ["first"]]);
  assert.equal(stage.world.events.at(-1)?.reason, "SIGTERM");
  assert.ok(stage.world.clock.now() - start < 16_000, `${stage.world.clock.now() - start} ms`);
  assert.notEqual(stage.world.files.readText(`${logs}/wait.json`), null, "the next life waits for the limit");
});

Deno.test("serve() begins no round when a stop comes while it looks at the agent that may work again", async () => {
  const stage = new LoopStage();
  stage.judge = limitFor(stage, 600);
  stage.others = [{ name: "second", judge: ok }];
  stage.binaries = ["first"];
  stage.runtime = "restart_delay_s = 650";
  slowVersion(stage, 20_000);
  // The first one's time is over when its version is asked for.
  stage.world.clock.after(680_000, () => stage.world.signals.send("SIGTERM"));
  await stage.serve({ maxRounds: 9 });
  const [last] = stage.world.events.filter(({ event }) => event === "round_start").slice(-1);
  const at = Date.parse(String(last?.ts));
  const stopped = Date.parse(String(stage.world.events.at(-1)?.ts));
  assert.equal(stage.world.events.at(-1)?.reason, "SIGTERM");
  assert.ok(at < stopped - 10_000, `a round began ${stopped - at} ms before the stop was obeyed`);
});
