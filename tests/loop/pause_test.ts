// Guards that no wait outlasts a request to stop, and that no clock makes one longer.
import assert from "node:assert/strict";
import { pause } from "../../src/loop/pause.ts";
import type { PauseEnd } from "../../src/loop/pause.ts";
import { FakeClock } from "../fakes/fake_clock.ts";

function begin(spec: { readonly milliseconds: number; readonly untilEpochMs?: number }, clock = new FakeClock()) {
  const stop = new AbortController();
  const scene = {
    clock,
    stop,
    hasStopFile: false,
    /** When somebody asked, by the wall clock. */
    askedAt: null as number | null,
    end: null as PauseEnd | null,
    start: clock.monotonic(),
  };
  void pause({
    ...spec,
    stop: stop.signal,
    hasStopFile: () => scene.hasStopFile,
    hasRetryRequest: (since) => scene.askedAt !== null && scene.askedAt >= since,
  }, clock).then((end) => scene.end = end);
  return scene;
}

Deno.test("pause() lasts as long as it was told to", async () => {
  const scene = begin({ milliseconds: 3_000 });
  await scene.clock.advance(2_999);
  assert.equal(scene.end, null);
  await scene.clock.advance(1);
  assert.equal(scene.end, "over");
});

Deno.test("pause() ends at once on a signal", async () => {
  const scene = begin({ milliseconds: 60_000 });
  await scene.clock.advance(1_234);
  scene.stop.abort();
  await scene.clock.advance(0);
  assert.equal(scene.end, "stop_signal");
});

Deno.test("pause() does not begin after a signal or with a stop file", async () => {
  const clock = new FakeClock();
  const asked = { milliseconds: 60_000, hasStopFile: () => true, hasRetryRequest: () => true };
  assert.equal(await pause({ ...asked, stop: AbortSignal.abort() }, clock), "stop_signal");
  const never = new AbortController().signal;
  assert.equal(await pause({ ...asked, stop: never }, clock), "stop_file", "a stop is obeyed before anything else");
  assert.equal(clock.sleeps, 0);
});

Deno.test("pause() ends within a quarter of a second when somebody asks to go on", async () => {
  const scene = begin({ milliseconds: 3_600_000 });
  await scene.clock.advance(10_001);
  scene.askedAt = scene.clock.now();
  await scene.clock.advance(250);
  assert.equal(scene.end, "retry");
});

Deno.test("pause() knows a request of this wait by its time, also when the clock is set meanwhile", async () => {
  const stale = begin({ milliseconds: 60_000 });
  stale.askedAt = stale.clock.now() - 1;
  await stale.clock.advance(59_000);
  assert.equal(stale.end, null);
  const scene = begin({ milliseconds: 60_000 });
  await scene.clock.advance(1_000);
  scene.clock.stepWall(-86_400_000);
  scene.askedAt = scene.clock.now();
  await scene.clock.advance(250);
  assert.equal(scene.end, "retry");
});

Deno.test("pause() notices a stop file within a quarter of a second", async () => {
  const scene = begin({ milliseconds: 3_600_000 });
  await scene.clock.advance(10_001);
  scene.hasStopFile = true;
  await scene.clock.advance(250);
  assert.equal(scene.end, "stop_file");
});

Deno.test("pause() with a wall time ends with the wall clock when that comes first", async () => {
  const clock = new FakeClock();
  const scene = begin({ milliseconds: 3_600_000, untilEpochMs: clock.now() + 3_600_000 }, clock);
  await clock.advance(10_000);
  // The machine slept: its wall clock went on, the monotonic one did not.
  clock.stepWall(3_590_000);
  await clock.advance(500);
  assert.equal(scene.end, "over");
});

Deno.test("pause() is not made longer by a clock that is set back", async () => {
  const clock = new FakeClock();
  const scene = begin({ milliseconds: 60_000, untilEpochMs: clock.now() + 60_000 }, clock);
  await clock.advance(1_000);
  clock.stepWall(-86_400_000);
  await clock.advance(58_999);
  assert.equal(scene.end, null);
  await clock.advance(1);
  assert.equal(scene.end, "over");
});

Deno.test("pause() without a wall time does not look at the wall clock", async () => {
  const scene = begin({ milliseconds: 60_000 });
  await scene.clock.advance(1_000);
  scene.clock.stepWall(86_400_000);
  await scene.clock.advance(58_000);
  assert.equal(scene.end, null);
});

Deno.test("pause() wakes four times a second and never spins", async () => {
  const scene = begin({ milliseconds: 100_000 });
  await scene.clock.advance(100_000);
  assert.equal(scene.end, "over");
  assert.equal(scene.clock.sleeps, 400);
  assert.equal(scene.clock.emptySleeps, 0);
});

Deno.test("pause() of nothing is over at once", async () => {
  const clock = new FakeClock();
  const stop = new AbortController().signal;
  for (const milliseconds of [0, -5]) {
    const end = await pause({ milliseconds, stop, hasStopFile: () => false, hasRetryRequest: () => false }, clock);
    assert.equal(end, "over");
  }
  assert.equal(clock.sleeps, 0);
});
