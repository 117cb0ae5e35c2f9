// What Amp's error texts mean, in a failed result and on stderr.
import { type Cause, cause, causeOfLimit, causeOfTrouble, evidenceOf, troubleOfStatus } from "./cause.ts";
import { causeOfPhrases, type Phrase } from "./phrases.ts";
import { plainText, resetAheadIn, retryAfterIn, type SpokenAt } from "./spoken_time.ts";

const phrases: readonly Phrase[] = [
  {
    pattern:
      /\b(?:out of|no more|insufficient|not enough) (?:[\w-]{1,20} )?(?:credits?|balance|funds)\b|\bcredit balance\b/i,
    make: ({ evidence }) => causeOfTrouble("billing", evidence),
  },
  {
    pattern: /\b(?:prompt|input|thread) is too long\b|\bcontext window\b|\bexceeds? (?:the )?context limit\b/i,
    make: ({ evidence }) => causeOfTrouble("context", evidence),
  },
  {
    pattern:
      /\b(?:usage|daily|hourly) limit\b.{0,40}\b(?:reached|exceeded|hit)\b|\b(?:reached|exceeded|hit) .{0,40}\b(?:usage|daily|hourly) limit\b/i,
    make: ({ evidence, text, at }) => causeOfLimit(resetAheadIn(text, at), evidence),
  },
  {
    pattern:
      /\bamp login\b|\b(?:invalid|missing|no) (?:[\w-]{1,20} ){0,3}API key\b|\bunauthorized\b|\bauthentication_error\b|\bnot logged in\b/i,
    make: ({ evidence }) => causeOfTrouble("auth", evidence),
  },
  {
    pattern: /\brate_limit_error\b|\brate limit(?:ed)?\b|\btoo many requests\b/i,
    make: ({ evidence, text }) => ({ ...causeOfTrouble("rate", evidence), retryAfterSeconds: retryAfterIn(text) }),
  },
  { pattern: /\boverloaded(?:_error)?\b/i, make: ({ evidence }) => causeOfTrouble("overload", evidence) },
  { pattern: /\btimed out\b|\btimeout\b/i, make: ({ evidence }) => causeOfTrouble("timeout", evidence) },
  {
    pattern: /\bE(?:CONN[A-Z]+|TIMEDOUT|NOTFOUND|AI_AGAIN)\b|\bfetch failed\b|\bsocket hang up\b|\bnetwork error\b/,
    make: ({ evidence }) => causeOfTrouble("connection", evidence),
  },
  {
    pattern: /\bthread\b.{0,80}\bnot found\b/i,
    make: ({ evidence }) => cause("config", "The thread to go on with does not exist.", { evidence }),
  },
  {
    pattern: /\bUser message must be provided\b|^error: (?:unknown (?:option|command)|too many arguments)/im,
    make: ({ evidence }) => cause("config", "Amp does not accept its command line.", { evidence }),
  },
];

/** The cause that an error text of Amp's speaks for; null when none is known. */
export function causeOfWords(
  words: string,
  { record, at }: { readonly record: string; readonly at: SpokenAt },
): Cause | null {
  const found = causeOfPhrases(words, { phrases, record, at });
  if (found) return found;
  // An error of the provider's is handed on as its status and its body.
  const text = plainText(words);
  const status = /^(?:Error: )?([45]\d\d)\b/m.exec(text)?.[1];
  const trouble = status === undefined ? null : troubleOfStatus(Number(status));
  return trouble === null ? null : causeOfTrouble(trouble, evidenceOf(record, { text }));
}
