// Guards waits over restarts, reboots, month ends and clocks that step: the time that was meant, visible, and no longer.
import assert from "node:assert/strict";
import type { Verdict } from "../../src/core/verdict.ts";
import { requestRetry, retryPath } from "../../src/loop/requests.ts";
import { FakeClock } from "../fakes/fake_clock.ts";
import { plainVerdict } from "../fakes/fake_reader.ts";
import { FakeWorld } from "../fakes/fake_world.ts";
import { logs, LoopStage } from "./loop_stage.ts";

/** A stage whose rounds are judged by this row; after its end they are ok. */
function stageOf(verdicts: readonly Verdict[], startsAt = "2026-11-21T10:00:00Z"): LoopStage {
  const stage = new LoopStage(new FakeWorld(new FakeClock({ startsAt, isAutomatic: true })));
  const row = [...verdicts];
  stage.judge = () => row.shift() ?? plainVerdict("ok");
  return stage;
}

/** A stage whose first round meets a limit that ends so many seconds after it began. */
function limitedStage(seconds: number, startsAt?: string): LoopStage & { readonly reset: number } {
  const verdicts: Verdict[] = [];
  const stage = stageOf([], startsAt);
  const reset = epoch(stage) + seconds;
  verdicts.push(plainVerdict("limit", { resetsAt: reset, waitClass: "rate_limit_account" }));
  stage.judge = () => verdicts.shift() ?? plainVerdict("ok");
  return Object.assign(stage, { reset });
}

const overload = plainVerdict("transient", { waitClass: "api_transient_5xx" });

function epoch(stage: LoopStage): number {
  return Math.floor(stage.world.clock.now() / 1000);
}

function startsOf(stage: LoopStage): number[] {
  return stage.world.events.filter((event) => event.event === "round_start").map((event) =>
    Date.parse(String(event.ts)) / 1000
  );
}

function waitFile(stage: LoopStage): Record<string, unknown> | null {
  return JSON.parse(stage.world.files.readText(`${logs}/wait.json`) ?? "null");
}

function statusOf(stage: LoopStage): Record<string, unknown> {
  return JSON.parse(stage.world.files.readText(`${logs}/status.json`)!);
}

function ofKind(stage: LoopStage, kind: string): Record<string, unknown>[] {
  return stage.world.events.filter((event) => event.event === kind);
}

/** Ends the running life of serve after so many seconds. */
function endAfter(seconds: number, stage: LoopStage): void {
  stage.world.clock.after(seconds * 1000, () => stage.world.signals.send("SIGTERM"));
}

function askToRetry(stage: LoopStage): void {
  const { clock, files } = stage.world;
  requestRetry(logs, { now: clock.now(), pid: 9 }, files);
}

Deno.test("a wait lasts to the second of the reset and its jitter, also over the end of a month and over a restart", async () => {
  const stage = limitedStage(5 * 3600, "2026-11-30T23:50:00Z");
  const { reset } = stage;
  endAfter(3600, stage);
  await stage.serve();
  assert.deepEqual([startsOf(stage).length, waitFile(stage)?.reset_at_epoch], [1, reset + 7]);
  await stage.serve({ maxRounds: 1 });
  assert.equal(startsOf(stage)[1], reset + 7);
  assert.deepEqual(stage.world.files.paths().filter((path) => /events-/.test(path)), [
    `${logs}/events-2026-11.jsonl`,
    `${logs}/events-2026-12.jsonl`,
  ]);
  assert.equal(ofKind(stage, "transient_error_recovered").length, 1);
});

Deno.test("a wait is in its own file and in status.json with its reason, and in neither when it is over", async () => {
  const stage = stageOf([overload, overload]);
  const seen: unknown[] = [];
  for (const seconds of [30, 130]) {
    stage.world.clock.after(seconds * 1000, () => seen.push([waitFile(stage), statusOf(stage).waiting]));
  }
  await stage.serve({ maxRounds: 3 });
  const start = Date.parse("2026-11-21T10:00:00Z") / 1000;
  const record = (number: number, at: { readonly began: number; readonly length: number }) => ({
    schema: 1,
    classification: "api_transient_5xx",
    agent: "fake",
    reset_at_epoch: start + at.began + at.length + 7,
    since_round: number,
    reason: "the round was transient",
    exponent: number - 1,
    started_epoch: start + at.began,
    started_uptime_s: 1000 + at.began,
  });
  const why = { reason: "the round was transient", classification: "api_transient_5xx" };
  assert.deepEqual(seen, [
    [record(1, { began: 10, length: 60 }), { until_epoch: start + 77, ...why }],
    [record(2, { began: 87, length: 120 }), { until_epoch: start + 214, ...why }],
  ]);
  assert.deepEqual([waitFile(stage), statusOf(stage).waiting], [null, undefined]);
});

