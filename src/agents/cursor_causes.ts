// What Cursor CLI's words on stderr mean: it has no other way to tell why a run failed.
import { epochOfLocal } from "../core/zone.ts";
import { type Cause, cause, causeOfLimit, causeOfTrouble } from "./cause.ts";
import { causeOfPhrases, type Phrase } from "./phrases.ts";
import { resetAheadIn, retryAfterIn, type SpokenAt } from "./spoken_time.ts";

const phrases: readonly Phrase[] = [
  {
    pattern:
      /\bspendLimitHit"?: ?true\b|\bspend limit\b.{0,40}\breached\b|\bhit your hard limit\b|\bon-demand limit to continue\b/i,
    make: ({ evidence }) => causeOfTrouble("billing", evidence),
  },
  {
    pattern: /\bYou've (?:hit|reached) your (?!rate )(?:[\w-]{1,20} ){0,4}limit\b/i,
    make: ({ evidence, text, at }) => causeOfLimit(resetOf(text, at), evidence),
  },
  {
    pattern:
      /\bAuthentication required\b|\bNot logged in\b|\[unauthenticated\]|\bAPI key\b.{0,40}\binvalid\b|\binvalid API key\b|\bAuthentication failed\b/i,
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
  { pattern: /\[internal\]|\bhigh (?:load|demand)\b/, make: ({ evidence }) => causeOfTrouble("overload", evidence) },
];

/** The cause that words of Cursor's own speak for; null when none is known. */
export function causeOfWords(
  words: string,
  { record, at }: { readonly record: string; readonly at: SpokenAt },
): Cause | null {
  return causeOfPhrases(words, { phrases, record, at });
}

const cyclePattern = /\bcycle\s+ends\s+on\s+(\d{1,2})\/(\d{1,2})\/(\d{4})\b/;

/** Epoch seconds at which a limit ends, when it is told and still to come; a billing cycle, when its last day begins. */
function resetOf(text: string, at: SpokenAt): number | null {
  const [, month, day, year] = cyclePattern.exec(text) ?? [];
  if (month === undefined) return resetAheadIn(text, at);
  const date = { year: Number(year), month: Number(month), day: Number(day) };
  const resetsAt = epochOfLocal({ ...date, hour: 0, minute: 0, second: 0 }, at.timeZone);
  return resetsAt * 1000 > at.now ? resetsAt : null;
}
