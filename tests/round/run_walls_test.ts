// Guards the limits of a running round: silence, idleness, lingering, and the operator's stop.
import assert from "node:assert/strict";
import { Stage } from "./stage.ts";

Deno.test("watchRound() ends a round that says nothing at the first-byte wall", async () => {
  const stage = new Stage();
  const outcome = await stage.watch({ firstByteSeconds: 30 });
  assert.deepEqual(outcome.ending, { kind: "timed_out", wall: "first_byte", code: -15 });
  assert.ok(stage.age >= 30 && stage.age <= 30.15, `ended at ${stage.age}`);
});

Deno.test("watchRound() does not mind the first-byte wall once a byte has come", async () => {
  const stage = new Stage().says("x", 29.9).exits(0, 100);
  assert.deepEqual((await stage.watch({ firstByteSeconds: 30 })).ending, { kind: "exited", code: 0 });
  assert.ok(stage.clock.emptySleeps <= 2);
});

Deno.test("watchRound() ends a round that neither writes nor works at the idle wall", async () => {
  const stage = new Stage().says("hello\n", 10);
  const outcome = await stage.watch({ idleSeconds: 60 });
  assert.deepEqual(outcome.ending, { kind: "timed_out", wall: "idle", code: -15 });
  assert.ok(stage.age >= 70 && stage.age <= 71, `ended at ${stage.age}`);
});

Deno.test("watchRound() takes CPU time of any process of the round as life", async () => {
  const stage = new Stage().says("I compile\n", 1).exits(0, 1000);
  const compiler = stage.startChild({ cpuShare: 0.9 });
  assert.deepEqual((await stage.watch({ idleSeconds: 60 })).ending, { kind: "exited", code: 0 });
  assert.ok(compiler > 0);
});

Deno.test("watchRound() does not take the hum of a parked event loop for life", async () => {
  const stage = new Stage({ cpuShare: 0.004 }).says("hello\n", 1);
  const outcome = await stage.watch({ idleSeconds: 120 });
  assert.equal(outcome.ending.kind, "timed_out");
  assert.ok(stage.age < 300, `ended at ${stage.age}`);
});

Deno.test("watchRound() does not count a stranger's CPU time", async () => {
  const stage = new Stage().says("hello\n", 1);
  stage.processes.start({ command: "compiler", cpuShare: 1 });
  const outcome = await stage.watch({ idleSeconds: 60 });
  assert.equal(outcome.ending.kind, "timed_out");
});

Deno.test("watchRound() never ends a round that writes", async () => {
  const stage = new Stage();
  for (let at = 1; at < 300; at += 9) stage.says("still here\n", at);
  assert.deepEqual((await stage.exits(0, 300).watch({ idleSeconds: 10 })).ending, { kind: "exited", code: 0 });
});

Deno.test("watchRound() gives an adopted round one whole idle time", async () => {
  const stage = new Stage();
  const outcome = await stage.watch({ idleSeconds: 60 }, { origin: stage.origin - 600_000 });
  assert.equal(outcome.ending.kind, "timed_out");
  assert.ok(stage.age >= 60, `ended at ${stage.age}`);
});

Deno.test("watchRound() ends an agent that lingers after its result", async () => {
  const stage = new Stage({ obeysAfterMs: 10 }).says("RESULT\n", 20);
  const outcome = await stage.watch({ lingerSeconds: 30 });
  assert.deepEqual(outcome.ending, { kind: "lingered", code: -15 });
  assert.ok(stage.age >= 50 && stage.age <= 51, `ended at ${stage.age}`);
  assert.equal(stage.extended.length, 0);
});

Deno.test("watchRound() waits for the agent's own exit within the linger time", async () => {
  const stage = new Stage().says("RESULT\n", 20).exits(0, 40);
  assert.deepEqual((await stage.watch({ lingerSeconds: 30 })).ending, { kind: "exited", code: 0 });
});

Deno.test("watchRound() lets workers finish after the result, and tells it once", async () => {
  const stage = new Stage({ obeysAfterMs: 10 }).says("RESULT\n", 5);
  const worker = stage.startChild({ command: "/usr/bin/make all" });
  stage.later(120, () => stage.processes.end(worker));
  const outcome = await stage.watch({ lingerSeconds: 10 });
  assert.deepEqual(outcome.ending, { kind: "lingered", code: -15 });
  assert.ok(stage.age >= 120 && stage.age <= 122, `ended at ${stage.age}`);
  assert.deepEqual(stage.extended, [{ working: [{ name: "make", pid: worker }], ignored: [] }]);
  assert.ok(!stage.processes.sentTo(worker).includes("SIGTERM"));
});

