// What a provider's error answer means, for the CLIs that pass it on as it came: status, headers, body, message.
import type { Evidence } from "../core/verdict.ts";
import {
  type Cause,
  cause,
  causeOfLimit,
  causeOfTrouble,
  evidenceOf,
  safeText,
  type Trouble,
  troubleOfStatus,
} from "./cause.ts";
import { dailyQuotaReset } from "./daily_quota.ts";
import { figureOf, instantOf } from "./figure.ts";
import { type Headers, headerWait, unifiedReset } from "./provider_headers.ts";
import { type JsonRecord, objectOf, textOf } from "./record.ts";
import { resetAheadIn, retryAfterIn } from "./spoken_time.ts";

/** A wait longer than this is a used-up allowance and no passing rush. */
const longestRushSeconds = 300;
const longestText = 16_000;

/** What a CLI passes on of a request that failed; what is missing is null or left out. */
export interface ProviderError {
  /** The record it was read from. */
  readonly record: string;
  /** The CLI's own name for the error. */
  readonly name?: string | null;
  readonly status: number | null;
  readonly message: string | null;
  /** The answer's body as text. */
  readonly body?: string | null;
  readonly headers?: Headers | null;
  /** The CLI's own opinion; a used-up credit counts as worth trying again there, too. */
  readonly isRetryable?: boolean;
  /** Seconds the CLI itself waits before it tries again. */
  readonly delaySeconds?: number | null;
  /** When it happened, epoch milliseconds; 0 when unknown. */
  readonly now: number;
  readonly timeZone?: string | undefined;
}

/** The same, with what stands in the body taken apart. */
interface Told {
  readonly status: number | null;
  /** The provider's words for the error: `error.code`, `error.type`, `error.status`. */
  readonly words: readonly string[];
  readonly text: string;
  readonly fields: JsonRecord | null;
}

/** The cause of a failed request: structured fields first, then the text of the error. */
export function causeOfProvider(error: ProviderError): Cause {
  const told = toldBy(error);
  const wait = error.headers ? headerWait(error.headers, error.now) : null;
  const evidence = evidenceOfError(error, { told, wait });
  const trouble = troubleOf(told, error.isRetryable === true);
  const isRush = trouble === "rate" || trouble === null && told.status === null;
  const retryAfterSeconds = wait ?? retryAfterIn(told.text) ?? error.delaySeconds ?? null;
  if (isRush || trouble === "overload") {
    const resetsAt = isRush ? statedReset(error, told) : null;
    const isLong = trouble === "rate" && (retryAfterSeconds ?? 0) > longestRushSeconds;
    if (resetsAt !== null || isLong || isRush && isUsedUp(told)) {
      const after = error.now > 0 && retryAfterSeconds !== null
        ? Math.ceil(error.now / 1000) + retryAfterSeconds
        : null;
      // The short wait that may be asked for beside a daily quota is that of the quota per minute.
      const isUntold = isDailyQuota(told) && (retryAfterSeconds ?? 0) <= longestRushSeconds;
      const reset = resetsAt ?? (isUntold ? dailyQuotaReset(error.now) : after ?? spokenReset(error, told));
      return { ...causeOfLimit(reset, evidence), retryAfterSeconds };
    }
    if (trouble !== null) return { ...causeOfTrouble(trouble, evidence), retryAfterSeconds };
  }
  if (trouble === "missing_model" && !/model/i.test(told.text + told.words.join(" "))) {
    return cause("config", "The provider does not know the address that was asked.", { evidence });
  }
  if (trouble !== null) return causeOfTrouble(trouble, evidence);
  return told.status === null
    ? cause("error", "The run failed.", { evidence })
    : cause("error", `The provider refused the request with status ${told.status}.`, { evidence });
}

function toldBy({ status, message, body }: ProviderError): Told {
  const parsed = objectOf(parsedOf(body ?? null) ?? parsedOf(message));
  const fields = objectOf(parsed?.error) ?? parsed;
  const code = figureOf(fields?.code);
  const words = [fields?.code, fields?.type, fields?.status].flatMap((word) => textOf(word) ?? []);
  return {
    status: status ?? (code !== null && code >= 400 && code < 600 ? code : null),
    words: words.map((word) => word.slice(0, 100)),
    text: `${textOf(fields?.message) ?? ""}\n${message ?? ""}\n${parsed ? "" : body ?? ""}`.trim().slice(
      0,
      longestText,
    ),
    fields,
  };
}

