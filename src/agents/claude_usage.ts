// Adds up what a run of Claude Code used: from its results, and from its answers where no result came.
import type { Usage } from "../core/agent.ts";
import { figureOf, tallyOf } from "./figure.ts";
import { type JsonRecord, objectOf, textOf } from "./record.ts";

/** Tokens by kind. */
interface Tokens {
  readonly input: number;
  readonly output: number;
  readonly cached: number;
  readonly cacheCreation: number;
}

/** What was used so far; nothing in it is ever changed in place. */
export interface Ledger {
  /** Of the results so far; null before the first that tells. */
  readonly settled: Usage | null;
  /** The conversation's cost by the newest result, in USD, for results that tell only totals. */
  readonly totalCostUsd: number;
  /** Of answers since the newest result that nothing more is expected of. */
  readonly earlier: Tokens;
  /** Of the newest answers since then, by message: a message is told in several records, each with its usage. */
  readonly answers: readonly { readonly id: string; readonly tokens: Tokens }[];
}

const nothing: Tokens = { input: 0, output: 0, cached: 0, cacheCreation: 0 };
const answersKept = 32;

export const emptyLedger: Ledger = { settled: null, totalCostUsd: 0, earlier: nothing, answers: [] };

/** Takes an answer's usage; an error that Claude Code made up itself has no message of the provider. */
export function withAnswer(ledger: Ledger, message: JsonRecord | null): Ledger {
  const id = textOf(message?.id);
  const usage = objectOf(message?.usage);
  if (id === null || !usage) return ledger;
  const answers = [...ledger.answers.filter((answer) => answer.id !== id), { id, tokens: tokensOf(usage) }];
  if (answers.length <= answersKept) return { ...ledger, answers };
  return { ...ledger, earlier: sumOf(ledger.earlier, answers[0]!.tokens), answers: answers.slice(1) };
}

/**
 * Takes a result, whose numbers replace those of the answers before it.
 * @param isResumed the conversation is older than this run, so that its total cost is not that of the run
 */
export function withResult(ledger: Ledger, record: JsonRecord, { isResumed }: { readonly isResumed: boolean }): Ledger {
  const usage = objectOf(record.usage);
  if (!usage || Object.keys(usage).length === 0) return ledger;
  const models = Object.values(objectOf(record.model_usage_since_last_result) ?? {}).map((model) =>
    objectOf(model) ?? {}
  );
  const before = ledger.settled;
  const told = tokensOf(usage);
  // A run that was interrupted reports zeros here, although its models were paid for.
  const own = isBlank(told)
    ? models.length > 0 ? models.map(tokensOfModel).reduce(sumOf, nothing) : seenOf(ledger)
    : told;
  const tokens = before ? sumOf(own, tokensOfUsage(before)) : own;
  const cost = costOf(ledger, { record, models, isResumed });
  return {
    settled: {
      ...blankUsage,
      ...spelled(tokens),
      costUsd: cost === null || before?.costUsd === null ? null : cost + (before?.costUsd ?? 0),
      durationMs: tallyOf(record.duration_ms) + (before?.durationMs ?? 0),
    },
    totalCostUsd: figureOf(record.total_cost_usd) ?? ledger.totalCostUsd,
    earlier: nothing,
    answers: [],
  };
}

/** What was used so far; null when nothing tells. Its cost is unknown as long as answers have no result. */
export function usageIn(
  ledger: Ledger,
  { model, toolCallCount }: { readonly model: string | null; readonly toolCallCount: number },
): Usage | null {
  const seen = seenOf(ledger);
  const { settled } = ledger;
  const shown = { model: model ?? "unknown", toolCallCount };
  if (isBlank(seen)) return settled && { ...settled, ...shown };
  const tokens = settled ? sumOf(seen, tokensOfUsage(settled)) : seen;
  return { ...blankUsage, ...spelled(tokens), durationMs: settled?.durationMs ?? 0, ...shown };
}

function costOf(
  ledger: Ledger,
  { record, models, isResumed }: {
    readonly record: JsonRecord;
    readonly models: readonly JsonRecord[];
    readonly isResumed: boolean;
  },
): number | null {
  const costs = models.map((model) => figureOf(model.costUSD)).filter((cost) => cost !== null);
  if (costs.length > 0) return costs.reduce((sum, cost) => sum + cost, 0);
  const total = figureOf(record.total_cost_usd);
  if (total === null || total === 0) return total;
  const isFirst = ledger.settled === null;
  if (isFirst && isResumed) return null;
  return total >= ledger.totalCostUsd ? total - ledger.totalCostUsd : total;
}

const blankUsage = {
  model: "unknown",
  reasoningTokens: 0,
  costUsd: null,
  durationMs: 0,
  toolCallCount: 0,
  modelsBreakdown: null,
  isCumulative: false,
} as const;

function tokensOf(usage: JsonRecord): Tokens {
  return {
    input: tallyOf(usage.input_tokens),
    output: tallyOf(usage.output_tokens),
    cached: tallyOf(usage.cache_read_input_tokens),
    cacheCreation: tallyOf(usage.cache_creation_input_tokens),
  };
}

function tokensOfModel(model: JsonRecord): Tokens {
  return {
    input: tallyOf(model.inputTokens),
    output: tallyOf(model.outputTokens),
    cached: tallyOf(model.cacheReadInputTokens),
    cacheCreation: tallyOf(model.cacheCreationInputTokens),
  };
}

function tokensOfUsage(usage: Usage): Tokens {
  return {
    input: usage.inputTokens,
    output: usage.outputTokens,
    cached: usage.cachedTokens,
    cacheCreation: usage.cacheCreationTokens,
  };
}

function spelled({ input, output, cached, cacheCreation }: Tokens) {
  return { inputTokens: input, outputTokens: output, cachedTokens: cached, cacheCreationTokens: cacheCreation };
}

function seenOf({ earlier, answers }: Ledger): Tokens {
  return answers.map(({ tokens }) => tokens).reduce(sumOf, earlier);
}

function sumOf(one: Tokens, other: Tokens): Tokens {
  return {
    input: one.input + other.input,
    output: one.output + other.output,
    cached: one.cached + other.cached,
    cacheCreation: one.cacheCreation + other.cacheCreation,
  };
}

function isBlank({ input, output, cached, cacheCreation }: Tokens): boolean {
  return input === 0 && output === 0 && cached === 0 && cacheCreation === 0;
}
