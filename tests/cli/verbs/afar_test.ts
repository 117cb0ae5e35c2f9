// Guards the commands from afar: obeyed by the serve that runs, told in two lines where none does, readable by programs.
import assert from "node:assert/strict";
import { runApp } from "../../../src/cli/app.ts";
import hint from "../../../src/cli/verbs/hint.ts";
import pause from "../../../src/cli/verbs/pause.ts";
import resume from "../../../src/cli/verbs/resume.ts";
import retryNow from "../../../src/cli/verbs/retry_now.ts";
import stopAfterRound from "../../../src/cli/verbs/stop_after_round.ts";
import { Hints } from "../../../src/loop/hints.ts";
import { smallest } from "../../config/sample.ts";
import type { FakeStream } from "../../fakes/fake_world.ts";
import { logs, LoopStage } from "../../loop/loop_stage.ts";

/** A project on which serve can run while verbs are called. */
function scene() {
  const stage = new LoopStage();
  const { world } = stage;
  world.files.writeAtomic("/home/me/shop/agent-runner.toml", smallest);
  const words = { configPath: "./agent-runner.toml", isJson: false, positional: [] };
  const codes: Promise<number>[] = [];
  /** Called while the clock runs by itself, which would not wait for a module to be loaded. */
  const after = (seconds: number, run: () => Promise<number>) =>
    world.clock.after(seconds * 1000, () => codes.push(run()));
  const call = async (...args: string[]) => {
    world.stdout.text = world.stderr.text = "";
    return await runApp(args, world, () => {});
  };
  return { stage, world, words, codes, after, call };
}

type Scene = ReturnType<typeof scene>;

const pauseFlags = { for: undefined, until: undefined, reason: undefined };
const hintFlags = { list: false, clear: false };
const logsFile = (name: string) => `${logs}/${name}`;

function assertTwoLines(
  { stdout, stderr }: { stdout: FakeStream; stderr: FakeStream },
  what: RegExp,
  fix: RegExp,
): void {
  const lines = stderr.text.split("\n");
  assert.equal(stdout.text, "");
  assert.equal(stderr.lines.filter((line) => !line.includes(": warning: ")).length, 2, stderr.text);
  assert.match(lines.at(-3)!, what);
  assert.match(lines.at(-2)!, fix);
}

/** Somebody holds the lock and takes nothing up. */
function heldElsewhere({ world }: Scene, status: unknown): void {
  world.lock.holdElsewhere(logsFile("agent-runner.lock"));
  world.files.writeAtomic(logsFile("status.json"), JSON.stringify(status));
}

const paused = { since: "2026-11-21T09:00:00.000Z", by: "ann", reason: "deploy", until_epoch: null };

Deno.test("pause and resume are obeyed, and say what comes of them", async () => {
  const { stage, world, words, codes, after } = scene();
  stage.world.agents = [{ seconds: 60 }];
  after(20, () => pause.run({ ...words, flags: { ...pauseFlags, for: "2h", reason: "deploy" } }, world));
  after(
    100,
    () =>
      retryNow.run({ ...words, flags: {} }, world).catch((
        thrown,
      ) => (assert.match(thrown.fix, /agent-runner resume/), 9)),
  );
  after(600, () => resume.run({ ...words, isJson: true, flags: {} }, world));
  await stage.serve({ maxRounds: 2 });
  assert.deepEqual(await Promise.all(codes), [0, 9, 0]);
  const [first, second] = world.stdout.lines;
  assert.match(first!, /^No round begins after round 1, 20s so far, at most .*, until 2026-11-21T12:00:20Z$/);
  const answer = JSON.parse(second!);
  assert.deepEqual([answer.resumed, answer.paused_s, answer.by, answer.reason, answer.active], [
    true,
    580,
    "somebody",
    "deploy",
    true,
  ]);
});

