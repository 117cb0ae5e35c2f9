// Finds where in a file of lines reading must start, without reading what is too old.
import type { RecordedEvent } from "../core/event_payload.ts";
import type { FileReader } from "../ports/files.ts";
import { parseEventLine } from "./event_line.ts";

const firstStep = 256 * 1024;
const probeBytes = 64 * 1024;
const newline = 10;
const decoder = new TextDecoder();

/**
 * Offset of a line at or before everything that is wanted; 0 when in doubt. Looks from the end in steps
 * that double, one event each, so the work grows with what is asked and not with the file.
 */
export function startOffset(
  reader: FileReader,
  options: { readonly to: number; readonly isTooOld: (event: RecordedEvent) => boolean },
): number {
  const probe = new Uint8Array(probeBytes);
  for (let step = firstStep; step < options.to; step *= 2) {
    const at = options.to - step;
    const found = probe.subarray(0, reader.readAt(at, probe));
    const start = found.indexOf(newline) + 1;
    const end = found.indexOf(newline, start);
    if (start === 0 || end < 0) continue;
    const event = parseEventLine(decoder.decode(found.subarray(start, end)));
    if (event !== null && options.isTooOld(event)) return at + start;
  }
  return 0;
}

/** Offset after the last newline before `to`: where a line that is still being written starts; null when beyond reach. */
export function openLineOffset(
  reader: FileReader,
  options: { readonly to: number; readonly reachBytes: number },
): number | null {
  const probe = new Uint8Array(probeBytes);
  const floor = Math.max(0, options.to - options.reachBytes);
  for (let at = options.to; at > floor;) {
    const length = Math.min(probeBytes, at - floor);
    at -= length;
    const found = probe.subarray(0, reader.readAt(at, probe.subarray(0, length)));
    const last = found.lastIndexOf(newline);
    if (last >= 0) return at + last + 1;
  }
  return floor === 0 ? 0 : null;
}

/** Offset of the first line that starts at or after byte `from`; null when none does within reach. */
export function nextLineOffset(
  reader: FileReader,
  options: { readonly from: number; readonly to: number; readonly reachBytes: number },
): number | null {
  if (options.from <= 0) return 0;
  const probe = new Uint8Array(probeBytes);
  const end = Math.min(options.to, options.from + options.reachBytes);
  // The byte before counts: a line that starts exactly here is one.
  for (let at = options.from - 1; at < end;) {
    const found = probe.subarray(0, reader.readAt(at, probe));
    if (found.length === 0) return null;
    const first = found.indexOf(newline);
    if (first >= 0) return at + first + 1;
    at += found.length;
  }
  return null;
}
