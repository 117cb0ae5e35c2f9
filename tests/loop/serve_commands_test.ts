// Guards what a loop does when its operator tells it something from afar: within 300 ms, once, on record.
import assert from "node:assert/strict";
import { giveCommand } from "../../src/loop/commands.ts";
import type { Command } from "../../src/loop/commands.ts";
import { argumentLimits } from "../../src/round/prompt.ts";
import { plainVerdict } from "../fakes/fake_reader.ts";
import { logs, LoopStage } from "./loop_stage.ts";

type Event = Record<string, unknown>;

const promptFile = "/home/me/shop/main.md";

function give(stage: LoopStage, command: Command): void {
  const { world } = stage;
  giveCommand(logs, { id: crypto.randomUUID(), at: world.clock.now(), by: "ann", command }, world.files);
}

/** @returns epoch milliseconds at which it is given */
function giveAfter(stage: LoopStage, seconds: number, command: Command): number {
  stage.world.clock.after(seconds * 1000, () => give(stage, command));
  return stage.world.clock.now() + seconds * 1000;
}

const pause: Command = { kind: "pause", reason: "deploy", untilEpoch: null };
const resume: Command = { kind: "resume" };

const ofKind = (stage: LoopStage, kind: string): Event[] => stage.world.events.filter(({ event }) => event === kind);
const at = (event: Event | undefined) => Date.parse(String(event?.ts));
const status = (stage: LoopStage): Event => JSON.parse(stage.world.files.readText(`${logs}/status.json`) ?? "{}");

function assertWithin(event: Event | undefined, askedAt: number): void {
  assert.ok(event !== undefined && at(event) >= askedAt && at(event) - askedAt <= 300, `${at(event) - askedAt} ms`);
}

/** The prompts that agents were started with. */
function prompts({ world }: LoopStage): string[] {
  return world.processes.spawned.map(({ argv }) => argv.at(-1)!);
}

Deno.test("serve() paused in mid-round lets it finish, begins none until resume, and then begins at once", async () => {
  const stage = new LoopStage();
  stage.world.agents = [{ seconds: 60 }];
  const pausedAt = giveAfter(stage, 20, pause);
  const resumedAt = giveAfter(stage, 7200, resume);
  let seen: Event = {};
  stage.world.clock.after(3600_000, () => seen = status(stage));
  await stage.serve({ maxRounds: 2 });
  assertWithin(ofKind(stage, "paused")[0], pausedAt);
  assertWithin(ofKind(stage, "resumed")[0], resumedAt);
  const starts = ofKind(stage, "round_start");
  assert.ok(at(ofKind(stage, "agent_exit")[0]) - pausedAt >= 39_000, "the round was not cut");
  assertWithin(starts[1], resumedAt);
  assert.deepEqual(ofKind(stage, "paused").map(({ by, reason, until_epoch }) => [by, reason, until_epoch]), [[
    "ann",
    "deploy",
    null,
  ]]);
  assert.deepEqual(ofKind(stage, "resumed").map(({ by, why, paused_s }) => [by, why, paused_s]), [[
    "ann",
    "asked",
    7180,
  ]]);
  assert.deepEqual(seen.waiting, { until_epoch: null, reason: "Paused by ann: deploy", classification: "paused" });
  assert.deepEqual([status(stage).paused, status(stage).waiting], [undefined, undefined]);
});

Deno.test("serve() keeps a pause over a restart, without a second event, and obeys resume then", async () => {
  const stage = new LoopStage();
  giveAfter(stage, 5, pause);
  stage.world.clock.after(100_000, () => stage.world.signals.send("SIGTERM"));
  await stage.serve();
  assert.equal((status(stage).paused as Event).by, "ann");
  const resumedAt = giveAfter(stage, 1000, resume);
  await stage.serve({ maxRounds: 1 });
  assert.equal(ofKind(stage, "paused").length, 1);
  assertWithin(ofKind(stage, "round_start")[1], resumedAt);
});

Deno.test("serve() keeps a pause whose status.json was lost", async () => {
  const stage = new LoopStage();
  giveAfter(stage, 5, pause);
  stage.world.clock.after(100_000, () => stage.world.signals.send("SIGTERM"));
  await stage.serve();
  stage.world.files.writeAtomic(`${logs}/status.json`, "{");
  const resumedAt = giveAfter(stage, 1000, resume);
  await stage.serve({ maxRounds: 1 });
  assertWithin(ofKind(stage, "round_start")[1], resumedAt);
});

