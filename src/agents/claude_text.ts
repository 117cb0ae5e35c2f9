// What Claude Code's sentences mean, for failures that no field explains and for the modes that print text.
import type { Evidence } from "../core/verdict.ts";
import { type Cause, cause, causeOfLimit, causeOfTrouble, evidenceOf, troubleOfStatus } from "./cause.ts";
import { instantOf } from "./figure.ts";
import { plainText, resetIn, type SpokenAt } from "./spoken_time.ts";

/** Clocks that show an earlier moment were never set: no time of day can be placed by them. */
const earliestNow = 1e12;

const usageLimit = /^(?:You(?:'ve| have) (?:hit|reached) your .{1,60}?\blimit\b|Claude (?:AI )?usage limit reached\b)/;
const spendLimit =
  /^(?:You(?:'ve| have) (?:hit|reached) your (?:[\w'-]+ ){0,4}?|(?:[\w'-]+ ){0,4})spend(?:ing)? limit\b/i;

const busyLogin = /^Could not refresh your login because another Claude Code process\b/;
const heldAccount = /^Your account is on hold\b/;

type Sentence = readonly [
  pattern: RegExp,
  make: (evidence: readonly Evidence[], context: { readonly text: string; readonly at: SpokenAt }) => Cause,
];

/** What people have to see to; every sentence stands at the beginning of the error's text. */
const sentences: readonly Sentence[] = [
  [spendLimit, (evidence) => causeOfTrouble("billing", evidence)],
  [/^Credit balance is too low\b/, (evidence) => causeOfTrouble("billing", evidence)],
  [usageLimit, (evidence, { text, at }) => causeOfLimit(resetSpokenIn(text, at), evidence)],
  [busyLogin, (evidence) => causeOfBusyLogin(evidence)],
  [heldAccount, (evidence) => causeOfTrouble("auth", evidence)],
  [
    /^(?:Not logged in\b|Please run \/login\b|Invalid API key\b|Failed to authenticate\b|OAuth (?:token|session)\b.{0,60}\b(?:revoked|expired)\b)/,
    (evidence) => causeOfTrouble("auth", evidence),
  ],
  [/^No conversation found\b/, (evidence) => cause("config", "The session to resume does not exist.", { evidence })],
  [/^Prompt is too long\b/, (evidence) => causeOfTrouble("context", evidence)],
  [/^Request timed out\b/, (evidence) => causeOfTrouble("timeout", evidence)],
  [/^API Error: (?:Connection|Unable to connect)\b/, (evidence) => causeOfTrouble("connection", evidence)],
  [
    /^API Error: (?:Request rejected \(429\)|Server is temporarily limiting requests)/,
    (evidence) => causeOfTrouble("rate", evidence),
  ],
  [/^There's an issue with the selected model\b/, (evidence) => causeOfTrouble("missing_model", evidence)],
  [
    /^API Error: .{0,80}\bexceeded the \d{1,9} output token maximum\b/,
    (evidence) => cause("bounded", "The answer was longer than the model may write.", { evidence }),
  ],
  [/^API Error: (?:40[12348]|429|5\d\d)\b/, (evidence, { text }) => causeOfStatusText(text, evidence)],
];

/** Sentences of the command line itself, on standard error. */
const complaints: readonly Sentence[] = [
  [
    /^error: (?:unknown (?:option|command)|option .{0,80} (?:missing|invalid)|.{0,80}argument .{0,80} is invalid)/,
    (evidence) => cause("config", "Claude Code does not accept its command line.", { evidence }),
  ],
  [
    /^--dangerously-skip-permissions cannot be used with root/,
    (evidence) => cause("config", "Claude Code refuses to skip permissions as root.", { evidence }),
  ],
];

function causeOfStatusText(text: string, evidence: readonly Evidence[]): Cause {
  const status = Number(/\d{3}/.exec(text)?.[0]);
  return causeOfTrouble(troubleOfStatus(status) ?? "overload", evidence);
}

function causeOfBusyLogin(evidence: readonly Evidence[]): Cause {
  return cause("transient", "Another Claude Code process is renewing the login.", {
    evidence,
    waitClass: "api_transient_5xx",
  });
}

/** The cause that an error's own text speaks for; null when it says nothing that is known. */
export function causeOfSentence(
  text: string,
  { at, evidence }: { readonly at: SpokenAt; readonly evidence: readonly Evidence[] },
): Cause | null {
  return spokenCause(sentences, { text, at, evidence: () => evidence });
}

/** The cause that lines which are no records speak for, asked only of a run that failed without a terminal record. */
export function causeOfLines(lines: readonly string[], at: SpokenAt): Cause | null {
  const known = [...sentences, ...complaints];
  for (const text of lines.toReversed()) {
    const found = spokenCause(known, { text, at, evidence: () => evidenceOf("output", { text }) });
    if (found) return found;
  }
  return null;
}

function spokenCause(
  known: readonly Sentence[],
  { text, at, evidence }: {
    readonly text: string;
    readonly at: SpokenAt;
    readonly evidence: () => readonly Evidence[];
  },
): Cause | null {
  const plain = plainText(text);
  const found = known.find(([pattern]) => pattern.test(plain));
  return found ? found[1](evidence(), { text: plain, at }) : null;
}

/**
 * The cause of a text that says more than the fields beside it: money that is missing looks like a limit in them, and
 * a login that is being renewed, or an account on hold, like any other refusal.
 */
export function causeOfTellingText(text: string, evidence: readonly Evidence[]): Cause | null {
  const plain = plainText(text);
  if (spendLimit.test(plain)) return causeOfTrouble("billing", evidence);
  if (busyLogin.test(plain)) return causeOfBusyLogin(evidence);
  return heldAccount.test(plain) ? causeOfTrouble("auth", evidence) : null;
}

/** Whether an error's text says that an allowance is used up. */
export function isUsageLimit(text: string): boolean {
  return usageLimit.test(plainText(text));
}

/** Epoch seconds at which a limit ends by its text; null when it does not say or the time of writing is unknown. */
export function resetSpokenIn(text: string, at: SpokenAt): number | null {
  const appended = /\|(\d{10}|\d{13})\b/.exec(text)?.[1];
  if (appended !== undefined) return instantOf(appended);
  return at.now < earliestNow ? null : resetIn(text, at);
}
