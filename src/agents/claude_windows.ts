// Reads the usage windows of an account from what Claude Code passes on of the provider's own words.
import { clip } from "../core/text.ts";
import { figureOf, instantOf } from "./figure.ts";
import { type JsonRecord, objectOf, textOf } from "./record.ts";
import { noteWindow, type StreamState } from "./stream_state.ts";

/** A usage window the provider refused. */
export interface Rejection {
  /** Epoch seconds at which the last of the refused windows opens; null when the provider did not say. */
  readonly resetsAt: number | null;
  /** Its name; null when the provider did not say, which it does where not the allowance but the pace was refused. */
  readonly window: string | null;
  /** When each refused window opens, by its name; an unnamed one has an empty name. */
  readonly resets: Readonly<Record<string, number | null>>;
}

const longestName = 100;
const windowsRead = 20;

/**
 * What is refused after a `rate_limit_info`: windows it does not tell of stay as they were, unless it allows requests
 * again. Null when nothing is refused.
 */
export function rejectionAfter(before: Rejection | null, info: unknown): Rejection | null {
  const fields = objectOf(info);
  const status = textOf(fields?.status);
  if (!fields || status === null) return before;
  if (status !== "rejected") return null;
  const resets = new Map(Object.entries(before?.resets ?? {}));
  const told = Object.entries(objectOf(fields.unifiedWindows) ?? {}).slice(0, windowsRead);
  for (const [name, value] of told) {
    const window = objectOf(value);
    if (window?.status === "rejected") resets.set(clip(name, longestName), instantOf(window.resetsAt));
    else resets.delete(clip(name, longestName));
  }
  // The window that stands for all is no news where it is told of among them, nor is a time that belongs to none.
  const single = clip(textOf(fields.rateLimitType) ?? "", longestName);
  const isToldOf = single === "" ? resets.size > 0 : told.some(([name]) => name === single);
  if (!isToldOf || resets.size === 0 || resets.get(single) === null) resets.set(single, instantOf(fields.resetsAt));
  const kept = [...resets].slice(-windowsRead);
  return {
    resetsAt: kept.map(([, at]) => at).reduce(later, null),
    window: (single || kept.map(([name]) => name).find((name) => name !== "")) ?? null,
    resets: Object.fromEntries(kept),
  };
}

function later(one: number | null, other: number | null): number | null {
  return one === null || other === null ? one ?? other : Math.max(one, other);
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
  const utilization = figureOf(fields.utilization);
  noteWindow(state, {
    name: clip(name, longestName),
    utilization: utilization !== null && utilization >= 0 ? utilization : null,
    resetsAt: instantOf(fields.resetsAt),
    isRejected: fields.status === "rejected",
  });
}
