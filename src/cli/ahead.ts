// Reads how long something is to last as people write it: for so long, or until a moment.
import { exitCode, OperatorError } from "../core/errors.ts";
import { parseMoment } from "./moment.ts";

const unitMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const longestMs = 366 * 86_400_000;

/** Epoch milliseconds of its end; null where neither is given. Throws `OperatorError`. @param now epoch milliseconds */
export function parseAhead(
  given: { readonly for: string | undefined; readonly until: string | undefined },
  now: number,
): number | null {
  if (given.for !== undefined && given.until !== undefined) {
    throw wrong("'--for' and '--until' contradict each other", "Give one of them");
  }
  const end = given.for !== undefined
    ? now + parseLength(given.for)
    : given.until === undefined
    ? null
    : parseUntil(given.until, now);
  if (end === null) return null;
  if (end <= now) throw wrong(`'${given.for ?? given.until}' is over already`, "Give a time that lies ahead");
  if (end - now > longestMs) {
    throw wrong(`'${given.for ?? given.until}' is more than a year`, "Leave it out: then nothing ends it by itself");
  }
  return end;
}

function parseLength(text: string): number {
  const match = /^(\d{1,6})([smhdw])$/.exec(text.trim());
  if (match === null) throw wrong(`'${text}' is no length of time for --for`, "Write it such as 90s, 45m, 2h or 1d");
  return Number(match[1]) * unitMs[match[2]!]!;
}

function parseUntil(text: string, now: number): number {
  // `2h` means two hours ago elsewhere: here it would be taken for the contrary.
  if (/^\d+[smhdw]\b/.test(text.trim())) {
    throw wrong(`'${text}' is no moment for --until`, `Write '--for ${text.trim()}'`);
  }
  return parseMoment(text, { flag: "until", now });
}

function wrong(message: string, fix: string): OperatorError {
  return new OperatorError(message, { fix, exitCode: exitCode.usage });
}
