// How long each rung of the stop ladder lasts before the next one.
import type { RunSpec } from "./run_spec.ts";
import type { LadderState } from "./stop_ladder.ts";

/** Between two looks at what KILL did. */
const killCheckMs = 150;

/** Milliseconds from the signal that led to `state` to the next one. */
export function graceMsOf(state: LadderState, { cancel, walls }: Pick<RunSpec, "cancel" | "walls">): number {
  switch (state) {
    case "int_sent":
      return (cancel?.graceSeconds ?? 0) * 1000;
    case "term_sent":
      return walls.stopGraceSeconds * 1000;
    default:
      return killCheckMs;
  }
}
