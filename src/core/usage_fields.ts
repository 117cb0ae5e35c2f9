// Spells what a round used as pages, hooks and programs read it.
import type { Usage } from "./agent.ts";

/** Tokens, cost and time of one round; wire names. */
export interface UsageFields {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly reasoning_tokens: number;
  readonly cached_tokens: number;
  readonly cache_creation_tokens: number;
  /** As the agent reports it; null when it does not. */
  readonly cost_usd: number | null;
  readonly duration_ms: number;
}

/** The counts of a usage under their names on the wire. */
export function usageFields(usage: Usage): UsageFields {
  return {
    input_tokens: usage.inputTokens,
    output_tokens: usage.outputTokens,
    reasoning_tokens: usage.reasoningTokens,
    cached_tokens: usage.cachedTokens,
    cache_creation_tokens: usage.cacheCreationTokens,
    cost_usd: usage.costUsd,
    duration_ms: usage.durationMs,
  };
}
