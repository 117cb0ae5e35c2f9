// What comes after a round: again, wait or stop. Pure in the round's result and what is remembered of earlier ones.
import { verdictRules } from "../config/verdict_rules.ts";
import type { VerdictAction } from "../config/verdict_rules.ts";
import type { RoundResult } from "../core/round.ts";
import { isFailure, verdictKinds } from "../core/verdict.ts";
import type { Verdict, VerdictKind } from "../core/verdict.ts";
import { planWait, waitNameOf } from "./backoff.ts";
import type { PlannedWait } from "./backoff.ts";
import { countsWhenShort, crashLoopCount, remember, shortRoundSeconds } from "./remembered.ts";
import type { LoopMemory } from "./remembered.ts";

/** Whether the next round may go on with the agent's session or is to begin a new one. */
export type NextSession = "keep" | "fresh";

/** Why the loop ends after a round. */
export type StopCause = "crash_loop" | "limit" | "human_needed" | "on_verdict";

export type NextStep =
  | {
    readonly kind: "again";
    readonly delaySeconds: number;
    readonly reason: string;
    readonly session: NextSession;
  }
  | { readonly kind: "wait"; readonly wait: PlannedWait; readonly reason: string; readonly session: NextSession }
  | { readonly kind: "stop"; readonly cause: StopCause; readonly reason: string };

export interface NextOptions {
  readonly restartDelaySeconds: number;
  readonly transientErrorAction: "back_off" | "skip" | "stop";
  /** What `[on_verdict]` says of this verdict; null when it says nothing. */
  readonly override: VerdictAction | null;
  /** Epoch seconds. */
  readonly now: number;
}

export interface Decision {
  readonly step: NextStep;
  readonly memory: LoopMemory;
}

const longestDelaySeconds = 1800;
/** Growth of the pause where limits are skipped ends here. */
const longestSkipSeconds = 60;
/** Between a login that was refused and the one further attempt. */
const authRetrySeconds = 60;
/** So many refused logins in a row end the loop. */
const authLimit = 2;

/** One row per verdict, as the docs print it. */
export const nextTable: readonly {
  readonly verdict: VerdictKind;
  readonly next: string;
  readonly countedByTheBreaker: string;
}[] = verdictKinds.map((verdict) => ({
  verdict,
  next: verdictRules[verdict],
  countedByTheBreaker: breakerRule(verdict),
}));

function breakerRule(kind: VerdictKind): string {
  if (kind === "interrupted") return "when short, unless the supervisor ended it";
  return countsWhenShort({ verdict: { kind }, ending: { kind: "exited" } }) ? "when short" : "no";
}

/** The next step and what to remember from now on. */
export function next(result: RoundResult, before: LoopMemory, options: NextOptions): Decision {
  const { verdict } = result;
  const memory = { ...remember(result, before, options.now), needsFreshSession: verdict.kind === "context" };
  // A session that is gone is no fault of the agent's set-up, whatever it says of it: only a fresh one helps.
  const action = result.isSessionRefused ? "fresh_session" : options.override ?? ownAction(verdict, memory, options);
  if (action === "stop") return { step: stopFor(verdict, options), memory };
  if (isCounted(result) && memory.shortFailures >= crashLoopCount) {
    const reason = `${memory.shortFailures} short failures in a row`;
    return { step: { kind: "stop", cause: "crash_loop", reason }, memory };
  }
  const session: NextSession = action === "fresh_session" ? "fresh" : "keep";
  const chosen: LoopMemory = { ...memory, needsFreshSession: session === "fresh" };
  if (action === "wait") return waiting(sinceItEnded(result, options.now), chosen, { session, now: options.now });
  if (isThrottle(verdict.kind)) return skipping(verdict, chosen, { ...options, session });
  const pause = pauseAfter(result, chosen, options);
  return { step: { kind: "again", ...pause, session }, memory: { ...chosen, backoff: {} } };
}