Deno.test("serve() goes on by itself when the time of a pause has come, also while nobody was there", async () => {
  const stage = new LoopStage();
  const untilEpoch = Math.floor(stage.world.clock.now() / 1000) + 600;
  giveAfter(stage, 5, { kind: "pause", reason: "", untilEpoch });
  await stage.serve({ maxRounds: 2 });
  assertWithin(ofKind(stage, "round_start")[1], untilEpoch * 1000);
  assert.deepEqual(ofKind(stage, "resumed").map(({ why, by }) => [why, by]), [["over", ""]]);
  const late = new LoopStage();
  giveAfter(late, 5, { kind: "pause", reason: "", untilEpoch });
  late.world.clock.after(100_000, () => late.world.signals.send("SIGTERM"));
  await late.serve();
  await late.world.clock.sleep(3600_000);
  const before = late.world.clock.now();
  await late.serve({ maxRounds: 1 });
  assertWithin(ofKind(late, "round_start")[1], before);
});

Deno.test("serve() paused in a wait for the provider sits out the rest of that wait afterwards, and no more", async () => {
  for (const [resumedAfter, startsAfter] of [[300, 1000 + 7], [5000, 5000]] as const) {
    const stage = new LoopStage();
    const begun = stage.world.clock.now();
    const verdicts = [plainVerdict("limit", { resetsAt: begun / 1000 + 1000 })];
    stage.judge = () => verdicts.shift() ?? plainVerdict("ok");
    const pausedAt = giveAfter(stage, 100, pause);
    giveAfter(stage, resumedAfter, resume);
    await stage.serve({ maxRounds: 2 });
    assertWithin(ofKind(stage, "paused")[0], pausedAt);
    const second = at(ofKind(stage, "round_start")[1]) - begun;
    assert.ok(second >= startsAfter * 1000 && second <= startsAfter * 1000 + 1300, `${second} ms`);
  }
});

Deno.test("serve() obeys no retry while it is paused", async () => {
  const stage = new LoopStage();
  giveAfter(stage, 5, pause);
  stage.world.clock.after(100_000, () =>
    stage.world.files.writeAtomic(
      `${logs}/requests/retry-now.json`,
      JSON.stringify({ at: new Date(stage.world.clock.now()).toISOString() }),
    ));
  const resumedAt = giveAfter(stage, 500, resume);
  await stage.serve({ maxRounds: 2 });
  assertWithin(ofKind(stage, "round_start")[1], resumedAt);
  assert.deepEqual(ofKind(stage, "retry_requested"), []);
});

Deno.test("serve() beats while it is paused", async () => {
  const stage = new LoopStage();
  const looks: number[] = [];
  Object.assign(stage.world, { onLook: () => looks.push(stage.world.clock.monotonic()) });
  giveAfter(stage, 5, pause);
  giveAfter(stage, 500, resume);
  await stage.serve({ maxRounds: 2 });
  const gaps = looks.slice(1).map((time, i) => time - looks[i]!);
  assert.ok(looks.length > 1500 && Math.max(...gaps.slice(-1000)) <= 10_500, `${looks.length} ${Math.max(...gaps)}`);
});

Deno.test("serve() told to stop after the round lets it finish and leaves with 0; in a wait or a pause it leaves at once", async () => {
  const stop: Command = { kind: "stop_after_round", reason: "reboot" };
  const round = new LoopStage();
  round.world.agents = [{ seconds: 60 }];
  const askedAt = giveAfter(round, 20, stop);
  assert.equal(await round.serve(), 0);
  assertWithin(ofKind(round, "stop_requested")[0], askedAt);
  assert.deepEqual(ofKind(round, "agent_exit").map(({ ending }) => ending), ["exited"]);
  assert.deepEqual(ofKind(round, "serve_stopped").map(({ reason }) => reason), ["stop_after_round"]);
  for (const isPaused of [false, true]) {
    const waiting = new LoopStage();
    waiting.runtime = "restart_delay_s = 600";
    if (isPaused) giveAfter(waiting, 5, pause);
    const asked = giveAfter(waiting, 200, stop);
    assert.equal(await waiting.serve(), 0);
    assertWithin(ofKind(waiting, "serve_stopped")[0], asked);
    assert.equal("paused" in status(waiting), isPaused);
  }
});

Deno.test("serve() told to stop after the round is not cut short by the first signal that follows", async () => {
  const stage = new LoopStage();
  stage.world.agents = [{ seconds: 60 }];
  giveAfter(stage, 20, { kind: "stop_after_round", reason: "" });
  stage.world.clock.after(30_000, () => stage.world.signals.send("SIGTERM"));
  await stage.serve();
  assert.deepEqual(ofKind(stage, "agent_exit").map(({ ending }) => ending), ["exited"]);
});

