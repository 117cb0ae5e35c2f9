// What the loop remembers of its rounds, and what each further round changes about it. Pure.
import type { Ending, RoundResult } from "../core/round.ts";
import { isFailure } from "../core/verdict.ts";
import type { VerdictKind } from "../core/verdict.ts";
import type { BackoffCounts } from "./backoff.ts";

/** What the loop remembers from round to round, and over restarts. */
export interface LoopMemory {
  /** Failures in a row, however long the rounds were: the pause after them grows with it. */
  readonly failures: number;
  /** Short failures in a row: the breaker's count. */
  readonly shortFailures: number;
  /** Epoch seconds of the newest failure; null when there is none. */
  readonly lastFailureAt: number | null;
  /** Rounds in a row that ended because the login was refused. They are not forgotten by time: only a login helps. */
  readonly authFailures: number;
  /** The next round is not to go on with the session: it was full, or `[on_verdict]` wants a fresh one. */
  readonly needsFreshSession: boolean;
  readonly backoff: BackoffCounts;
}

export const freshMemory: LoopMemory = {
  failures: 0,
  shortFailures: 0,
  lastFailureAt: null,
  authFailures: 0,
  needsFreshSession: false,
  backoff: {},
};

/** A failure of a round that took less than this is a short one: the agent did not get to work. */
export const shortRoundSeconds = 60;
/** So many short failures in a row end the loop. */
export const crashLoopCount = 5;
/** Failures are forgotten after this time without another. */
export const memorySeconds = 3600;

/**
 * Whether the breaker counts such a round when it was short. Besides the agent's failures these are rounds that somebody
 * else ended (a machine out of memory does so all night) and prompts too long even for a fresh session.
 */
export function countsWhenShort(
  round: { readonly verdict: { readonly kind: VerdictKind }; readonly ending: Pick<Ending, "kind"> },
): boolean {
  const { verdict, ending } = round;
  if (verdict.kind === "interrupted") return ending.kind !== "stopped" && ending.kind !== "lost";
  return verdict.kind === "context" || isFailure(verdict.kind);
}

/** Forgets failures that are old enough. @param now epoch seconds */
export function decay(memory: LoopMemory, now: number): LoopMemory {
  if (memory.lastFailureAt === null) return memory;
  const age = now - memory.lastFailureAt;
  // A clock that was set back makes the failure lie in the future: its age is unknown, so it is kept.
  return age > memorySeconds ? { ...memory, failures: 0, shortFailures: 0, lastFailureAt: null } : memory;
}

/** The memory with this round in it; what only the next step decides is left as it was. @param now epoch seconds */
export function remember(result: RoundResult, before: LoopMemory, now: number): LoopMemory {
  const memory = decay(before, now);
  const { kind } = result.verdict;
  const authFailures = authFailuresAfter(kind, memory.authFailures);
  // These say nothing about whether the agent works: they neither count nor forget.
  const isSilent = kind === "limit" || kind === "transient" || (kind === "interrupted" && !countsWhenShort(result));
  if (isSilent) return { ...memory, authFailures };
  if (!countsWhenShort(result)) return { ...memory, authFailures, failures: 0, shortFailures: 0, lastFailureAt: null };
  const isShort = result.durationSeconds < shortRoundSeconds;
  const shortFailures = isShort ? memory.shortFailures + 1 : 0;
  return { ...memory, authFailures, failures: memory.failures + 1, shortFailures, lastFailureAt: now };
}

function authFailuresAfter(kind: VerdictKind, count: number): number {
  if (kind === "auth") return count + 1;
  // Neither an interruption nor a provider that is down shows that the login works.
  return kind === "interrupted" || kind === "transient" ? count : 0;
}