Deno.test("stop-after-round returns at once, and a second one says that it was asked before", async () => {
  const { stage, world, words, codes, after } = scene();
  stage.world.agents = [{ seconds: 60 }];
  const times: number[] = [];
  const timed = async (isJson: boolean) => {
    const code = await stopAfterRound.run({ ...words, isJson, flags: { reason: "reboot" } }, world);
    times.push(world.clock.monotonic());
    return code;
  };
  after(20, () => timed(false));
  after(30, () => timed(true));
  const begun = world.clock.monotonic();
  // The stage has no verb around its loop, which would leave this note.
  world.clock.after(20_010, () => {
    const holder = JSON.parse(world.files.readText(logsFile("agent-runner.lock.holder"))!);
    world.files.writeAtomic(logsFile("requests/stop.json"), JSON.stringify({ at: holder.started_at, pid: holder.pid }));
  });
  await stage.serve();
  assert.deepEqual(await Promise.all(codes), [0, 0]);
  assert.ok(times[0]! - begun < 21_000 && times[1]! - begun < 31_000, String(times));
  assert.match(world.stdout.lines[0]!, /^serve ends after round 1, .*start it again with 'agent-runner start'$/);
  const { stopping, was_asked: wasAsked, round_num: round } = JSON.parse(world.stdout.lines[1]!);
  assert.deepEqual([stopping, wasAsked, round], [true, true, 1]);
});

Deno.test("hint takes a text or standard input, lists what waits, and takes it back", async () => {
  const { stage, world, words, codes, after, call } = scene();
  stage.world.agents = [{ seconds: 60 }];
  Object.assign(world, { readInput: (most: number) => Promise.resolve("from a file\nof two lines\n".slice(0, most)) });
  after(10, () => hint.run({ ...words, positional: ["one"], flags: hintFlags }, world));
  after(20, () => hint.run({ ...words, positional: ["-"], isJson: true, flags: hintFlags }, world));
  after(30, () => hint.run({ ...words, flags: { ...hintFlags, list: true } }, world));
  after(40, () => hint.run({ ...words, flags: { ...hintFlags, clear: true } }, world));
  after(50, () => hint.run({ ...words, positional: ["kept"], flags: hintFlags }, world));
  await stage.serve({ maxRounds: 1 });
  assert.deepEqual(await Promise.all(codes), [0, 0, 0, 0, 0]);
  const [told, json, one, two, back, kept] = world.stdout.lines;
  assert.deepEqual([told, JSON.parse(json!).waiting, back, kept], [
    "The next round is told",
    2,
    "Taken back: 2 hints",
    "The next round is told",
  ]);
  assert.match(one! + two!, /somebody: one.*somebody: from a file\\nof two lines/);
  assert.equal(await call("hint", "--list", "--json"), 0);
  assert.deepEqual(JSON.parse(world.stdout.text).hints.map(({ text }: { text: string }) => text), ["kept"]);
  assert.equal(await call("hint", "--clear"), 0);
  assert.deepEqual(new Hints(logs, world.files).list(), []);
  assert.equal(world.kinds.at(-1), "hints_cleared");
});

for (const args of [["pause"], ["stop-after-round"], ["hint", "look"]]) {
  Deno.test(`${args[0]} is 1, in two lines, and leaves nothing where no supervisor runs`, async () => {
    const { world, call } = scene();
    assert.equal(await call(...args), 1);
    assertTwoLines(world, /no supervisor works on '\/home\/me\/shop\/logs'/, /agent-runner start/);
    assert.deepEqual(world.files.list(logsFile("requests")), []);
    assert.equal(await call(...args, "--json"), 1);
    assert.equal(JSON.parse(world.stderr.text).error.exit_code, 1);
  });

  Deno.test(`${args[0]} takes its request back where nobody takes it up, and says so`, async () => {
    const at = scene();
    heldElsewhere(at, { round_num: 3, waiting: { until_epoch: 1_900_000_000, reason: "a limit" } });
    assert.equal(await at.call(...args), 1);
    assertTwoLines(at.world, /serve did not take up the request/, /agent-runner status/);
    assert.deepEqual(at.world.files.list(logsFile("requests")), []);
  });

  Deno.test(`${args[0]} does not believe a file that somebody only removed`, async () => {
    const at = scene();
    heldElsewhere(at, { round_num: 3 });
    at.world.files.writeAtomic(
      logsFile("agent-runner.lock.holder"),
      JSON.stringify({ pid: 9, started_at: "2026-11-21T09:00:00Z" }),
    );
    at.world.clock.after(200, () => {
      for (const name of at.world.files.list(logsFile("requests"))) at.world.files.remove(logsFile(`requests/${name}`));
    });
    assert.equal(await at.call(...args), 1, at.world.stdout.text);
    assertTwoLines(at.world, /serve did not take up the request/, /./);
  });

  Deno.test(`${args[0]} says in two lines that it may not write`, async () => {
    const at = scene();
    heldElsewhere(at, { round_num: 3 });
    at.world.files.failWith(logsFile("requests"), "denied");
    assert.equal(await at.call(...args), 1);
    assertTwoLines(at.world, /The request cannot be left in/, /as the user that runs serve/);
  });
}

