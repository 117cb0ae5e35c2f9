// Decides whether a running round is worth going on with: pure in what its stream has shown so far.
import type { Observations } from "../core/agent.ts";
import type { Verdict } from "../core/verdict.ts";

/** What is left for a round to use; null where nothing bounds it. */
export interface Room {
  readonly usd: number | null;
  readonly tokens: number | null;
  /** Of agent time. */
  readonly seconds: number | null;
}

export const boundlessRoom: Room = { usd: null, tokens: null, seconds: null };

/** Why a round is ended before its time. */
export interface EarlyEnd {
  readonly sign: "hopeless" | "long_wait" | "runaway" | "budget" | "disk";
  /** For people, without a full stop at the end. */
  readonly why: string;
}

export interface EarlyOptions {
  /** `[agent] act_early`; budgets hold without it. */
  readonly isOn: boolean;
  /** Longest time the agent may sleep inside a round. */
  readonly longestWaitSeconds: number;
  readonly room: Room;
  /** Cost of what was used so far, in USD; null when unknown. */
  readonly costOf: (observed: Observations) => number | null;
}

/** Null: the round goes on. @param ageSeconds how long the agent has been at work */
export function earlyEnd(observed: Observations, ageSeconds: number, options: EarlyOptions): EarlyEnd | null {
  if (observed.hasTerminalRecord) return null;
  return signOf(observed, options) ?? overspent(observed, ageSeconds, options);
}

function signOf({ early }: Observations, { isOn, longestWaitSeconds }: EarlyOptions): EarlyEnd | null {
  if (!isOn || early === null) return null;
  if (early.kind === "long_wait" && early.waitSeconds !== null && early.waitSeconds <= longestWaitSeconds) return null;
  return { sign: early.kind, why: early.why };
}

function overspent(observed: Observations, ageSeconds: number, { room, costOf }: EarlyOptions): EarlyEnd | null {
  if (room.seconds !== null && ageSeconds >= room.seconds) return budgetEnd("agent time");
  const { usage } = observed;
  if (usage === null || usage.isCumulative) return null;
  const tokens = usage.inputTokens + usage.outputTokens + usage.reasoningTokens + usage.cachedTokens +
    usage.cacheCreationTokens;
  if (room.tokens !== null && tokens >= room.tokens) return budgetEnd("tokens");
  const cost = room.usd === null ? null : costOf(observed);
  return cost !== null && room.usd !== null && cost >= room.usd ? budgetEnd("cost") : null;
}

function budgetEnd(what: string): EarlyEnd {
  return { sign: "budget", why: `the budget for ${what} is used up` };
}

/** The verdict of a round that the budget cut short, whatever the agent was about to say. */
export function budgetVerdict(why: string, before: Verdict): Verdict {
  return {
    ...before,
    kind: "bounded",
    summary: `The round was ended early: ${why}.`,
    evidence: [{ record: "supervisor", field: "budget", value: why }],
    resetsAt: null,
    retryAfterSeconds: null,
    waitClass: null,
    needsHuman: false,
  };
}
