// Adds up the tokens and the cost of opencode's steps.
import type { Usage } from "../core/agent.ts";
import { figureOf, tallyOf } from "./figure.ts";
import { type JsonRecord, objectOf } from "./record.ts";
import type { StreamState } from "./stream_state.ts";

/** All tokens of a usage; 0 when there is none. */
export function tokensIn(usage: Usage | null): number {
  if (!usage) return 0;
  const { inputTokens, outputTokens, reasoningTokens, cachedTokens, cacheCreationTokens } = usage;
  return inputTokens + outputTokens + reasoningTokens + cachedTokens + cacheCreationTokens;
}

/** What the steps so far used, each of which opencode reports by itself. @param part of a `step_finish` */
export function usageAfterStep(
  { usage: before, model, toolCallCount }: StreamState,
  part: JsonRecord | null,
): Usage | null {
  const tokens = objectOf(part?.tokens);
  const cost = figureOf(part?.cost);
  if (!tokens && cost === null) return before;
  const cache = objectOf(tokens?.cache);
  return {
    model: model ?? "unknown",
    inputTokens: (before?.inputTokens ?? 0) + tallyOf(tokens?.input),
    outputTokens: (before?.outputTokens ?? 0) + tallyOf(tokens?.output),
    reasoningTokens: (before?.reasoningTokens ?? 0) + tallyOf(tokens?.reasoning),
    cachedTokens: (before?.cachedTokens ?? 0) + tallyOf(cache?.read),
    cacheCreationTokens: (before?.cacheCreationTokens ?? 0) + tallyOf(cache?.write),
    costUsd: cost === null ? before?.costUsd ?? null : (before?.costUsd ?? 0) + Math.max(0, cost),
    durationMs: 0,
    toolCallCount,
    modelsBreakdown: null,
    isCumulative: false,
  };
}
