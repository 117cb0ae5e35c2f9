// Takes bounded values out of records of unknown origin, so that a picture built from them stays small.
import { clip } from "../core/text.ts";
import { isRoundNumber } from "../core/round.ts";

export type Fields = Readonly<Record<string, unknown>>;

/** Characters kept of a sentence. */
export const longestSentence = 300;

const longestStamp = 40;
/** Far beyond any wait, and still a date that can be spelled. */
const latestEpoch = 4e10;

/** At most `most` characters of a text, holding on to nothing else; null when the field is no text. */
export function shortField(record: Fields, name: string, most: number = longestSentence): string | null {
  const value = record[name];
  return typeof value === "string" ? shortText(value, most) : null;
}

/** At most `most` characters of a text. The rest of it can be forgotten. */
export function shortText(text: string, most: number = longestSentence): string {
  return text.length <= most ? text : detached(clip(text, most));
}

/** The last `most` characters of a text. The rest of it can be forgotten. */
export function endOfText(text: string, most: number): string {
  return text.length <= most ? text : detached(text.slice(-most));
}

/** A slice keeps the whole text it was cut from alive, and so does a clone of it. */
function detached(slice: string): string {
  return JSON.parse(JSON.stringify(slice));
}

/** A whole number from 0 on, or null. */
export function countField(record: Fields, name: string): number | null {
  const value = record[name];
  return Number.isSafeInteger(value) && (value as number) >= 0 ? value as number : null;
}

export function roundField(record: Fields): number | null {
  const value = record["round_num"];
  return isRoundNumber(value) ? value : null;
}

/** Seconds since 1970 that can be a date, or null. */
export function epochField(record: Fields, name: string): number | null {
  const value = record[name];
  return typeof value === "number" && value > 0 && value < latestEpoch ? value : null;
}

/** Epoch milliseconds of an ISO time, or null. */
export function momentOf(stamp: unknown): number | null {
  if (typeof stamp !== "string" || stamp.length > longestStamp) return null;
  const time = Date.parse(stamp);
  return Number.isNaN(time) ? null : time;
}
