// Guards a cancelled round: its agent is asked as by Ctrl-C, has its time, and is ended by the ladder when it uses it up.
import assert from "node:assert/strict";
import { Stage } from "./stage.ts";
import type { ProcessScript } from "../fakes/fake_processes.ts";

/** A watched round that is cancelled after so many seconds. */
function scene(agent: ProcessScript, atSeconds: number) {
  const stage = new Stage(agent);
  let isAsked = false;
  let looks = 0;
  const cancelledAt: number[] = [];
  stage.later(atSeconds, () => void (isAsked = true));
  const cancel = {
    graceSeconds: 30,
    isAsked: () => {
      looks++;
      // As the file does, it tells once.
      const was = isAsked;
      isAsked = false;
      return was;
    },
  };
  const notices = {
    onProgress: () => {},
    onExtended: () => {},
    onStopping: (why: string) => void stage.said.push(`${stage.age.toFixed(1)} ${why}`),
    onCancelled: () => void cancelledAt.push(stage.age),
  };
  return { stage, changes: { cancel, notices }, cancelledAt, looks: () => looks };
}

Deno.test("watchRound() interrupts the agent's group within 300 ms and calls the round stopped by the operator", async () => {
  const { stage, changes, cancelledAt } = scene({ obeysAfterMs: 2000 }, 10);
  const outcome = await stage.watch({}, changes);
  assert.deepEqual(outcome.ending, { kind: "stopped", by: "operator", code: -2 });
  assert.deepEqual(stage.processes.sentTo(-stage.shim), ["SIGINT", "SIGCONT"]);
  const [sent] = stage.processes.signals;
  assert.ok(sent!.at - stage.origin <= 10_300, `${sent!.at}`);
  assert.equal(cancelledAt.length, 1);
  assert.deepEqual(stage.said, [], "it was not ended, it ended itself");
  assert.ok(stage.age < 12.6, `${stage.age}`);
});

Deno.test("watchRound() calls a cancelled round stopped also when its agent leaves with 0", async () => {
  const { stage, changes } = scene({ obeysAfterMs: null }, 5);
  const outcome = await stage.exits(0, 20).watch({}, changes);
  assert.deepEqual(outcome.ending, { kind: "stopped", by: "operator", code: 0 });
  assert.equal(stage.processes.signals.filter(({ signal }) => signal === "SIGTERM").length, 0);
});

Deno.test("watchRound() ends a deaf agent by TERM after the cancel's grace and by KILL after the stop's", async () => {
  const { stage, changes, looks } = scene({ obeysAfterMs: null }, 10);
  const outcome = await stage.watch({ stopGraceSeconds: 5 }, changes);
  assert.deepEqual(outcome.ending, { kind: "stopped", by: "operator", code: -9 });
  const at = (signal: string) =>
    (stage.processes.signals.find((one) => one.signal === signal)!.at - stage.origin) / 1000;
  assert.ok(at("SIGTERM") - at("SIGINT") >= 30 && at("SIGTERM") - at("SIGINT") <= 30.3, `${at("SIGTERM")}`);
  assert.ok(at("SIGKILL") - at("SIGTERM") >= 5 && at("SIGKILL") - at("SIGTERM") <= 5.3, `${at("SIGKILL")}`);
  assert.deepEqual(stage.processes.alive, []);
  assert.ok(stage.clock.sleeps < 300, `${stage.clock.sleeps} sleeps in 45 s`);
  assert.ok(stage.clock.emptySleeps <= 4, `${stage.clock.emptySleeps} sleeps of no length`);
  assert.ok(looks() < 100, "who was asked is not asked again");
});

Deno.test("watchRound() leaves what is in a session of its own alone until the agent is gone, then ends it", async () => {
  const { stage, changes } = scene({ obeysAfterMs: 4000 }, 10);
  const server = stage.startChild({ obeysAfterMs: 100 });
  await stage.watch({}, changes);
  assert.deepEqual(stage.processes.sentTo(server).filter((name) => name === "SIGINT"), []);
  const first = stage.processes.signals.find(({ target }) => target === server)!;
  assert.equal(first.signal, "SIGTERM");
  assert.ok(first.at - stage.origin >= 14_000);
  assert.deepEqual(stage.processes.alive, []);
});

Deno.test("watchRound() obeys the hard wall and a stop in the time after a cancel, and blames neither on the agent", async () => {
  const walled = scene({ obeysAfterMs: null }, 10);
  const atWall = await walled.stage.watch({ hardSeconds: 15, stopGraceSeconds: 1 }, walled.changes);
  assert.deepEqual(atWall.ending, { kind: "stopped", by: "operator", code: -9 });
  assert.ok(walled.stage.age <= 16.5, `${walled.stage.age}`);
  const stopped = scene({ obeysAfterMs: null }, 10);
  stopped.stage.later(12, () => stopped.stage.stop.abort());
  await stopped.stage.watch({ stopGraceSeconds: 1 }, stopped.changes);
  assert.ok(stopped.stage.age <= 13.6, `${stopped.stage.age}`);
});

Deno.test("watchRound() does not spin when a round is cancelled that lingers after its result", async () => {
  const { stage, changes } = scene({ obeysAfterMs: null }, 10);
  stage.later(5, () => void (stage.reader.shown = { hasTerminalRecord: true }));
  const outcome = await stage.says("result\n", 5).watch({ lingerSeconds: 8, stopGraceSeconds: 1 }, changes);
  assert.deepEqual(outcome.ending, { kind: "stopped", by: "operator", code: -9 });
  assert.ok(stage.clock.sleeps < 300, `${stage.clock.sleeps} sleeps`);
  assert.ok(stage.age >= 41 && stage.age < 42, `${stage.age}`);
});

Deno.test("watchRound() ends a cancelled agent at once where there is no grace", async () => {
  const { stage, changes } = scene({ obeysAfterMs: null }, 10);
  await stage.watch({ stopGraceSeconds: 1 }, { ...changes, cancel: { ...changes.cancel, graceSeconds: 0 } });
  assert.ok(stage.age <= 11.6, `${stage.age}`);
});
