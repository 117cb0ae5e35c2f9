// Guards the stop of a supervisor on this machine: it is asked as a person would ask, and believed by its lock alone.
import assert from "node:assert/strict";
import { isoTime } from "../../src/core/text.ts";
import { leaveStopNote } from "../../src/loop/stop_note.ts";
import { stopRunning } from "../../src/loop/stop_running.ts";
import type { StopOptions } from "../../src/loop/stop_running.ts";
import { FakeWorld } from "../fakes/fake_world.ts";
import type { ProcessScript } from "../fakes/fake_processes.ts";

const logDir = "/home/me/shop/logs";
const path = `${logDir}/agent-runner.lock`;

/** A supervisor at work. @param script how it takes signals; it lets the lock go with its end */
async function supervisor(script: ProcessScript = {}, world = new FakeWorld()) {
  const held = await world.lock.tryAcquire(path);
  const pid = world.processes.start({ ...script, onEnd: () => held!.release() });
  // The table of the fake counts from another moment than its clock.
  const started = isoTime(world.clock.now() + world.clock.monotonic());
  world.files.writeAtomic(`${path}.holder`, JSON.stringify({ pid, started_at: started }));
  return { world, pid };
}

function stop(world: FakeWorld, options: Partial<StopOptions> = {}) {
  return stopRunning(logDir, world, { signal: new AbortController().signal, ...options });
}

function sent({ processes }: FakeWorld): readonly (readonly [number, string, number])[] {
  const first = processes.signals[0]?.at ?? 0;
  return processes.signals.map(({ target, signal, at }) => [target, signal, (at - first) / 1000]);
}

Deno.test("stopRunning() has nothing to do when nobody holds the lock", async () => {
  const world = new FakeWorld();
  assert.deepEqual(await stop(world), { kind: "stopped", wasRunning: false });
  assert.deepEqual(sent(world), []);
});

Deno.test("stopRunning() asks once where that is enough, and waits until the lock is free for some time", async () => {
  const { world, pid } = await supervisor({ obeysAfterMs: 20_000 });
  const before = world.clock.monotonic();
  assert.deepEqual(await stop(world), { kind: "stopped", wasRunning: true });
  assert.deepEqual(sent(world), [[pid, "SIGTERM", 0]]);
  const took = world.clock.monotonic() - before;
  assert.ok(took >= 23_000 && took < 25_000, `${took}`);
});

Deno.test("stopRunning() asks a second time when the round does not end, and says so when that is no help", async () => {
  const { world, pid } = await supervisor({ obeysAfterMs: null });
  const outcome = await stop(world);
  assert.equal(outcome.kind, "failed");
  assert.match(outcome.kind === "failed" ? outcome.fault.reason : "", /asked to stop, and still runs after 120s/);
  const [first, second, ...more] = sent(world);
  assert.deepEqual([first, second?.slice(0, 2), more], [[pid, "SIGTERM", 0], [pid, "SIGTERM"], []]);
  assert.ok(second![2] >= 30 && second![2] < 31, `${second}`);
});

Deno.test("stopRunning() asks the next one, too, that takes the lock at once", async () => {
  const world = new FakeWorld();
  const { pid: first } = await supervisor({ obeysAfterMs: 1000 }, world);
  world.clock.after(2000, () => void supervisor({ obeysAfterMs: 1000 }, world));
  assert.deepEqual(await stop(world), { kind: "stopped", wasRunning: true });
  const targets = world.processes.signals.map(({ target }) => target);
  assert.equal(targets.length, 2);
  assert.ok(targets[0] === first && targets[1] !== first, `${targets}`);
  assert.equal(await world.lock.isHeld(path), false);
});

