// Reads the usage windows of an account from what Claude Code passes on of the provider's own words.
import { clip } from "../core/text.ts";
import { epochOf, type JsonRecord, numberOf, objectOf, textOf } from "./record.ts";
import { noteWindow, type StreamState } from "./stream_state.ts";

/** A usage window the provider refused. */
export interface Rejection {
  /** Epoch seconds at which the last of the refused windows opens; null when the provider did not say. */
  readonly resetsAt: number | null;
  /** Its name; null when the provider did not say, which it does where not the allowance but the pace was refused. */
  readonly window: string | null;
}

const longestName = 100;
const windowsRead = 20;

/** The rejection in a `rate_limit_info`; null when nothing was rejected. */
export function rejectionOf(info: unknown): Rejection | null {
  const fields = objectOf(info);
  if (fields?.status !== "rejected") return null;
  const windows = Object.values(objectOf(fields.unifiedWindows) ?? {}).map(objectOf);
  const resets = windows.filter((window) => window?.status === "rejected").map((window) => epochOf(window?.resetsAt));
  const latest = Math.max(0, ...resets.filter((reset) => reset !== null));
  return { resetsAt: latest > 0 ? latest : epochOf(fields.resetsAt), window: textOf(fields.rateLimitType) };
}

/** Remembers every window that a `rate_limit_info` tells of. */
export function noteWindows(state: StreamState, info: unknown): void {
  const fields = objectOf(info);
  if (!fields) return;
  const windows = Object.entries(objectOf(fields.unifiedWindows) ?? {}).slice(0, windowsRead);
  for (const [name, window] of windows) noteOne(state, name, objectOf(window));
  const single = textOf(fields.rateLimitType);
  if (single !== null && !windows.some(([name]) => name === single)) noteOne(state, single, fields);
}

function noteOne(state: StreamState, name: string, fields: JsonRecord | null): void {
  if (!fields) return;
  const utilization = numberOf(fields.utilization);
  noteWindow(state, {
    name: clip(name, longestName),
    utilization: utilization !== null && utilization >= 0 ? utilization : null,
    resetsAt: epochOf(fields.resetsAt),
    isRejected: fields.status === "rejected",
  });
}
