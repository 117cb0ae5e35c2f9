// The one form in which rounds are added up: for a day, a phase, a model, an agent, or all there is.

/** Verdicts that are told apart; more there never are, but a file can hold anything. */
const verdictsKept = 32;

/** Kinds of tokens with the fields that count them. */
export const tokenFields = [
  ["input", "input_tokens"],
  ["output", "output_tokens"],
  ["reasoning", "reasoning_tokens"],
  ["cache_read", "cached_tokens"],
  ["cache_creation", "cache_creation_tokens"],
] as const;

export type TokenType = typeof tokenFields[number][0];

/** What some rounds took and brought. */
export interface FigureSums {
  /** Settled ones. */
  rounds: number;
  /** How many of them ended with each verdict; `unknown` for those without. */
  readonly verdicts: Map<string, number>;
  /** Of all kinds together. */
  tokens: number;
  readonly tokensByType: Map<TokenType, number>;
  /** As agents reported it. */
  reportedUsd: number;
  /** By prices, where an agent reported none. */
  estimatedUsd: number;
  /** Agents ran for so long. */
  agentSeconds: number;
  /** Of that, in rounds that were no failure. */
  workingSeconds: number;
  /** Between rounds, while a supervisor ran. */
  waitingSeconds: number;
  commits: number;
}

export function freshSums(): FigureSums {
  return {
    rounds: 0,
    verdicts: new Map(),
    tokens: 0,
    tokensByType: new Map(),
    reportedUsd: 0,
    estimatedUsd: 0,
    agentSeconds: 0,
    workingSeconds: 0,
    waitingSeconds: 0,
    commits: 0,
  };
}

/** Agents ran for so long in rounds that failed, or of which nobody knows. */
export function lostSeconds({ agentSeconds, workingSeconds }: Readonly<FigureSums>): number {
  return Math.max(0, agentSeconds - workingSeconds);
}

/** Both kinds of cost. */
export function costUsd({ reportedUsd, estimatedUsd }: Readonly<FigureSums>): number {
  return reportedUsd + estimatedUsd;
}

/** Counts one round. */
export function addRound(sums: FigureSums, verdict: string): void {
  sums.rounds++;
  addTo(sums.verdicts, sums.verdicts.has(verdict) || sums.verdicts.size < verdictsKept ? verdict : "other", 1);
}

export function addTokens(sums: FigureSums, type: TokenType, count: number): void {
  sums.tokens += count;
  addTo(sums.tokensByType, type, count);
}

/** Adds all of one to another. */
export function addSums(into: FigureSums, from: Readonly<FigureSums>): void {
  into.rounds += from.rounds;
  for (const [verdict, count] of from.verdicts) addTo(into.verdicts, verdict, count);
  into.tokens += from.tokens;
  for (const [type, count] of from.tokensByType) addTo(into.tokensByType, type, count);
  into.reportedUsd += from.reportedUsd;
  into.estimatedUsd += from.estimatedUsd;
  into.agentSeconds += from.agentSeconds;
  into.workingSeconds += from.workingSeconds;
  into.waitingSeconds += from.waitingSeconds;
  into.commits += from.commits;
}

function addTo<K>(counts: Map<K, number>, key: K, amount: number): void {
  counts.set(key, (counts.get(key) ?? 0) + amount);
}
