// Guards the three nets that catch a round's processes, and that no stranger is ever caught.
import assert from "node:assert/strict";
import fc from "fast-check";
import type { ProcessInfo } from "../../src/ports/processes.ts";
import { ClockShift, isSameProcess, Kin } from "../../src/round/kin.ts";

function row(pid: number, changes: Partial<ProcessInfo> = {}): ProcessInfo {
  return {
    pid,
    ppid: 1,
    pgid: pid,
    isZombie: false,
    startedAt: 1000,
    cpuSeconds: 0,
    command: "x",
    isMarked: false,
    ...changes,
  };
}

function pidsOf(live: readonly ProcessInfo[]): number[] {
  return live.map((process) => process.pid);
}

Deno.test("Kin catches the group, the marked, and the descendants of both", () => {
  const kin = new Kin(10);
  const live = kin.update([
    row(1, { ppid: 0 }),
    row(10, { ppid: 5 }),
    row(11, { ppid: 10, pgid: 10 }),
    row(12, { ppid: 11 }),
    row(13, { ppid: 12 }),
    row(20, { isMarked: true }),
    row(21, { ppid: 20 }),
    row(30),
    row(31, { ppid: 30 }),
  ]);
  assert.deepEqual(pidsOf(live), [10, 11, 12, 13, 20, 21]);
});

Deno.test("Kin remembers a descendant whose parent is gone, and what it starts later", () => {
  const kin = new Kin(10);
  kin.update([row(10), row(11, { ppid: 10 })]);
  assert.deepEqual(pidsOf(kin.update([row(11)])), [11]);
  assert.deepEqual(pidsOf(kin.update([row(11), row(12, { ppid: 11 })])), [11, 12]);
  assert.deepEqual(pidsOf(kin.update([row(12)])), [12]);
});

Deno.test("Kin never takes a reused pid for a process it remembers", () => {
  const kin = new Kin(10);
  kin.update([row(10), row(11, { ppid: 10, startedAt: 1000 })]);
  assert.deepEqual(kin.update([row(11, { startedAt: 1010 })]), []);
  assert.deepEqual(kin.update([row(11, { startedAt: 1000 })]), [], "once it was gone it stays forgotten");
});

Deno.test("Kin allows for the second by which ps may be off", () => {
  const kin = new Kin(10);
  kin.update([row(10), row(11, { ppid: 10, startedAt: 1000 })]);
  assert.deepEqual(pidsOf(kin.update([row(11, { startedAt: 1001 })])), [11]);
});

Deno.test("Kin leaves zombies out, but finds their children", () => {
  const kin = new Kin(10);
  const live = kin.update([row(10, { isZombie: true }), row(11, { ppid: 10 }), row(12, { ppid: 11, isZombie: true })]);
  assert.deepEqual(pidsOf(live), [11]);
});

Deno.test("Kin without a leader trusts the marker alone", () => {
  const kin = new Kin(null);
  assert.deepEqual(pidsOf(kin.update([row(10), row(11, { isMarked: true }), row(12, { ppid: 11 })])), [11, 12]);
});

Deno.test("Kin sums the CPU time of its processes over their lives", () => {
  const kin = new Kin(10);
  kin.update([row(10, { cpuSeconds: 1 }), row(11, { ppid: 10, cpuSeconds: 5 }), row(99, { cpuSeconds: 1000 })]);
  assert.equal(kin.cpuSeconds, 6);
  kin.update([row(10, { cpuSeconds: 1 }), row(11, { ppid: 10, cpuSeconds: 9 })]);
  assert.equal(kin.cpuSeconds, 10);
  kin.update([row(10, { cpuSeconds: 2 })]);
  assert.equal(kin.cpuSeconds, 11, "what the ended one used is kept");
  kin.update([row(10, { cpuSeconds: 2 }), row(11, { ppid: 10, cpuSeconds: 3, startedAt: 2000 })]);
  assert.equal(kin.cpuSeconds, 14, "a new process under an old pid counts from zero");
  kin.update([row(10, { cpuSeconds: 0 })]);
  assert.equal(kin.cpuSeconds, 14, "a clock of ps that goes back takes nothing away");
});

Deno.test("isSameProcess() needs the pid and about the same start", () => {
  assert.ok(isSameProcess({ pid: 5, startedAt: 100 }, { pid: 5, startedAt: 102 }));
  assert.ok(!isSameProcess({ pid: 5, startedAt: 100 }, { pid: 5, startedAt: 103 }));
  assert.ok(!isSameProcess({ pid: 5, startedAt: 100 }, { pid: 6, startedAt: 100 }));
  assert.ok(!isSameProcess({ pid: 5, startedAt: NaN }, { pid: 5, startedAt: NaN }));
});

