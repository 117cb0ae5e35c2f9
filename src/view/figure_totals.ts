// Sums over all rounds that were seen, under the labels they have as metrics, each counted once.

const seriesKept = 64;

/** Upper bounds of the histogram of durations, seconds. */
export const durationBounds: readonly number[] = [10, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14_400];

/** Pairs of label and value, as JSON: a key that can be taken apart again. */
type LabelKey = string;

/** Sums since the oldest event that was read. */
export class FigureTotals {
  /** `agent`, `outcome`. */
  readonly rounds = new Map<LabelKey, number>();
  /** `agent`, `model`, `type`. */
  readonly tokens = new Map<LabelKey, number>();
  /** `agent`, `model`, `kind`. */
  readonly cost = new Map<LabelKey, number>();
  /** `reason`. */
  readonly restarts = new Map<LabelKey, number>();
  /** Rounds up to each of `durationBounds`, each with those below it. */
  readonly durationCounts: number[] = durationBounds.map(() => 0);
  durationSum = 0;
  durationCount = 0;
  stashes = 0;
  salvages = 0;
  /** When a round ended last, epoch milliseconds; null before the first. */
  lastRoundEndAt: number | null = null;
  leftoversEnded = 0;

  /** @param seconds that a round took */
  addDuration(seconds: number): void {
    this.durationSum += seconds;
    this.durationCount++;
    for (const [i, bound] of durationBounds.entries()) if (seconds <= bound) this.durationCounts[i]!++;
  }
}

/** The labels of a key. */
export function labelsOf(key: LabelKey): readonly (readonly [name: string, value: string])[] {
  return JSON.parse(key);
}

/**
 * Adds to the sum under these labels. A name beyond the most that are kept is left out: names come from agents, and there
 * must not be ever more of them.
 */
export function addUnder(
  sums: Map<LabelKey, number>,
  labels: Readonly<Record<string, string>>,
  amount: number,
): void {
  const key = JSON.stringify(Object.entries(labels));
  const known = sums.get(key);
  if (known === undefined && sums.size >= seriesKept) return;
  sums.set(key, (known ?? 0) + amount);
}