Deno.test("a guessed wait grows over restarts, tells of it in all eight fields, and begins anew after a round that went well", async () => {
  const stage = stageOf([overload, overload, plainVerdict("ok"), overload]);
  for (let life = 0; life < 4; life++) await stage.serve({ maxRounds: 1 });
  const capped = ofKind(stage, "transient_error_backoff_capped");
  assert.equal(capped.length, 1);
  const { ts: _, event: __, original_reset_at_epoch: original, applied_reset_at_epoch: applied, ...rest } = capped[0]!;
  assert.deepEqual(rest, {
    classification: "api_transient_5xx",
    agent: "fake",
    requested_sleep_s: 120,
    applied_sleep_s: 120,
    consecutive_count: 1,
    capped_by_absolute_max: false,
  });
  assert.deepEqual([original, applied], [startsOf(stage)[1]! + 10 + 120, startsOf(stage)[1]! + 10 + 120]);
  const [first, second, third, fourth] = startsOf(stage);
  assert.deepEqual([second! - first!, third! - second!, fourth! - third!], [77, 137, 10]);
  assert.equal(waitFile(stage)?.exponent, 0);
});

Deno.test("a guess is clipped at half an hour and says so; a named time never is", async () => {
  const guessed = stageOf(Array(7).fill(overload));
  await guessed.serve({ maxRounds: 7 });
  const last = ofKind(guessed, "transient_error_backoff_capped").at(-1)!;
  assert.deepEqual([last.requested_sleep_s, last.applied_sleep_s, last.capped_by_absolute_max], [1920, 1800, true]);
  const named = limitedStage(9 * 3600);
  await named.serve({ maxRounds: 2 });
  assert.equal(startsOf(named)[1], named.reset + 7);
  assert.deepEqual(ofKind(named, "transient_error_backoff_capped"), []);
});

Deno.test("a reset that passed while the round was judged is no wait of five minutes", async () => {
  const stage = limitedStage(-20);
  await stage.serve({ maxRounds: 2 });
  assert.equal(startsOf(stage)[1]! - startsOf(stage)[0]!, 10 + 7);
});

Deno.test("a wait ends early when the wall clock is set forward, and is never longer than meant when it is set back", async () => {
  for (const step of [3600_000, -3600_000, -86_400_000 * 400]) {
    const stage = limitedStage(1800);
    stage.world.clock.after(600_000, () => stage.world.clock.stepWall(step));
    const before = stage.world.clock.monotonic();
    await stage.serve({ maxRounds: 2 });
    const seconds = (stage.world.clock.monotonic() - before) / 1000;
    assert.ok(step > 0 ? seconds < 612 : seconds <= 1830, `${step}: ${seconds} s`);
    assert.equal(startsOf(stage).length, 2);
  }
});

Deno.test("a wait is not longer than meant when the clock is set back between two lives", async () => {
  const stage = limitedStage(1800);
  endAfter(600, stage);
  const before = stage.world.clock.monotonic();
  await stage.serve();
  stage.world.clock.stepWall(-3600_000);
  await stage.serve({ maxRounds: 1 });
  const seconds = (stage.world.clock.monotonic() - before) / 1000;
  assert.ok(seconds >= 1790 && seconds <= 1830, `${seconds} s`);
});

Deno.test("after a reboot in mid-wait the rest is waited", async () => {
  const stage = limitedStage(1800);
  const { reset } = stage;
  endAfter(600, stage);
  await stage.serve();
  stage.world.clock.stepWall(300_000);
  const { clock, host } = stage.world;
  const boot = clock.monotonic();
  (host as { uptimeSeconds: () => number }).uptimeSeconds = () => 20 + (clock.monotonic() - boot) / 1000;
  await stage.serve({ maxRounds: 1 });
  assert.equal(startsOf(stage)[1], reset + 7);
});

Deno.test("a wait that ended while no serve ran is over, and on record so", async () => {
  const stage = limitedStage(600);
  await stage.serve({ isOnce: true });
  stage.world.clock.stepWall(3600_000);
  const before = stage.world.clock.monotonic();
  await stage.serve({ isOnce: true });
  assert.equal(stage.world.clock.monotonic() - before, 10_000);
  assert.equal(ofKind(stage, "transient_error_recovered").length, 1);
  assert.equal(waitFile(stage), null);
});

