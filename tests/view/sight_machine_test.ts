// Holds what is kept of the machine against values just below and at its bounds: rates, clocks that jump, samples.
import assert from "node:assert/strict";
import { isoTime } from "../../src/core/text.ts";
import { MachineRecord } from "../../src/view/sight_machine.ts";

/** Epoch milliseconds, at the beginning of a minute. */
const start = Date.parse("2026-11-21T10:00:00Z");
const mb = 1024 * 1024;

/** Looks at a log: seconds since the start, and megabytes in it. */
function logAfter(...looks: readonly (readonly [number, number | null])[]) {
  const machine = new MachineRecord();
  for (const [seconds, size] of looks) machine.pass(start + seconds * 1000, size === null ? null : size * mb);
  const { roundLog } = machine;
  return roundLog === null ? null : [roundLog.bytes / mb, roundLog.bytesPerMinute && roundLog.bytesPerMinute / mb];
}

/** Takes one event at so many seconds since the start. */
function take(machine: MachineRecord, [seconds, kind, fields]: readonly [number, string, object?]): void {
  const at = start + seconds * 1000;
  const event = { ts: isoTime(at), event: kind, round_num: 1, ...fields };
  machine.count(at, at);
  machine.handlers[kind]?.(event, at);
}

function jumpsOf(...events: readonly (readonly [number, string, object?])[]): readonly number[] {
  const machine = new MachineRecord();
  for (const event of events) take(machine, event);
  return machine.jumps.map(({ seconds }) => seconds);
}

Deno.test("MachineRecord tells how fast a log grows once it was seen for five seconds", () => {
  assert.deepEqual(logAfter([0, 0], [4.999, 10]), [10, null]);
  assert.deepEqual(logAfter([0, 0], [5, 10]), [10, 120]);
});

Deno.test("MachineRecord measures a log over the last minute, also while it stands still", () => {
  assert.deepEqual(logAfter([0, 0], [10, 60], [20, 60]), [60, 180]);
  assert.deepEqual(logAfter([0, 0], [30, 60], [90, 60]), [60, 0]);
  assert.deepEqual(logAfter([0, 0], [30, 60], [80, 60]), [60, 45]);
});

Deno.test("MachineRecord measures the same with looks that are close together", () => {
  const looks = Array.from({ length: 1000 }, (_, i) => [i / 5, i / 5] as const);
  const [bytes, rate] = logAfter(...looks) ?? [];
  assert.equal(bytes, 999 / 5);
  assert.ok(Math.abs((rate ?? 0) - 60) < 1e-6, `${rate}`);
});

Deno.test("MachineRecord begins anew with the log of another round, which begins small", () => {
  assert.deepEqual(logAfter([0, 100], [10, 110], [11, 1]), [1, null]);
  assert.deepEqual(logAfter([0, 100], [10, 110], [11, null]), null);
  assert.deepEqual(logAfter([0, 100], [10, 110], [11, null], [12, 120]), [120, null]);
});

Deno.test("MachineRecord takes no size that is none", () => {
  for (const size of [NaN, -1]) assert.equal(logAfter([0, size]), null);
  assert.deepEqual(logAfter([0, 5], [10, NaN]), null);
});

Deno.test("MachineRecord tells of events that go back by more than five seconds", () => {
  assert.deepEqual(jumpsOf([10, "round_end"], [5, "round_start"]), []);
  assert.deepEqual(jumpsOf([10.001, "round_end"], [5, "round_start"]), [-5]);
  assert.deepEqual(jumpsOf([100, "round_end"], [10, "round_start"], [20, "round_end"]), [-90]);
});

Deno.test("MachineRecord tells of looks that go back by more than five seconds, and not again by the next event", () => {
  const machine = new MachineRecord();
  take(machine, [100, "round_end"]);
  machine.pass(start + 100_000, 9 * mb);
  machine.pass(start + 95_000, 9 * mb);
  assert.deepEqual(machine.jumps, []);
  machine.pass(start + 89_999, 9 * mb);
  assert.deepEqual(machine.jumps, [{ at: start + 89_999, seconds: -5, round: null }]);
  assert.equal(machine.roundLog?.bytesPerMinute, null);
  take(machine, [90, "round_start"]);
  assert.equal(machine.jumps.length, 1);
});

Deno.test("MachineRecord tells of a clock that is five seconds off the round's own count", () => {
  const exit = (seconds: number) => [seconds, "agent_exit", { duration_s: 100 }] as const;
  assert.deepEqual(jumpsOf([0, "agent_spawn"], exit(104.999)), []);
  assert.deepEqual(jumpsOf([0, "agent_spawn"], exit(105)), [5]);
  assert.deepEqual(jumpsOf([0, "agent_spawn"], exit(95)), [-5]);
});

Deno.test("MachineRecord tells of each jump within a round once", () => {
  const progress = (seconds: number, age: number) => [seconds, "round_progress", { wall_age_s: age }] as const;
  assert.deepEqual(jumpsOf([0, "agent_spawn"], progress(70, 10), progress(80, 20), progress(210, 30)), [60, 120]);
  // The order of events told it first.
  assert.deepEqual(jumpsOf([0, "agent_spawn"], [100, "round_progress"], progress(50, 102)), [-50]);
});

Deno.test("MachineRecord measures no round that began in another life, nor by another's events", () => {
  const exit = [500, "agent_exit", { duration_s: 100 }] as const;
  assert.deepEqual(jumpsOf([0, "agent_spawn"], [400, "round_adopted"], exit), []);
  assert.deepEqual(jumpsOf([0, "agent_spawn"], [400, "serve_started"], exit), []);
  assert.deepEqual(jumpsOf(exit), []);
  assert.deepEqual(jumpsOf([0, "agent_spawn"], [500, "agent_exit", { duration_s: 100, round_num: 2 }]), []);
  assert.deepEqual(jumpsOf([0, "agent_spawn"], [500, "agent_exit", { duration_s: "100" }]), []);
  assert.deepEqual(jumpsOf([0, "agent_spawn"], [500, "agent_exit", { duration_s: 100, ts: "soon" }]), []);
  assert.deepEqual(jumpsOf([0, "agent_spawn", { ts: 5 }], exit), []);
});

Deno.test("MachineRecord counts the events of this minute and of the one before", () => {
  const machine = new MachineRecord();
  for (let i = 0; i < 10; i++) take(machine, [30, "round_progress"]);
  const perMinute = (seconds: number) => machine.eventsPerMinute(start + seconds * 1000);
  assert.deepEqual([30, 59, 60, 119, 120, -1, -61].map(perMinute), [10, 10, 10, 10, 0, 10, 0]);
  take(machine, [61, "round_progress"]);
  assert.deepEqual([61, 119, 120, 180].map(perMinute), [10, 10, 1, 0]);
  take(machine, [190, "round_progress"]);
  assert.equal(perMinute(190), 1);
});

Deno.test("MachineRecord takes no sample that cannot be", () => {
  const machine = new MachineRecord();
  machine.takeMetrics({ ts: isoTime(start), mem_available_mb: 0, disk_used_pct: -1, disk_free_gb: "3" });
  assert.deepEqual(machine.sample, { at: start, memoryAvailableMb: 0, diskUsedPercent: null, diskFreeGb: null });
});
