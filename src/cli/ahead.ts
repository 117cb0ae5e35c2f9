// Reads how long something is to last as people write it: for so long, or until a moment.
import { usageError } from "../core/errors.ts";
import { unitMs, utcTimeOf } from "./moment.ts";

const longestMs = 366 * 86_400_000;

/** Epoch milliseconds of its end; null where neither is given. Throws `OperatorError`. @param now epoch milliseconds */
export function parseAhead(
  given: { readonly for: string | undefined; readonly until: string | undefined },
  now: number,
): number | null {
  if (given.for !== undefined && given.until !== undefined) {
    throw usageError("'--for' and '--until' contradict each other", "Give one of them");
  }
  const end = given.for !== undefined
    ? now + parseLength(given.for)
    : given.until === undefined
    ? null
    : parseUntil(given.until);
  if (end === null) return null;
  if (end <= now) throw usageError(`'${given.for ?? given.until}' is over already`, "Give a time that lies ahead");
  if (end - now > longestMs) {
    throw usageError(
      `'${given.for ?? given.until}' is more than a year`,
      "Leave it out: then nothing ends it by itself",
    );
  }
  return end;
}

function parseLength(text: string): number {
  const match = /^(\d{1,6})([smhdw])$/.exec(text.trim());
  if (match === null) {
    throw usageError(`'${text}' is no length of time for --for`, "Write it such as 90s, 45m, 2h or 1d");
  }
  return Number(match[1]) * unitMs[match[2]!]!;
}

function parseUntil(text: string): number {
  // `2h` means two hours ago elsewhere: here it would be taken for the contrary.
  if (/^\d+[smhdw]\b/.test(text.trim())) {
    throw usageError(`'${text}' is no moment for --until`, `Write '--for ${text.trim()}'`);
  }
  const time = utcTimeOf(text);
  if (time !== null) return time;
  throw usageError(`'${text}' is no moment for --until`, "Write a UTC time such as 2026-11-21T08:30:00Z, or use --for");
}
