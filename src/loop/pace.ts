// Spreads rounds over a provider's usage windows, so that each ends nearly used up but never before its time.
import type { UsageWindow } from "../core/agent.ts";
import { clip, spellDuration, visible } from "../core/text.ts";

/** One window as it was seen at the end of a round. */
export interface PaceObservation {
  readonly name: string;
  /** Share that is used, 0 to 1 and more. */
  readonly utilization: number;
  /** Epoch seconds. */
  readonly resetsAt: number;
}

/** Observations of earlier rounds, oldest first. Kept small by `notePace`. */
export type PaceHistory = readonly PaceObservation[];

export interface PaceFacts {
  /** As seen at the end of the round that is just over. */
  readonly windows: readonly UsageWindow[];
  /** Epoch seconds. */
  readonly now: number;
  readonly restartDelaySeconds: number;
  /** Duration of the round that is just over. */
  readonly lastRoundSeconds: number;
  /** Without those of the round that is just over. */
  readonly history: PaceHistory;
}

export interface PacedDelay {
  /** Whole seconds from now until the next round, more than the ordinary delay. */
  readonly delaySeconds: number;
  /** For people, without a full stop at the end. */
  readonly reason: string;
}

/** Above this share nothing is started until the reset: what a round takes is known only afterwards. */
const fullShare = 0.97;
/** A round may take half as much again as the greediest one that was seen. */
const surprise = 1.5;
/** Until two observations tell: a guess that is rather too much, and so a delay that is rather too long. */
const guessedShare = 0.05;
const longestGuessedDelay = 600;
const longestDelay = 12 * 3600;
/** No window lasts longer: what is further away is no time in seconds. */
export const longestWindow = 32 * 86_400;
/** Times of the same reset as providers name them differ by less. */
const sameReset = 120;
/** Providers name whole percents: so much may be used and not be seen yet. */
const unseenShare = 0.01;
/** Rounds that show no use may have used half a percent together. */
const finestShare = 0.005;
const roundsKept = 10;
const windowsKept = 8;
/** Observations of all windows together. */
export const observationsKept = roundsKept * windowsKept;

/**
 * How long to wait before the next round so that no window is used up before it is reset; the longest wait of all
 * windows. Null when nothing is known of any window, or when the ordinary delay is long enough. Pure.
 */
export function pacedDelay(facts: PaceFacts): PacedDelay | null {
  let longest: PacedDelay | null = null;
  for (const window of facts.windows) {
    const delay = delayFor(window, facts);
    if (delay !== null && delay.delaySeconds > (longest?.delaySeconds ?? 0)) longest = delay;
  }
  return longest !== null && longest.delaySeconds > facts.restartDelaySeconds ? longest : null;
}

/** The history with one more round's windows in it. @param now epoch seconds */
export function notePace(history: PaceHistory, windows: readonly UsageWindow[], now: number): PaceHistory {
  const seen = windows.slice(0, windowsKept).flatMap((window) => {
    const open = openWindow(window, now);
    return open === null ? [] : [open];
  });
  return [...history.filter(({ resetsAt }) => resetsAt > now), ...seen].slice(-observationsKept);
}

function delayFor(window: UsageWindow, facts: PaceFacts): PacedDelay | null {
  const open = openWindow(window, facts.now);
  if (open === null) return null;
  const { now, lastRoundSeconds } = facts;
  const secondsLeft = open.resetsAt - now;
  const use = usePerRound(open, facts.history);
  const shareLeft = fullShare - open.utilization;
  const afterOneMore = open.utilization + unseenShare + use.greediest * surprise;
  const isFull = window.isRejected || shareLeft <= 0 || afterOneMore > 1;
  const spread = secondsLeft * use.usual / Math.max(shareLeft, Number.EPSILON) - Math.max(0, lastRoundSeconds);
  const bound = use.isGuess ? longestGuessedDelay : longestDelay;
  const wanted = isFull ? secondsLeft : Math.min(spread, bound, secondsLeft);
  if (!(wanted > 0)) return null;
  return { delaySeconds: Math.ceil(wanted), reason: spellReason(open, { now, isFull, rounds: shareLeft / use.usual }) };
}

/** Shares that one round takes of a window: the mean for spreading, the greatest for the last ones before it is full. */
function usePerRound(
  open: PaceObservation,
  history: PaceHistory,
): { readonly usual: number; readonly greediest: number; readonly isGuess: boolean } {
  const earlier = history.filter((seen) =>
    seen.name === open.name && Math.abs(seen.resetsAt - open.resetsAt) <= sameReset
  ).slice(-roundsKept);
  const shares = [...earlier, open].map(({ utilization }) => utilization);
  const steps = shares.slice(1).map((share, i) => share - shares[i]!);
  if (steps.length === 0) {
    // In a window that has just begun, all that is used was used by the one round that was seen.
    const guess = Math.max(finestShare, Math.min(open.utilization, guessedShare));
    return { usual: guess, greediest: guess, isGuess: true };
  }
  const mean = steps.reduce((sum, step) => sum + step, 0) / steps.length;
  const usual = Math.max(mean, finestShare / steps.length);
  return { usual, greediest: Math.max(usual, ...steps), isGuess: false };
}

/** What can be paced: a window with a share and a reset that is still to come. */
function openWindow(window: UsageWindow, now: number): PaceObservation | null {
  const { name, resetsAt, isRejected } = window;
  const utilization = window.utilization ?? (isRejected ? 1 : null);
  if (utilization === null || resetsAt === null) return null;
  const isGood = Number.isFinite(utilization) && utilization >= 0 && resetsAt > now && resetsAt - now <= longestWindow;
  return isGood ? { name, utilization, resetsAt } : null;
}

function spellReason(
  open: PaceObservation,
  at: { readonly now: number; readonly isFull: boolean; readonly rounds: number },
): string {
  const name = clip(visible(open.name), 40);
  const used = `${Math.round(open.utilization * 100)}% of the limit "${name}" is used`;
  const reset = `is reset in ${spellDuration(open.resetsAt - at.now)}`;
  if (at.isFull) return `pacing: ${used}, too much for one more round; it ${reset}`;
  const rounds = Math.max(1, Math.floor(at.rounds));
  return `pacing: ${used}, which ${reset}; about ${rounds} more ${rounds === 1 ? "round fits" : "rounds fit"} in it`;
}
