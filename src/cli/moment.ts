// Reads a moment as people write it: a UTC time, or how long ago.
import { exitCode, OperatorError } from "../core/errors.ts";

/** Milliseconds of a unit as people write it. */
export const unitMs: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

const momentPattern = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}:?\d{2})?)?$/;

/** Epoch milliseconds of `10m`, `2h`, `3d` (ago), `2026-11-21` or an ISO time (UTC unless it says otherwise). Throws `OperatorError`. */
export function parseMoment(text: string, options: { readonly flag: string; readonly now: number }): number {
  const word = text.trim();
  const ago = /^(\d{1,9})([smhdw])(?:\s+ago)?$/.exec(word);
  if (ago) return options.now - Number(ago[1]) * unitMs[ago[2]!]!;
  const time = utcTimeOf(word);
  if (time !== null) return time;
  throw new OperatorError(`'${text}' is no moment for --${options.flag}`, {
    fix: "Write how long ago, such as 10m, 2h or 3d, or a UTC time such as 2026-11-21T08:30:00Z",
    exitCode: exitCode.usage,
  });
}

/** Epoch milliseconds of a day or an ISO time (UTC unless it says otherwise); null when it is none. */
export function utcTimeOf(text: string): number | null {
  const iso = momentPattern.exec(text.trim());
  const time = iso === null || !isDay(iso[1]!) ? NaN : Date.parse(`${iso[1]}T${iso[2] ?? "00:00"}${iso[3] ?? "Z"}`);
  return Number.isNaN(time) ? null : time;
}

/** Whether a calendar knows the day: `Date` takes 30 February for 2 March. */
function isDay(day: string): boolean {
  const time = Date.parse(`${day}T00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day);
}
