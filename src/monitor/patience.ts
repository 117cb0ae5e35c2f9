// How long a round may take until it should be settled: its last wall, and what comes after it.
import { activeHooks } from "../config/active_hooks.ts";
import type { Config } from "../config/schema.ts";
import type { RoundSight } from "../view/sight_rounds.ts";

/** Saving what was left, and the record of the round. */
const settlingSeconds = 30;

/** What a configuration says of it, in seconds. */
export interface Patience {
  readonly timeoutSeconds: number;
  readonly phaseTimeouts: ReadonlyMap<string, number | null>;
  /** For all that follows the last wall: the agent's own end, hooks, and putting things away. */
  readonly afterwardsSeconds: number;
}

/** The walls of a configuration, with what its hooks and a deaf agent may add. */
export function patienceOf(config: Config): Patience {
  const { runtime, phases } = config;
  const ofHooks = activeHooks(config).filter(({ points }) => points.some((point) => point.startsWith("round_")))
    .reduce((sum, { timeoutSeconds }) => sum + timeoutSeconds, 0);
  return {
    timeoutSeconds: runtime.roundTimeoutSeconds,
    phaseTimeouts: new Map(
      Object.entries(phases.overrides).map(([phase, override]) => [phase, override.roundTimeoutSeconds]),
    ),
    afterwardsSeconds: runtime.stopGraceSeconds + settlingSeconds + ofHooks,
  };
}

/** The wall of a round: its own where it is known, else that of its phase. @param round null: any round */
export function wallOf(round: RoundSight | null, { timeoutSeconds, phaseTimeouts }: Patience): number {
  return round?.timeoutSeconds ?? phaseTimeouts.get(round?.phase ?? "") ?? timeoutSeconds;
}

/**
 * Seconds after which what has such a wall should be over: `factor` times that. A short round takes longer to be
 * settled than a share of its wall; but whoever names a factor below 1 does not want to wait for the wall.
 */
export function overAfter(wall: number, options: { readonly factor: number; readonly patience: Patience }): number {
  const { factor, patience: { afterwardsSeconds } } = options;
  return factor < 1 ? factor * wall : Math.max(factor * wall, wall + afterwardsSeconds);
}
