// What Kimi CLI's retry records and its last words on stderr mean, from the most telling part to the least.
import type { Evidence } from "../core/verdict.ts";
import { type Cause, cause, causeOfLimit, causeOfTrouble, evidenceOf, type Trouble, troubleOfStatus } from "./cause.ts";
import { resetAheadIn, retryAfterIn, type SpokenAt } from "./spoken_time.ts";

/** A wait longer than this was asked for by the provider: Kimi's own pauses stay below it. */
export const longWaitSeconds = 60;

/** Everything that is told about one failure. */
export interface KimiFailure {
  /** Where it was read: `turn.step.retrying` or `stderr`. */
  readonly record: string;
  /** Kimi's name for the error, e.g. `provider.rate_limit` or `APIStatusError`; empty when it gives none. */
  readonly name: string;
  readonly status: number | null;
  readonly text: string;
  /** Seconds Kimi sleeps before it tries again; null when it does not try again. */
  readonly delaySeconds: number | null;
}

const allowancePattern = /\b(?:reached|hit|exceeded) your (?:[\w().-]{1,40} ){0,4}usage limit\b/i;
const billingPattern = /\binsufficient[_ ](?:quota|balance|funds|credits?)\b|\bexceeded your current quota\b/i;
const contextPattern = /ContextOverflow|\bmaximum context length\b|\bmodel token limit\b|\bcontext (?:window|size)\b/i;

const missingLogin =
  /^No model configured\b.{0,80}\/login\b|\bAPI[_ ]key (?:is )?(?:missing|required|not set)\b|\b[A-Z]+(?:_[A-Z]+)*_API_KEY\b/i;
const missingModel =
  /^(?:No model configured\b|Model ".{1,200}" is not configured\b|model .{1,200} does not resolve\b)/;

const troubleNames: readonly { readonly pattern: RegExp; readonly trouble: Trouble }[] = [
  { pattern: /auth/i, trouble: "auth" },
  { pattern: /rate_?limit/i, trouble: "rate" },
  { pattern: /overloaded/i, trouble: "overload" },
  { pattern: /timeout/i, trouble: "timeout" },
  { pattern: /connection|network/i, trouble: "connection" },
];

/** What a failure means; null when nothing about it is known. */
function knownCause(failure: KimiFailure, evidence: readonly Evidence[], at: SpokenAt): Cause | null {
  const { name, status, text } = failure;
  if (allowancePattern.test(text)) return causeOfLimit(resetAheadIn(text, at), evidence);
  if (billingPattern.test(text)) return causeOfTrouble("billing", evidence);
  if (contextPattern.test(text)) return causeOfTrouble("context", evidence);
  if (status === null && missingLogin.test(text)) {
    return cause("auth", "Kimi CLI has no login and no key that it can use.", { evidence });
  }
  if (status === null && (name.startsWith("config.") || missingModel.test(text))) {
    return cause("config", "Kimi CLI cannot use its configuration.", { evidence });
  }
  if (/max_?steps/i.test(name)) return cause("bounded", "The run ended at its largest number of steps.", { evidence });
  const trouble = troubleOfStatus(status) ?? troubleNames.find(({ pattern }) => pattern.test(name))?.trouble ?? null;
  if (trouble === null && name === "compaction.failed") return causeOfTrouble("context", evidence);
  if (trouble === null) return null;
  return withWait(causeOfTrouble(trouble, evidence), failure);
}

function withWait(found: Cause, { delaySeconds, text }: KimiFailure): Cause {
  if (found.kind !== "transient") return found;
  const isLong = delaySeconds !== null && delaySeconds > longWaitSeconds;
  const seconds = isLong ? delaySeconds : retryAfterIn(text);
  if (seconds === null) return found;
  if (found.waitClass !== "rate_limit_model" || seconds <= longWaitSeconds) {
    return { ...found, retryAfterSeconds: seconds };
  }
  return {
    ...found,
    kind: "limit",
    summary: `The provider limits the rate of requests and asked to wait ${seconds} seconds.`,
    waitClass: "rate_limit_account",
    retryAfterSeconds: seconds,
  };
}

/** The cause of a request that is being tried again. */
export function causeOfRetry(failure: KimiFailure, at: SpokenAt): Cause {
  const { record, name, status, text, delaySeconds } = failure;
  const evidence = evidenceOf(record, {
    status_code: status ?? undefined,
    error_name: name,
    error_message: text,
    delay_s: delaySeconds ?? undefined,
  });
  return knownCause(failure, evidence, at) ??
    withWait(
      cause("transient", "The provider gave no answer that Kimi CLI could use.", {
        evidence,
        waitClass: "api_transient_5xx",
      }),
      failure,
    );
}

const failurePrefix = "error: failed to run prompt: ";

/**
 * The cause in Kimi's last words on stderr; null when it said none. @param lines newest lines, oldest first
 * @param options `hasBegun`: Kimi accepted its command line, so that any other error in them is a tool's.
 */
export function causeOfLastWords(
  lines: readonly string[],
  { at, hasBegun }: { readonly at: SpokenAt; readonly hasBegun: boolean },
): Cause | null {
  const start = lines.findLastIndex((line) => line.startsWith(failurePrefix));
  if (start < 0) {
    const refusal = hasBegun ? undefined : lines.findLast((line) => line.startsWith("error: "));
    if (refusal === undefined) return null;
    return cause("config", "Kimi CLI does not accept its command line.", {
      evidence: evidenceOf("stderr", { text: refusal }),
    });
  }
  const evidence = evidenceOf("stderr", { text: lines[start] });
  const message = messageAt(lines, start);
  if (/^Session .{1,200} not found/.test(message)) {
    return cause("config", "The session to resume does not exist.", { evidence });
  }
  const failure = failureIn(message);
  return knownCause(failure, evidence, at) ?? cause("error", `Kimi CLI could not run the prompt: ${failure.text}.`, {
    evidence,
  });
}

/** A message may go on over several lines, up to the hint where Kimi's log lies. */
function messageAt(lines: readonly string[], start: number): string {
  const length = lines.slice(start).findIndex((line) => line.startsWith("See log: "));
  return lines.slice(start, length < 0 ? undefined : start + length).join(" ").slice(failurePrefix.length);
}

/** Splits `provider.api_error: 404 The model …` and `compaction.failed: SomeError: 400 This …`. */
function failureIn(message: string): KimiFailure {
  const found = /^(?:([a-z_]+(?:\.[a-z_]+)+): )?(?:\w+Error: )?(?:(\d{3})\b)?/.exec(message)!;
  return {
    record: "stderr",
    name: found[1] ?? "",
    status: found[2] === undefined ? null : Number(found[2]),
    text: found[1] === undefined ? message : message.slice(found[1].length + 2),
    delaySeconds: null,
  };
}
