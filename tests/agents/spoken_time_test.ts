// Proves that times and waits are read from error texts as providers and CLIs word them, whatever the clocks do.
import assert from "node:assert/strict";
import fc from "fast-check";
import { resetIn, retryAfterIn } from "../../src/agents/spoken_time.ts";

const epoch = (iso: string) => Date.parse(iso) / 1000;

interface ResetCase {
  readonly text: string;
  /** When the text was written. */
  readonly now?: string;
  readonly zone?: string;
  /** Null: the text names no time. */
  readonly reset: string | null;
}

/** Written on a Saturday at six in the morning UTC, where nothing else is said. */
const saturday = "2026-11-21T06:00:00Z";

const resets: readonly ResetCase[] = [
  { text: "You've hit your 5-hour limit · resets 7:50am (UTC)", reset: "2026-11-21T07:50:00Z" },
  { text: "resets 7am (UTC)", reset: "2026-11-21T07:00:00Z" },
  { text: "resets 3:45pm (America/New_York)", reset: "2026-11-21T20:45:00Z" },
  { text: "resets 3:45pm (Nowhere/Such)", zone: "Asia/Tokyo", reset: "2026-11-21T06:45:00Z" },
  { text: "resets Nov 24, 3:46am (UTC)", reset: "2026-11-24T03:46:00Z" },
  { text: "resets Nov 24 (UTC)", reset: "2026-11-24T00:00:00Z" },
  { text: "resets 24 Nov 2026 at 15:46 UTC", reset: "2026-11-24T15:46:00Z" },
  { text: "or try again at 7:50 AM.", reset: "2026-11-21T07:50:00Z" },
  { text: "or try again at 7:50 AM.", zone: "Asia/Kolkata", reset: "2026-11-22T02:20:00Z" },
  { text: "try again at 5:59 AM.", reset: "2026-11-22T05:59:00Z" },
  { text: "You\u2019ve hit your usage limit. Try again at 7:50\u202fPM.", reset: "2026-11-21T19:50:00Z" },
  { text: "try again at 7:50 p.m.", reset: "2026-11-21T19:50:00Z" },
  { text: "try again at 12:05 AM", reset: "2026-11-22T00:05:00Z" },
  { text: "try again at 12:05 PM", reset: "2026-11-21T12:05:00Z" },
  { text: "try again at 19:50", reset: "2026-11-21T19:50:00Z" },
  { text: "try again at 19:50:30 UTC+2", reset: "2026-11-21T17:50:30Z" },
  { text: "try again at Nov 24th, 2026 3:47 AM.", reset: "2026-11-24T03:47:00Z" },
  { text: "try again at Nov 24th, 2026 3:47 AM.", zone: "America/Los_Angeles", reset: "2026-11-24T11:47:00Z" },
  { text: "try again at 2026-11-24T03:47:00Z", zone: "Asia/Tokyo", reset: "2026-11-24T03:47:00Z" },
  { text: "try again at 2026-11-24T03:47:00.5+02:00", reset: "2026-11-24T01:47:00Z" },
  { text: "try again at 2026-11-24T03:47-0500", reset: "2026-11-24T08:47:00Z" },
  { text: "Your quota resets at 2026-11-24 03:47:00 UTC.", zone: "Asia/Tokyo", reset: "2026-11-24T03:47:00Z" },
  { text: "Retry-After: Tue, 24 Nov 2026 07:28:00 GMT", zone: "Asia/Tokyo", reset: "2026-11-24T07:28:00Z" },
  { text: "limits reset at midnight Pacific", reset: "2026-11-21T08:00:00Z" },
  { text: "quota resets at midnight PT", now: "2026-11-21T09:00:00Z", reset: "2026-11-22T08:00:00Z" },
  { text: "the quota resets daily at noon Eastern time", reset: "2026-11-21T17:00:00Z" },
  { text: "resets tomorrow at 9:00", reset: "2026-11-22T09:00:00Z" },
  { text: "resets Monday at 9am", reset: "2026-11-23T09:00:00Z" },
  { text: "resets Sat 5am", reset: "2026-11-28T05:00:00Z" },
  { text: "rate limited until 9:15 (UTC)", reset: "2026-11-21T09:15:00Z" },
  { text: '{"resets_at": 1795600000}', reset: "2026-11-25T09:46:40Z" },
  { text: '{\\"resetsAt\\":1795600000123}', reset: "2026-11-25T09:46:41Z" },
  { text: "X-RateLimit-Reset: 1795600000", reset: "2026-11-25T09:46:40Z" },
  { text: "resets in 2h 10m", reset: "2026-11-21T08:10:00Z" },
  { text: "Your quota will reset after 3h12m5s.", reset: "2026-11-21T09:12:05Z" },
  { text: '"resets_in_seconds":90', reset: "2026-11-21T06:01:30Z" },
  { text: "reset-after-seconds: 90", reset: "2026-11-21T06:01:30Z" },
  { text: "resets soon. It resets at 8:00 UTC", reset: "2026-11-21T08:00:00Z" },
  // A minute that is not over may still be meant: its end is as early as can be.
  { text: "try again at 6:00 AM", now: "2026-11-21T06:00:20Z", reset: "2026-11-21T06:01:00Z" },
  { text: "try again at 6:00 AM", now: "2026-11-21T06:01:00Z", reset: "2026-11-22T06:00:00Z" },
  // Year ends and leap days.
  { text: "resets Jan 2, 3:00am (UTC)", now: "2026-12-30T12:00:00Z", reset: "2027-01-02T03:00:00Z" },
  { text: "resets Dec 31, 11:50pm (UTC)", now: "2027-01-01T00:10:00Z", reset: "2026-12-31T23:50:00Z" },
  { text: "try again at 00:10", now: "2026-12-31T23:50:00Z", reset: "2027-01-01T00:10:00Z" },
  { text: "try again at 3:00 AM", now: "2028-02-28T04:00:00Z", reset: "2028-02-29T03:00:00Z" },
  { text: "try again at 3:00 AM", now: "2027-02-28T04:00:00Z", reset: "2027-03-01T03:00:00Z" },
  { text: "resets Feb 29, 3am (UTC)", now: "2028-02-27T00:00:00Z", reset: "2028-02-29T03:00:00Z" },
  { text: "resets Feb 29, 3am (UTC)", now: "2027-02-27T00:00:00Z", reset: null },
  { text: "resets Feb 30, 3am (UTC)", reset: null },
  // Changes of clocks: 02:30 does not exist on 2026-03-29 in Berlin and comes twice on 2026-10-25.
  {
    text: "try again at 2:30 AM",
    now: "2026-03-28T20:00:00Z",
    zone: "Europe/Berlin",
    reset: "2026-03-29T01:00:00Z",
  },
  {
    text: "try again at 2:30 AM",
    now: "2026-10-24T20:00:00Z",
    zone: "Europe/Berlin",
    reset: "2026-10-25T01:30:00Z",
  },
  {
    text: "resets 9am (America/New_York)",
    now: "2026-10-31T15:00:00Z",
    reset: "2026-11-01T14:00:00Z",
  },
  { text: "resets in 24h", now: "2026-10-24T20:00:00Z", zone: "Europe/Berlin", reset: "2026-10-25T20:00:00Z" },
  // No time at all, or none that can be true.
  { text: "", reset: null },
  { text: "It is 7:50 AM.", reset: null },
  { text: "the limit resets every 5 hours", reset: null },
  { text: "try again in 5 minutes", reset: null },
  { text: "retry after 30 seconds", reset: null },
  { text: "try again later", reset: null },
  { text: "read: connection reset at 10:30", reset: null },
  { text: "resets monthly at 10:30", reset: null },
  { text: "resets 7", reset: null },
  { text: "resets 25:00", reset: null },
  { text: "resets 7:60", reset: null },
  { text: "resets 13:00 pm", reset: null },
  { text: "resets 0am", reset: null },
  { text: "resets_at: 99999999999", reset: null },
  { text: "resets_at: 9999999999999", reset: null },
  { text: "try again at 9999-01-01T00:00:00Z", reset: null },
  { text: "try again at Nov 24th, 2025 3:47 AM", now: "2027-01-01T00:00:00Z", reset: null },
  { text: "resets in 400 days", reset: null },
  { text: "resets in 999999999 weeks", reset: null },
];

