// Guards the watch over a running round: every way it can end, and that no process is left.
import assert from "node:assert/strict";
import { paths, Stage } from "./stage.ts";

Deno.test("watchRound() reports a clean exit at once", async () => {
  const stage = new Stage().exits(0, 12.1);
  const outcome = await stage.watch();
  assert.deepEqual(outcome.ending, { kind: "exited", code: 0 });
  assert.equal(outcome.durationSeconds, 12.1);
  assert.equal(outcome.leftoversEnded, 0);
  assert.equal(stage.age, 12.1, "no wait after the exit");
  assert.deepEqual(stage.processes.signals, []);
});

Deno.test("watchRound() reports the agent's exit code and its death by signal", async () => {
  assert.deepEqual((await new Stage().exits(7, 1).watch()).ending, { kind: "exited", code: 7 });
  const stage = new Stage();
  stage.later(1, () => stage.processes.end(stage.agent, { code: 139, signal: "SIGSEGV" }));
  assert.deepEqual((await stage.watch()).ending, { kind: "signalled", signal: "SIGSEGV" });
});

Deno.test("watchRound() reads what the agent said just before it ended", async () => {
  const stage = new Stage().says("first\n", 1).says("last words\n", 2).exits(1, 2);
  await stage.watch();
  assert.equal(stage.reader.lastLines(), "first\nlast words");
});

Deno.test("watchRound() ends the leftovers of a clean exit, whatever session they are in", async () => {
  const stage = new Stage();
  const daemon = stage.startChild({ obeysAfterMs: 400 });
  const inGroup = stage.startChild({ pgid: stage.shim });
  const outcome = await stage.exits(0, 10).watch();
  assert.deepEqual(outcome.ending, { kind: "exited", code: 0 });
  assert.equal(outcome.leftoversEnded, 2);
  assert.equal(outcome.durationSeconds, 10, "leftovers do not count as the agent's time");
  assert.deepEqual(stage.processes.alive, []);
  assert.ok(stage.processes.sentTo(daemon).includes("SIGTERM"));
  assert.ok(!stage.processes.sentTo(inGroup).includes("SIGKILL"));
  assert.ok(stage.age < 10.9, `took until ${stage.age}`);
});

Deno.test("watchRound() remembers a child that lost its marker and its parent", async () => {
  const stage = new Stage();
  const launcher = stage.startChild();
  const hidden = stage.processes.start({ ppid: launcher, command: "hidden", obeysAfterMs: 100 });
  stage.later(30, () => stage.processes.end(launcher));
  const outcome = await stage.exits(0, 60).watch();
  assert.ok(stage.processes.sentTo(hidden).includes("SIGTERM"));
  assert.equal(outcome.leftoversEnded, 1);
  assert.deepEqual(stage.processes.alive, []);
});

Deno.test("watchRound() leaves strangers alone", async () => {
  const stage = new Stage();
  const stranger = stage.processes.start({ command: "/usr/bin/agent --print", obeysAfterMs: 0 });
  const otherRound = stage.processes.start({ marker: "AGENT_RUNNER_ROUND_ID=another", ppid: stranger });
  stage.startChild({ obeysAfterMs: null });
  await stage.exits(0, 5).watch({ hardSeconds: 20 });
  assert.deepEqual(stage.processes.alive, [stranger, otherRound]);
  assert.deepEqual(stage.processes.sentTo(stranger), []);
});

Deno.test("watchRound() ends an agent that obeys at the hard wall right away", async () => {
  const stage = new Stage({ obeysAfterMs: 20 });
  const outcome = await stage.watch({ hardSeconds: 60 });
  assert.deepEqual(outcome.ending, { kind: "timed_out", wall: "hard", code: -15 });
  assert.ok(stage.age <= 60.15, `ended at ${stage.age}`);
  assert.deepEqual(stage.said, ["60.0 hard wall reached"]);
  assert.ok(!stage.processes.signals.some((sent) => sent.signal === "SIGKILL"));
});

