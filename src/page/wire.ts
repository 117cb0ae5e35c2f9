// Spells figures with the names they have outside of this program.
import type { DayFigure, RoundFigure } from "../view/round_figure.ts";
import { isoTime } from "../core/text.ts";

/** One round; what is not known is null. */
export function wireRound(round: RoundFigure) {
  return {
    round_num: round.number,
    phase: round.phase,
    agent: round.agent,
    started_at: round.startedAt === null ? null : isoTime(round.startedAt),
    ended_at: round.endedAt === null ? null : isoTime(round.endedAt),
    verdict: round.verdict,
    summary: round.summary,
    duration_s: round.durationSeconds,
    tokens: round.tokens,
    cost_usd: round.costUsd,
    is_cost_estimated: round.isCostEstimated,
    commits: round.commits,
    files_changed: round.filesChanged,
    insertions: round.insertions,
    deletions: round.deletions,
    head: round.head,
  };
}

/** One local day. */
export function wireDay(figure: DayFigure) {
  const { day, rounds, ok, workingSeconds, waitingSeconds, lostSeconds, tokens, costUsd, commits } = figure;
  return {
    day,
    rounds,
    ok,
    working_s: workingSeconds,
    waiting_s: waitingSeconds,
    lost_s: lostSeconds,
    tokens,
    cost_usd: costUsd,
    commits,
  };
}
