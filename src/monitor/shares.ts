// Counts among the newest rounds, as several detectors do: how many of the last so many, and which of them failed how.
import { compilePattern } from "../config/pattern.ts";
import type { ExitSight, RoundSight } from "../view/sight_rounds.ts";

/** A round whose agent ended. */
export type EndedRound = RoundSight & { readonly exit: ExitSight };

/**
 * The newest rounds whose agent ended, at most `window` of them, oldest first. A look may fall between the end of an
 * agent and its verdict: until then such a round says nothing.
 */
export function newestExits(rounds: readonly RoundSight[], window: number): readonly EndedRound[] {
  return rounds.filter((round): round is EndedRound =>
    round.exit !== null && (round.verdict !== null || round.endedAt !== null)
  ).slice(-window);
}

/** A part of some rounds, held against a share in percent. */
export function reaches(share: { readonly part: number; readonly of: number; readonly percent: number }): boolean {
  // Without a division, so that 3 of 10 is exactly 30 percent.
  return share.part > 0 && share.part * 100 >= share.percent * share.of;
}

/** A short failure that no verdict explains, as a predecessor or a supervisor that was killed leaves it. */
export function isUnjudgedFailure(round: EndedRound, shortSeconds: number): boolean {
  const { exit } = round;
  return round.verdict === null && round.endedAt !== null && exit.durationSeconds < shortSeconds && exit.code !== 0 &&
    !exit.isTimedOut;
}

/** Numbers of rounds whose last lines of output are needed, because nothing else says what they came to. */
export function roundsWithoutWords(
  rounds: readonly RoundSight[],
  options: { readonly window: number; readonly shortSeconds: number },
): readonly number[] {
  return newestExits(rounds, options.window).filter((round) =>
    round.tail === null && isUnjudgedFailure(round, options.shortSeconds)
  ).map(({ number }) => number);
}

/** Whether one of the patterns stands in a text, whatever the case. */
export function matchesAny(text: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => compilePattern(pattern, { isCaseInsensitive: true })?.test(text) === true);
}
