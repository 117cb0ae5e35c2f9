// What a span and the sums tell of a round: its numbers and words of ours, nothing that was said or written in it.
import { exitCodeOf } from "../core/round.ts";
import type { RoundResult } from "../core/round.ts";
import type { Attributes, Instrument } from "../ports/telemetry.ts";

/** Facts of a round that its result does not hold. */
export interface RoundFacts {
  /** Its id. */
  readonly id: string;
  readonly project: string;
  /** An earlier life of the supervisor began it. */
  readonly isAdopted: boolean;
}

/** Names of providers by what the names of their models begin with, as the conventions spell them. */
const modelMakers: readonly (readonly [RegExp, string])[] = [
  [/^(anthropic[./])?claude/i, "anthropic"],
  [/^(openai\/)?(gpt|o\d|codex|chatgpt)/i, "openai"],
  [/^(google\/)?gemini/i, "gcp.gemini"],
  [/^(x-?ai\/)?grok/i, "x_ai"],
  [/^deepseek/i, "deepseek"],
  [/^(mistral|codestral|devstral)/i, "mistral_ai"],
  [/^(moonshot|kimi)/i, "moonshot_ai"],
];

/** Providers of CLIs that have only one. */
const agentMakers: Readonly<Record<string, string>> = { claude: "anthropic", codex: "openai", gemini: "gcp.gemini" };

const longestName = 200;

/** Tokens by kind of the conventions, where what is read from a cache is a part of the input. */
interface Tokens {
  readonly input: number;
  readonly output: number;
}

export const instruments = {
  duration: {
    name: "gen_ai.client.operation.duration",
    kind: "histogram",
    unit: "s",
    description: "How long rounds took",
    bounds: [1, 5, 10, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14_400],
  },
  tokens: {
    name: "gen_ai.client.token.usage",
    kind: "histogram",
    unit: "{token}",
    description: "Tokens of rounds",
    bounds: [1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864],
  },
  rounds: { name: "agent_runner.rounds", kind: "counter", unit: "{round}", description: "Rounds, by verdict" },
  cost: {
    name: "agent_runner.cost",
    kind: "counter",
    unit: "USD",
    description: "Cost of rounds in US dollars: reported by the agent, or estimated by the table of prices",
  },
} as const satisfies Readonly<Record<string, Instrument>>;

/** The name of the span of a round. */
export function spanName(agent: string): string {
  return `invoke_agent ${agent}`;
}

/** Why the round counts as failed, in a word; null where it does not. */
export function errorOf({ verdict }: RoundResult): string | null {
  return verdict.kind === "ok" ? null : verdict.kind;
}

export function spanAttributes(result: RoundResult, facts: RoundFacts): Attributes {
  const { usage, ending, verdict, change } = result;
  const tokens = tokensOf(result);
  const error = errorOf(result);
  return present({
    ...operationOf(result),
    "gen_ai.agent.version": result.agentVersion,
    "gen_ai.conversation.id": result.sessionId,
    "gen_ai.usage.input_tokens": tokens?.input,
    "gen_ai.usage.output_tokens": tokens?.output,
    "gen_ai.usage.cache_read.input_tokens": usage?.cachedTokens,
    "gen_ai.usage.cache_creation.input_tokens": usage?.cacheCreationTokens,
    "gen_ai.usage.reasoning.output_tokens": usage?.reasoningTokens,
    "error.type": error,
    "agent_runner.project": facts.project,
    "agent_runner.round.number": result.number,
    "agent_runner.round.id": facts.id,
    "agent_runner.round.phase": result.phase,
    "agent_runner.round.verdict": verdict.kind,
    "agent_runner.round.ending": ending.kind,
    "agent_runner.round.wall": ending.kind === "timed_out" ? ending.wall : null,
    "agent_runner.round.exit_code": exitCodeOf(ending),
    "agent_runner.round.adopted": facts.isAdopted,
    "agent_runner.round.needs_human": verdict.needsHuman,
    "agent_runner.round.dirty_files": result.dirtyFiles.length,
    "agent_runner.round.salvaged": result.salvagedRef !== null,
    "agent_runner.round.leftovers_ended": result.leftoversEnded,
    "agent_runner.round.tool_calls": usage?.toolCallCount,
    "agent_runner.round.commits": change.commits,
    "agent_runner.round.files_changed": change.files,
    "agent_runner.round.cost_usd": usage?.costUsd,
    "agent_runner.round.estimated_cost_usd": result.estimatedUsd,
  });
}

/** Every measurement of a settled round: one of each kind, whatever lives of the supervisor it took. */
export function measurementsOf(
  result: RoundResult,
): readonly { readonly instrument: Instrument; readonly value: number; readonly attributes: Attributes }[] {
  const operation = operationOf(result);
  const error = errorOf(result);
  const tokens = tokensOf(result);
  const cost = result.usage?.costUsd ?? result.estimatedUsd;
  const kind = (result.usage?.costUsd ?? null) === null ? "estimated" : "reported";
  const agent = { "gen_ai.agent.name": clip(result.agentName) };
  return [
    {
      instrument: instruments.duration,
      value: result.durationSeconds,
      attributes: { ...operation, ...(error === null ? {} : { "error.type": error }) },
    },
    ...(tokens === null ? [] : (["input", "output"] as const).map((type) => ({
      instrument: instruments.tokens,
      value: tokens[type],
      attributes: { ...operation, "gen_ai.token.type": type },
    }))),
    {
      instrument: instruments.rounds,
      value: 1,
      attributes: { ...agent, "agent_runner.round.verdict": result.verdict.kind },
    },
    ...(cost === null ? [] : [{
      instrument: instruments.cost,
      value: cost,
      attributes: { ...operation, "agent_runner.cost.kind": kind },
    }]),
  ];
}

function operationOf({ agentName, usage }: RoundResult): Attributes {
  const model = usage?.model ?? "";
  return present({
    "gen_ai.operation.name": "invoke_agent",
    "gen_ai.provider.name": providerOf(agentName, model),
    "gen_ai.agent.name": agentName,
    "gen_ai.response.model": model === "" ? null : model,
  });
}

function providerOf(agentName: string, model: string): string {
  const byModel = modelMakers.find(([form]) => form.test(model))?.[1];
  return byModel ?? agentMakers[agentName] ?? agentName;
}

function tokensOf({ usage }: RoundResult): Tokens | null {
  if (usage === null) return null;
  return {
    input: usage.inputTokens + usage.cachedTokens + usage.cacheCreationTokens,
    output: usage.outputTokens + usage.reasoningTokens,
  };
}

function present(facts: Readonly<Record<string, string | number | boolean | null | undefined>>): Attributes {
  const known = Object.entries(facts).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(known.map(([key, value]) => [key, typeof value === "string" ? clip(value) : value!]));
}

/** Names of models and sessions come from agents. */
function clip(text: string): string {
  return text.slice(0, longestName).toWellFormed();
}
