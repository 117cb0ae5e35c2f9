// What Cursor CLI's words on stderr mean: it has no other way to tell why a run failed.
import type { Evidence } from "../core/verdict.ts";
import { epochOfLocal } from "../core/zone.ts";
import { type Cause, cause, causeOfLimit, causeOfTrouble, evidenceOf } from "./cause.ts";
import { plainText, resetIn, retryAfterIn, type SpokenAt } from "./spoken_time.ts";

/** What a phrase is judged with. */
interface Reading {
  readonly evidence: readonly Evidence[];
  /** All that was said. */
  readonly text: string;
  readonly at: SpokenAt;
}

const phrases: readonly { readonly pattern: RegExp; readonly make: (reading: Reading) => Cause }[] = [
  {
    pattern: /\bspendLimitHit: true\b|\bspend limit\b.{0,40}\breached\b/i,
    make: ({ evidence }) => causeOfTrouble("billing", evidence),
  },
  {
    pattern: /\bYou've hit your (?:[\w-]{1,20} ){0,3}(?:usage|requests?) limit\b/i,
    make: ({ evidence, text, at }) => causeOfLimit(resetAfter(text, at), evidence),
  },
  {
    pattern: /\bAuthentication required\b|\bNot logged in\b|\[unauthenticated\]|\bAPI key\b.{0,40}\binvalid\b/i,
    make: ({ evidence }) => causeOfTrouble("auth", evidence),
  },
  { pattern: /\bCannot use this model\b/i, make: ({ evidence }) => causeOfTrouble("missing_model", evidence) },
  {
    pattern: /\bWorkspace Trust Required\b/i,
    make: ({ evidence }) => cause("config", "Cursor CLI does not trust the folder it works in.", { evidence }),
  },
  {
    pattern: /^error: (?:unknown (?:option|command)|option .{1,100} (?:missing|invalid))/m,
    make: ({ evidence }) => cause("config", "Cursor CLI does not accept its command line.", { evidence }),
  },
  {
    pattern: /\[resource_exhausted\]|\brate limit(?:ed)?\b/i,
    make: ({ evidence, text }) => ({ ...causeOfTrouble("rate", evidence), retryAfterSeconds: retryAfterIn(text) }),
  },
  { pattern: /\[deadline_exceeded\]|\btimed out\b/i, make: ({ evidence }) => causeOfTrouble("timeout", evidence) },
  {
    pattern:
      /\[unavailable\]|Can't reach the Cursor API|\bsocket hang up\b|\bE(?:CONN[A-Z]+|TIMEDOUT|NOTFOUND|AI_AGAIN)\b/,
    make: ({ evidence }) => causeOfTrouble("connection", evidence),
  },
  { pattern: /\[internal\]/, make: ({ evidence }) => causeOfTrouble("overload", evidence) },
];

/** The cause that words of Cursor's own speak for; null when none is known. */
export function causeOfWords(words: string, { record, at }: { readonly record: string; readonly at: SpokenAt }) {
  const text = plainText(words);
  for (const { pattern, make } of phrases) {
    const found = pattern.exec(text);
    if (!found) continue;
    const start = text.lastIndexOf("\n", found.index) + 1;
    const stop = text.indexOf("\n", found.index);
    return make({ evidence: evidenceOf(record, { text: text.slice(start, stop < 0 ? undefined : stop) }), text, at });
  }
  return null;
}

const cyclePattern = /\bcycle ends on (\d{1,2})\/(\d{1,2})\/(\d{4})\b/;

/** Epoch seconds at which a limit ends, when it is told and still to come: the day after a billing cycle's last. */
function resetAfter(text: string, at: SpokenAt): number | null {
  const [, month, day, year] = cyclePattern.exec(text) ?? [];
  const resetsAt = month === undefined ? resetIn(text, at) : epochOfLocal({
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: 0,
    minute: 0,
    second: 0,
  }, at.timeZone);
  return resetsAt !== null && resetsAt * 1000 > at.now ? resetsAt : null;
}
