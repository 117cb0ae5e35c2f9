// Guards the stop of a service that does harm: only where it is asked for, again until it worked, and not for old harm.
import assert from "node:assert/strict";
import { payloadFault } from "../../src/core/event_payload.ts";
import type { StopOutcome } from "../../src/monitor/stop_remote.ts";
import { diskAt, roundScene, watchThrough } from "./watch_stage.ts";

const quiet = {};
const gone = { isActive: false };
const failed: StopOutcome = { kind: "failed", fault: { reason: "it still runs", fix: "Stop it by hand" } };
const stopped: StopOutcome = { kind: "stopped", wasRunning: true };
const started = (pid: number) => ["serve_started", { pid, version: "1", config: "x" }] as const;

Deno.test("AutoStop stops the service at the worst of a detector that auto_stop_on names, and says so", async () => {
  const { stoppedAt, events, notices, told } = await watchThrough({
    scenes: [diskAt(50), diskAt(96), { ...gone }, { ...gone }],
    host: "pi",
  });
  assert.deepEqual(stoppedAt, [30]);
  assert.equal(told[0]!.action, "stop_service");
  assert.deepEqual(events.map(({ kind, payload }) => [kind, payload.detector, payload.host]), [
    ["monitor_alert_emitted", "disk_critical", "pi"],
    ["monitor_auto_stop_triggered", "disk_critical", "pi"],
    ["monitor_auto_stop_done", "disk_critical", "pi"],
  ]);
  for (const { kind, payload } of events) assert.equal(payloadFault(kind, payload), null);
  assert.deepEqual(notices.map(({ kind }) => kind), ["triggered", "done"]);
});

Deno.test("AutoStop leaves the service alone when nothing names the detector, or nothing runs", async () => {
  const only = await watchThrough({ scenes: [diskAt(96), quiet], config: { monitor: "auto_stop_on = []" } });
  assert.deepEqual([only.stoppedAt, only.lives], [[], ["disk_critical raised"]]);
  const idle = await watchThrough({ scenes: [{ ...diskAt(96), ...gone }, gone, gone] });
  assert.deepEqual([idle.stoppedAt, idle.kinds], [[], ["monitor_alert_emitted"]]);
});

Deno.test("AutoStop tries again, more and more slowly, until it worked", async () => {
  const { stoppedAt, events, notices } = await watchThrough({
    scenes: [diskAt(96), ...Array.from({ length: 5 }, () => quiet), gone],
    stops: [failed, failed, failed, failed, stopped],
  });
  assert.deepEqual(stoppedAt, [0, 5, 15, 35, 75]);
  const attempts = events.filter(({ kind }) => kind === "monitor_auto_stop_failed").map(({ payload }) => payload);
  assert.deepEqual(attempts.map(({ attempt, next_try_s, error }) => [attempt, next_try_s, error]), [
    [1, 5, "it still runs"],
    [2, 10, "it still runs"],
    [3, 20, "it still runs"],
    [4, 40, "it still runs"],
  ]);
  for (const { kind, payload } of events) assert.equal(payloadFault(kind, payload), null);
  assert.equal(events.filter(({ kind }) => kind === "monitor_auto_stop_triggered").length, 1);
  const done = events.find(({ kind }) => kind === "monitor_auto_stop_done")!.payload;
  assert.deepEqual([done.attempts, done.took_s], [5, 75]);
  assert.deepEqual(notices.map(({ kind }) => kind), ["triggered", "failed", "failed", "failed", "failed", "done"]);
});

Deno.test("AutoStop gives up trying when the harm is over or the service left by itself", async () => {
  const over = await watchThrough({ scenes: [diskAt(96), diskAt(40), quiet, quiet, quiet], stops: [failed] });
  assert.deepEqual(over.stoppedAt, [0]);
  const left = await watchThrough({ scenes: [diskAt(96), gone, gone, gone], stops: [failed] });
  assert.deepEqual(left.stoppedAt, [0]);
});

Deno.test("AutoStop waits while the project cannot be seen, and goes on afterwards", async () => {
  const blind = { blind: {} };
  const { stoppedAt } = await watchThrough({
    scenes: [diskAt(96), blind, blind, quiet, gone],
    stops: [failed, stopped],
  });
  assert.equal(stoppedAt.length, 2);
  assert.ok(stoppedAt[1]! > 5, `${stoppedAt}`);
});

Deno.test("AutoStop has looks and alerts go on while a stop is under way", async () => {
  const { lives, seconds } = await watchThrough({
    scenes: [diskAt(96), { metrics: [{ ts: "2026-11-21T10:00:01Z", disk_used_pct: 96, mem_available_mb: 10 }] }, quiet],
    // Ends with the watch alone.
    stops: [(signal) => new Promise((resolve) => signal.addEventListener("abort", () => resolve(failed)))],
  });
  assert.deepEqual(lives, ["disk_critical raised", "mem_pressure raised"]);
  assert.equal(seconds.length, 4);
});

Deno.test("AutoStop says nothing of an attempt that the end of the watch cut short", async () => {
  const { kinds } = await watchThrough({
    scenes: [diskAt(96), quiet],
    stops: [(signal) => new Promise((resolve) => signal.addEventListener("abort", () => resolve(failed)))],
  });
  assert.deepEqual(kinds, ["monitor_alert_emitted", "monitor_auto_stop_triggered"]);
});

Deno.test("AutoStop does not stop a service that was started anew for what its earlier life has met", async () => {
  const { stoppedAt, lives } = await watchThrough({
    scenes: [
      { events: [started(1)] },
      roundScene(1, "auth"),
      roundScene(2, "auth"),
      gone,
      // Somebody has logged in, or thinks so.
      { events: [started(2)] },
      quiet,
      roundScene(3, "auth"),
      gone,
    ],
  });
  // A warning first, then critical.
  assert.deepEqual(lives, ["oauth_fail raised", "oauth_fail raised", "crash_loop raised"]);
  assert.deepEqual(stoppedAt, [60, 180]);
});

Deno.test("AutoStop does not act on what a monitor that begins finds of an earlier life", async () => {
  const history = [...roundScene(1, "auth").events!, ...roundScene(2, "auth").events!];
  const { stoppedAt, lives } = await watchThrough({
    scenes: [{ events: history, isActive: false }, { events: [started(2)] }, quiet, roundScene(3, "ok")],
  });
  assert.deepEqual(lives, ["oauth_fail raised", "oauth_fail resolved"]);
  assert.deepEqual(stoppedAt, []);
});