Deno.test("Kin catches exactly what descends from the group or the marked, in any forest", () => {
  const forest = fc.array(
    fc.record({
      parent: fc.nat(30),
      isMarked: fc.boolean(),
      inGroup: fc.boolean(),
      isZombie: fc.boolean(),
    }),
    { minLength: 1, maxLength: 30 },
  );
  fc.assert(fc.property(forest, (nodes) => {
    const table = nodes.map((node, i) =>
      row(100 + i, {
        ppid: node.parent < i ? 100 + node.parent : 1,
        pgid: node.inGroup ? 7 : 100 + i,
        isMarked: node.isMarked,
        isZombie: node.isZombie,
      })
    );
    const isKin = (process: ProcessInfo): boolean => {
      const parent = table.find((other) => other.pid === process.ppid);
      return process.isMarked || process.pgid === 7 || (parent !== undefined && isKin(parent));
    };
    const expected = table.filter((process) => isKin(process) && !process.isZombie);
    assert.deepEqual(new Kin(7).update(table), expected);
  }));
});

Deno.test("Kin comes to an end on a table whose parents form a circle", () => {
  const live = new Kin(10).update([row(10, { ppid: 12 }), row(11, { ppid: 10 }), row(12, { ppid: 11 })]);
  assert.deepEqual(pidsOf(live), [10, 11, 12]);
});

Deno.test("Kin keeps what it remembers when the wall clock is set", () => {
  for (const step of [3600, -86_400]) {
    const kin = new Kin(10);
    kin.update([row(1, { startedAt: 100 }), row(10), row(11, { ppid: 10, cpuSeconds: 5 })]);
    const moved = [row(1, { startedAt: 100 + step }), row(11, { startedAt: 1000 + step, cpuSeconds: 6 })];
    assert.deepEqual(pidsOf(kin.update(moved)), [11]);
    assert.equal(kin.cpuSeconds, 6, "its time is not counted twice");
    assert.deepEqual(kin.update([row(1, { startedAt: 100 + step }), row(11, { startedAt: 1000 })]), [], "a reused pid");
  }
});

Deno.test("Kin takes the group's number for another's once the group was empty", () => {
  const kin = new Kin(10);
  kin.update([row(10), row(11, { ppid: 10, pgid: 10 })]);
  assert.deepEqual(kin.update([row(1)]), []);
  assert.deepEqual(kin.update([row(10), row(12, { ppid: 10, pgid: 10 })]), []);
});

Deno.test("Kin knows a new leader of the group's number by its start", () => {
  const kin = new Kin(10);
  kin.update([row(10), row(11, { ppid: 10, pgid: 10 })]);
  const live = kin.update([row(10, { startedAt: 2000 }), row(12, { ppid: 10, pgid: 10, startedAt: 2000 })]);
  assert.deepEqual(live, []);
});

Deno.test("Kin holds on to the group while it has members, also without its leader", () => {
  const kin = new Kin(10);
  kin.update([row(10), row(11, { ppid: 10, pgid: 10 })]);
  assert.deepEqual(pidsOf(kin.update([row(12, { pgid: 10 })])), [12]);
  assert.deepEqual(pidsOf(kin.update([row(13, { pgid: 10 })])), [13]);
});

Deno.test("Kin catches what joins the group of a process it knew, when that is gone", () => {
  const kin = new Kin(10);
  kin.update([row(10), row(20, { ppid: 10 })]);
  assert.deepEqual(pidsOf(kin.update([row(21, { pgid: 20 })])), [21]);
  assert.deepEqual(pidsOf(kin.update([row(22, { pgid: 20 }), row(23, { ppid: 22 })])), [22, 23]);
});

Deno.test("Kin never takes a group whose number was reused by a new leader", () => {
  const kin = new Kin(10);
  kin.update([row(10), row(20, { ppid: 10 }), row(21, { ppid: 20, pgid: 20 })]);
  const live = kin.update([row(20, { startedAt: 2000 }), row(22, { ppid: 20, pgid: 20, startedAt: 2000 })]);
  assert.deepEqual(live, []);
  assert.deepEqual(kin.update([row(22, { pgid: 20 })]), [], "once it was gone it stays forgotten");
});

Deno.test("Kin takes in and remembers what is known to be inside for another reason", () => {
  const kin = new Kin(10);
  assert.deepEqual(pidsOf(kin.update([row(30), row(31, { ppid: 30 }), row(40)], new Set([30]))), [30, 31]);
  assert.deepEqual(pidsOf(kin.update([row(30), row(40)])), [30]);
});

Deno.test("ClockShift tells how far the first process seems to have moved, and nothing without it", () => {
  const shift = new ClockShift();
  assert.equal(shift.of([row(5)]), 0);
  assert.equal(shift.of([row(1, { startedAt: 100 })]), 0);
  assert.equal(shift.of([row(1, { startedAt: 160 })]), 60);
  assert.equal(shift.of([row(1, { startedAt: NaN })]), 0);
  assert.equal(shift.of([row(1, { startedAt: 40 })]), -60);
});