for (const { text, now = saturday, zone = "UTC", reset } of resets) {
  Deno.test(`resetIn() reads ${reset} when ${JSON.stringify(text)} is said at ${now} in ${zone}`, () => {
    const read = resetIn(text, { now: Date.parse(now), timeZone: zone });
    assert.equal(read === null ? null : new Date(read * 1000).toISOString(), reset?.replace("Z", ".000Z") ?? null);
  });
}

Deno.test("resetIn() uses this machine's zone when none is given, and when the given one does not exist", () => {
  const now = Date.parse(saturday);
  const here = resetIn("try again at 11:11 PM", { now })!;
  assert.equal(new Date(here * 1000).toTimeString().slice(0, 5), "23:11");
  assert.equal(resetIn("try again at 11:11 PM", { now, timeZone: "Nowhere/Such" }), here);
});

Deno.test("resetIn() finds nothing when now is no time", () => {
  for (const now of [NaN, Infinity, -Infinity, 1e17]) assert.equal(resetIn("resets 7:50am (UTC)", { now }), null);
});

const waits: readonly (readonly [string, number | null])[] = [
  ["Suggested retry after 3600s", 3600],
  ["try again in 3.5s", 4],
  ["Please try again in 8s. Visit https://example.com", 8],
  ["Please try again in 20ms.", 1],
  ["try again in 5 minutes", 300],
  ["try again in 2 hours 10 minutes", 7800],
  ["try again in 1 day 3 hours", 97_200],
  ["try again in 4 days, 3 hours, and 2 minutes.", 356_520],
  ["try again in 6m0s", 360],
  ["try again in an hour", 3600],
  ["Try again\u00a0in 5\u202fminutes", 300],
  ["Please retry in 45s", 45],
  ["Please retry in 34.074824224s.", 35],
  ["retry after 30 seconds", 30],
  ["retry after about 2 min", 120],
  ["wait 5 minutes before you go on", 300],
  ["Retry-After: 120", 120],
  ["Retry-After: 120\nServer: here", 120],
  ["Retry-After: 0", 0],
  ['{"retry-after":"8"}', 8],
  ['{"retry_after_ms": 1500}', 2],
  ['{"retryDelay": "34.07s"}', 35],
  ["retry_after_seconds=7", 7],
  ["try again later, retry after 9 s", 9],
  ["", null],
  ["try again later", null],
  ["try again in a moment", null],
  ["try again at 7:50 AM", null],
  ["retry after 3 attempts", null],
  ["retry after 2026-11-24", null],
  ["Retry-After: Tue, 24 Nov 2026 07:28:00 GMT", null],
  ["Retry-After: -5", null],
  ["Retry-After: 999999999999", null],
  ["try again in 400 days", null],
  ["resets in 2h", null],
  ["Retrying after 9181ms...", null],
  ["in 45s", null],
];

