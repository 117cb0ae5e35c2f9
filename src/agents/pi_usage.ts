// Adds up the tokens and the cost of pi's messages.
import type { Usage } from "../core/agent.ts";
import { figureOf, tallyOf } from "./figure.ts";
import { type JsonRecord, objectOf } from "./record.ts";

/** What was used before a message, and what the message does not tell. */
export interface Before {
  readonly usage: Usage | null;
  readonly model: string | null;
  readonly toolCallCount: number;
}

/** What was used with a message, which reports its own tokens alone. @param message of the assistant */
export function usageWith(message: JsonRecord, { usage: before, model, toolCallCount }: Before): Usage | null {
  const fields = objectOf(message.usage);
  if (!fields) return before;
  const cost = figureOf(objectOf(fields.cost)?.total);
  const reasoning = tallyOf(fields.reasoning);
  return {
    model: model ?? "unknown",
    inputTokens: (before?.inputTokens ?? 0) + tallyOf(fields.input),
    // Its count of what the model wrote has the reasoning in it.
    outputTokens: (before?.outputTokens ?? 0) + Math.max(0, tallyOf(fields.output) - reasoning),
    reasoningTokens: (before?.reasoningTokens ?? 0) + reasoning,
    cachedTokens: (before?.cachedTokens ?? 0) + tallyOf(fields.cacheRead),
    cacheCreationTokens: (before?.cacheCreationTokens ?? 0) + tallyOf(fields.cacheWrite),
    costUsd: cost === null ? before?.costUsd ?? null : (before?.costUsd ?? 0) + Math.max(0, cost),
    durationMs: 0,
    toolCallCount,
    modelsBreakdown: null,
    isCumulative: false,
  };
}

/** Whether a message's own usage names any tokens. */
export function hasTokens(message: JsonRecord): boolean {
  const fields = objectOf(message.usage);
  return ["input", "output", "cacheRead", "cacheWrite"].some((name) => tallyOf(fields?.[name]) > 0);
}
