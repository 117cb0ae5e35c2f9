// How long to wait after a limit or a passing fault: the provider's word where it gave one, else a growing guess.
import { baseWaitSeconds } from "../core/verdict.ts";
import type { Verdict, WaitClass } from "../core/verdict.ts";

const largestExponent = 5;
const longestGuessSeconds = 1800;
/** No provider closes for longer: what is further away is no time in seconds. */
const longestNamedSeconds = 366 * 86_400;

/** Waits in a row per class; they grow the guess and are forgotten after a round without one. */
export type BackoffCounts = Readonly<Partial<Record<WaitClass, number>>>;

export interface PlannedWait {
  readonly waitClass: WaitClass;
  /** Epoch seconds at which the next round may start, jitter not yet added. */
  readonly resetAt: number;
  /** The provider named the time: it is obeyed as it is. */
  readonly isAuthoritative: boolean;
  /** Waits of this class in a row before this one. */
  readonly count: number;
  /** The guess grew or was clipped: the reference tells of it in an event of its own. */
  readonly isStretched: boolean;
  readonly requestedSeconds: number;
  readonly appliedSeconds: number;
}

/**
 * The wait a verdict asks for, or null when it asks for none. Pure.
 * @param now epoch seconds
 */
export function planWait(verdict: Verdict, counts: BackoffCounts, now: number): PlannedWait | null {
  if (verdict.kind !== "limit" && verdict.kind !== "transient") return null;
  const waitClass = verdict.waitClass ?? (verdict.kind === "limit" ? "rate_limit_account" : "api_transient_5xx");
  const count = counts[waitClass] ?? 0;
  const named = namedReset(verdict, now);
  if (named !== null) {
    const seconds = named - now;
    return {
      waitClass,
      resetAt: named,
      isAuthoritative: true,
      count,
      isStretched: false,
      requestedSeconds: seconds,
      appliedSeconds: seconds,
    };
  }
  const requested = baseWaitSeconds[waitClass] * 2 ** Math.min(count, largestExponent);
  const applied = Math.min(requested, longestGuessSeconds);
  return {
    waitClass,
    resetAt: Math.round(now + applied),
    isAuthoritative: false,
    count,
    isStretched: count > 0 || applied < requested,
    requestedSeconds: requested,
    appliedSeconds: applied,
  };
}

/** The provider's own time; null when it named none, or one that is past or cannot be meant. */
function namedReset(verdict: Verdict, now: number): number | null {
  const { resetsAt, retryAfterSeconds } = verdict;
  if (resetsAt !== null && isAhead(resetsAt - now)) return resetsAt;
  if (resetsAt !== null || retryAfterSeconds === null) return null;
  return isAhead(retryAfterSeconds) ? Math.ceil(now + retryAfterSeconds) : null;
}

function isAhead(seconds: number): boolean {
  return seconds > 0 && seconds <= longestNamedSeconds;
}

/** Seconds added to every wait, so that many runners do not come back in the same second. @param random in [0, 1) */
export function jitterSeconds(random: number): number {
  return 5 + random * 25;
}
