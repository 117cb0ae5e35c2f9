// Turns the statistics in Gemini CLI's terminal record into the tokens of the round.
import type { Usage } from "../core/agent.ts";
import { figureOf, tallyOf } from "./figure.ts";
import { type JsonRecord, objectOf } from "./record.ts";
import type { StreamState } from "./stream_state.ts";

const mostModels = 20;
const countNames = ["total_tokens", "input_tokens", "output_tokens", "cached", "input", "duration_ms", "tool_calls"];

/** Tokens of this run alone; null when the record tells of none, not even which model was asked. */
export function usageOfStats(value: unknown, state: StreamState): Usage | null {
  const stats = objectOf(value);
  if (!stats) return null;
  const models = Object.entries(objectOf(stats.models) ?? {}).slice(0, mostModels)
    .map(([name, fields]) => ({ name: name.slice(0, 200), fields: objectOf(fields) ?? {} }));
  if (models.length === 0 && countNames.every((name) => name === "duration_ms" || tallyOf(stats[name]) === 0)) {
    return null;
  }
  const inputTokens = uncachedInput(stats);
  return {
    model: busiest(models) ?? state.model ?? "unknown",
    inputTokens,
    outputTokens: tallyOf(stats.output_tokens),
    // Thoughts are in the total alone.
    reasoningTokens: Math.max(
      0,
      tallyOf(stats.total_tokens) - inputTokens - tallyOf(stats.cached) - tallyOf(stats.output_tokens),
    ),
    cachedTokens: tallyOf(stats.cached),
    cacheCreationTokens: 0,
    costUsd: null,
    durationMs: tallyOf(stats.duration_ms),
    toolCallCount: figureOf(stats.tool_calls) === null ? state.toolCallCount : tallyOf(stats.tool_calls),
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
  return figureOf(stats.input) === null
    ? Math.max(0, tallyOf(stats.input_tokens) - tallyOf(stats.cached))
    : tallyOf(stats.input);
}

function busiest(models: readonly ModelStats[]): string | null {
  let most: ModelStats | null = null;
  for (const model of models) {
    if (most === null || tallyOf(model.fields.total_tokens) > tallyOf(most.fields.total_tokens)) most = model;
  }
  return most?.name ?? null;
}

/** Spelt as in the event that carries it. */
function breakdown(fields: JsonRecord): JsonRecord {
  return {
    total_tokens: tallyOf(fields.total_tokens),
    input_tokens: tallyOf(fields.input_tokens) || tallyOf(fields.input),
    output_tokens: tallyOf(fields.output_tokens),
    cached_tokens: tallyOf(fields.cached),
  };
}
