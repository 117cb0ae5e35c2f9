// Guards that a cancelled round is the operator's doing, and that the loop goes on after it.
import assert from "node:assert/strict";
import { cancelPath, requestCancel } from "../../src/loop/requests.ts";
import { logs, LoopStage } from "./loop_stage.ts";

function cancelAt(stage: LoopStage, seconds: number, round: number): void {
  const { world } = stage;
  world.clock.after(seconds * 1000, () => requestCancel(logs, { now: world.clock.now(), pid: 9, round }, world.files));
}

Deno.test("serve() obeys a cancel within 300 ms, keeps it on record, and starts the next round", async () => {
  const stage = new LoopStage();
  const { world } = stage;
  world.agents = [{ seconds: Infinity }, { seconds: 5 }];
  const askedAt = world.clock.now() + 20_000;
  cancelAt(stage, 20, 1);
  assert.equal(await stage.serve({ maxRounds: 2 }), 0);
  const exits = world.events.filter(({ event }) => event === "agent_exit");
  assert.deepEqual(exits.map(({ ending, exit_code }) => [ending, exit_code]), [["stopped", -2], ["exited", 0]]);
  assert.ok(Date.parse(String(exits[0]?.ts)) - askedAt <= 300, String(exits[0]?.ts));
  const cancelled = world.events.filter(({ event }) => event === "round_cancelled");
  assert.deepEqual(cancelled.map(({ round_num, grace_s }) => [round_num, grace_s]), [[1, 30]]);
  assert.match(stage.texts.join("\n"), /round 1: the agent is asked to finish \(SIGINT now, SIGTERM after 30s\)/);
  assert.equal(world.files.readText(cancelPath(logs)), null);
});

Deno.test("serve() takes the time between SIGINT and SIGTERM from cancel_grace_s", async () => {
  const stage = new LoopStage();
  stage.runtime = "cancel_grace_s = 7\nstop_grace_s = 2";
  stage.world.agents = [{ seconds: Infinity, process: { obeysAfterMs: null } }];
  cancelAt(stage, 20, 1);
  await stage.serve({ isOnce: true });
  const { signals } = stage.world.processes;
  const at = (name: string) => signals.find(({ signal }) => signal === name)!.at / 1000;
  assert.ok(Math.abs(at("SIGTERM") - at("SIGINT") - 7) < 0.3, `${at("SIGTERM") - at("SIGINT")}`);
  assert.ok(Math.abs(at("SIGKILL") - at("SIGTERM") - 2) < 0.3);
});

Deno.test("serve() does not obey a cancel that was meant for another round, and removes it", async () => {
  const stage = new LoopStage();
  cancelAt(stage, 3, 7);
  await stage.serve({ isOnce: true });
  assert.deepEqual(stage.world.processes.signals.filter(({ signal }) => signal === "SIGINT"), []);
  assert.equal(stage.world.files.readText(cancelPath(logs)), null);
});
