// Turns a date or a time of day, as people write it, into a moment.
import { epochOfLocal, isTimeZone, type LocalTime, localTimeOf } from "../core/zone.ts";

/** The moment a text was written, and the zone its writer's clock shows. */
export interface ClockContext {
  /** Epoch seconds. */
  readonly now: number;
  /** IANA name; this machine's zone when undefined. */
  readonly timeZone: string | undefined;
}

interface Clock {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** Seconds were not told, so any moment of that minute may be meant. */
  readonly isWholeMinute: boolean;
}

interface Day {
  readonly year: number | null;
  readonly month: number;
  readonly day: number;
}

const monthNames = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const weekdayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

const month = `(?<name>${monthNames.join("|")})[a-z]{0,6}\\.?`;
const dayOfMonth = String.raw`(?<day>\d{1,2})(?:st|nd|rd|th)?\b(?!:)`;
const datePatterns = [
  /^(?<year>\d{4})[-/](?<month>\d{1,2})[-/](?<day>\d{1,2})(?!\d)/,
  new RegExp(String.raw`^${month} {1,3}${dayOfMonth}(?:,? {1,3}(?<year>\d{4})\b)?`),
  new RegExp(String.raw`^${dayOfMonth} {1,3}(?:of )?${month}(?:,? {1,3}(?<year>\d{4})\b)?`),
];