/** The row of the table. */
function ownAction(verdict: Verdict, memory: LoopMemory, options: NextOptions): VerdictAction {
  switch (verdict.kind) {
    case "limit":
    case "transient":
      if (verdict.needsHuman || options.transientErrorAction === "stop") return "stop";
      return options.transientErrorAction === "skip" ? "again" : "wait";
    case "auth":
      return memory.authFailures >= authLimit ? "stop" : "again";
    case "billing":
    case "config":
      return "stop";
    case "context":
      return verdict.needsHuman ? "stop" : "fresh_session";
    case "ok":
    case "bounded":
    case "interrupted":
    case "hung":
    case "no_result":
    case "error":
      return verdict.needsHuman ? "stop" : "again";
    default:
      return verdict.kind satisfies never;
  }
}

function stopFor(verdict: Verdict, options: NextOptions): NextStep {
  const isHuman = verdict.needsHuman || ["auth", "billing", "config"].includes(verdict.kind);
  if (isHuman) return { kind: "stop", cause: "human_needed", reason: verdict.summary };
  const setting = options.override === null ? "transient_error_action" : `on_verdict.${verdict.kind}`;
  const reason = `${verdict.summary} (${setting} is stop)`;
  return { kind: "stop", cause: isThrottle(verdict.kind) ? "limit" : "on_verdict", reason };
}

/** A reset that came after the round had ended, and before anybody was there to wait for it, is not an unknown one. */
function sinceItEnded({ verdict, endedAt }: RoundResult, now: number): Verdict {
  const { resetsAt } = verdict;
  const hasPassed = resetsAt !== null && resetsAt < now && resetsAt > endedAt / 1000;
  return hasPassed ? { ...verdict, resetsAt: Math.floor(now) } : verdict;
}

function waiting(
  verdict: Verdict,
  memory: LoopMemory,
  options: { readonly session: NextSession; readonly now: number },
): Decision {
  const wait = planWait(verdict, memory.backoff, options.now);
  const step: NextStep = { kind: "wait", wait, reason: verdict.summary, session: options.session };
  if (wait.isAuthoritative) return { step, memory };
  return { step, memory: { ...memory, backoff: { ...memory.backoff, [wait.waitName]: wait.count + 1 } } };
}

/** A limit that is not waited out is still not hammered: the pause grows up to a minute. */
function skipping(
  verdict: Verdict,
  memory: LoopMemory,
  options: NextOptions & { readonly session: NextSession },
): Decision {
  const name = waitNameOf(verdict);
  const count = memory.backoff[name] ?? 0;
  const { restartDelaySeconds: delay, override, session } = options;
  const delaySeconds = Math.max(delay, Math.min(delay * 2 ** count, longestSkipSeconds));
  const reason = override === null ? "transient_error_action is skip" : `on_verdict.${verdict.kind} is ${override}`;
  return {
    step: { kind: "again", delaySeconds, reason, session },
    memory: { ...memory, backoff: { ...memory.backoff, [name]: count + 1 } },
  };
}

function pauseAfter(
  result: RoundResult,
  memory: LoopMemory,
  options: NextOptions,
): { readonly delaySeconds: number; readonly reason: string } {
  const { kind } = result.verdict;
  const delay = options.restartDelaySeconds;
  if (kind === "auth" && options.override === null) {
    return { delaySeconds: Math.max(delay, authRetrySeconds), reason: "the login was refused; one more attempt" };
  }
  const grown = (count: number) => Math.max(delay, Math.min(delay * 2 ** count, longestDelaySeconds));
  if (isCounted(result)) {
    const delaySeconds = grown(memory.shortFailures);
    const what = isFailure(kind) ? "short failure" : `short round that was ${kind},`;
    return { delaySeconds, reason: `${what} ${memory.shortFailures} of ${crashLoopCount} in a row` };
  }
  if (kind === "ok" || kind === "bounded") return { delaySeconds: delay, reason: "pause between rounds" };
  if (isFailure(kind)) {
    return { delaySeconds: grown(memory.failures), reason: `pause after a round that was ${kind}` };
  }
  return { delaySeconds: delay * 2, reason: `pause after a round that was ${kind}` };
}

function isCounted(result: RoundResult): boolean {
  return countsWhenShort(result) && result.durationSeconds < shortRoundSeconds;
}

function isThrottle(kind: VerdictKind): boolean {
  return kind === "limit" || kind === "transient";
}
