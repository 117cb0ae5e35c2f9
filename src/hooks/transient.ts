// What a hook says of the provider, in the words in which the loop decides about waits.
import type { Usage } from "../core/agent.ts";
import type { EventPayload } from "../core/event_payload.ts";
import { estimateCost } from "../core/price.ts";
import type { CostEstimate, PriceTable } from "../core/price.ts";
import type { RoundResult } from "../core/round.ts";
import { clip } from "../core/text.ts";
import { baseWaitSeconds } from "../core/verdict.ts";
import type { Verdict } from "../core/verdict.ts";
import type { Answer } from "./answers.ts";
import type { Redactor } from "../core/redact.ts";

type ReportedError = NonNullable<Answer<"round_after">["transient_error"]>;
type ReportedUsage = NonNullable<Answer<"round_after">["usage"]>;

const longestRaw = 200;

/** Verdicts that a wait cannot mend: a hook's word does not change them. */
const lasting: ReadonlySet<Verdict["kind"]> = new Set(["auth", "billing", "config", "interrupted"]);

/**
 * The verdict with what a hook says of the provider; unchanged where the agent's own output told of a limit or fault
 * already, or of something that waiting does not mend.
 *
 * @param report `now`: epoch seconds; a reset before it counts as not stated
 */
export function verdictWith(
  verdict: Verdict,
  report: { readonly hook: string; readonly error: ReportedError; readonly now: number; readonly redact: Redactor },
): Verdict {
  if (!mayChange(verdict)) return verdict;
  const { classification, reset_at_epoch: reset = null, retry_after_s: wait = null } = report.error;
  const message = report.redact(report.error.message ?? "");
  const isLimit = classification === "rate_limit_account" || classification === "rate_limit_model";
  const said = clip(message, longestRaw);
  return {
    ...verdict,
    kind: isLimit ? "limit" : "transient",
    summary: `Hook '${report.hook}' reports ${classification}${said === "" ? "" : `: ${said}`}`,
    evidence: [
      ...verdict.evidence,
      { record: `hook ${report.hook}`, field: "transient_error.classification", value: classification },
    ],
    resetsAt: reset !== null && reset > report.now ? reset : null,
    retryAfterSeconds: wait,
    waitClass: classification,
    needsHuman: false,
  };
}

/** Whether a hook's word on the provider counts for a round of this verdict. */
export function mayChange(verdict: Verdict): boolean {
  return verdict.waitClass === null && !lasting.has(verdict.kind);
}

/** Payload of `transient_error_detected`. @param facts `now`: epoch seconds */
export function transientPayload(
  error: ReportedError,
  facts: { readonly result: RoundResult; readonly now: number; readonly redact: Redactor },
): EventPayload<"transient_error_detected"> {
  const now = Math.floor(facts.now);
  const { classification, reset_at_epoch: reset = null, retry_after_s: wait = null } = error;
  const seconds = Math.ceil(wait ?? baseWaitSeconds[classification]);
  return {
    classification,
    agent: facts.result.agentName,
    reset_at_epoch: reset !== null && reset > now ? reset : now + seconds,
    round_num: facts.result.number,
    raw: clip(facts.redact(error.message ?? ""), longestRaw),
  };
}

/** What a hook says the round used, and what that costs by the table of prices where it does not say. */
export function usageOf(
  reported: ReportedUsage,
  prices: PriceTable,
): { readonly usage: Usage; readonly estimate: CostEstimate | null } {
  const usage: Usage = {
    model: reported.model,
    inputTokens: reported.input_tokens,
    outputTokens: reported.output_tokens,
    reasoningTokens: reported.reasoning_tokens,
    cachedTokens: reported.cached_tokens,
    cacheCreationTokens: reported.cache_creation_tokens,
    costUsd: reported.cost_usd,
    durationMs: reported.duration_ms,
    toolCallCount: reported.tool_call_count,
    modelsBreakdown: null,
    isCumulative: false,
  };
  return { usage, estimate: usage.costUsd === null ? estimateCost(usage, prices) : null };
}

/** Payload of `agent_usage_recorded`. */
export function usagePayload(
  { usage, estimate }: { readonly usage: Usage; readonly estimate: CostEstimate | null },
  result: RoundResult,
): EventPayload<"agent_usage_recorded"> {
  return {
    agent: result.agentName,
    model: usage.model,
    round_num: result.number,
    input_tokens: usage.inputTokens,
    output_tokens: usage.outputTokens,
    cached_tokens: usage.cachedTokens,
    cost_usd: usage.costUsd,
    ...(estimate === null ? {} : { estimated_cost_usd: estimate.usd, prices_as_of: estimate.asOf }),
    ...(usage.reasoningTokens > 0 ? { reasoning_tokens: usage.reasoningTokens } : {}),
    duration_ms: usage.durationMs,
    models_breakdown: null,
    cache_creation_tokens: usage.cacheCreationTokens,
    tool_call_count: usage.toolCallCount,
    phase: result.phase ?? "",
    success: result.verdict.kind === "ok",
  };
}
