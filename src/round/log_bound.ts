// Decides what of a growing log is given back to the disk: pure in its sizes.
import type { LogCut } from "../store/log_cut.ts";

/** File systems free whole blocks; of a part of one nothing is freed. */
const blockBytes = 4096;
/** Giving back costs a process: it is only done for so much at a time, and for a sixteenth of the bound. */
const smallestStepBytes = 256 * 1024;

/** Sizes of a log in bytes. */
export interface LogSizes {
  /** Of the file. */
  readonly size: number;
  /** Read so far by the agent's reader. */
  readonly readTo: number;
  /** What was cut out before; null: nothing. */
  readonly cut: LogCut | null;
}

/** Bytes by which a log may grow past its bound before the next part of it is given back. */
export function stepBytes(maxBytes: number): number {
  return Math.max(smallestStepBytes, Math.floor(maxBytes / 16));
}

/**
 * What is to be gone from now on: the first half of the bound stays, and the second half behind it; null when it is not
 * worth it yet. `skipsReader`: the reader is so far behind that the disk would be full before it comes: it loses what lies
 * between. @param maxBytes 0: no bound
 */
export function nextCut(sizes: LogSizes, maxBytes: number): (LogCut & { readonly skipsReader: boolean }) | null {
  if (maxBytes <= 0 || sizes.size <= maxBytes) return null;
  const half = Math.floor(maxBytes / 2);
  const from = sizes.cut?.from ?? Math.ceil(half / blockBytes) * blockBytes;
  const isFarBehind = sizes.size - sizes.readTo > maxBytes;
  const end = isFarBehind ? sizes.size - half : Math.min(sizes.size - half, sizes.readTo);
  const to = Math.floor(end / blockBytes) * blockBytes;
  if (to - (sizes.cut?.to ?? from) < stepBytes(maxBytes)) return null;
  return { from, to, skipsReader: to > sizes.readTo };
}

const shortestLookMs = 25;
const longestLookMs = 250;

/** Milliseconds until the log is worth another look. @param bytesPerMs how fast it grew lately */
export function nextLogLookMs(bytesPerMs: number, maxBytes: number): number {
  if (maxBytes <= 0 || bytesPerMs <= 0) return longestLookMs;
  return Math.max(shortestLookMs, Math.min(longestLookMs, stepBytes(maxBytes) / bytesPerMs));
}