Deno.test("stopRunning() signals nobody that it is not sure of", async () => {
  const holders: readonly (readonly [string | null, RegExp])[] = [
    [null, /nobody says by whom/],
    ["{", /nobody says by whom/],
    ['{"pid":"1000","started_at":"2026-11-21T10:00:00Z"}', /nobody says by whom/],
    ['{"pid":0,"started_at":"2026-11-21T10:00:00Z"}', /nobody says by whom/],
    ['{"pid":1,"started_at":"2026-11-21T10:00:00Z"}', /nobody says by whom/],
    ['{"pid":-1000,"started_at":"2026-11-21T10:00:00Z"}', /nobody says by whom/],
    ['{"pid":1000,"started_at":"soon"}', /nobody says by whom/],
    ['{"pid":4711,"started_at":"2026-11-21T10:00:00Z"}', /process 4711, which took its lock, is gone/],
    // The process is younger than the lock: its number was given out anew.
    ['{"pid":1000,"started_at":"2026-11-20T10:00:00Z"}', /process 1000 is another one by now/],
  ];
  for (const [holder, reason] of holders) {
    const { world, pid } = await supervisor();
    assert.equal(pid, 1000);
    if (holder === null) world.files.remove(`${path}.holder`);
    else world.files.writeAtomic(`${path}.holder`, holder);
    const outcome = await stop(world, { deadlineSeconds: 5 });
    assert.match(outcome.kind === "failed" ? outcome.fault.reason : "", reason, String(holder));
    assert.deepEqual(sent(world), [], String(holder));
  }
});

Deno.test("stopRunning() says when the process belongs to somebody else", async () => {
  const { world } = await supervisor();
  world.processes.signal = () => false;
  const outcome = await stop(world, { deadlineSeconds: 5 });
  assert.match(outcome.kind === "failed" ? outcome.fault.reason : "", /takes no signal from this user/);
});

Deno.test("stopRunning() ends at once when it is called off", async () => {
  const { world } = await supervisor({ obeysAfterMs: null });
  const end = new AbortController();
  world.clock.after(1000, () => end.abort());
  const before = world.clock.monotonic();
  assert.equal((await stop(world, { signal: end.signal })).kind, "failed");
  assert.ok(world.clock.monotonic() - before <= 1200);
});

Deno.test("stopRunning() does not take the lock itself", async () => {
  const { world } = await supervisor({ obeysAfterMs: 1000 });
  world.lock.tryAcquire = () => Promise.reject(new Error("it took the lock"));
  assert.equal((await stop(world)).kind, "stopped");
});

Deno.test("stopRunning() never stops the round where its patience has no end, and tells what it waits for", async () => {
  const { world, pid } = await supervisor({ obeysAfterMs: 600_000 });
  const waits: number[] = [];
  const options = { deadlineSeconds: 1800, patienceSeconds: Infinity, settleSeconds: 0 };
  const before = world.clock.monotonic();
  assert.deepEqual(await stop(world, { ...options, onWait: (elapsed) => void waits.push(elapsed) }), {
    kind: "stopped",
    wasRunning: true,
  });
  assert.deepEqual(sent(world), [[pid, "SIGTERM", 0]]);
  assert.ok(world.clock.monotonic() - before <= 600_400, "it is gone when its lock is free");
  assert.ok(waits[0]! < 1 && waits.at(-1)! >= 599, `${waits[0]} ${waits.at(-1)}`);
});

Deno.test("stopRunning() does not ask at once who was asked before, and asks it again after its patience", async () => {
  const { world, pid } = await supervisor({ obeysAfterMs: null });
  leaveStopNote(logDir, { now: world.clock.now() + world.clock.monotonic() + 1000, pid }, world.files);
  const begun = world.clock.monotonic();
  const outcome = await stop(world, { deadlineSeconds: 40 });
  assert.equal(outcome.kind === "failed" && outcome.wasAsked, true);
  const [first, ...more] = world.processes.signals;
  assert.deepEqual([first?.signal, more], ["SIGTERM", []]);
  assert.ok(first!.at - begun >= 30_000, `${first!.at - begun}`);
});

Deno.test("stopRunning() gives up early on one that nobody can name, where that is wanted", async () => {
  const { world } = await supervisor();
  world.files.remove(`${path}.holder`);
  const begun = world.clock.monotonic();
  const outcome = await stop(world, { deadlineSeconds: 1800, unknownSeconds: 5 });
  assert.equal(outcome.kind === "failed" && outcome.wasAsked, false);
  const took = world.clock.monotonic() - begun;
  assert.ok(took >= 5000 && took < 6000, `${took}`);
});
