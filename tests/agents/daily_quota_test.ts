// Guards the time at which a daily quota opens again, on days of every length.
import assert from "node:assert/strict";
import { dailyQuotaReset } from "../../src/agents/daily_quota.ts";
import { causeOfProvider } from "../../src/agents/provider_error.ts";

function resetAfter(written: string): string {
  return new Date(dailyQuotaReset(Date.parse(written))! * 1000).toISOString();
}

Deno.test("dailyQuotaReset() is the next midnight in California, in summer and in winter", () => {
  assert.equal(resetAfter("2026-11-21T06:00:00Z"), "2026-11-21T08:00:00.000Z");
  assert.equal(resetAfter("2026-11-21T08:00:00Z"), "2026-11-22T08:00:00.000Z");
  assert.equal(resetAfter("2026-07-01T06:59:59Z"), "2026-07-01T07:00:00.000Z");
  assert.equal(resetAfter("2026-03-08T09:00:00Z"), "2026-03-09T07:00:00.000Z", "the day has 23 hours");
  assert.equal(resetAfter("2026-11-01T08:00:00Z"), "2026-11-02T08:00:00.000Z", "the day has 25 hours");
});

Deno.test("dailyQuotaReset() does not guess where the time of writing is unknown", () => {
  assert.equal(dailyQuotaReset(0), null);
});

Deno.test("causeOfProvider() waits for the daily quota, whatever the one per minute asks for", () => {
  const now = Date.parse("2026-11-21T06:00:00Z");
  const error = (details: unknown) => ({
    record: "error",
    status: 429,
    message: "quota",
    body: JSON.stringify({
      error: { code: 429, message: "Please retry in 31s.", status: "RESOURCE_EXHAUSTED", details },
    }),
    now,
  });
  const daily = causeOfProvider(error([{ violations: [{ quotaId: "GenerateRequestsPerDayPerProject" }] }]));
  assert.deepEqual([daily.kind, daily.resetsAt], ["limit", Date.parse("2026-11-21T08:00:00Z") / 1000]);
  const minute = causeOfProvider(error([{ violations: [{ quotaId: "GenerateRequestsPerMinutePerProject" }] }]));
  assert.deepEqual([minute.kind, minute.resetsAt, minute.retryAfterSeconds], ["transient", null, 31]);
});
