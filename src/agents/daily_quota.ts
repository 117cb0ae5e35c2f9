// When the daily quotas of Google's models open again: their errors name no time, its documentation does.
import { dayOf } from "../core/period.ts";

/** Where the days of these quotas begin. */
const timeZone = "America/Los_Angeles";

/** Epoch seconds of the next midnight there; null without a time to count from. @param now epoch milliseconds */
export function dailyQuotaReset(now: number): number | null {
  return now > 0 ? dayOf(now / 1000, timeZone).endsAt : null;
}
