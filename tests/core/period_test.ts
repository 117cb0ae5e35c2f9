// Proves that days, weeks and months begin and end where clocks say, also where clocks are changed.
import assert from "node:assert/strict";
import fc from "fast-check";
import { dayOf, monthOf, type PeriodName, periodNames, periodOf, weekOf } from "../../src/core/period.ts";
import { localTimeOf } from "../../src/core/zone.ts";

const berlin = "Europe/Berlin";

function epoch(text: string): number {
  return Date.parse(text) / 1000;
}

function hours(period: { readonly startsAt: number; readonly endsAt: number }): number {
  return (period.endsAt - period.startsAt) / 3600;
}

Deno.test("dayOf() goes from midnight to midnight of the zone", () => {
  assert.deepEqual(dayOf(epoch("2026-11-21T23:30:00Z"), berlin), {
    key: "2026-11-22",
    startsAt: epoch("2026-11-21T23:00:00Z"),
    endsAt: epoch("2026-11-22T23:00:00Z"),
  });
  assert.equal(dayOf(epoch("2026-11-21T23:30:00Z"), "UTC").key, "2026-11-21");
  assert.equal(dayOf(epoch("2026-11-21T23:00:00Z"), berlin).key, "2026-11-22");
  assert.equal(dayOf(epoch("2026-11-21T23:00:00Z") - 0.5, berlin).key, "2026-11-21");
});

Deno.test("dayOf() has 23 and 25 hours where clocks are changed", () => {
  const spring = dayOf(epoch("2026-03-29T12:00:00Z"), berlin);
  assert.deepEqual([spring.key, hours(spring)], ["2026-03-29", 23]);
  const autumn = dayOf(epoch("2026-10-25T12:00:00Z"), berlin);
  assert.deepEqual([autumn.key, hours(autumn)], ["2026-10-25", 25]);
  assert.equal(hours(dayOf(epoch("2026-10-04T12:00:00Z"), "Australia/Lord_Howe")), 23.5);
});

Deno.test("dayOf() begins with the first midnight where clocks go back to midnight", () => {
  const long = dayOf(epoch("2026-11-01T04:30:00Z"), "America/Havana");
  assert.deepEqual([long.key, hours(long)], ["2026-11-01", 25]);
  assert.equal(long.startsAt, epoch("2026-11-01T04:00:00Z"));
  assert.equal(dayOf(epoch("2026-11-01T05:30:00Z"), "America/Havana").startsAt, long.startsAt);
});

Deno.test("dayOf() begins when clocks are put past a midnight that they skip", () => {
  const short = dayOf(epoch("2026-03-29T10:00:00Z"), "Asia/Beirut");
  assert.deepEqual([short.key, hours(short)], ["2026-03-29", 23]);
  assert.equal(localTimeOf(short.startsAt, "Asia/Beirut").hour, 1);
});

Deno.test("weekOf() begins on the day that is asked for", () => {
  const sunday = epoch("2026-11-22T12:00:00Z");
  const monday = weekOf(sunday, { timeZone: "UTC", weekStartsOn: "monday" });
  assert.deepEqual(monday, {
    key: "2026-11-16",
    startsAt: epoch("2026-11-16T00:00:00Z"),
    endsAt: epoch("2026-11-23T00:00:00Z"),
  });
  assert.equal(weekOf(sunday, { timeZone: "UTC", weekStartsOn: "sunday" }).key, "2026-11-22");
  assert.equal(weekOf(monday.startsAt, { timeZone: "UTC", weekStartsOn: "sunday" }).key, "2026-11-15");
});

Deno.test("weekOf() and monthOf() go over the end of a year and a change of clocks", () => {
  const newYear = epoch("2027-01-01T12:00:00Z");
  const week = weekOf(newYear, { timeZone: berlin, weekStartsOn: "monday" });
  assert.deepEqual([week.key, hours(week)], ["2026-12-28", 168]);
  assert.equal(hours(weekOf(epoch("2026-03-27T12:00:00Z"), { timeZone: berlin, weekStartsOn: "monday" })), 167);
  const december = monthOf(epoch("2026-12-31T22:59:59Z"), berlin);
  assert.deepEqual([december.key, december.endsAt], ["2026-12", epoch("2026-12-31T23:00:00Z")]);
  assert.equal(monthOf(epoch("2026-12-31T23:00:00Z"), berlin).key, "2027-01");
  assert.equal(hours(monthOf(epoch("2028-02-10T00:00:00Z"), "UTC")), 29 * 24);
  assert.equal(hours(monthOf(epoch("2026-10-10T00:00:00Z"), berlin)), 31 * 24 + 1);
});

Deno.test("periodOf() gives periods that follow each other without a gap, each holding its moments", () => {
  const zones = fc.constantFrom(
    berlin,
    "UTC",
    "America/Havana",
    "Asia/Beirut",
    "America/St_Johns",
    "Pacific/Apia",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    undefined,
  );
  const weekStart = fc.constantFrom("monday" as const, "sunday" as const);
  const moments = fc.integer({ min: 1_000_000_000, max: 2_500_000_000 });
  const names = fc.constantFrom<PeriodName>(...periodNames);
  fc.assert(
    fc.property(names, zones, weekStart, moments, (name, timeZone, weekStartsOn, at) => {
      const calendar = { timeZone, weekStartsOn };
      const period = periodOf(name, at, calendar);
      assert.ok(period.startsAt <= at && at < period.endsAt, `${timeZone} ${at} ${JSON.stringify(period)}`);
      assert.deepEqual(periodOf(name, period.startsAt, calendar), period);
      assert.deepEqual(periodOf(name, period.endsAt - 1, calendar), period);
      const next = periodOf(name, period.endsAt, calendar);
      assert.equal(next.startsAt, period.endsAt);
      assert.ok(next.key > period.key);
    }),
    { numRuns: 500 },
  );
});
