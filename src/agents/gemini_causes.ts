// What Gemini CLI's error texts and exit codes mean, from the most telling field to the least.
import type { Evidence } from "../core/verdict.ts";
import { type Cause, cause, causeOfLimit, causeOfTrouble, evidenceOf, type Trouble, troubleOfStatus } from "./cause.ts";
import { dailyQuotaReset } from "./daily_quota.ts";
import { type ProviderError, providerErrorIn } from "./gemini_provider_error.ts";
import { resetAheadIn, retryAfterIn, type SpokenAt } from "./spoken_time.ts";

/** Beyond this Gemini CLI gives up instead of waiting, and takes the account for locked out. */
const longestPoliteWaitSeconds = 300;

/** An error as Gemini CLI words it, in a record or on stderr. */
export interface Complaint {
  /** Where it was read: `result`, `error` or `output`. */
  readonly record: string;
  readonly text: string;
  /** What to show as evidence, where that is more than the text. */
  readonly quote?: string;
  /** Gemini CLI's own name for the error; most are `unknown`. */
  readonly type?: string | null;
  /** HTTP status of the provider, where it is known from elsewhere. */
  readonly status?: number | null;
  readonly at: SpokenAt;
}

/** The cause an error text speaks for; kind `error` when it says nothing that is known. */
export function causeOfComplaint(complaint: Complaint): Cause {
  const { record, text, quote = text, type = null } = complaint;
  const error = providerErrorIn(text);
  const status = error.status ?? complaint.status ?? null;
  const evidence = evidenceOf(record, {
    error_type: type === "unknown" ? undefined : type ?? undefined,
    status: status ?? undefined,
    text: quote.replaceAll(/\s+/g, " "),
  });
  const fatal = causeOfFatalType(type, evidence);
  if (fatal) return fatal;
  if (/\bmax(?:imum)? session turns\b/i.test(error.text)) return turnLimit(evidence);
  if (/\bUser location is not supported\b/.test(error.text)) {
    return cause("config", "The provider does not serve this place.", { evidence });
  }
  const refused = refusal(error, status);
  if (refused) return causeOfTrouble(refused, evidence);
  if (isQuota(error, status)) return causeOfQuota(error, { complaint, evidence });
  if (status === 404 || /\bis not found for API version\b/.test(error.text)) {
    return causeOfTrouble("missing_model", evidence);
  }
  if (/\b(?:empty response|no finish reason|Invalid content)\b/i.test(error.text)) {
    return cause("transient", "The model gave no answer.", { evidence, waitClass: "api_transient_5xx" });
  }
  const trouble = troubleOfStatus(status) ?? brokenLine(error.text);
  if (trouble) return causeOfTrouble(trouble, evidence);
  const isRefusal = status !== null && status >= 400;
  return cause("error", isRefusal ? "The provider did not accept the request." : "The run failed.", { evidence });
}

function refusal({ text, words }: ProviderError, status: number | null): Trouble | null {
  if (
    status === 402 || words.has("BILLING_DISABLED") || words.has("INSUFFICIENT_G1_CREDITS_BALANCE") ||
    /\bbilling to be enabled\b|\benable billing\b|\bprepa(?:id|yment)\b|\bcredits? .{0,40}\b(?:depleted|exhausted)\b/i
      .test(text)
  ) return "billing";
  if (
    status === 401 || status === 403 || words.has("API_KEY_INVALID") || words.has("UNAUTHENTICATED") ||
    words.has("PERMISSION_DENIED") || /\bAPI key (?:not valid|not found|expired)\b/i.test(text)
  ) return "auth";
  const isTooLong = /\binput token count\b|\bmaximum number of tokens allowed\b|\bexceed the .{0,20}context window\b/i;
  return isTooLong.test(text) ? "context" : null;
}

function isQuota({ text, words }: ProviderError, status: number | null): boolean {
  return status === 429 || words.has("RESOURCE_EXHAUSTED") ||
    status === null &&
      /\bexceeded your current quota\b|\bexhausted your (?:daily quota|capacity)\b|\brate limit\b/i.test(text);
}

function causeOfQuota(
  { text, words, retryDelaySeconds }: ProviderError,
  { complaint, evidence }: { readonly complaint: Complaint; readonly evidence: readonly Evidence[] },
): Cause {
  const { now } = complaint.at;
  const said = `${text}\n${complaint.text}`;
  const retryAfterSeconds = retryAfterIn(said) ?? retryDelaySeconds;
  const isDaily = words.has("PerDay") || /\bexhausted your daily quota\b/i.test(text);
  // The short wait that may be asked for beside it is that of the quota per minute.
  const isUntold = isDaily && (retryAfterSeconds ?? 0) <= longestPoliteWaitSeconds;
  const resetsAt = resetAheadIn(said, complaint.at) ?? (isUntold ? dailyQuotaReset(now) : null);
  const waitSeconds = retryAfterSeconds ?? (resetsAt === null ? null : resetsAt - Math.floor(now / 1000));
  const isUsedUp = words.has("QUOTA_EXHAUSTED") || isDaily ||
    waitSeconds === null && /\bexhausted your capacity\b/i.test(text);
  if (!isUsedUp && (waitSeconds ?? 0) <= longestPoliteWaitSeconds) {
    return { ...causeOfTrouble("rate", evidence), retryAfterSeconds: waitSeconds };
  }
  const limit = { ...causeOfLimit(resetsAt, evidence), retryAfterSeconds };
  if (resetsAt !== null || retryAfterSeconds === null) return limit;
  return { ...limit, summary: `The account's quota is used up; the provider asks to wait ${retryAfterSeconds} s.` };
}

function brokenLine(text: string): Trouble | null {
  if (/\btimed out\b|\bETIMEDOUT\b/i.test(text)) return "timeout";
  const isBroken =
    /\bterminated\b|\bIncomplete JSON segment\b|\bfetch failed\b|\bsocket hang up\b|\bpremature close\b/i;
  return isBroken.test(text) || /\bE(?:CONN[A-Z]+|NOTFOUND|AI_AGAIN|PIPE|PROTO)\b/.test(text) ? "connection" : null;
}

function turnLimit(evidence: readonly Evidence[]): Cause {
  return cause("bounded", "The run reached its own limit of turns.", { evidence });
}

/** The cause an error class of Gemini CLI's own speaks for; null for any other. */
export function causeOfFatalType(type: string | null, evidence: readonly Evidence[]): Cause | null {
  switch (type) {
    case "FatalAuthenticationError":
      return cause("auth", "Gemini CLI has no credentials that it can use.", { evidence });
    case "FatalInputError":
      return cause("config", "Gemini CLI does not accept its command line or its input.", { evidence });
    case "FatalSandboxError":
      return cause("config", "Gemini CLI could not set up its sandbox.", { evidence });
    case "FatalConfigError":
      return cause("config", "Gemini CLI does not accept its settings.", { evidence });
    case "FatalTurnLimitedError":
      return turnLimit(evidence);
    case "FatalToolExecutionError":
      return cause("error", "A tool failed in a way that ended the run.", { evidence });
    case "FatalUntrustedWorkspaceError":
      return cause("config", "Gemini CLI does not trust the folder it was started in.", { evidence });
    case "FatalCancellationError":
      return cause("interrupted", "The run was interrupted.", { evidence });
    default:
      return null;
  }
}