Deno.test("a request to go on ends a wait within 300 ms, is on record, and counts as no failure", async () => {
  const stage = limitedStage(36_000);
  const start = epoch(stage);
  stage.world.clock.after(610_000, () => askToRetry(stage));
  await stage.serve({ maxRounds: 2 });
  assert.ok(
    startsOf(stage)[1]! - start >= 610 && startsOf(stage)[1]! - start <= 610.3,
    `${startsOf(stage)[1]! - start}`,
  );
  const [retry] = ofKind(stage, "retry_requested");
  assert.deepEqual([retry?.classification, retry?.waited_s], ["rate_limit_account", 600]);
  const kinds = stage.world.kinds;
  assert.equal(kinds.indexOf("transient_error_recovered"), kinds.indexOf("retry_requested") + 1);
  assert.deepEqual([waitFile(stage), stage.world.files.readText(`${logs}/loop.json`)], [null, null]);
  assert.ok(stage.texts.some((text) => /^going on after 10m 00s of waiting/.test(text)), stage.texts.join("\n"));
});

Deno.test("a request to go on ends the growing pause after a failure, which still counts", async () => {
  const stage = stageOf([plainVerdict("error"), plainVerdict("error")]);
  stage.runtime = "restart_delay_s = 600";
  stage.world.clock.after(40_000, () => askToRetry(stage));
  const seen: unknown[] = [];
  stage.world.clock.after(30_000, () => seen.push(statusOf(stage).waiting));
  await stage.serve({ maxRounds: 2 });
  const reason = "short failure 1 of 5 in a row";
  assert.deepEqual(seen, [{ until_epoch: startsOf(stage)[0]! + 10 + 1200, reason, classification: "error" }]);
  assert.ok(startsOf(stage)[1]! - startsOf(stage)[0]! <= 40.3);
  assert.deepEqual(ofKind(stage, "retry_requested").map((event) => [event.classification, event.waited_s]), [
    ["error", 30],
  ]);
  assert.deepEqual(ofKind(stage, "transient_error_recovered"), [], "a pause is no limit");
  assert.equal(JSON.parse(stage.world.files.readText(`${logs}/loop.json`)!).short_failures, 2);
});

Deno.test("requests from before serve started, or before the wait, are removed and not obeyed", async () => {
  const stage = limitedStage(600);
  const { reset } = stage;
  askToRetry(stage);
  stage.world.clock.after(5_000, () => {
    assert.equal(stage.world.files.readText(retryPath(logs)), null, "serve removes it when it starts");
    askToRetry(stage);
  });
  stage.world.clock.after(30_000, () => assert.equal(stage.world.files.readText(retryPath(logs)), null));
  // One that bears an older time is stale, whenever it arrives.
  stage.world.clock.after(60_000, () => {
    requestRetry(logs, { now: stage.world.clock.now() - 55_000, pid: 9 }, stage.world.files);
  });
  await stage.serve({ maxRounds: 2 });
  assert.equal(startsOf(stage)[1], reset + 7);
  assert.deepEqual(ofKind(stage, "retry_requested"), []);
});

Deno.test("a stop that is due is obeyed before a wait of an earlier life, which stays on record", async () => {
  const stage = limitedStage(600);
  stage.runtime = 'stop_file = "STOP"';
  await stage.serve({ maxRounds: 1 });
  assert.ok(!stage.texts.some((text) => text.startsWith("waiting")), "no wait before leaving");
  const record = waitFile(stage);
  assert.notEqual(record, null);
  stage.world.files.writeAtomic("/home/me/shop/STOP", "");
  const before = stage.world.clock.monotonic();
  await stage.serve();
  assert.equal(stage.world.clock.monotonic(), before);
  assert.ok(!stage.texts.some((text) => text.startsWith("waiting")));
  assert.deepEqual(waitFile(stage), record);
});

Deno.test("a stop file that comes and goes within a wait does not cut the wait short", async () => {
  const stage = limitedStage(600);
  stage.runtime = 'stop_file = "STOP"';
  const { reset } = stage;
  const { files, clock } = stage.world;
  clock.after(100_000, () => {
    files.writeAtomic("/home/me/shop/STOP", "");
    // Gone again before anyone reads what it says.
    const lstat = files.lstat.bind(files);
    files.lstat = (path) => {
      const info = lstat(path);
      if (path === "/home/me/shop/STOP" && info !== null) files.remove(path);
      return info;
    };
  });
  await stage.serve({ maxRounds: 2 });
  assert.equal(startsOf(stage)[1], reset + 7);
});

Deno.test("a wait that [on_verdict] asks for is named after the verdict and grows, but the breaker still counts", async () => {
  const stage = stageOf(Array(9).fill(plainVerdict("error")));
  stage.onVerdict = 'error = "wait"';
  await stage.serve();
  const starts = startsOf(stage);
  assert.deepEqual(starts.slice(1).map((at, i) => at - starts[i]!), [77, 137, 257, 497]);
  assert.deepEqual(
    ofKind(stage, "transient_error_recovered").map((event) => event.classification),
    Array(4).fill("error"),
  );
  assert.equal(ofKind(stage, "serve_stopped")[0]?.reason, "crash_loop");
});
