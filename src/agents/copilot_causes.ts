// What Copilot CLI's error records mean, from its own word for the error down to the provider's text.
import type { Evidence } from "../core/verdict.ts";
import { type Cause, cause, causeOfLimit, causeOfTrouble, evidenceOf, type Trouble, troubleOfStatus } from "./cause.ts";
import { figureOf } from "./figure.ts";
import { type JsonRecord, textOf } from "./record.ts";
import { resetAheadIn, retryAfterIn, type SpokenAt } from "./spoken_time.ts";

/** From this many seconds on a wait means that an allowance is used up. */
const longWaitSeconds = 60;
const longestError = 4000;

const allowanceCodes = new Set(["quota_exceeded", "session_quota_exceeded"]);
const accountRateCodes = new Set(["user_weekly_rate_limited", "user_global_rate_limited"]);
const billingPattern = /\binsufficient[_ ](?:quota|balance|funds|credits?)\b|\bexceeded your current quota\b/i;
const allowancePattern = /\bmonthly quota\b|\bpremium request allowance\b|\bhave no quota\b/i;
const contextPattern =
  /\bprompt token count\b.{0,80}\bexceeds\b|\bmaximum context length\b|\bcontext_length_exceeded\b|\bcontext window\b/i;

/** Copilot's words for an error, where they say more than that a request failed. */
const troubleWords: Readonly<Record<string, Trouble>> = {
  authentication: "auth",
  authorization: "auth",
  context_limit: "context",
  rate_limit: "rate",
};

/** The cause in a `session.error` or `model.call_failure` record; null when it says nothing that is known. */
export function causeOfError(
  data: JsonRecord,
  { record, at }: { readonly record: string; readonly at: SpokenAt },
): Cause | null {
  const text = (textOf(data.message) ?? textOf(data.errorMessage) ?? "").slice(0, longestError);
  const status = figureOf(data.statusCode);
  const evidence = evidenceOf(record, {
    errorType: textOf(data.errorType) ?? undefined,
    errorCode: textOf(data.errorCode) ?? undefined,
    statusCode: status ?? undefined,
    failureKind: textOf(data.failureKind) ?? undefined,
    text,
  });
  const code = textOf(data.errorCode) ?? "";
  const word = textOf(data.errorType) ?? "";
  if (code === "billing_not_configured" || billingPattern.test(text) || code === "insufficient_quota") {
    return causeOfTrouble("billing", evidence);
  }
  if (word === "quota" || allowanceCodes.has(code) || accountRateCodes.has(code) || allowancePattern.test(text)) {
    return limitOf(text, { evidence, at });
  }
  if (contextPattern.test(text)) return causeOfTrouble("context", evidence);
  if (/^No response was returned\b/.test(text)) {
    return cause("no_result", "The provider's answer was empty.", { evidence });
  }
  if (status === null && /\bProvider returned error\b/.test(text)) return causeOfTrouble("overload", evidence);
  const said = Object.hasOwn(troubleWords, word) ? troubleWords[word]! : null;
  const trouble = troubleOfStatus(status) ?? said ?? (data.failureKind === "transport" ? "connection" : null);
  if (trouble === null) return null;
  return trouble === "rate" ? causeOfRate(text, { evidence, at }) : causeOfTrouble(trouble, evidence);
}

/** What a text is judged with. */
interface Reading {
  readonly evidence: readonly Evidence[];
  readonly at: SpokenAt;
}

function causeOfRate(text: string, { evidence, at }: Reading): Cause {
  const seconds = retryAfterIn(text);
  if ((seconds ?? 0) > longWaitSeconds || resetAheadIn(text, at) !== null) return limitOf(text, { evidence, at });
  return { ...causeOfTrouble("rate", evidence), retryAfterSeconds: seconds };
}

function limitOf(text: string, { evidence, at }: Reading): Cause {
  const seconds = retryAfterIn(text);
  const limit = causeOfLimit(resetAheadIn(text, at), evidence);
  if (seconds === null) return limit;
  const summary = `The provider limits requests and asked to wait ${seconds} seconds.`;
  return { ...limit, summary: limit.resetsAt === null ? summary : limit.summary, retryAfterSeconds: seconds };
}

const retryReasons: Readonly<Record<string, Trouble>> = {
  rate_limit: "rate",
  api_error: "overload",
  transient_auth_error: "auth",
  streaming_error: "connection",
};

/** The cause that an `assistant.turn_retry` record names by itself: what is tried again for any other reason passes. */
export function causeOfRetry(data: JsonRecord): Cause {
  const reason = (textOf(data.reason) ?? "").slice(0, 100);
  const trouble = Object.hasOwn(retryReasons, reason) ? retryReasons[reason]! : "overload";
  return causeOfTrouble(trouble, evidenceOf("assistant.turn_retry", { reason }));
}

const refusals: readonly { readonly pattern: RegExp; readonly make: (evidence: readonly Evidence[]) => Cause }[] = [
  {
    pattern: /^Error: No session, task, or name matched/,
    make: (evidence) => cause("config", "The session to resume does not exist.", { evidence }),
  },
  {
    pattern: /^Error: (?:No authentication information found|Access denied by policy)/,
    make: (evidence) => causeOfTrouble("auth", evidence),
  },
  {
    pattern: /^Error: Model .{1,100} (?:is not available|does not support)/,
    make: (evidence) => cause("config", "Copilot CLI cannot use the selected model.", { evidence }),
  },
  {
    pattern: /^error: (?:Invalid command format|unknown option|unknown command|option .{1,100} argument)/,
    make: (evidence) => cause("config", "Copilot CLI does not accept its command line.", { evidence }),
  },
];

/** What Copilot says on stderr when it does not even start; null when it is something else. */
export function causeOfRefusal(lines: readonly string[]): Cause | null {
  for (const line of lines) {
    const found = refusals.find(({ pattern }) => pattern.test(line));
    if (found) return found.make(evidenceOf("stderr", { text: line }));
  }
  return null;
}
