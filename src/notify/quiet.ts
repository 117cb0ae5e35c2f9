// Quiet hours: whether a moment lies in them, and when they end, on both sides of a change of clocks.
import type { QuietHours } from "../core/notice.ts";
import { epochOfLocal, localTimeOf } from "../core/zone.ts";

/** Epoch milliseconds at which the quiet hours around `now` end; null when `now` lies in none. */
export function quietUntil(
  now: number,
  { hours, timeZone }: { readonly hours: QuietHours; readonly timeZone: string | null },
): number | null {
  const zone = timeZone ?? undefined;
  const local = localTimeOf(now / 1000, zone);
  const minute = local.hour * 60 + local.minute;
  const { from, until } = hours;
  const isOverMidnight = from > until;
  const isQuiet = isOverMidnight ? minute >= from || minute < until : minute >= from && minute < until;
  if (!isQuiet) return null;
  const day = isOverMidnight && minute >= from ? local.day + 1 : local.day;
  const end = { ...local, day, hour: Math.floor(until / 60), minute: until % 60, second: 0 };
  return Math.max(now + 1, epochOfLocal(end, zone) * 1000);
}
