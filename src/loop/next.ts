// What comes after a round: again, wait or stop. Pure in the round's result and what is remembered of earlier ones.
import type { RoundResult } from "../core/round.ts";
import { isFailure } from "../core/verdict.ts";
import type { VerdictKind } from "../core/verdict.ts";
import { planWait } from "./backoff.ts";
import type { BackoffCounts, PlannedWait } from "./backoff.ts";

/** What the loop remembers from round to round, and over restarts. */
export interface LoopMemory {
  /** Short failures in a row. */
  readonly shortFailures: number;
  /** Epoch seconds of the newest of them; null when there is none. */
  readonly lastFailureAt: number | null;
  readonly backoff: BackoffCounts;
}

export const freshMemory: LoopMemory = { shortFailures: 0, lastFailureAt: null, backoff: {} };

/** A failure of a round that took less than this is a short one: the agent did not get to work. */
export const shortRoundSeconds = 60;
/** So many short failures in a row end the loop. */
export const crashLoopCount = 5;
const longestDelaySeconds = 1800;
/** Failures are forgotten after this time without another. */
export const memorySeconds = 3600;

export type NextStep =
  | { readonly kind: "again"; readonly delaySeconds: number; readonly reason: string }
  | { readonly kind: "wait"; readonly wait: PlannedWait; readonly reason: string }
  | { readonly kind: "stop"; readonly cause: "crash_loop" | "limit"; readonly reason: string };

export interface NextOptions {
  readonly restartDelaySeconds: number;
  readonly transientErrorAction: "back_off" | "skip" | "stop";
  /** Epoch seconds. */
  readonly now: number;
}

/** One row per verdict, as the docs print it. */
export const nextTable: readonly { readonly verdict: VerdictKind; readonly next: string }[] = [
  { verdict: "ok", next: "again after restart_delay_s" },
  { verdict: "bounded", next: "again after restart_delay_s" },
  { verdict: "context", next: "again after twice restart_delay_s" },
  { verdict: "interrupted", next: "again after twice restart_delay_s" },
  { verdict: "limit", next: "wait until the reset (transient_error_action)" },
  { verdict: "transient", next: "wait, longer each time (transient_error_action)" },
  { verdict: "hung", next: "again with growing delay; counted by the breaker when short" },
  { verdict: "no_result", next: "again with growing delay; counted by the breaker when short" },
  { verdict: "error", next: "again with growing delay; counted by the breaker when short" },
  { verdict: "auth", next: "again with growing delay; counted by the breaker when short" },
  { verdict: "billing", next: "again with growing delay; counted by the breaker when short" },
  { verdict: "config", next: "again with growing delay; counted by the breaker when short" },
];

/** Forgets failures that are old enough. @param now epoch seconds */
export function decay(memory: LoopMemory, now: number): LoopMemory {
  if (memory.lastFailureAt === null) return memory;
  const age = now - memory.lastFailureAt;
  // A clock that was set back makes the failure lie in the future: its age is unknown, so it is kept.
  return age > memorySeconds ? { ...memory, shortFailures: 0, lastFailureAt: null } : memory;
}

/** The next step and what to remember from now on. */
export function next(
  result: RoundResult,
  memory: LoopMemory,
  options: NextOptions,
): { readonly step: NextStep; readonly memory: LoopMemory } {
  const wait = planWait(result.verdict, memory.backoff, options.now);
  if (wait !== null) return afterLimit(wait, memory, { ...options, summary: result.verdict.summary });
  const remembered = decay({ ...memory, backoff: {} }, options.now);
  if (!isFailure(result.verdict.kind)) {
    const isClean = result.verdict.kind === "ok" || result.verdict.kind === "bounded";
    const delaySeconds = options.restartDelaySeconds * (isClean ? 1 : 2);
    const reason = isClean ? "pause between rounds" : `pause after a round that was ${result.verdict.kind}`;
    return { step: { kind: "again", delaySeconds, reason }, memory: freshMemory };
  }
  if (result.durationSeconds >= shortRoundSeconds) {
    const delaySeconds = options.restartDelaySeconds * 2;
    return { step: { kind: "again", delaySeconds, reason: "pause after a failed round" }, memory: freshMemory };
  }
  return afterShortFailure(remembered, options);
}

function afterShortFailure(memory: LoopMemory, options: NextOptions) {
  const shortFailures = memory.shortFailures + 1;
  const after: LoopMemory = { shortFailures, lastFailureAt: options.now, backoff: {} };
  if (shortFailures >= crashLoopCount) {
    const reason = `${shortFailures} short failures in a row`;
    return { step: { kind: "stop", cause: "crash_loop", reason } as const, memory: after };
  }
  const delaySeconds = Math.min(options.restartDelaySeconds * 2 ** shortFailures, longestDelaySeconds);
  const reason = `short failure ${shortFailures} of ${crashLoopCount} in a row`;
  return { step: { kind: "again", delaySeconds, reason } as const, memory: after };
}

function afterLimit(
  wait: PlannedWait,
  memory: LoopMemory,
  options: NextOptions & { readonly summary: string },
): { readonly step: NextStep; readonly memory: LoopMemory } {
  switch (options.transientErrorAction) {
    case "stop":
      return { step: { kind: "stop", cause: "limit", reason: options.summary }, memory };
    case "skip": {
      const reason = "transient_error_action is skip";
      return { step: { kind: "again", delaySeconds: options.restartDelaySeconds, reason }, memory };
    }
    case "back_off": {
      const counts = wait.isAuthoritative ? memory.backoff : { ...memory.backoff, [wait.waitClass]: wait.count + 1 };
      return { step: { kind: "wait", wait, reason: options.summary }, memory: { ...memory, backoff: counts } };
    }
    default:
      return options.transientErrorAction satisfies never;
  }
}