function parsedOf(text: string | null): unknown {
  if (text === null || text.length > longestText || !text.startsWith("{")) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const troubleWords: Readonly<Record<string, Trouble>> = {
  insufficient_quota: "billing",
  billing_error: "billing",
  billing_not_active: "billing",
  billing_hard_limit_reached: "billing",
  insufficient_credits: "billing",
  usage_not_included: "billing",
  CreditsError: "billing",
  MonthlyLimitError: "billing",
  UserLimitError: "billing",
  context_length_exceeded: "context",
  request_too_large: "context",
  authentication_error: "auth",
  permission_error: "auth",
  invalid_api_key: "auth",
  AuthError: "auth",
  UNAUTHENTICATED: "auth",
  model_not_found: "missing_model",
  not_found_error: "missing_model",
  ModelError: "missing_model",
  rate_limit_error: "rate",
  rate_limit_exceeded: "rate",
  too_many_requests: "rate",
  usage_limit_reached: "rate",
  GoUsageLimitError: "rate",
  FreeUsageLimitError: "rate",
  RESOURCE_EXHAUSTED: "rate",
  overloaded_error: "overload",
  server_overloaded: "overload",
  server_error: "overload",
  api_error: "overload",
  UNAVAILABLE: "overload",
  INTERNAL: "overload",
  timeout_error: "timeout",
};

/** Asked only where status and words leave it open, from the gravest to the mildest. */
const troubleTexts: readonly (readonly [Trouble, RegExp])[] = [
  ["auth", /\bAPI key not valid\b|\b(?:invalid|incorrect|missing) (?:x-)?api[- ]key\b|\bNo API key found\b/i],
  ["missing_model", /\bmodel not found\b|\bmodel .{1,100} (?:not found|does not exist)\b/i],
  ["rate", /\brate.?limit|\btoo many requests\b|\busage limit\b/i],
  [
    "overload",
    /\boverloaded\b|\bProvider returned error\b|\b(?:service|temporarily) unavailable\b|\binternal server error\b(?!\. Check)/i,
  ],
  ["timeout", /\btimed? ?out\b|\btimeout\b|\bETIMEDOUT\b/i],
  [
    "connection",
    /\bconnection (?:error|reset|refused|closed|lost)\b|\b(?:cannot|unable to) connect\b|\bfetch failed\b|^terminated$|\bsocket\b|\bother side closed\b|\bECONN\w+|\bENOTFOUND\b|\bEAI_AGAIN\b|\bpremature close\b/im,
  ],
];

const contextText =
  /\bprompt is too long\b|\bmaximum context length\b|\bexceeds the context window\b|\binput token count\b.{0,60}\bexceeds\b/i;
const billingText =
  /\bcredit balance is too low\b|\bexceeded your current quota, please check your plan and billing\b|\binsufficient (?:account )?(?:balance|credits?|funds)\b|\bno payment method\b|\bspend(?:ing)? limit\b/i;

function troubleOf({ status, words, text }: Told, isRetryable: boolean): Trouble | null {
  const said = words.map((word) => Object.hasOwn(troubleWords, word) ? troubleWords[word]! : null);
  const isRefused = status === null || status < 500;
  if (status === 402 || said.includes("billing")) return "billing";
  // A daily quota of a free plan is worded like an unpaid bill, but opens again by itself.
  if (isRefused && !words.includes("RESOURCE_EXHAUSTED") && billingText.test(text)) return "billing";
  if (said.includes("context") || status === 413 || isRefused && status !== 429 && contextText.test(text)) {
    return "context";
  }
  const known = troubleOfStatus(status) ?? said.find((trouble) => trouble !== null) ?? null;
  if (known !== null) return known;
  const spoken = troubleTexts.find(([, pattern]) => pattern.test(text))?.[0] ?? null;
  if (status !== null) {
    return spoken === "auth" || spoken === "missing_model" ? spoken : isRetryable ? "overload" : null;
  }
  return spoken ?? (isRetryable ? "connection" : null);
}

/** Words and texts by which an allowance is used up, whatever time is given. */
function isUsedUp(told: Told): boolean {
  const { words, text } = told;
  return isDailyQuota(told) || words.some((word) => /usage_?limit/i.test(word)) ||
    /\busage limit (?:has been )?(?:reached|exceeded)\b|\b(?:hit|reached) your (?!rate).{0,60}\blimit\b|\bdaily quota\b/i
      .test(text);
}

/** A quota of Google's that is counted by the day. */
function isDailyQuota({ words, fields }: Told): boolean {
  return words.includes("RESOURCE_EXHAUSTED") && /PerDay/.test(JSON.stringify(fields?.details ?? ""));
}

/** Epoch seconds that stand in a field of their own; null when they lie in the past. */
function statedReset({ headers, now }: ProviderError, { fields }: Told): number | null {
  const inSeconds = figureOf(fields?.resets_in_seconds);
  const relative = inSeconds !== null && inSeconds > 0 && now > 0 ? instantOf(now / 1000 + inSeconds) : null;
  const reset = (headers ? unifiedReset(headers) : null) ?? instantOf(fields?.resets_at) ?? relative;
  return reset !== null && reset * 1000 > now ? reset : null;
}

function spokenReset({ now, timeZone }: ProviderError, { text }: Told): number | null {
  return now > 0 ? resetAheadIn(text, { now, timeZone }) : null;
}

function evidenceOfError(
  { record, name, isRetryable, message }: ProviderError,
  { told, wait }: { readonly told: Told; readonly wait: number | null },
): readonly Evidence[] {
  return evidenceOf(record, {
    status: told.status ?? undefined,
    name: name ?? undefined,
    code: textOf(told.fields?.code) ?? undefined,
    type: textOf(told.fields?.type) ?? undefined,
    retry_after: wait ?? undefined,
    is_retryable: isRetryable,
    message: message === null ? undefined : safeText(message, longestText),
  });
}
