// Reads from an error text when a limit ends, or how long to wait, in the ways providers and CLIs word it.
import { clockTimeIn } from "./spoken_clock.ts";

const longestRead = 16_000;
const longestPhrase = 160;
const longestWaitSeconds = 366 * 86_400;

/** When a text was written and where its clock stands. */
export interface SpokenAt {
  /** Epoch milliseconds. */
  readonly now: number;
  /** IANA name of the zone of times that name none; this machine's when absent. */
  readonly timeZone?: string | undefined;
}

/** `text` with plain apostrophes and blanks, at most its first 16,000 characters. */
export function plainText(text: string): string {
  return text.slice(0, longestRead)
    .replaceAll(/[\u00a0\u2000-\u200a\u202f\u205f\u3000]/g, " ")
    .replaceAll(/[\u2018\u2019\u02bc]/g, "'")
    .replaceAll(/[\u200b-\u200f\u2060\ufeff]/g, "");
}

/** A word after which the time follows at which a limit ends. */
const resetWord = new RegExp(
  [
    String.raw`\b(?<!connection )reset(?:s|ting)?[-_ ]?(?:after|in)(?:[-_]?s(?:ec(?:ond)?s)?)?\b`,
    String.raw`\b(?<!connection )reset(?:s|ting)?(?:[-_ ]?(?:at|on|time|timestamp|date))?\b`,
    String.raw`\b(?:try(?:ing)? again|available again|retry(?:[-_ ]?after)?|until)\b`,
  ].join("|"),
  "g",
);

/**
 * Epoch seconds at which `text` says that a limit ends: a date, a time of day (one already past means tomorrow), an
 * epoch in seconds or milliseconds, or a time from now that is worded as a reset. The first that can be read counts.
 * Null when there is none or it is more than 366 days away; the time may lie in the past when the text gives its date.
 */
export function resetIn(text: string, { now, timeZone }: SpokenAt): number | null {
  if (!(Math.abs(now) < 8e15)) return null;
  const at = { now: now / 1000, timeZone };
  const plain = lowered(text);
  for (const found of plain.matchAll(resetWord)) {
    const rest = phraseAfter(plain, found);
    const isReset = found[0].startsWith("reset");
    const seconds = isReset ? epochAt(rest) ?? relativeReset(found[0], { rest, now: at.now }) : null;
    const reset = seconds ?? clockTimeIn(rest, at);
    if (reset !== null && Math.abs(reset - at.now) <= longestWaitSeconds) return reset;
  }
  return null;
}

/** The same where that time is still to come, else null: a limit that is over is none. */
export function resetAheadIn(text: string, at: SpokenAt): number | null {
  const reset = resetIn(text, at);
  return reset !== null && reset * 1000 > at.now ? reset : null;
}

/** An order to wait; what it is measured in may be a part of it. */
const waitWord = /\b(?:try again|retry|wait)(?:[-_ ]?(after|delay))?[-_ ]?(ms|milliseconds|seconds|secs)?\b/g;

/** Whole seconds, rounded up, that `text` asks to wait before the next try; null when it does not or they are over 366 days. */
export function retryAfterIn(text: string): number | null {
  const plain = lowered(text);
  for (const found of plain.matchAll(waitWord)) {
    const rest = phraseAfter(plain, found);
    const [, key, unit] = found;
    const seconds = durationAt(rest) ?? (key === undefined && unit === undefined ? null : bareNumber(rest, unit));
    if (seconds !== null && seconds <= longestWaitSeconds) return Math.ceil(seconds);
  }
  return null;
}

function lowered(text: string): string {
  return plainText(text).toLowerCase().replaceAll(/(?<![a-z])([ap])\.m\b\.?/g, "$1m");
}

function phraseAfter(text: string, found: RegExpExecArray): string {
  const start = found.index + found[0].length;
  return text.slice(start, start + longestPhrase);
}

const epochPattern = /^[\s:="'\\]{0,8}(?:at[\s:="'\\]{1,4})?(\d{13}|\d{10})(?:\.\d{1,9})?(?![\w-])/;

function epochAt(rest: string): number | null {
  const digits = epochPattern.exec(rest)?.[1];
  if (digits === undefined) return null;
  return digits.length === 13 ? Math.ceil(Number(digits) / 1000) : Number(digits);
}

function relativeReset(word: string, { rest, now }: { readonly rest: string; readonly now: number }): number | null {
  const isInSeconds = /(?:after|in)[-_]?s\w{0,6}$/.test(word);
  if (!isInSeconds && !/(?:after|in)$/.test(word) && !/^[\s:="'(\\]{0,8}(?:in|after)\b/.test(rest)) return null;
  const seconds = durationAt(rest) ?? (isInSeconds ? bareNumber(rest, undefined) : null);
  return seconds === null ? null : Math.ceil(now + seconds);
}

const filler = String
  .raw`[\s:="'(\\]{0,8}(?:(?:in|after|for|at least|about|approximately|around|another|~) {0,3}){0,3}`;
const fillerPattern = new RegExp(`^${filler}`);
const barePattern = new RegExp(String.raw`^${filler}(\d{1,12}(?:\.\d{1,12})?)(?![\w:/-]|\.\d| {1,4}[a-z])`);

function bareNumber(rest: string, unit: string | undefined): number | null {
  const digits = barePattern.exec(rest)?.[1];
  if (digits === undefined) return null;
  return unit === "ms" || unit === "milliseconds" ? Number(digits) / 1000 : Number(digits);
}

const partPattern =
  /(\d{1,9}(?:\.\d{1,12})?|an?\b|one\b) {0,2}-?(ms|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?)(?![a-z])(?:,? {0,2}(?:and )?(?=\d))?/y;

/** Seconds of a duration such as `2h 10m`, `3.5s` or `1 day, 3 hours and 5 minutes`. */
function durationAt(rest: string): number | null {
  partPattern.lastIndex = fillerPattern.exec(rest)?.[0].length ?? 0;
  let total: number | null = null;
  for (let part = partPattern.exec(rest); part; part = partPattern.exec(rest)) {
    total = (total ?? 0) + (Number.isNaN(Number(part[1])) ? 1 : Number(part[1])) * secondsOfUnit(part[2]!);
  }
  return total;
}

function secondsOfUnit(unit: string): number {
  if (unit.startsWith("mi") && unit.includes("sec") || unit === "ms") return 0.001;
  return { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }[unit.charAt(0)] ?? Number.NaN;
}
