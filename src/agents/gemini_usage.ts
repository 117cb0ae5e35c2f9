// Turns the statistics in Gemini CLI's terminal record into the tokens of the round.
import type { Usage } from "../core/agent.ts";
import { countOf, type JsonRecord, objectOf } from "./record.ts";
import type { StreamState } from "./stream_state.ts";

const mostModels = 20;
const countNames = ["total_tokens", "input_tokens", "output_tokens", "cached", "input", "duration_ms", "tool_calls"];

/** Tokens of this run alone; null when the record tells of none, not even which model was asked. */
export function usageOfStats(value: unknown, state: StreamState): Usage | null {
  const stats = objectOf(value);
  if (!stats) return null;
  const models = Object.entries(objectOf(stats.models) ?? {}).slice(0, mostModels)
    .map(([name, fields]) => ({ name: name.slice(0, 200), fields: objectOf(fields) ?? {} }));
  if (models.length === 0 && countNames.every((name) => name === "duration_ms" || countOf(stats[name]) === 0)) {
    return null;
  }
  const inputTokens = uncachedInput(stats);
  return {
    model: busiest(models) ?? state.model ?? "unknown",
    inputTokens,
    outputTokens: countOf(stats.output_tokens),
    // Thoughts are in the total alone.
    reasoningTokens: Math.max(
      0,
      countOf(stats.total_tokens) - inputTokens - countOf(stats.cached) - countOf(stats.output_tokens),
    ),
    cachedTokens: countOf(stats.cached),
    cacheCreationTokens: 0,
    costUsd: null,
    durationMs: countOf(stats.duration_ms),
    toolCallCount: typeof stats.tool_calls === "number" ? countOf(stats.tool_calls) : state.toolCallCount,
    modelsBreakdown: models.length < 2
      ? null
      : Object.fromEntries(models.map(({ name, fields }) => [name, breakdown(fields)])),
    isCumulative: false,
  };
}

interface ModelStats {
  readonly name: string;
  readonly fields: JsonRecord;
}

function uncachedInput(stats: JsonRecord): number {
  return typeof stats.input === "number"
    ? countOf(stats.input)
    : Math.max(0, countOf(stats.input_tokens) - countOf(stats.cached));
}

function busiest(models: readonly ModelStats[]): string | null {
  let most: ModelStats | null = null;
  for (const model of models) {
    if (most === null || countOf(model.fields.total_tokens) > countOf(most.fields.total_tokens)) most = model;
  }
  return most?.name ?? null;
}

/** Spelt as in the event that carries it. */
function breakdown(fields: JsonRecord): JsonRecord {
  return {
    total_tokens: countOf(fields.total_tokens),
    input_tokens: countOf(fields.input_tokens) || countOf(fields.input),
    output_tokens: countOf(fields.output_tokens),
    cached_tokens: countOf(fields.cached),
  };
}
