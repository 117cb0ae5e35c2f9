// What Claude Code's error records mean, from the most telling field to the least.
import type { Evidence } from "../core/verdict.ts";
import { type Cause, cause, causeOfLimit, causeOfTrouble, evidenceOf, type Trouble, troubleOfStatus } from "./cause.ts";
import { causeOfSentence, causeOfTellingText, isUsageLimit, resetSpokenIn } from "./claude_text.ts";
import type { Rejection } from "./claude_windows.ts";
import { figureOf } from "./figure.ts";
import type { JsonRecord } from "./record.ts";
import { retryAfterIn, type SpokenAt } from "./spoken_time.ts";

/** Everything about one failure that a record may tell; what is missing is null or left out. */
export interface Failure {
  /** Where it was read: `result`, `assistant`, `api_retry`, `subagent_retry` or `rate_limit_event`. */
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
  /** Seconds the provider asked to wait, where a field carries them. */
  readonly retryAfterSeconds?: number | null;
  /** When it was written, as well as is known: what is said of a time of day goes by it. */
  readonly at: SpokenAt;
  /** The same by the stream's own word, epoch milliseconds; 0 or left out when it has none. A reset before it is over. */
  readonly toldAt?: number;
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

/** The provider's own words for errors, asked last: some stand for more than one thing. */
const troubleTypes: Readonly<Record<string, Trouble>> = {
  authentication_error: "auth",
  permission_error: "auth",
  not_found_error: "missing_model",
  request_too_large: "context",
  rate_limit_error: "rate",
  overloaded_error: "overload",
  api_error: "overload",
  timeout_error: "timeout",
};

/** The cause of a failed run, or of a request that is being tried again. */
export function causeOfFailure(failure: Failure): Cause {
  const found = causeWithoutWait(failure);
  if (found.waitClass === null || found.resetsAt !== null) return found;
  return { ...found, retryAfterSeconds: failure.retryAfterSeconds ?? retryAfterIn(failure.text ?? "") };
}

function causeWithoutWait(failure: Failure): Cause {
  const { reason, subtype, errorCode, word, text } = failure;
  const evidence = evidenceOfFailure(failure);
  if (subtype?.startsWith("error_max_") || reason === "max_turns" || reason === "budget_exhausted") {
    return cause("bounded", `The run ended at a bound of its own: ${text ?? subtype ?? reason}.`, { evidence });
  }
  if (reason?.startsWith("aborted_")) return cause("interrupted", "The run was interrupted.", { evidence });
  if (reason === "prompt_too_long" || reason === "blocking_limit") return causeOfTrouble("context", evidence);
  const telling = causeOfTellingText(text ?? "", evidence) ?? limitOf(failure, evidence);
  if (telling) return telling;
  const trouble = troubleOf(failure);
  if (trouble) return causeOfTrouble(trouble, evidence);
  if (errorCode === "max_output_tokens" || word === "max_output_tokens") {
    return cause("bounded", "The answer was longer than the model may write.", { evidence });
  }
  return causeOfSentence(text ?? "", { at: failure.at, evidence }) ?? cause("error", "The run failed.", { evidence });
}

function limitOf(failure: Failure, evidence: readonly Evidence[]): Cause | null {
  const { rejection, errorCode, status, word, text, at, toldAt = 0 } = failure;
  const isRate = status === 429 || word === "rate_limit" || status === null && word === null;
  const isNamed = errorCode === "usage_limit_reached" || isRate && isUsageLimit(text ?? "");
  const told = rejection?.resetsAt ?? null;
  const spoken = told === null && isNamed ? resetSpokenIn(text ?? "", at) : null;
  const stated = told !== null && told * 1000 > toldAt ? told : null;
  const resetsAt = stated ?? (spoken !== null && spoken * 1000 > at.now ? spoken : null);
  if (isNamed) return causeOfLimit(resetsAt, evidence);
  if (!isRate) return null;
  // A window that is named is an allowance; without a name and a time only the pace was refused.
  const isWindowUsedUp = resetsAt !== null || told === null && (rejection?.window ?? null) !== null;
  return isWindowUsedUp ? causeOfLimit(resetsAt, evidence) : null;
}

function troubleOf({ status, word, errorCode, errorType, isUnanswered, text }: Failure): Trouble | null {
  const said = Object.hasOwn(troubleWords, word ?? "") ? troubleWords[word!]! : null;
  if (said === "billing" || errorType === "billing_error" || status === 402) return "billing";
  if (said === "auth" || status === 401 || status === 403) return "auth";
  if (said === "missing_model") return "missing_model";
  if (errorCode === "connection_failed") return "connection";
  if (/^Request timed out\b/.test(text ?? "")) return "timeout";
  const typed = Object.hasOwn(troubleTypes, errorType ?? "") ? troubleTypes[errorType!]! : null;
  return troubleOfStatus(status) ?? said ?? typed ?? (isUnanswered ? "connection" : null);
}

function evidenceOfFailure(failure: Failure): readonly Evidence[] {
  const { record, status, isUnanswered, rejection } = failure;
  const isRetry = record.endsWith("_retry");
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
    num_turns: figureOf(record.num_turns) ?? undefined,
  });
  const isSilent = typeof record.result === "string" && record.result.trim() === "";
  if (isSilent && isIdle) {
    return cause("no_result", `${title} finished without an answer and without calling a tool.`, { evidence });
  }
  const turns = figureOf(record.num_turns);
  return cause("ok", `${title} finished${turns === null ? "" : turns === 1 ? " in 1 turn" : ` in ${turns} turns`}.`, {
    evidence,
  });
}
