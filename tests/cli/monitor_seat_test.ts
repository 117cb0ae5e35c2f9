// Guards the seat of the monitor that records and acts: one at a time, for each watched project apart.
import assert from "node:assert/strict";
import { MonitorSeat } from "../../src/cli/monitor_seat.ts";
import type { Lock } from "../../src/ports/lock.ts";
import type { EventSink } from "../../src/ports/records.ts";
import { FakeLock } from "../fakes/fake_world.ts";

const payload = { host: null, interval_s: 1, log_dir: "/logs", mode: "anomaly" };

function sinkInto(kinds: string[]): EventSink {
  const emit = (kind: string) => void kinds.push(kind);
  return { emit, emitOwn: emit, flush: () => true, fault: () => "full" };
}

Deno.test("MonitorSeat is had by one monitor at a time, and by the next one once it is free", async () => {
  const lock = new FakeLock();
  const [first, second] = [new MonitorSeat("/logs", null, lock), new MonitorSeat("/logs", null, lock)];
  assert.deepEqual([await first.take(), await second.take(), await first.take()], [true, false, true]);
  assert.ok(await new MonitorSeat("/logs", "pi", lock).take(), "another project");
  first.release();
  assert.deepEqual([await second.take(), await first.take()], [true, false]);
});

Deno.test("MonitorSeat silences a sink for as long as the seat is another's", async () => {
  const lock = new FakeLock();
  const [first, second] = [new MonitorSeat("/logs", null, lock), new MonitorSeat("/logs", null, lock)];
  const kinds: string[] = [];
  const sink = second.guard(sinkInto(kinds));
  sink.emit("monitor_started", payload);
  await first.take();
  await second.take();
  sink.emit("monitor_started", payload);
  sink.emitOwn("own", {});
  assert.deepEqual([kinds, sink.fault(), sink.flush()], [["monitor_started"], "full", true]);
  first.release();
  await second.take();
  sink.emitOwn("own", {});
  assert.deepEqual(kinds, ["monitor_started", "own"]);
});

Deno.test("MonitorSeat lets a monitor act where no lock can be had, and asks again", async () => {
  let isBroken = true;
  const inner = new FakeLock();
  const lock: Lock = {
    isHeld: (path) => inner.isHeld(path),
    tryAcquire: (path) => isBroken ? Promise.reject(new Error("no such folder")) : inner.tryAcquire(path),
  };
  const seat = new MonitorSeat("/logs", null, lock);
  assert.ok(await seat.take());
  isBroken = false;
  assert.ok(await seat.take());
  assert.equal(await new MonitorSeat("/logs", null, lock).take(), false);
});