Deno.test("serve() adds hints to the next round's prompt only, all of them, and masks them on record", async () => {
  const stage = new LoopStage();
  const token = "ghp_" + "a1B2c3D4".repeat(5).slice(0, 36);
  giveAfter(stage, 3, { kind: "hint", text: "leave the parser alone" });
  giveAfter(stage, 4, { kind: "hint", text: `log in with ${token}` });
  await stage.serve({ maxRounds: 3 });
  const [first, second, third] = prompts(stage);
  assert.ok(!first!.includes("operator") && !third!.includes("parser"));
  assert.match(second!, /Work on it\.[\s\S]*## From the operator[\s\S]*leave the parser alone[\s\S]*log in with ghp_/);
  assert.deepEqual(
    ofKind(stage, "hint_used").map(({ round_num, hint_ids }) => [round_num, (hint_ids as string[]).length]),
    [[2, 2]],
  );
  const given = ofKind(stage, "hint_given");
  assert.deepEqual(given.map(({ by }) => by), ["ann", "ann"]);
  assert.ok(!JSON.stringify(given).includes(token), JSON.stringify(given));
  assert.equal(stage.world.files.stat(`${logs}/hints.json`), null);
});

Deno.test("serve() keeps a hint for the round after one whose agent could not be started", async () => {
  const stage = new LoopStage();
  giveAfter(stage, 3, { kind: "hint", text: "leave the parser alone" });
  stage.world.clock.after(5000, () => stage.world.processes.spawnFault = "no such file");
  stage.world.clock.after(20_000, () => stage.world.processes.spawnFault = null);
  await stage.serve({ maxRounds: 6 });
  const used = ofKind(stage, "hint_used");
  const failed = ofKind(stage, "agent_spawn").filter(({ pid }) => pid === null).map(({ round_num }) => round_num);
  assert.deepEqual([failed.length > 0, used.length], [true, 1]);
  assert.ok(!failed.includes(used[0]!.round_num));
  const told = prompts(stage).filter((prompt) => prompt.includes("leave the parser alone"));
  assert.equal(told.length, failed.length + 1);
});

Deno.test("serve() begins a round without a hint that makes the command line too long, says so, and keeps the hint", async () => {
  const stage = new LoopStage();
  const prompt = stage.world.files.readText(promptFile)!;
  stage.world.files.writeAtomic(promptFile, prompt + "x".repeat(argumentLimits.oneArgumentBytes - 4000));
  giveAfter(stage, 3, { kind: "hint", text: "y".repeat(5000) });
  await stage.serve({ maxRounds: 3 });
  assert.equal(prompts(stage).length, 3);
  assert.ok(!prompts(stage).join().includes("yyy"));
  const held = ofKind(stage, "hint_held_back");
  assert.deepEqual(held.map(({ round_num }) => round_num), [2, 3]);
  assert.match(String(held[0]!.reason), /more than the kernel takes/);
  assert.deepEqual(ofKind(stage, "hint_used"), []);
  stage.world.files.writeAtomic(promptFile, prompt);
  await stage.serve({ maxRounds: 1 });
  assert.match(prompts(stage).at(-1)!, /Work on it\.[\s\S]*yyy/);
});

Deno.test("serve() ignores what was asked for before it began, and takes hints back when told to", async () => {
  const stage = new LoopStage();
  for (const command of [pause, { kind: "stop_after_round", reason: "" }, { kind: "hint", text: "old" }] as Command[]) {
    give(stage, command);
  }
  giveAfter(stage, 3, { kind: "hint", text: "new" });
  giveAfter(stage, 4, { kind: "clear_hints" });
  await stage.serve({ maxRounds: 2 });
  assert.ok(!prompts(stage).join().includes("operator"));
  assert.deepEqual(ofKind(stage, "hints_cleared").map(({ hints }) => hints), [1]);
  for (const kind of ["paused", "stop_requested"]) assert.deepEqual(ofKind(stage, kind), []);
  assert.deepEqual(stage.world.files.list(`${logs}/requests`), []);
});

Deno.test("serve() obeys a pause while the operator's command looks into a done", async () => {
  const stage = new LoopStage();
  stage.progress = 'verify = ["check"]';
  stage.world.files.writeAtomic("/bin/check", "#!/bin/sh\n");
  stage.world.processes.programs.set("check", "/bin/check");
  const done = () => stage.world.files.writeAtomic(`${logs}/.agent-done`, "done");
  stage.world.agents = [{ onStart: done }, {}];
  stage.world.shell = async () => {
    await stage.world.clock.sleep(100_000);
    return { kind: "exited", code: 1, stdout: new Uint8Array(), stderr: new Uint8Array(), isCut: false };
  };
  const pausedAt = giveAfter(stage, 40, pause);
  giveAfter(stage, 1000, resume);
  await stage.serve({ maxRounds: 2 });
  assertWithin(ofKind(stage, "paused")[0], pausedAt);
});