Deno.test("resume ends a pause that outlived its supervisor, and says that nothing runs", async () => {
  const { world, call } = scene();
  world.files.writeAtomic(logsFile("status.json"), JSON.stringify({ round_num: 7, running: false, schema: 2, paused }));
  assert.equal(await call("resume"), 0, world.stderr.text);
  assert.match(world.stdout.text, /^The pause is over after 1h 00m: the next 'agent-runner start' begins rounds/);
  const { paused: left, round_num: round } = JSON.parse(world.files.readText(logsFile("status.json"))!);
  assert.deepEqual([left, round, world.kinds], [undefined, 7, ["resumed"]]);
  assert.equal(await world.lock.isHeld(logsFile("agent-runner.lock")), false);
  assert.equal(await call("resume"), 1);
  assertTwoLines(world, /There is no pause to end/, /agent-runner retry-now/);
});

const misused: readonly (readonly [args: readonly string[], what: RegExp])[] = [
  [["hint"], /either a text/],
  [["hint", "a", "--list"], /either a text/],
  [["hint", "--list", "--clear"], /either a text/],
  [["hint", " \n"], /empty/],
  [["hint", "-"], /empty/],
  [["hint", "x".repeat(8001)], /longer than 8000/],
  [["pause", "--for", "soon"], /no length of time/],
  [["pause", "--reason", "x".repeat(501)], /501 characters/],
  [["stop-after-round", "--reason", "x".repeat(501)], /501 characters/],
];
for (const [args, what] of misused) {
  Deno.test(`'${args.join(" ").slice(0, 40)}' is wrong use, in two lines`, async () => {
    const { world, call } = scene();
    assert.equal(await call(...args), 2);
    assertTwoLines(world, what, /./);
  });
}

Deno.test("hint is refused where the agent takes no prompt, and where too much waits", async () => {
  const mute = scene();
  mute.world.files.writeAtomic(
    "/home/me/shop/agent-runner.toml",
    smallest.replace('prompt_arg_template = ["{prompt}"]', 'prompt_arg_template = []\nprompt_delivery = "none"'),
  );
  heldElsewhere(mute, { round_num: 1 });
  assert.equal(await mute.call("hint", "look"), 1);
  assertTwoLines(mute.world, /prompt_delivery is "none"/, /./);
  const full = scene();
  heldElsewhere(full, { round_num: 1 });
  const hints = new Hints(logs, full.world.files);
  for (let i = 0; i < 20; i++) hints.add({ id: String(i), at: paused.since, by: "", text: "x" });
  assert.equal(await full.call("hint", "look"), 1);
  assertTwoLines(full.world, /Too much waits/, /hint --clear/);
});

Deno.test("peek, status and their JSON say paused since when, by whom and why", async () => {
  const at = scene();
  heldElsewhere(at, {
    round_num: 7,
    running: false,
    schema: 2,
    paused,
    waiting: { until_epoch: null, reason: "x", classification: "paused" },
  });
  assert.equal(await at.call("peek"), 0);
  assert.match(at.world.stdout.text, /paused: Paused by ann: deploy, since 09:00:00, 1h 00m ago\n/);
  assert.equal(await at.call("peek", "--json"), 0);
  const { now } = JSON.parse(at.world.stdout.text);
  assert.deepEqual(now, { state: "paused", since: paused.since, until: null, why: "Paused by ann: deploy" });
  assert.equal(await at.call("status", "--json"), 0);
  const state = JSON.parse(at.world.stdout.text);
  assert.deepEqual([state.state, state.since, state.next_wake], ["paused", paused.since, null]);
  const stopped = scene();
  stopped.world.files.writeAtomic(logsFile("status.json"), JSON.stringify({ round_num: 7, schema: 2, paused }));
  assert.equal(await stopped.call("peek"), 0);
  assert.match(stopped.world.stdout.text, /stopped: No supervisor runs\. Paused by ann: deploy/);
});
