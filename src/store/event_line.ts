// One event as a line: how it is written within its bound, and how a line of unknown origin is read.
import type { RecordedEvent } from "../core/event_payload.ts";
import { spacedJson } from "../core/spaced_json.ts";
import { clip } from "../core/text.ts";

/** Longest line that is written, bytes. */
export const longestWritten = 1024 * 1024;

const clipSteps = [65_536, 4_096, 256, 16];

/** The line of an event: `ts` and `event` first, then the payload in its order; long texts are clipped to fit 1 MiB. */
export function eventLine(ts: string, kind: string, payload: Readonly<Record<string, unknown>>): string {
  const { ts: _ts, event: _event, ...fields } = payload;
  const whole = spacedJson({ ts, event: kind, ...fields });
  if (fits(whole)) return whole;
  for (const longest of clipSteps) {
    const clipped = spacedJson({ ts, event: kind, ...clipTexts(fields, longest) as object });
    if (fits(clipped)) return clipped;
  }
  return spacedJson({ ts, event: kind });
}

function fits(line: string): boolean {
  // A character takes at most three bytes of UTF-8, so most lines need no encoding to know.
  return line.length * 3 <= longestWritten || new TextEncoder().encode(line).length <= longestWritten;
}

function clipTexts(value: unknown, longest: number): unknown {
  if (typeof value === "string") return value.length > longest ? `${clip(value, longest)}…` : value;
  if (Array.isArray(value)) return value.slice(0, longest).map((item) => clipTexts(item, longest));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).slice(0, longest).map(([key, item]) => [clip(key, 256), clipTexts(item, longest)]),
  );
}

/** The event on a line, or null when the line holds none: no JSON, no object, no `ts` or no `event`. */
export function parseEventLine(line: string): RecordedEvent | null {
  if (!line.trimStart().startsWith("{")) return null;
  try {
    const value = JSON.parse(line);
    return typeof value.ts === "string" && typeof value.event === "string" ? value : null;
  } catch {
    return null;
  }
}

/** `ts` of an event in epoch milliseconds; null when it is no time. */
export function timeOf(event: RecordedEvent): number | null {
  const time = Date.parse(event.ts);
  return Number.isNaN(time) ? null : time;
}
