// Guards quiet hours: over midnight, within a day, and on the nights when clocks change.
import assert from "node:assert/strict";
import { parseQuietHours } from "../../src/core/notice.ts";
import { quietUntil } from "../../src/notify/quiet.ts";

function until(time: string, hours: string, timeZone = "Europe/Berlin"): string | null {
  const end = quietUntil(Date.parse(time), { hours: parseQuietHours(hours)!, timeZone });
  return end === null ? null : new Date(end).toISOString();
}

const cases: readonly (readonly [string, string, string | null])[] = [
  ["2026-11-21T20:59:59Z", "22:00-07:00", null],
  ["2026-11-21T21:00:00Z", "22:00-07:00", "2026-11-22T06:00:00.000Z"],
  ["2026-11-22T03:10:07.5Z", "22:00-07:00", "2026-11-22T06:00:00.000Z"],
  ["2026-11-22T06:00:00Z", "22:00-07:00", null],
  ["2026-11-21T12:30:00Z", "13:00-14:15", "2026-11-21T13:15:00.000Z"],
  ["2026-11-21T13:15:00Z", "13:00-14:15", null],
  // A month's and a year's end.
  ["2026-12-31T22:00:00Z", "22:00-07:00", "2027-01-01T06:00:00.000Z"],
  // The night with an hour less, and the one with an hour more.
  ["2026-03-28T22:00:00Z", "22:00-07:00", "2026-03-29T05:00:00.000Z"],
  ["2026-10-24T21:00:00Z", "22:00-07:00", "2026-10-25T06:00:00.000Z"],
];

for (const [time, hours, end] of cases) {
  Deno.test(`quietUntil() says ${end ?? "that it is not quiet"} at ${time} for ${hours}`, () => {
    assert.equal(until(time, hours), end);
  });
}

Deno.test("quietUntil() never ends in the past, at any minute of a day on which clocks change", () => {
  for (const day of ["2026-03-29", "2026-10-25"]) {
    for (let minute = 0; minute < 1440; minute += 7) {
      const now = Date.parse(`${day}T00:00:00Z`) + minute * 60_000;
      const end = quietUntil(now, { hours: { from: 60, until: 150 }, timeZone: "Europe/Berlin" });
      assert.ok(end === null || (end > now && end - now <= 26 * 3_600_000), `${day} ${minute}`);
    }
  }
});

Deno.test("parseQuietHours() takes two times of a clock, and nothing else", () => {
  assert.deepEqual(parseQuietHours("00:00-23:59"), { from: 0, until: 1439 });
  for (const bad of ["", "22-7", "24:00-07:00", "22:00-07:60", "07:00-07:00", " 22:00-07:00", "22:00 - 07:00"]) {
    assert.equal(parseQuietHours(bad), null, bad);
  }
});
