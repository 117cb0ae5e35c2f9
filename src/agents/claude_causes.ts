// What Claude Code's error records mean, from the most telling field to the least.
import type { Evidence } from "../core/verdict.ts";
import { type Cause, cause, causeOfLimit, causeOfTrouble, evidenceOf, type Trouble, troubleOfStatus } from "./cause.ts";
import { epochOf, type JsonRecord, numberOf, objectOf, textOf } from "./record.ts";

/** A usage window the provider refused. */
export interface Rejection {
  /** Epoch seconds at which the last of the refused windows opens; null when the provider did not say. */
  readonly resetsAt: number | null;
  readonly window: string | null;
}

/** Everything about one failure that a record may tell; what is missing is null or left out. */
export interface Failure {
  /** Where it was read: `result`, `assistant`, `api_retry` or `rate_limit_event`. */
  readonly record: string;
  readonly status: number | null;
  /** Claude Code's own word for the error. */
  readonly word: string | null;
  readonly errorCode?: string | null;
  readonly errorType?: string | null;
  readonly subtype?: string | null;
  readonly reason?: string | null;
  readonly text?: string | null;
  /** The record says explicitly that the provider gave no status at all. */
  readonly isUnanswered?: boolean;
  readonly rejection: Rejection | null;
  /** Newest time seen in the stream, epoch milliseconds; a reset before it is over. */
  readonly now: number;
}

/** The rejection in a `rate_limit_info`; null when nothing was rejected. */
export function rejectionOf(info: unknown): Rejection | null {
  const fields = objectOf(info);
  if (fields?.status !== "rejected") return null;
  const windows = Object.values(objectOf(fields.unifiedWindows) ?? {}).map(objectOf);
  const resets = windows.filter((window) => window?.status === "rejected").map((window) => epochOf(window?.resetsAt));
  const latest = Math.max(0, ...resets.filter((reset) => reset !== null));
  return { resetsAt: latest > 0 ? latest : epochOf(fields.resetsAt), window: textOf(fields.rateLimitType) };
}

const troubleWords: Readonly<Record<string, Trouble>> = {
  authentication_failed: "auth",
  oauth_org_not_allowed: "auth",
  account_on_hold: "auth",
  cloud_credential_error: "auth",
  billing_error: "billing",
  model_not_found: "missing_model",
  rate_limit: "rate",
  overloaded: "overload",
  server_error: "overload",
};

/** The cause of a failed run, or of a request that is being tried again. */
export function causeOfFailure(failure: Failure): Cause {
  const { reason, subtype, errorCode, word, text } = failure;
  const evidence = evidenceOfFailure(failure);
  if (subtype?.startsWith("error_max_") || reason === "max_turns" || reason === "budget_exhausted") {
    return cause("bounded", `The run ended at a bound of its own: ${text ?? subtype ?? reason}.`, { evidence });
  }
  if (reason?.startsWith("aborted_")) return cause("interrupted", "The run was interrupted.", { evidence });
  if (reason === "prompt_too_long" || reason === "blocking_limit") return causeOfTrouble("context", evidence);
  const limit = limitOf(failure, evidence);
  if (limit) return limit;
  if (/^No conversation found\b/.test(text ?? "")) {
    return cause("config", "The session to resume does not exist.", { evidence });
  }
  const trouble = troubleOf(failure);
  if (trouble) return causeOfTrouble(trouble, evidence);
  if (errorCode === "max_output_tokens" || word === "max_output_tokens") {
    return cause("bounded", "The answer was longer than the model may write.", { evidence });
  }
  return cause("error", "The run failed.", { evidence });
}

function limitOf({ rejection, errorCode, status, word, now }: Failure, evidence: readonly Evidence[]): Cause | null {
  const stated = rejection?.resetsAt ?? null;
  const resetsAt = stated !== null && stated * 1000 > now ? stated : null;
  if (errorCode === "usage_limit_reached") return causeOfLimit(resetsAt, evidence);
  const isRate = status === 429 || word === "rate_limit" || status === null && word === null;
  return isRate && resetsAt !== null ? causeOfLimit(resetsAt, evidence) : null;
}