Deno.test("watchRound() is through with leftovers that obey in a tenth of a second", async () => {
  const stage = new Stage().exits(0, 10);
  for (let i = 0; i < 5; i++) stage.startChild({ obeysAfterMs: 10 });
  const outcome = await stage.watch();
  assert.equal(outcome.leftoversEnded, 5);
  assert.ok(stage.age <= 10.1, `ended at ${stage.age}`);
  const walled = new Stage({ obeysAfterMs: 20 });
  walled.startChild({ obeysAfterMs: 40 });
  await walled.watch({ hardSeconds: 10 });
  assert.ok(walled.age <= 10.15, `ended at ${walled.age}`);
});

Deno.test("watchRound() is never late for the hard wall", async () => {
  for (const hardSeconds of [1, 3, 7.3, 1800]) {
    const stage = new Stage();
    await stage.watch({ hardSeconds });
    assert.equal(stage.processes.signals[0]!.at - stage.origin, hardSeconds * 1000);
  }
});

Deno.test("watchRound() kills a deaf agent after the whole grace, and not before", async () => {
  const stage = new Stage({ obeysAfterMs: null });
  const outcome = await stage.watch({ hardSeconds: 60, stopGraceSeconds: 5 });
  assert.deepEqual(outcome.ending, { kind: "timed_out", wall: "hard", code: -9 });
  const kill = stage.processes.signals.find((sent) => sent.signal === "SIGKILL")!;
  assert.equal((kill.at - stage.origin) / 1000, 65);
  assert.ok(stage.age <= 65.3, `ended at ${stage.age}`);
  assert.deepEqual(stage.processes.alive, []);
});

Deno.test("watchRound() waits at most ten times a second while an agent is deaf to TERM", async () => {
  const stage = new Stage({ obeysAfterMs: null });
  await stage.watch({ hardSeconds: 10, stopGraceSeconds: 5 });
  assert.ok(stage.clock.sleeps < 120, `${stage.clock.sleeps} sleeps in 15 s`);
  assert.ok(stage.clock.emptySleeps <= 2, `${stage.clock.emptySleeps} sleeps of no length`);
});

Deno.test("watchRound() gives every process of the round the whole grace", async () => {
  const stage = new Stage({ obeysAfterMs: 10 });
  const slow = stage.startChild({ obeysAfterMs: 4_000 });
  const outcome = await stage.watch({ hardSeconds: 60 });
  assert.deepEqual(outcome.ending, { kind: "timed_out", wall: "hard", code: -15 });
  assert.ok(!stage.processes.sentTo(slow).includes("SIGKILL"), "it would have ended by itself");
  assert.ok(stage.age >= 64 && stage.age <= 64.5, `ended at ${stage.age}`);
});

Deno.test("watchRound() ends 40 deaf grandchildren in sessions of their own", async () => {
  const stage = new Stage({ obeysAfterMs: null });
  for (let i = 0; i < 20; i++) {
    const child = stage.startChild({ obeysAfterMs: null });
    stage.processes.start({ ppid: child, command: "sleep 600", obeysAfterMs: null });
  }
  const outcome = await stage.watch({ hardSeconds: 30, stopGraceSeconds: 2 });
  assert.deepEqual(stage.processes.alive, []);
  assert.equal(outcome.survivors, 0);
  assert.ok(stage.age <= 32.3, `ended at ${stage.age}`);
});

Deno.test("watchRound() ends a stopped agent", async () => {
  const stage = new Stage({ isStopped: true, obeysAfterMs: 10 });
  const outcome = await stage.watch({ hardSeconds: 5 });
  assert.deepEqual(outcome.ending, { kind: "timed_out", wall: "hard", code: -15 });
  assert.ok(stage.age < 5.2, "it was woken to receive the signal");
});

Deno.test("watchRound() ends processes that appear after the first KILL", async () => {
  const stage = new Stage({ obeysAfterMs: null });
  let late = 0;
  stage.later(9, () => late = stage.startChild({ obeysAfterMs: null }));
  await stage.watch({ hardSeconds: 8, stopGraceSeconds: 1 });
  assert.notEqual(late, 0);
  assert.deepEqual(stage.processes.alive, []);
});