for (const [text, seconds] of waits) {
  Deno.test(`retryAfterIn() reads ${seconds} when ${JSON.stringify(text)} is said`, () => {
    assert.equal(retryAfterIn(text), seconds);
  });
}

Deno.test("resetIn() and retryAfterIn() look at the first 16,000 characters only when a text is long", () => {
  const told = "resets 7:50am (UTC), retry after 8s";
  const at = { now: Date.parse(saturday) };
  const near = " ".repeat(15_900) + told;
  const far = " ".repeat(16_000) + told;
  assert.deepEqual([resetIn(near, at), retryAfterIn(near)], [epoch("2026-11-21T07:50:00Z"), 8]);
  assert.deepEqual([resetIn(far, at), retryAfterIn(far)], [null, null]);
});

Deno.test("resetIn() and retryAfterIn() take less than half a second when a megabyte of text is made to confuse them", () => {
  const bits = [
    "reset",
    "resets at ",
    "try again in ",
    "retry after ",
    "1 ",
    "11:",
    " ",
    "at ",
    "nov 1 ",
    "1h",
    ": = ",
  ];
  const texts = [...bits, bits.join(""), "resets in " + "1h ".repeat(9), `resets${" ".repeat(150)}`, "retry-after: 1"];
  for (const text of texts) {
    const hostile = text.repeat(Math.ceil(2 ** 20 / text.length));
    const before = performance.now();
    resetIn(hostile, { now: Date.parse(saturday) });
    retryAfterIn(hostile);
    assert.ok(performance.now() - before < 500, text);
  }
});

Deno.test("resetIn() and retryAfterIn() never throw and stay within a year when texts are put together at random", () => {
  const words =
    "reset resets at in try again retry after until : 2026-02-30 9999 0 24 7:50 am pm midnight nov 31st , t z " +
    "utc +99:99 (a/b) 99999999999999 1e9 s ms h d weeks tomorrow sunday \u202f \ud800";
  const text = fc.array(fc.oneof(fc.constantFrom(...words.split(" ")), fc.string({ maxLength: 5 })), { maxLength: 12 })
    .chain((parts) => fc.constantFrom(parts.join(" "), parts.join("")));
  fc.assert(
    fc.property(text, fc.double({ min: -1e15, max: 8e15 }), (said, now) => {
      const reset = resetIn(said, { now });
      assert.ok(reset === null || Math.abs(reset - now / 1000) <= 366 * 86_400);
      const wait = retryAfterIn(said);
      assert.ok(wait === null || Number.isInteger(wait) && wait >= 0 && wait <= 366 * 86_400);
    }),
    { numRuns: 2000 },
  );
});
