// Guards the pace of a loop over restarts: a window that was nearly used up stays closed, whoever starts serve again.
import assert from "node:assert/strict";
import { requestRetry } from "../../src/loop/requests.ts";
import { logs, LoopStage } from "./loop_stage.ts";

const hour = 3600;

function seconds(stage: LoopStage): number {
  return stage.world.clock.now() / 1000;
}

/** Each round takes a share of a window that ends after so many seconds. */
function pacedStage({ share, left }: { readonly share: number; readonly left: number }): LoopStage {
  const stage = new LoopStage();
  stage.budget = "pace = true";
  const resetsAt = Math.ceil(seconds(stage)) + left;
  let used = 0.2;
  stage.shown = () => {
    used += share;
    return { windows: [{ name: "five_hour", utilization: used, resetsAt, isRejected: false }] };
  };
  return stage;
}

function starts(stage: LoopStage): readonly number[] {
  return stage.world.events.filter(({ event }) => event === "round_start").map(({ ts }) =>
    Date.parse(String(ts)) / 1000
  );
}

function stopAfter(stage: LoopStage, milliseconds: number): void {
  stage.world.clock.after(milliseconds, () => stage.world.signals.send("SIGTERM"));
}

Deno.test("serve() paces by what rounds of an earlier life took", async () => {
  const stage = pacedStage({ share: 0.2, left: 5 * hour });
  await stage.serve({ maxRounds: 2 });
  await stage.serve({ maxRounds: 1 });
  const history = JSON.parse(stage.world.files.readText(`${logs}/pace.json`)!).history;
  assert.deepEqual(history.map(({ utilization }: { utilization: number }) => utilization.toFixed(1)), [
    "0.4",
    "0.6",
    "0.8",
  ]);
  // Without a memory, one look at the window would be a guess of ten minutes at most.
  const reason = JSON.parse(stage.world.files.readText(`${logs}/pace.json`)!).pause.reason;
  assert.match(reason, /too much for one more round/);
});

Deno.test("serve() sits out the rest of a stretched pause when it is started again", async () => {
  const stage = pacedStage({ share: 0.78, left: 5 * hour });
  const begin = seconds(stage);
  stopAfter(stage, hour * 1000);
  await stage.serve();
  assert.equal(starts(stage).length, 1);
  assert.equal(stage.world.events.at(-1)?.reason, "SIGTERM");
  await stage.serve({ maxRounds: 1 });
  const [, second] = starts(stage);
  assert.ok(second! >= Math.floor(begin) + 5 * hour, `${second! - begin} s`);
});

Deno.test("serve() forgets a stretched pause that somebody ended, and one whose clock was set back is not longer", async () => {
  const stage = pacedStage({ share: 0.78, left: 5 * hour });
  stage.world.clock.after(600_000, () => {
    requestRetry(logs, { now: stage.world.clock.now(), pid: 1 }, stage.world.files);
  });
  await stage.serve({ maxRounds: 2 });
  const [first, second] = starts(stage);
  assert.ok(second! - first! < 700, `${second! - first!} s`);
  const file = `${logs}/pace.json`;
  const paused = JSON.parse(stage.world.files.readText(file)!);
  assert.equal(typeof paused.pause.until_epoch, "number");
  const now = Math.floor(seconds(stage));
  const pause = { until_epoch: now + 9000, started_epoch: now + 8000, reason: "pacing" };
  stage.world.files.writeAtomic(file, JSON.stringify({ ...paused, pause }));
  await stage.serve({ maxRounds: 1 });
  const third = starts(stage).at(-1)!;
  assert.ok(third - now >= 1000 && third - now < 1100, `${third - now} s`);
});

Deno.test("serve() keeps no memory of windows where no pace is asked for", async () => {
  const stage = pacedStage({ share: 0.2, left: hour });
  stage.budget = "";
  await stage.serve({ maxRounds: 2 });
  assert.equal(stage.world.files.readText(`${logs}/pace.json`), null);
});
