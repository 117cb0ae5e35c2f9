// Proves local times on both sides of a change of clocks.
import assert from "node:assert/strict";
import fc from "fast-check";
import { epochOfLocal, isTimeZone, localTimeOf } from "../../src/core/zone.ts";

const berlin = "Europe/Berlin";

function epoch(text: string): number {
  return Date.parse(text) / 1000;
}

function local(year: number, month: number, day: number, hour: number, minute = 0) {
  return { year, month, day, hour, minute, second: 0 };
}

Deno.test("localTimeOf() tells what clocks show", () => {
  assert.deepEqual(localTimeOf(epoch("2026-11-21T23:30:00Z"), berlin), local(2026, 11, 22, 0, 30));
  assert.deepEqual(localTimeOf(epoch("2026-11-21T23:30:00Z"), "UTC"), local(2026, 11, 21, 23, 30));
  assert.deepEqual(localTimeOf(epoch("2026-07-01T00:00:00Z"), "Asia/Kolkata"), local(2026, 7, 1, 5, 30));
});

Deno.test("epochOfLocal() takes a skipped time as the change of clocks and a double one as the later", () => {
  assert.equal(epochOfLocal(local(2026, 3, 29, 2, 30), berlin), epoch("2026-03-29T01:00:00Z"));
  assert.equal(epochOfLocal(local(2026, 3, 29, 3, 0), berlin), epoch("2026-03-29T01:00:00Z"));
  assert.equal(epochOfLocal(local(2026, 10, 25, 2, 30), berlin), epoch("2026-10-25T01:30:00Z"));
  assert.equal(epochOfLocal(local(2026, 3, 29, 0, 0), berlin), epoch("2026-03-28T23:00:00Z"));
});

Deno.test("epochOfLocal() counts on beyond a month's end", () => {
  assert.equal(epochOfLocal(local(2026, 12, 32, 0), "UTC"), epoch("2027-01-01T00:00:00Z"));
  assert.equal(epochOfLocal(local(2026, 13, 1, 0), "UTC"), epoch("2027-01-01T00:00:00Z"));
});

Deno.test("epochOfLocal() turns back what localTimeOf() says, at most a change of clocks later", () => {
  const zones = fc.constantFrom(berlin, "UTC", "America/Los_Angeles", "Australia/Lord_Howe", "Asia/Kathmandu");
  fc.assert(fc.property(zones, fc.integer({ min: 1_000_000_000, max: 2_500_000_000 }), (zone, at) => {
    const back = epochOfLocal(localTimeOf(at, zone), zone);
    assert.ok(back - at === 0 || back - at === 1800 || back - at === 3600, `${zone} ${at}: ${back - at}`);
  }));
});

Deno.test("isTimeZone() knows IANA names only", () => {
  for (const name of [berlin, "UTC", "America/New_York"]) assert.ok(isTimeZone(name), name);
  for (const name of ["", "Berlin", "Europe/Nowhere", "\0", "25:00"]) assert.ok(!isTimeZone(name), name);
});
