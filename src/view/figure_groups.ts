// Adds up what rounds count under what they have in common: their phase, their agent, its model.
import { addSums, freshSums } from "./figure_sums.ts";
import type { FigureSums } from "./figure_sums.ts";
import type { RoundFigure } from "./round_figure.ts";

/** Names come from agents: what is beyond so many counts as `other`. */
const groupsKept = 100;

export type GroupName = "phase" | "model" | "agent";

/** Sums by one property of rounds. */
export class FigureGroups {
  readonly #by: GroupName;
  readonly #groups = new Map<string, FigureSums>();

  constructor(by: GroupName) {
    this.#by = by;
  }

  /** The largest group first, by how long agents ran. */
  get all(): readonly (readonly [key: string, sums: Readonly<FigureSums>])[] {
    return [...this.#groups].sort(([, a], [, b]) => b.agentSeconds - a.agentSeconds);
  }

  /** @param round null for what was before any round */
  take(round: RoundFigure | null, from: Readonly<FigureSums>): void {
    if (isEmpty(from)) return;
    // Without a phase and without usage there is nothing to name: both are common.
    const key = round === null ? "no round" : round[this.#by] ?? (this.#by === "phase" ? "no phase" : "unknown");
    const sums = this.#groups.get(key) ?? this.#make(this.#groups.size < groupsKept ? key : "other");
    addSums(sums, from);
  }

  #make(key: string): FigureSums {
    const made = this.#groups.get(key) ?? freshSums();
    this.#groups.set(key, made);
    return made;
  }
}

function isEmpty({ rounds, tokens, reportedUsd, estimatedUsd, agentSeconds, waitingSeconds, commits }: FigureSums) {
  return rounds + tokens + reportedUsd + estimatedUsd + agentSeconds + waitingSeconds + commits === 0;
}
