// How long to wait after a limit or a passing fault: the provider's word where it gave one, else a growing guess.
import { baseWaitSeconds, verdictKinds, waitClasses } from "../core/verdict.ts";
import type { Verdict, VerdictKind, WaitClass } from "../core/verdict.ts";

const largestExponent = 5;
const longestGuessSeconds = 1800;
/** Base of the guess after a verdict that has no class of its own and is waited for because `[on_verdict]` says so. */
const otherBaseSeconds = 60;
/** No provider closes for longer: what is further away is no time in seconds. */
const longestNamedSeconds = 366 * 86_400;
/** A reset that passed so recently was waited for by the judging: it means "now", not "unknown". */
const justPassedSeconds = 60;

/** What is waited for: a class of limits and faults, or a verdict that `[on_verdict]` makes wait. */
export type WaitName = WaitClass | VerdictKind;

export const waitNames: readonly WaitName[] = [...waitClasses, ...verdictKinds];

/** Waits in a row by what was waited for; they grow the guess and are forgotten after a round without one. */
export type BackoffCounts = Readonly<Partial<Record<WaitName, number>>>;

export interface PlannedWait {
  readonly waitName: WaitName;
  /** Epoch seconds at which the next round may start, jitter not yet added. */
  readonly resetAt: number;
  /** The provider named the time: it is obeyed as it is. */
  readonly isAuthoritative: boolean;
  /** Waits of this name in a row before this one. */
  readonly count: number;
  /** How often the guess was doubled; 0 for a named time. */
  readonly exponent: number;
  /** The guess grew or was clipped: the reference tells of it in an event of its own. */
  readonly isStretched: boolean;
  readonly requestedSeconds: number;
  readonly appliedSeconds: number;
}

/**
 * The wait after a round with this verdict. Pure.
 * @param now epoch seconds
 */
export function planWait(verdict: Verdict, counts: BackoffCounts, now: number): PlannedWait {
  const waitName = waitNameOf(verdict);
  const count = counts[waitName] ?? 0;
  const named = namedReset(verdict, now);
  if (named !== null) {
    const seconds = named - now;
    return {
      waitName,
      resetAt: named,
      isAuthoritative: true,
      count,
      exponent: 0,
      isStretched: false,
      requestedSeconds: seconds,
      appliedSeconds: seconds,
    };
  }
  const exponent = Math.min(count, largestExponent);
  const requested = baseSecondsOf(waitName) * 2 ** exponent;
  const applied = Math.min(requested, longestGuessSeconds);
  return {
    waitName,
    resetAt: Math.round(now + applied),
    isAuthoritative: false,
    count,
    exponent,
    isStretched: count > 0 || applied < requested,
    requestedSeconds: requested,
    appliedSeconds: applied,
  };
}

/** What a round with this verdict makes one wait for. */
export function waitNameOf(verdict: Verdict): WaitName {
  if (verdict.kind === "limit") return verdict.waitClass ?? "rate_limit_account";
  if (verdict.kind === "transient") return verdict.waitClass ?? "api_transient_5xx";
  return verdict.kind;
}

function baseSecondsOf(name: WaitName): number {
  return (baseWaitSeconds as Readonly<Partial<Record<WaitName, number>>>)[name] ?? otherBaseSeconds;
}

/** The provider's own time; null when it named none, or one that is long past or cannot be meant. */
function namedReset(verdict: Verdict, now: number): number | null {
  const { resetsAt, retryAfterSeconds } = verdict;
  if (resetsAt !== null) {
    const ahead = resetsAt - now;
    if (ahead <= 0 && ahead >= -justPassedSeconds) return Math.ceil(now);
    return isAhead(ahead) ? resetsAt : null;
  }
  if (retryAfterSeconds === null || !isAhead(retryAfterSeconds)) return null;
  return Math.ceil(now + retryAfterSeconds);
}

function isAhead(seconds: number): boolean {
  return seconds > 0 && seconds <= longestNamedSeconds;
}

/** Seconds added to every wait, so that many runners do not come back in the same second. @param random in [0, 1) */
export function jitterSeconds(random: number): number {
  return 5 + random * 25;
}
