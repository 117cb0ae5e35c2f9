// Guards the floor of free space: that it is heard in time, and that a disk that always was full ends nothing.
import assert from "node:assert/strict";
import fc from "fast-check";
import { diskEnd, diskVerdict, floorOf, nextDiskLookSeconds } from "../../src/round/disk_floor.ts";

const megabyte = 1024 * 1024;
const sample = (freeMb: number) => ({ totalBytes: 1e12, freeBytes: freeMb * megabyte, usedPercent: 50 });

Deno.test("diskEnd() ends a round below the floor, in words, and not at it", () => {
  const floor = { name: "work", floorBytes: 200 * megabyte };
  assert.equal(diskEnd(sample(200), floor), null);
  assert.deepEqual(diskEnd(sample(199.9), floor), {
    sign: "disk",
    why: "the disk of the work folder has 199 MB left, fewer than 200",
  });
});

Deno.test("diskEnd() takes a disk that cannot be asked for no news", () => {
  assert.equal(diskEnd(null, { name: "work", floorBytes: 200 * megabyte }), null);
});

Deno.test("floorOf() is what was wanted, or half of what there was when the round began", () => {
  assert.equal(floorOf(1000, 200), 200);
  assert.equal(floorOf(200, 200), 100);
  assert.equal(floorOf(150, 200), 75);
  assert.equal(floorOf(0, 200), 0);
});

Deno.test("no round is ended by the disk it began with", () => {
  fc.assert(fc.property(fc.nat(1_000_000), fc.nat(1_000_000), (free, wanted) => {
    const floorBytes = floorOf(free * megabyte, wanted * megabyte);
    assert.equal(diskEnd(sample(free), { name: "log", floorBytes }), null);
  }));
});

Deno.test("nextDiskLookSeconds() comes back sooner the less there is", () => {
  assert.equal(nextDiskLookSeconds(sample(100_000), 200 * megabyte), 30);
  assert.equal(nextDiskLookSeconds(sample(5_200), 200 * megabyte), 10);
  assert.equal(nextDiskLookSeconds(sample(210), 200 * megabyte), 2);
  assert.equal(nextDiskLookSeconds(sample(10), 200 * megabyte), 2);
  assert.equal(nextDiskLookSeconds(null, 200 * megabyte), 30);
});

Deno.test("diskVerdict() calls a person, and keeps nothing of what the agent was about to say", () => {
  const verdict = diskVerdict("the disk is low", {
    kind: "limit",
    summary: "x",
    evidence: [],
    resetsAt: 5,
    retryAfterSeconds: 5,
    waitClass: "api_timeout",
    needsHuman: false,
    degraded: ["tool"],
  });
  assert.deepEqual(verdict, {
    kind: "bounded",
    summary: "The round was ended early: the disk is low.",
    evidence: [{ record: "supervisor", field: "disk", value: "the disk is low" }],
    resetsAt: null,
    retryAfterSeconds: null,
    waitClass: null,
    needsHuman: true,
    degraded: ["tool"],
  });
});
