// What really happened in a round, in one of twelve words, with the evidence for it.

/** The twelve outcomes of a round. */
export const verdictKinds = [
  "ok",
  "limit",
  "transient",
  "auth",
  "billing",
  "config",
  "context",
  "bounded",
  "interrupted",
  "hung",
  "no_result",
  "error",
] as const;

export type VerdictKind = typeof verdictKinds[number];

/** The record and the field a verdict rests on, e.g. `result.api_error_status` = `429`. */
export interface Evidence {
  readonly record: string;
  readonly field: string;
  readonly value: string;
}

/** What can come after a round. */
export const nextActions = ["again", "wait", "fresh_session", "stop"] as const;

export type NextAction = typeof nextActions[number];

/** What really happened, and what the provider said about when to go on. */
export interface Verdict {
  readonly kind: VerdictKind;
  /** One sentence for people. */
  readonly summary: string;
  readonly evidence: readonly Evidence[];
  /** Epoch seconds at which the provider said the limit ends; null when it did not say. */
  readonly resetsAt: number | null;
  /** Seconds the provider asked to wait; null when it did not say. */
  readonly retryAfterSeconds: number | null;
  /** The reference's class for waits: rate_limit_account, rate_limit_model, api_transient_5xx, api_timeout. */
  readonly waitClass: WaitClass | null;
  readonly needsHuman: boolean;
  /** Tools or connectors the agent had to do without; empty when none is known. */
  readonly degraded: readonly string[];
}

export const waitClasses = ["rate_limit_account", "rate_limit_model", "api_transient_5xx", "api_timeout"] as const;

export type WaitClass = typeof waitClasses[number];

/** Seconds of the first guess where the provider did not say until when. */
export const baseWaitSeconds: Readonly<Record<WaitClass, number>> = {
  rate_limit_account: 300,
  rate_limit_model: 60,
  api_transient_5xx: 60,
  api_timeout: 30,
};

/**
 * Whether a round with this verdict failed by itself: the pause after it grows, and the breaker counts it when it was
 * short. What is the provider's, what somebody ended, and what only came to a bound are no failures.
 */
export function isFailure(kind: VerdictKind): boolean {
  return kind === "error" || kind === "hung" || kind === "no_result" || kind === "auth" || kind === "billing" ||
    kind === "config";
}