Deno.test("watchRound() gives up on processes that KILL does not end, and counts them", async () => {
  const stage = new Stage({ obeysAfterMs: 0 });
  stage.startChild({ isUnkillable: true });
  stage.startChild({ isUnkillable: true });
  const outcome = await stage.watch({ hardSeconds: 5, stopGraceSeconds: 1 });
  assert.equal(outcome.survivors, 2);
  assert.ok(stage.age < 30, `gave up at ${stage.age}`);
  assert.ok(stage.clock.sleeps < 400, `${stage.clock.sleeps} sleeps`);
});

Deno.test("watchRound() counts only those that still live as survivors", async () => {
  const stage = new Stage({ obeysAfterMs: null });
  for (let i = 0; i < 5; i++) stage.startChild({ obeysAfterMs: null });
  stage.startChild({ isUnkillable: true });
  const outcome = await stage.watch({ hardSeconds: 5, stopGraceSeconds: 1 });
  assert.deepEqual([outcome.survivors, outcome.leftoversEnded], [1, 5]);
});

Deno.test("watchRound() gives up on an unkillable agent without an exit code", async () => {
  const stage = new Stage({ isUnkillable: true });
  const outcome = await stage.watch({ hardSeconds: 5, stopGraceSeconds: 1 });
  assert.equal(outcome.ending.kind, "timed_out");
  assert.ok(outcome.survivors >= 1);
});

Deno.test("watchRound() ends what a killed shim left, and calls the round lost", async () => {
  const stage = new Stage({ obeysAfterMs: null });
  stage.later(20, () => stage.processes.end(stage.shim, { code: 137, signal: "SIGKILL" }));
  const outcome = await stage.watch();
  assert.equal(outcome.ending.kind, "lost");
  assert.deepEqual(stage.processes.alive, []);
  assert.equal(outcome.durationSeconds, 20);
});

Deno.test("watchRound() works without a process table, by the group alone", async () => {
  const stage = new Stage({ obeysAfterMs: null });
  stage.processes.hasNoTable = true;
  const outcome = await stage.watch({ hardSeconds: 5, stopGraceSeconds: 1 });
  assert.equal(outcome.ending.kind, "timed_out");
  assert.deepEqual(stage.processes.alive, []);
});

Deno.test("watchRound() counts the hard wall from the start of an adopted round", async () => {
  const stage = new Stage({ obeysAfterMs: 0 });
  const outcome = await stage.watch({ hardSeconds: 1800 }, { origin: stage.origin - 1_790_000 });
  assert.deepEqual(outcome.ending, { kind: "timed_out", wall: "hard", code: -15 });
  assert.ok(stage.age >= 10 && stage.age < 10.2);
  assert.ok(outcome.durationSeconds >= 1800);
});

Deno.test("watchRound() ends an adopted round that is long past its wall at once", async () => {
  const stage = new Stage({ obeysAfterMs: null });
  const outcome = await stage.watch({ hardSeconds: 60, stopGraceSeconds: 3 }, { origin: stage.origin - 900_000 });
  assert.equal(outcome.ending.kind, "timed_out");
  assert.ok(stage.age <= 3.3, `ended at ${stage.age}`);
  assert.ok(stage.clock.sleeps < 60, `${stage.clock.sleeps} sleeps`);
});

Deno.test("watchRound() tells progress at its interval", async () => {
  const stage = new Stage().says("x".repeat(5000), 2).exits(0, 35);
  await stage.watch({}, { progressSeconds: 10 });
  assert.deepEqual(stage.progress.map((p) => [Math.floor(p.ageSeconds), p.logBytes]), [[10, 5000], [20, 5000], [
    30,
    5000,
  ]]);
  assert.ok(Math.abs(stage.progress[1]!.quietSeconds - 18) < 0.3);
});

Deno.test("watchRound() sleeps about four times a second and looks at processes seldom", async () => {
  const stage = new Stage().exits(0, 600);
  await stage.watch({ firstByteSeconds: 0, idleSeconds: 700, hardSeconds: 900 });
  assert.ok(stage.clock.sleeps <= 600 * 4.2, `${stage.clock.sleeps} sleeps in 600 s`);
  assert.ok(stage.clock.emptySleeps <= 2, `${stage.clock.emptySleeps} sleeps of no length`);
  assert.ok(stage.processes.looks <= 302, `${stage.processes.looks} looks`);
});