const leadPattern =
  /^(?:[\s:=,"'(\\·∙•-]{1,8}|(?:at|on|by|is|after|until|every day|each day|daily|today|tomorrow|next|about|around|(?:sun|mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?)(?:day)?)\b){0,10}/;
const betweenPattern = /^(?:[\s,]|t(?=\d)|at\b){0,6}/;
const clockPattern =
  /^(?:(?<word>midnight|noon)\b|(?<hour>\d{1,2})(?::(?<minute>\d{2})(?::(?<second>\d{2})(?:\.\d{1,9})?)?)?(?: {0,2}(?<half>[ap]m))?(?![\d:]))/;

/** Epoch seconds of the date, or of the next such time of day, with which a lower-case text begins; null when it does not. */
export function clockTimeIn(text: string, context: ClockContext): number | null {
  const lead = leadPattern.exec(text)![0];
  const afterLead = text.slice(lead.length);
  const date = dateAt(afterLead);
  const afterDate = date ? afterLead.slice(date.length) : afterLead;
  const between = date ? betweenPattern.exec(afterDate)![0].length : 0;
  const clock = clockAt(afterDate.slice(between));
  if (!date && !clock) return null;
  const rest = clock ? afterDate.slice(between + clock.length) : afterDate;
  const timeZone = zoneAt(rest) ?? knownZone(context.timeZone);
  const time = clock?.clock ?? { hour: 0, minute: 0, second: 0, isWholeMinute: false };
  const at = date
    ? momentOfDate(date.day, { time, timeZone, now: context.now })
    : momentOfDay(lead, { time, timeZone, now: context.now });
  if (at === null || !time.isWholeMinute) return at;
  return at <= context.now && context.now < at + 60 ? at + 60 : at;
}

function dateAt(text: string): { readonly day: Day; readonly length: number } | null {
  for (const pattern of datePatterns) {
    const found = pattern.exec(text);
    const groups = found?.groups;
    if (!found || !groups) continue;
    const { year, name, day } = groups;
    return {
      day: {
        year: year === undefined ? null : Number(year),
        month: name === undefined ? Number(groups.month) : monthNames.indexOf(name) + 1,
        day: Number(day),
      },
      length: found[0].length,
    };
  }
  return null;
}

function clockAt(text: string): { readonly clock: Clock; readonly length: number } | null {
  const found = clockPattern.exec(text);
  if (!found?.groups) return null;
  const { word, hour, minute, second, half } = found.groups;
  if (word !== undefined) {
    return {
      clock: { hour: word === "noon" ? 12 : 0, minute: 0, second: 0, isWholeMinute: true },
      length: found[0].length,
    };
  }
  if (minute === undefined && half === undefined) return null;
  const clock = {
    hour: half === undefined ? Number(hour) : Number(hour) % 12 + (half === "pm" ? 12 : 0),
    minute: Number(minute ?? 0),
    second: Number(second ?? 0),
    isWholeMinute: second === undefined,
  };
  const isHour = half === undefined ? clock.hour <= 23 : Number(hour) >= 1 && Number(hour) <= 12;
  return isHour && clock.minute <= 59 && clock.second <= 59 ? { clock, length: found[0].length } : null;
}

const zoneNames: Readonly<Record<string, string>> = {
  pt: "America/Los_Angeles",
  pst: "America/Los_Angeles",
  pdt: "America/Los_Angeles",
  pacific: "America/Los_Angeles",
  mt: "America/Denver",
  mst: "America/Denver",
  mdt: "America/Denver",
  mountain: "America/Denver",
  ct: "America/Chicago",
  cdt: "America/Chicago",
  central: "America/Chicago",
  et: "America/New_York",
  est: "America/New_York",
  edt: "America/New_York",
  eastern: "America/New_York",
  cet: "Europe/Paris",
  cest: "Europe/Paris",
  bst: "Europe/London",
  jst: "Asia/Tokyo",
  utc: "UTC",
  gmt: "UTC",
  z: "UTC",
};

const offsetPattern = /^ {0,2}[([]?(?:(?:utc|gmt) ?([+-])(\d{1,2})(?::?(\d{2}))?|([+-])(\d{2}):?(\d{2}))(?!\d)/;
const zonePattern = /^[ ,]{0,3}[([]?([a-z]{1,32}(?:\/[a-z_]{1,32}){0,2})\b/;

/** The zone that is named behind a time, as `Intl` knows it; null when none is, or none that is known. */
function zoneAt(text: string): string | null {
  const offset = offsetPattern.exec(text);
  if (offset) {
    const hours = (offset[2] ?? offset[5]!).padStart(2, "0");
    return knownZone(`${offset[1] ?? offset[4]!}${hours}:${offset[3] ?? offset[6] ?? "00"}`) ?? null;
  }
  const name = zonePattern.exec(text)?.[1];
  if (name === undefined) return null;
  if (name.includes("/")) return knownZone(name) ?? null;
  return Object.hasOwn(zoneNames, name) ? zoneNames[name]! : null;
}

function knownZone(name: string | undefined): string | undefined {
  return name !== undefined && isTimeZone(name) ? name : undefined;
}

interface Placing {
  readonly time: Clock;
  readonly timeZone: string | undefined;
  readonly now: number;
}

/** A date without a year is the one nearest to now. */
function momentOfDate({ year, month, day }: Day, { time, timeZone, now }: Placing): number | null {
  const thisYear = localTimeOf(now, timeZone).year;
  const years = year === null ? [thisYear - 1, thisYear, thisYear + 1] : [year];
  const moments = years.filter((one) => isDay({ year: one, month, day }))
    .map((one) => epochOfLocal({ year: one, month, day, ...clockOf(time) }, timeZone));
  return moments.toSorted((a, b) => Math.abs(a - now) - Math.abs(b - now))[0] ?? null;
}

function isDay({ year, month, day }: { readonly year: number; readonly month: number; readonly day: number }): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

/** @param lead the words before the time of day: they may name a day. */
function momentOfDay(lead: string, { time, timeZone, now }: Placing): number {
  const today = localTimeOf(now, timeZone);
  const inDays = (days: number) => epochOfLocal({ ...today, day: today.day + days, ...clockOf(time) }, timeZone);
  const stepDays = weekdayNames.some((name) => lead.includes(name)) ? 7 : 1;
  const first = lead.includes("tomorrow") ? 1 : daysUntilWeekday(lead, today);
  const at = inDays(first);
  return at + (time.isWholeMinute ? 60 : 1) > now ? at : inDays(first + stepDays);
}

function daysUntilWeekday(lead: string, { year, month, day }: LocalTime): number {
  const wanted = weekdayNames.findIndex((name) => lead.includes(name));
  return wanted < 0 ? 0 : (wanted - new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 7) % 7;
}

function clockOf({ hour, minute, second }: Clock) {
  return { hour, minute, second };
}
