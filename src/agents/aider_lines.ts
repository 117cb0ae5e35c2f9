// The lines that aider writes in its own name between what the model says, and what they mean.
import type { Evidence } from "../core/verdict.ts";
import { type Cause, cause, causeOfTrouble, evidenceOf, type Trouble } from "./cause.ts";
import { plainText, resetAheadIn, retryAfterIn, type SpokenAt } from "./spoken_time.ts";

/** What aider means by the name of an exception of the library it speaks to providers with. */
const exceptions: Readonly<Record<string, Trouble>> = {
  APIConnectionError: "connection",
  APIError: "overload",
  APIResponseValidationError: "overload",
  AuthenticationError: "auth",
  AzureOpenAIError: "overload",
  BudgetExceededError: "billing",
  ContextWindowExceededError: "context",
  InternalServerError: "overload",
  NotFoundError: "missing_model",
  OpenAIError: "overload",
  PermissionDeniedError: "auth",
  RateLimitError: "rate",
  RouterRateLimitError: "rate",
  ServiceUnavailableError: "overload",
  Timeout: "timeout",
};

const unpaid = /insufficient[ _](?:quota|credits?|balance|funds)|credit balance is too low|"code": ?402\b/i;
const usedUp = /exceeded your current quota/i;
/** Words of providers that say "quota" of allowances which renew themselves. */
const renewing = /RESOURCE_EXHAUSTED|retryDelay|quotaId|VertexAI|Gemini/i;

function isUnpaid(line: string): boolean {
  return unpaid.test(line) || usedUp.test(line) && !renewing.test(line);
}

const exceptionPattern = /^litellm\.(?:exceptions\.)?(\w{1,60}): /;

/** The error in a line that begins with an exception's name; null when the line is none. */
export function exceptionIn(line: string, at: SpokenAt): Cause | null {
  const name = exceptionPattern.exec(line)?.[1];
  if (name === undefined) return null;
  const evidence = evidenceOf("output", { text: line });
  if (isUnpaid(line)) return causeOfTrouble("billing", evidence);
  const trouble = Object.hasOwn(exceptions, name) ? exceptions[name]! : null;
  if (trouble === null) return cause("error", `The provider refused the request: ${name}.`, { evidence });
  return timed(causeOfTrouble(trouble, evidence), line, at);
}

/** An allowance that ends at a time the provider names is a limit; a wait in seconds stays a wait. */
function timed(found: Cause, line: string, at: SpokenAt): Cause {
  if (found.waitClass === null) return found;
  const retryAfterSeconds = retryAfterIn(line);
  if (retryAfterSeconds !== null || found.waitClass !== "rate_limit_model") return { ...found, retryAfterSeconds };
  const resetsAt = at.now > 0 ? resetAheadIn(line, at) : null;
  if (resetsAt === null) return found;
  return {
    ...found,
    kind: "limit",
    summary: "The account's usage limit is reached.",
    waitClass: "rate_limit_account",
    resetsAt,
  };
}

const descriptions: readonly (readonly [pattern: RegExp, trouble: Trouble])[] = [
  [/^The API provider is not able to authenticate you\b/, "auth"],
  [/^The API provider has rate limited you\b/, "rate"],
  [/^The API provider's servers are down or overloaded\b/, "overload"],
  [/^The API provider timed out\b/, "timeout"],
  [/^(?:The OpenRouter API provider|OpenRouter or the upstream API provider) is down\b/, "overload"],
  [/^Insufficient credits with the API provider\b/, "billing"],
];

/** The error that aider explains in a line; null when the line explains none. */
export function explanationIn(line: string): Cause | null {
  const plain = plainText(line);
  const found = descriptions.find(([pattern]) => pattern.test(plain));
  return found ? causeOfTrouble(found[1], evidenceOf("output", { text: line })) : null;
}

/** How a request ended that did not fit; told after the tokens, so no answer follows it in the same message. */
export function boundIn(line: string): Cause | null {
  const evidence = () => evidenceOf("output", { text: line });
  if (/^Model \S{1,200} has hit a token limit!/.test(line)) return causeOfTrouble("context", evidence());
  if (/^(?:Input|Total) tokens: .{1,80} -- possibly exhausted context window!/.test(line)) {
    return causeOfTrouble("context", evidence());
  }
  if (/^Output tokens: .{1,80} -- possibly exceeded output limit!/.test(line)) {
    return cause("bounded", "The answer was longer than the model may write.", { evidence: evidence() });
  }
  if (/^Only \d{1,3} reflections allowed, stopping\.$/.test(line)) {
    return cause("bounded", "Aider stopped trying to repair its edits.", { evidence: evidence() });
  }
  return null;
}

/** Aider could not begin at all. */
export function startFaultIn(lines: readonly string[]): Cause | null {
  for (const line of lines.toReversed()) {
    const evidence: readonly Evidence[] = evidenceOf("output", { text: line });
    if (/^(?:\S{0,40}aider|main\.py)(?:\.exe)?: error: /.test(line)) {
      return cause("config", "Aider does not accept its command line.", { evidence });
    }
    if (/^No LLM model was specified and no API keys were provided\b/.test(line)) {
      return causeOfTrouble("auth", evidence);
    }
  }
  return null;
}