Deno.test("watchRound() does not wait for workers whose command matches an ignore pattern", async () => {
  const stage = new Stage({ obeysAfterMs: 10 }).says("RESULT\n", 5);
  stage.startChild({ command: "/bin/bash /home/me/.claude/shell-snapshots/snapshot-bash-1.sh" });
  const outcome = await stage.watch({ lingerSeconds: 10 }, { ignorePatterns: ["shell-snapshots/snapshot-bash-"] });
  assert.equal(outcome.ending.kind, "lingered");
  assert.ok(stage.age < 17, `ended at ${stage.age}`);
});

Deno.test("watchRound() ends even a busy round at the hard wall", async () => {
  const stage = new Stage().says("RESULT\n", 5);
  stage.startChild({ cpuShare: 1 });
  const outcome = await stage.watch({ lingerSeconds: 10, hardSeconds: 200 });
  assert.deepEqual(outcome.ending, { kind: "timed_out", wall: "hard", code: -15 });
  assert.deepEqual(stage.processes.alive, []);
});

Deno.test("watchRound() does not spin while workers outlast the idle time", async () => {
  const stage = new Stage().says("RESULT\n", 5);
  const worker = stage.startChild();
  stage.later(300, () => stage.processes.end(worker));
  await stage.watch({ lingerSeconds: 10, idleSeconds: 20 });
  assert.ok(stage.clock.emptySleeps <= 2, `${stage.clock.emptySleeps} sleeps of no length`);
  assert.ok(stage.clock.sleeps < 310 * 5, `${stage.clock.sleeps} sleeps in 300 s`);
  assert.ok(stage.processes.looks < 310 * 3, `${stage.processes.looks} looks in 300 s`);
});

Deno.test("watchRound() does not end an agent after its result when lingering is not limited", async () => {
  const stage = new Stage().says("RESULT\n", 5).exits(0, 500);
  assert.deepEqual((await stage.watch({ lingerSeconds: 0 })).ending, { kind: "exited", code: 0 });
});

Deno.test("watchRound() ends the round at once when the operator asks", async () => {
  const stage = new Stage({ obeysAfterMs: 10 });
  stage.later(10.1, () => stage.stop.abort());
  const outcome = await stage.watch();
  assert.deepEqual(outcome.ending, { kind: "stopped", by: "operator", code: -15 });
  assert.ok(stage.age < 10.2, `ended at ${stage.age}`);
  assert.deepEqual(stage.said, ["10.1 the operator asked for it"]);
});

Deno.test("watchRound() ends a round that was to be stopped before it began", async () => {
  const stage = new Stage();
  stage.stop.abort();
  assert.equal((await stage.watch()).ending.kind, "stopped");
  assert.ok(stage.age < 0.2);
});

Deno.test("watchRound() stops a round that lingers", async () => {
  const stage = new Stage().says("RESULT\n", 5);
  stage.later(8, () => stage.stop.abort());
  assert.equal((await stage.watch({ lingerSeconds: 60 })).ending.kind, "stopped");
  assert.ok(stage.age < 8.2);
});

Deno.test("watchRound() keeps the wall as the reason when the stop comes during the grace", async () => {
  const stage = new Stage({ obeysAfterMs: null });
  stage.later(11, () => stage.stop.abort());
  const outcome = await stage.watch({ hardSeconds: 10, stopGraceSeconds: 3 });
  assert.deepEqual(outcome.ending, { kind: "timed_out", wall: "hard", code: -9 });
  assert.ok(stage.age <= 13.3, `ended at ${stage.age}`);
});

Deno.test("watchRound() keeps the clean exit when the stop comes while leftovers are ended", async () => {
  const stage = new Stage().exits(0, 5);
  stage.startChild({ obeysAfterMs: null });
  stage.later(6, () => stage.stop.abort());
  const outcome = await stage.watch({ stopGraceSeconds: 3 });
  assert.deepEqual(outcome.ending, { kind: "exited", code: 0 });
  assert.ok(stage.age <= 8.4, `ended at ${stage.age}`);
});

Deno.test("watchRound() is not confused by a stop in the same moment as the exit", async () => {
  const stage = new Stage();
  stage.later(5, () => {
    stage.processes.end(stage.agent, { code: 0, signal: null });
    stage.stop.abort();
  });
  assert.deepEqual((await stage.watch()).ending, { kind: "exited", code: 0 });
});
