// What is told of one round and of one day in figures.

/** What one round took and brought. Null is what is not known (yet). */
export interface RoundFigure {
  readonly number: number;
  readonly phase: string | null;
  readonly agent: string | null;
  readonly model: string | null;
  /** Epoch milliseconds. */
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly verdict: string | null;
  readonly summary: string | null;
  readonly durationSeconds: number | null;
  /** Of all kinds together, with those read from a cache. */
  readonly tokens: number | null;
  /** As the agent reported it, or estimated where it did not. */
  readonly costUsd: number | null;
  readonly isCostEstimated: boolean;
  readonly commits: number | null;
  readonly filesChanged: number | null;
  readonly insertions: number | null;
  readonly deletions: number | null;
  readonly head: string | null;
}

/** A local day. */
export interface DayFigure {
  /** `YYYY-MM-DD`. */
  readonly day: string;
  readonly rounds: number;
  readonly ok: number;
  readonly workingSeconds: number;
  readonly waitingSeconds: number;
  readonly lostSeconds: number;
  readonly tokens: number;
  readonly costUsd: number;
  readonly commits: number;
}

/** Of a round of which only the number is known. */
export const unknownRound: Omit<RoundFigure, "number"> = {
  phase: null,
  agent: null,
  model: null,
  startedAt: null,
  endedAt: null,
  verdict: null,
  summary: null,
  durationSeconds: null,
  tokens: null,
  costUsd: null,
  isCostEstimated: false,
  commits: null,
  filesChanged: null,
  insertions: null,
  deletions: null,
  head: null,
};
