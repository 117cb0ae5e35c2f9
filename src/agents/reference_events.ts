// Spells what a round's output showed as the event payloads that operators' tools already know.
import type { Observations } from "../core/agent.ts";
import type { EventPayload } from "../core/event_payload.ts";
import { type Ending, exitCodeOf } from "../core/round.ts";
import type { CostEstimate } from "../core/price.ts";
import { baseWaitSeconds } from "../core/verdict.ts";
import type { Verdict } from "../core/verdict.ts";
import { redact } from "../core/redact.ts";
import { clip } from "../core/text.ts";
import { networkPhrase } from "./judge.ts";

/** A settled round as these events need it. */
export interface ReadRound {
  readonly number: number;
  readonly phase: string | null;
  readonly durationSeconds: number;
  readonly verdict: Verdict;
  readonly observations: Observations;
  readonly ending: Ending;
  /** The reader's name. */
  readonly agentName: string;
  /** Where the CLI reports no cost and the model has a price. */
  readonly estimate: CostEstimate | null;
}

/** One event that is to be written. */
export type ReferenceEvent =
  | { readonly kind: "transient_error_detected"; readonly payload: EventPayload<"transient_error_detected"> }
  | { readonly kind: "agent_usage_recorded"; readonly payload: EventPayload<"agent_usage_recorded"> }
  | { readonly kind: "anomaly_repetitive_tool"; readonly payload: EventPayload<"anomaly_repetitive_tool"> };

/** When the anomaly of repeated tool calls is reported: `threshold` equal calls among the newest `window`; 0 is off. */
export interface RepetitionLimits {
  readonly window: number;
  readonly threshold: number;
}

/** Fields of evidence that hold the provider's own sentence. */
const spokenFields = new Set(["text", "last_line", "network"]);

/**
 * The events that follow `round_end`, in the order they are written.
 * @param options `now`: epoch milliseconds; a reset before it counts as not stated.
 */
export function referenceEvents(
  round: ReadRound,
  options: { readonly now: number; readonly repetition: RepetitionLimits },
): readonly ReferenceEvent[] {
  const events: ReferenceEvent[] = [];
  const transient = transientError(round, options.now);
  if (transient) events.push({ kind: "transient_error_detected", payload: transient });
  const usage = usageRecorded(round);
  if (usage) events.push({ kind: "agent_usage_recorded", payload: usage });
  const repetitive = repetitiveTool(round, options.repetition);
  if (repetitive) events.push({ kind: "anomaly_repetitive_tool", payload: repetitive });
  return events;
}

function transientError(round: ReadRound, now: number): EventPayload<"transient_error_detected"> | null {
  const { verdict } = round;
  if (verdict.waitClass === null) return null;
  const nowSeconds = Math.floor(now / 1000);
  const stated = verdict.resetsAt !== null && verdict.resetsAt > nowSeconds ? verdict.resetsAt : null;
  const waitSeconds = Math.max(0, verdict.retryAfterSeconds ?? baseWaitSeconds[verdict.waitClass]);
  return {
    classification: verdict.waitClass,
    agent: round.agentName,
    reset_at_epoch: stated ?? nowSeconds + Math.ceil(waitSeconds),
    round_num: round.number,
    raw: clip(redact(rawText(verdict)), 200),
  };
}

function rawText(verdict: Verdict): string {
  const spoken = verdict.evidence.find(({ field }) => spokenFields.has(field));
  return spoken?.value ?? verdict.evidence.map(({ field, value }) => `${field}=${value}`).join(" ");
}

function usageRecorded(round: ReadRound): EventPayload<"agent_usage_recorded"> | null {
  const { usage } = round.observations;
  if (!usage) return null;
  return {
    agent: round.agentName,
    model: usage.model,
    round_num: round.number,
    input_tokens: usage.inputTokens,
    output_tokens: usage.outputTokens,
    cached_tokens: usage.cachedTokens,
    cost_usd: usage.costUsd,
    ...(round.estimate === null ? {} : { estimated_cost_usd: round.estimate.usd, prices_as_of: round.estimate.asOf }),
    ...(usage.reasoningTokens > 0 ? { reasoning_tokens: usage.reasoningTokens } : {}),
    duration_ms: usage.durationMs,
    models_breakdown: usage.modelsBreakdown,
    cache_creation_tokens: usage.cacheCreationTokens,
    tool_call_count: usage.toolCallCount,
    phase: round.phase ?? "",
    success: round.verdict.kind === "ok",
  };
}

function repetitiveTool(
  round: ReadRound,
  { window, threshold }: RepetitionLimits,
): EventPayload<"anomaly_repetitive_tool"> | null {
  const calls = round.observations.toolCalls;
  if (window <= 0 || threshold <= 0 || calls.length < threshold) return null;
  const counts = new Map<string, number>();
  let most: { readonly name: string; readonly target: string | null; readonly count: number } | null = null;
  for (const { name, target } of calls.slice(-window)) {
    const key = JSON.stringify([name, target]);
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    if (count > (most?.count ?? 0)) most = { name, target, count };
  }
  if (!most || most.count < threshold) return null;
  const target = most.target === null ? null : clip(redact(most.target), 100);
  return { round_num: round.number, tool_name: most.name, target, count: most.count, window };
}

/**
 * The event of a failed round whose own error tells of the network, written after `agent_exit`; null for any other.
 * Only the verdict's evidence is looked at, so that a text the agent wrote about networks does not count.
 */
export function networkBlip(round: ReadRound): EventPayload<"agent_network_blip"> | null {
  const { ending, verdict } = round;
  const isEndedByWall = ending.kind === "timed_out";
  if (verdict.kind === "ok" || verdict.kind === "interrupted") return null;
  const matched = verdict.evidence.map(phraseOf).find((phrase) => phrase !== null);
  if (matched === undefined) return null;
  return {
    round_num: round.number,
    phase: round.phase,
    matched,
    round_duration_s: round.durationSeconds,
    exit_code: exitCodeOf(ending),
    timed_out: isEndedByWall,
  };
}

function phraseOf({ field, value }: Verdict["evidence"][number]): string | null {
  if (field === "error_status" && value === "null") return "no answer from the provider";
  return field === "network" ? value : spokenFields.has(field) ? networkPhrase(value) : null;
}
