// Turns the token counts in Qwen Code's records into those of the round or of the conversation.
import type { Usage } from "../core/agent.ts";
import { tallyOf } from "./figure.ts";
import type { JsonRecord } from "./record.ts";

/** Tokens by kind, those from a cache not counted as input. */
export interface Tokens {
  readonly input: number;
  readonly output: number;
  readonly cached: number;
  readonly created: number;
}

export const noTokens: Tokens = { input: 0, output: 0, cached: 0, created: 0 };

/** The counts of one `usage` object; fields of any other type count as 0. */
export function tokensOf(usage: JsonRecord): Tokens {
  const input = tallyOf(usage.input_tokens);
  const output = tallyOf(usage.output_tokens);
  const cached = tallyOf(usage.cache_read_input_tokens);
  // Input holds what came from the cache, unless the total shows that it stands beside it.
  const isBeside = cached > input || cached > 0 && tallyOf(usage.total_tokens) >= input + output + cached;
  return {
    input: isBeside ? input : input - cached,
    output,
    cached,
    created: tallyOf(usage.cache_creation_input_tokens),
  };
}

/** The sum of two counts. */
export function added(one: Tokens, other: Tokens): Tokens {
  return {
    input: one.input + other.input,
    output: one.output + other.output,
    cached: one.cached + other.cached,
    created: one.created + other.created,
  };
}

/** Whether nothing was used. */
export function isNothing({ input, output, cached, created }: Tokens): boolean {
  return input + output + cached + created === 0;
}

/** Usage as the supervisor books it. */
export function usageOf(
  tokens: Tokens,
  rest: Pick<Usage, "model" | "durationMs" | "toolCallCount" | "isCumulative">,
): Usage {
  return {
    inputTokens: tokens.input,
    outputTokens: tokens.output,
    reasoningTokens: 0,
    cachedTokens: tokens.cached,
    cacheCreationTokens: tokens.created,
    costUsd: null,
    modelsBreakdown: null,
    ...rest,
  };
}
