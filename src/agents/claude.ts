// Reads what Claude Code prints with `--output-format stream-json`.
import type { Agent, AgentReader, Usage } from "../core/agent.ts";
import type { Cause } from "./cause.ts";
import { causeOfFailure, causeOfSuccess, causeOfText, type Rejection, rejectionOf } from "./claude_causes.ts";
import { arrayOf, countOf, type JsonRecord, numberOf, objectOf, textOf } from "./record.ts";
import { StreamReader } from "./stream_reader.ts";
import { blankState, noteToolCall, type StreamState } from "./stream_state.ts";

const title = "Claude Code";
const longestError = 2000;

interface ClaudeState extends StreamState {
  /** A usage window that was refused and not seen open since. */
  rejection: Rejection | null;
  /** The newest assistant record that stands for an error. */
  errorRecord: JsonRecord | null;
}

function createReader(command: readonly string[] = []): AgentReader {
  return new StreamReader<ClaudeState>({
    name: "claude",
    title,
    labelField: "type",
    labels: new Set(["system", "assistant", "rate_limit_event", "result"]),
    isExitTrusted: command.length > 0 && !command.some((word) => word.endsWith("stream-json")),
    start: () => ({ ...blankState(), rejection: null, errorRecord: null }),
    take,
    hear: (lines) => causeOfText(lines.join("\n")),
  });
}

function take(state: ClaudeState, record: JsonRecord): void {
  // Claude Code signs every record with its session; a line without it was printed by something else.
  if (state.sessionId !== null && textOf(record.session_id) === null) return;
  state.sessionId = textOf(record.session_id) ?? state.sessionId;
  const time = Date.parse(textOf(record.timestamp) ?? "");
  if (time > state.latestTime) state.latestTime = time;
  if (record.type === "system") takeSystem(state, record);
  if (record.type === "assistant") takeAssistant(state, record);
  if (record.type === "rate_limit_event") takeRateLimit(state, record);
  if (record.type === "result") takeResult(state, record);
}

function takeSystem(state: ClaudeState, record: JsonRecord): void {
  if (record.subtype === "init") {
    state.model ??= textOf(record.model);
    state.cliVersion = textOf(record.claude_code_version) ?? state.cliVersion;
  }
  if (record.subtype === "api_retry") {
    state.trouble = causeOfFailure({
      record: "api_retry",
      status: numberOf(record.error_status),
      word: textOf(record.error),
      isUnanswered: record.error_status === null,
      rejection: state.rejection,
      now: state.latestTime,
    });
  }
}

function takeAssistant(state: ClaudeState, record: JsonRecord): void {
  const message = objectOf(record.message);
  if (textOf(record.error) !== null || record.is_api_error_message === true) {
    state.errorRecord = record;
    state.rejection = rejectionOf(objectOf(record.api_error_params)?.rate_limit_info) ?? state.rejection;
    state.errorText = contentText(message) || state.errorText;
    state.trouble = failureOf(state, { record: "assistant", fields: record, text: state.errorText });
    return;
  }
  const model = textOf(message?.model);
  if (model !== null && model !== "<synthetic>") state.model = model;
  for (const block of arrayOf(message?.content)) {
    const fields = objectOf(block);
    if (fields?.type === "tool_use") noteToolCall(state, fields.name, fields.input);
  }
  // The provider answered, so what went wrong before is over.
  state.trouble = null;
  state.rejection = null;
  state.errorRecord = null;
  state.errorText = null;
  if (record.parent_tool_use_id === undefined || record.parent_tool_use_id === null) state.terminal = null;
}

function contentText(message: JsonRecord | null): string {
  const texts = arrayOf(message?.content).map((block) => textOf(objectOf(block)?.text) ?? "");
  return texts.join("\n").trim().slice(0, longestError);
}

function takeRateLimit(state: ClaudeState, record: JsonRecord): void {
  const rejection = rejectionOf(record.rate_limit_info);
  if (!rejection) return;
  state.rejection = rejection;
  state.trouble = causeOfFailure({
    record: "rate_limit_event",
    status: null,
    word: "rate_limit",
    rejection,
    now: state.latestTime,
  });
}

function takeResult(state: ClaudeState, record: JsonRecord): void {
  if (typeof record.is_error !== "boolean" && typeof record.subtype !== "string") return;
  const isError = record.is_error === true || record.is_error !== false && record.subtype !== "success";
  const errors = arrayOf(record.errors).filter((line) => typeof line === "string").join("\n");
  const text = ((textOf(record.result) ?? errors) || null)?.slice(0, longestError) ?? null;
  state.usage = usageOf(state, record);
  state.errorText = isError ? text ?? state.errorText : null;
  state.terminal = isError
    ? failureOf(state, { record: "result", fields: record, text })
    : causeOfSuccess(record, { title, isIdle: state.toolCallCount === 0 });
}

function failureOf(
  state: ClaudeState,
  { record, fields, text }: { readonly record: string; readonly fields: JsonRecord; readonly text: string | null },
): Cause {
  const error = state.errorRecord;
  return causeOfFailure({
    record,
    status: numberOf(fields.api_error_status ?? error?.api_error_status),
    word: textOf(error?.error),
    errorCode: textOf(fields.api_error ?? error?.api_error),
    errorType: textOf(fields.api_error_type ?? error?.api_error_type),
    subtype: textOf(fields.subtype),
    reason: textOf(fields.terminal_reason),
    text,
    rejection: state.rejection,
    now: state.latestTime,
  });
}

/** Tokens and cost of this run alone: what a resumed conversation used before is not in them. */
function usageOf(state: ClaudeState, record: JsonRecord): Usage | null {
  const usage = objectOf(record.usage);
  if (!usage || Object.keys(usage).length === 0) return state.usage;
  const perModel = Object.entries(objectOf(record.model_usage_since_last_result) ?? {});
  const models = perModel.map(([name, value]) => ({ name, fields: objectOf(value) ?? {} }));
  const names = ["input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens"];
  // A stream that was interrupted reports zeros here, although its models were paid for.
  const isBlank = names.every((name) => countOf(usage[name]) === 0);
  const tokens = (name: string, modelField: string) =>
    isBlank ? models.reduce((sum, { fields }) => sum + countOf(fields[modelField]), 0) : countOf(usage[name]);
  const costs = models.map(({ fields }) => numberOf(fields.costUSD)).filter((cost) => cost !== null);
  const cost = costs.length > 0 ? costs.reduce((sum, one) => sum + one, 0) : numberOf(record.total_cost_usd);
  const before = state.usage;
  return {
    model: state.model ?? models[0]?.name ?? "unknown",
    inputTokens: (before?.inputTokens ?? 0) + tokens("input_tokens", "inputTokens"),
    outputTokens: (before?.outputTokens ?? 0) + tokens("output_tokens", "outputTokens"),
    cachedTokens: (before?.cachedTokens ?? 0) + tokens("cache_read_input_tokens", "cacheReadInputTokens"),
    cacheCreationTokens: (before?.cacheCreationTokens ?? 0) +
      tokens("cache_creation_input_tokens", "cacheCreationInputTokens"),
    costUsd: cost === null ? before?.costUsd ?? null : cost + (before?.costUsd ?? 0),
    durationMs: countOf(record.duration_ms) + (before?.durationMs ?? 0),
    toolCallCount: state.toolCallCount,
    modelsBreakdown: null,
  };
}

/** Claude Code. */
export default { name: "claude", binaries: ["claude", "claude-code"], createReader } satisfies Agent;
