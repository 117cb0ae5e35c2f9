// Guards real time: sleeps end when they are due or when they are told to.
import assert from "node:assert/strict";
import { denoClock } from "../../../src/ports/deno/clock.ts";

const clock = denoClock();

Deno.test("sleep() lasts as long as it was told to", async () => {
  const before = clock.monotonic();
  assert.equal(await clock.sleep(20), "elapsed");
  assert.ok(clock.monotonic() - before >= 19);
});

Deno.test("sleep() ends at once when its signal fires, and leaves no timer", async () => {
  const abort = new AbortController();
  const sleep = clock.sleep(60_000, abort.signal);
  abort.abort();
  assert.equal(await sleep, "aborted");
  assert.equal(await clock.sleep(60_000, abort.signal), "aborted");
});

Deno.test("sleep() takes lengths that a timer cannot hold", async () => {
  for (const length of [Infinity, 2 ** 40]) {
    const abort = new AbortController();
    const sleep = clock.sleep(length, abort.signal);
    assert.equal(await Promise.race([sleep, clock.sleep(10)]), "elapsed");
    abort.abort();
    assert.equal(await sleep, "aborted", "it had not ended by itself");
  }
  assert.equal(await clock.sleep(-5), "elapsed");
  assert.equal(await clock.sleep(NaN), "elapsed");
});

Deno.test("sleep() does not gather listeners on a signal that never fires", async () => {
  const abort = new AbortController();
  let listeners = 0;
  const { addEventListener: add, removeEventListener: remove } = abort.signal;
  abort.signal.addEventListener = (...args: Parameters<typeof add>) => {
    listeners++;
    add.apply(abort.signal, args);
  };
  abort.signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    listeners--;
    remove.apply(abort.signal, args);
  };
  for (let i = 0; i < 10; i++) await clock.sleep(0, abort.signal);
  assert.equal(listeners, 0);
});

Deno.test("now() and monotonic() both go on", () => {
  assert.ok(Math.abs(clock.now() - Date.now()) < 1000);
  const before = clock.monotonic();
  assert.ok(clock.monotonic() >= before);
});
