// Days, weeks and months as people count them in a time zone, right on both sides of a change of clocks.
import { epochOfLocal, localTimeOf } from "./zone.ts";

/** One day, week or month. */
export interface Period {
  /** `2026-11-21`, the first day of a week, or `2026-11`. Later periods of a kind have greater keys. */
  readonly key: string;
  /** Epoch seconds of its first moment. */
  readonly startsAt: number;
  /** Epoch seconds of the first moment after it. */
  readonly endsAt: number;
}

/** The kinds of periods that follow each other. */
export const periodNames = ["day", "week", "month"] as const;

export type PeriodName = typeof periodNames[number];

/** Where midnight is, and on which day a week begins. */
export interface Calendar {
  /** IANA name; this machine's zone when undefined. */
  readonly timeZone: string | undefined;
  readonly weekStartsOn: "monday" | "sunday";
}

interface LocalDay {
  readonly year: number;
  /** 1 to 12; beyond that it counts on into other years. */
  readonly month: number;
  /** Beyond a month's days it counts on into other months. */
  readonly day: number;
}

const daySeconds = 86_400;

/** The period of a kind that a moment is in. @param at epoch seconds. Throws RangeError for an unknown zone. */
export function periodOf(name: PeriodName, at: number, calendar: Calendar): Period {
  switch (name) {
    case "day":
      return dayOf(at, calendar.timeZone);
    case "week":
      return weekOf(at, calendar);
    case "month":
      return monthOf(at, calendar.timeZone);
    default:
      return name satisfies never;
  }
}

/** The day from midnight to midnight. @param at epoch seconds */
export function dayOf(at: number, timeZone: string | undefined): Period {
  const day = localDayOf(at, timeZone);
  return between(dateKey(day), { first: day, next: { ...day, day: day.day + 1 } }, timeZone);
}

/** The week from the midnight before its first day. @param at epoch seconds */
export function weekOf(at: number, calendar: Calendar): Period {
  const day = localDayOf(at, calendar.timeZone);
  const weekday = new Date(Date.UTC(day.year, day.month - 1, day.day)).getUTCDay();
  const since = calendar.weekStartsOn === "sunday" ? weekday : (weekday + 6) % 7;
  const first = { ...day, day: day.day - since };
  return between(dateKey(first), { first, next: { ...first, day: first.day + 7 } }, calendar.timeZone);
}

/** The month from the midnight before its first day. @param at epoch seconds */
export function monthOf(at: number, timeZone: string | undefined): Period {
  const first = { ...localDayOf(at, timeZone), day: 1 };
  return between(dateKey(first).slice(0, 7), { first, next: { ...first, month: first.month + 1 } }, timeZone);
}

function between(
  key: string,
  days: { readonly first: LocalDay; readonly next: LocalDay },
  timeZone: string | undefined,
): Period {
  return { key, startsAt: midnightOf(days.first, timeZone), endsAt: midnightOf(days.next, timeZone) };
}

/** The day a moment is in: that of the clocks, but never one that begins later. */
function localDayOf(at: number, timeZone: string | undefined): LocalDay {
  const { year, month, day } = localTimeOf(at, timeZone);
  const shown = { year, month, day };
  // Where clocks go back over midnight they show the new day twice: it begins with the second time.
  return midnightOf(shown, timeZone) <= at ? shown : { ...shown, day: day - 1 };
}

/** Epoch seconds at which a day begins. */
function midnightOf(day: LocalDay, timeZone: string | undefined): number {
  const midnight = epochOfLocal({ ...day, hour: 0, minute: 0, second: 0 }, timeZone);
  const date = dateKey(day);
  if (shownDate(midnight - 1, timeZone) !== date) return midnight;
  // Clocks went back within the day to its very midnight: the day began when they showed it for the first time.
  let [before, after] = [midnight - daySeconds, midnight];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (shownDate(middle, timeZone) === date) after = middle;
    else before = middle;
  }
  return after;
}

function shownDate(at: number, timeZone: string | undefined): string {
  return dateKey(localTimeOf(at, timeZone));
}

function dateKey(day: LocalDay): string {
  return new Date(Date.UTC(day.year, day.month - 1, day.day)).toISOString().slice(0, 10);
}