Deno.test("watchRound() does not take the shim of an adopted round for a leftover", async () => {
  const stage = new Stage();
  const ended = Promise.withResolvers<{ code: number | null; diedBySignal: boolean }>();
  // Its status file is there a moment before the shim itself has left.
  stage.later(3, () => ended.resolve({ code: 0, diedBySignal: false }));
  stage.later(3.1, () => stage.processes.end(stage.agent, { code: 0, signal: null }));
  const outcome = await stage.watch({}, { leader: { pid: stage.shim, ended: ended.promise } });
  assert.deepEqual(outcome.ending, { kind: "exited", code: 0 });
  assert.equal(outcome.leftoversEnded, 0);
});

Deno.test("watchRound() ends a headless round whose leader is not known", async () => {
  const stage = new Stage({ obeysAfterMs: null });
  stage.processes.end(stage.shim, { code: 137, signal: "SIGKILL" });
  const ended = Promise.resolve({ code: null, diedBySignal: false });
  const outcome = await stage.watch({ stopGraceSeconds: 1 }, { leader: { pid: null, ended } });
  assert.equal(outcome.ending.kind, "lost");
  assert.equal(outcome.leftoversEnded, 1);
  assert.deepEqual(stage.processes.alive, []);
});

Deno.test("watchRound() survives a log that cannot be read", async () => {
  const stage = new Stage().exits(0, 5);
  stage.files.failWith(paths.log, "other");
  assert.deepEqual((await stage.watch({ firstByteSeconds: 60 })).ending, { kind: "exited", code: 0 });
});

/** Bounds that end the round after so many seconds. */
function boundsOf(stage: Stage, { endsAt = Infinity, nextAt = Infinity } = {}) {
  let reads = 0;
  return {
    get reads() {
      return reads;
    },
    read(_now: number, tap: { read(): boolean }) {
      reads++;
      return tap.read();
    },
    get end() {
      return stage.age >= endsAt ? { sign: "disk" as const, why: "the disk is low" } : null;
    },
    nextAt,
  };
}

Deno.test("watchRound() ends a round that passed a bound by the ladder, and says why", async () => {
  const stage = new Stage({ obeysAfterMs: 50 });
  const outcome = await stage.watch({}, { bounds: boundsOf(stage, { endsAt: 10 }) });
  assert.deepEqual(outcome.ending, { kind: "stopped", by: "supervisor", code: -15 });
  assert.equal(outcome.early?.sign, "disk");
  assert.match(stage.said[0] ?? "", /^10\.\d the disk is low$/);
});

Deno.test("watchRound() ends a round that passes a bound after its result", async () => {
  const stage = new Stage({ obeysAfterMs: 50 }).says("RESULT\n", 1);
  stage.startChild({ obeysAfterMs: 50 });
  const outcome = await stage.watch({ lingerSeconds: 60 }, { bounds: boundsOf(stage, { endsAt: 5 }) });
  assert.equal(outcome.early?.sign, "disk");
  assert.ok(stage.age < 5.6, `ended at ${stage.age}`);
});

Deno.test("watchRound() reads on while a deaf round is being ended, so that its log stays bounded", async () => {
  const stage = new Stage({ obeysAfterMs: null });
  const bounds = boundsOf(stage);
  await stage.watch({ hardSeconds: 5, stopGraceSeconds: 5 }, { bounds });
  assert.ok(bounds.reads > 35, `${bounds.reads} reads in 10 s`);
});

Deno.test("watchRound() wakes when its bounds ask for a turn", async () => {
  const stage = new Stage().exits(0, 2);
  const bounds = { ...boundsOf(stage), turns: 0, nextAt: 0 };
  bounds.read = (now, tap) => {
    bounds.nextAt = now + 25;
    bounds.turns++;
    return tap.read();
  };
  await stage.watch({}, { bounds });
  assert.ok(bounds.turns >= 78, `${bounds.turns} turns in 2 s`);
});
