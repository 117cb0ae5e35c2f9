// What the headers of a refused request say of limits and of the time to wait.
import type { UsageWindow } from "../core/agent.ts";
import { figureOf, instantOf } from "./figure.ts";
import { type JsonRecord, textOf } from "./record.ts";

/** Headers as a record holds them: names in any case, values of any type. */
export type Headers = JsonRecord;

const longestWaitSeconds = 366 * 86_400;
const manyHeaders = 200;
const unified = "anthropic-ratelimit-unified-";
const windowNames: Readonly<Record<string, string>> = { "5h": "five_hour", "7d": "seven_day" };
/** What is told of windows only; what may be bought beyond them is none. */
const windowHeader = /^anthropic-ratelimit-unified-(?!overage-)([a-z\d_]{1,40})-(?:status|utilization|reset)$/i;

/**
 * Whole seconds, rounded up, that `retry-after` asks to wait, given in seconds or as a date.
 * @param now epoch milliseconds when the headers were sent; 0 when unknown
 */
export function headerWait(headers: Headers, now: number): number | null {
  const milliseconds = numberIn(headers, "retry-after-ms");
  const stated = milliseconds === null ? numberIn(headers, "retry-after") : milliseconds / 1000;
  const date = stated === null && now > 0 ? Date.parse(textOf(valueOf(headers, "retry-after")) ?? "") : Number.NaN;
  const seconds = stated ?? (Number.isNaN(date) ? null : (date - now) / 1000);
  return seconds !== null && seconds > 0 && seconds <= longestWaitSeconds ? Math.ceil(seconds) : null;
}

/** Epoch seconds at which the last of the refused windows opens; null when none is refused or no time is given. */
export function unifiedReset(headers: Headers): number | null {
  const resets = usageWindows(headers).filter(({ isRejected }) => isRejected).map(({ resetsAt }) => resetsAt ?? 0);
  const latest = Math.max(0, ...resets);
  if (latest > 0) return latest;
  return valueOf(headers, `${unified}status`) === "rejected" ? instantOf(numberIn(headers, `${unified}reset`)) : null;
}

/** The account's usage windows that the headers tell of. */
export function usageWindows(headers: Headers): readonly UsageWindow[] {
  const told = Object.keys(headers).slice(0, manyHeaders).flatMap((header) => windowHeader.exec(header)?.[1] ?? []);
  return [...new Set(told.map((key) => key.toLowerCase()))].toSorted().flatMap((key) => {
    const name = Object.hasOwn(windowNames, key) ? windowNames[key]! : key;
    const status = textOf(valueOf(headers, `${unified}${key}-status`));
    const utilization = numberIn(headers, `${unified}${key}-utilization`);
    const resetsAt = instantOf(numberIn(headers, `${unified}${key}-reset`));
    if (status === null && utilization === null && resetsAt === null) return [];
    return [{ name, utilization, resetsAt, isRejected: status === "rejected" }];
  });
}

function valueOf(headers: Headers, name: string): unknown {
  if (Object.hasOwn(headers, name)) return headers[name];
  const key = Object.keys(headers).slice(0, manyHeaders).find((other) => other.toLowerCase() === name);
  return key === undefined ? undefined : headers[key];
}

function numberIn(headers: Headers, name: string): number | null {
  return figureOf(valueOf(headers, name));
}