function troubleOf({ status, word, errorCode, errorType, text, isUnanswered }: Failure): Trouble | null {
  const said = troubleWords[word ?? ""] ?? null;
  if (said === "billing" || errorType === "billing_error" || status === 402) return "billing";
  if (/\bspend(?:ing)? limit\b/i.test(text ?? "") && (said === "rate" || status === 429)) return "billing";
  if (said === "auth" || status === 401 || status === 403) return "auth";
  if (said === "missing_model") return "missing_model";
  if (errorCode === "connection_failed") return "connection";
  if (/^Request timed out\b/.test(text ?? "")) return "timeout";
  return troubleOfStatus(status) ?? said ?? (isUnanswered ? "connection" : null);
}

function evidenceOfFailure(failure: Failure): readonly Evidence[] {
  const { record, status, isUnanswered, rejection } = failure;
  const isRetry = record === "api_retry";
  return [
    ...evidenceOf(record, {
      [isRetry ? "error_status" : "api_error_status"]: isUnanswered ? null : status ?? undefined,
      [isRetry ? "error" : "assistant_error"]: failure.word ?? undefined,
      api_error: failure.errorCode ?? undefined,
      api_error_type: failure.errorType ?? undefined,
      subtype: failure.subtype === "success" ? undefined : failure.subtype ?? undefined,
      terminal_reason: failure.reason ?? undefined,
      text: failure.text ?? undefined,
    }),
    ...rejection
      ? evidenceOf("rate_limit_event", {
        resetsAt: rejection.resetsAt ?? undefined,
        rateLimitType: rejection.window ?? undefined,
      })
      : [],
  ];
}

/** The cause a good terminal record speaks for. @param context `isIdle`: no tool was called in the whole run. */
export function causeOfSuccess(
  record: JsonRecord,
  { title, isIdle }: { readonly title: string; readonly isIdle: boolean },
): Cause {
  const evidence = evidenceOf("result", {
    is_error: record.is_error,
    num_turns: numberOf(record.num_turns) ?? undefined,
  });
  const isSilent = typeof record.result === "string" && record.result.trim() === "";
  if (isSilent && isIdle) {
    return cause("no_result", `${title} finished without an answer and without calling a tool.`, { evidence });
  }
  const turns = numberOf(record.num_turns);
  return cause("ok", `${title} finished${turns === null ? "" : turns === 1 ? " in 1 turn" : ` in ${turns} turns`}.`, {
    evidence,
  });
}

const phrases: readonly { readonly pattern: RegExp; readonly make: (evidence: readonly Evidence[]) => Cause }[] = [
  {
    pattern: /error: unknown (?:option|command)|error: option .{0,80} (?:missing|invalid)|argument .{0,80} is invalid/,
    make: (evidence) => cause("config", "Claude Code does not accept its command line.", { evidence }),
  },
  {
    pattern: /cannot be used with root/,
    make: (evidence) => cause("config", "Claude Code refuses to skip permissions as root.", { evidence }),
  },
  {
    pattern: /No conversation found with session ID/,
    make: (evidence) => cause("config", "The session to resume does not exist.", { evidence }),
  },
  {
    pattern: /Not logged in|Please run \/login|Invalid API key|OAuth (?:token|session) .{0,40}(?:revoked|expired)/,
    make: (evidence) => causeOfTrouble("auth", evidence),
  },
  { pattern: /Credit balance is too low|spend limit/, make: (evidence) => causeOfTrouble("billing", evidence) },
  { pattern: /You've hit your .{1,40} limit/, make: (evidence) => causeOfLimit(null, evidence) },
  { pattern: /Prompt is too long/, make: (evidence) => causeOfTrouble("context", evidence) },
  { pattern: /API Error: 5\d\d |Overloaded/, make: (evidence) => causeOfTrouble("overload", evidence) },
  { pattern: /Request rejected \(429\)|temporarily limiting requests/, make: (e) => causeOfTrouble("rate", e) },
];

/** The cause that plain text speaks for, asked only of a run that failed without a terminal record. */
export function causeOfText(text: string): Cause | null {
  for (const { pattern, make } of phrases) {
    const found = pattern.exec(text);
    if (!found) continue;
    const start = text.lastIndexOf("\n", found.index) + 1;
    const stop = text.indexOf("\n", found.index);
    return make(evidenceOf("output", { text: text.slice(start, stop < 0 ? undefined : stop) }));
  }
  return null;
}
