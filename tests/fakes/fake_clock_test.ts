// Guards the fake clock itself: tests that trust it would otherwise prove nothing.
import assert from "node:assert/strict";
import { FakeClock } from "./fake_clock.ts";

Deno.test("FakeClock wakes sleepers in the order they are due, and not before", async () => {
  const clock = new FakeClock();
  const woken: string[] = [];
  void clock.sleep(20).then(() => woken.push(`b at ${clock.monotonic()}`));
  void clock.sleep(10).then(() => woken.push(`a at ${clock.monotonic()}`));
  const start = clock.monotonic();
  await clock.advance(9);
  assert.deepEqual(woken, []);
  await clock.advance(100);
  assert.deepEqual(woken, [`a at ${start + 10}`, `b at ${start + 20}`]);
  assert.equal(clock.monotonic(), start + 109);
});

Deno.test("FakeClock ends a sleep at once when its signal fires", async () => {
  const clock = new FakeClock();
  const abort = new AbortController();
  const sleep = clock.sleep(1000, abort.signal);
  abort.abort();
  assert.equal(await sleep, "aborted");
  assert.equal(clock.sleepers, 0);
  assert.equal(await clock.sleep(1000, abort.signal), "aborted");
});

Deno.test("FakeClock jumps by itself when it is automatic, and runs what lies on the way", async () => {
  const clock = new FakeClock({ isAutomatic: true });
  const start = clock.monotonic();
  let at = 0;
  clock.after(500, () => at = clock.monotonic() - start);
  await clock.sleep(2_000);
  assert.equal(at, 500);
  assert.equal(clock.monotonic() - start, 2_000);
});

Deno.test("FakeClock sets the wall clock alone", () => {
  const clock = new FakeClock({ startsAt: "2026-01-01T00:00:00Z" });
  const before = clock.monotonic();
  clock.stepWall(-3_600_000);
  assert.equal(new Date(clock.now()).toISOString(), "2025-12-31T23:00:00.000Z");
  assert.equal(clock.monotonic(), before);
});

Deno.test("FakeClock refuses a busy loop", async () => {
  const clock = new FakeClock({ isAutomatic: true });
  await assert.rejects(async () => {
    for (let i = 0; i < 10_000; i++) await clock.sleep(0);
  }, /busy loop/);
});
