// Reads what CodeWhale prints with `exec --output-format stream-json`, by its documentation and source.
import type { Agent, ReaderOptions, Usage } from "../core/agent.ts";
import { type Cause, cause, causeOfTrouble, evidenceOf } from "./cause.ts";
import { causeOfError, causeOfLines, errorTextOf, troubleOfText } from "./codewhale_causes.ts";
import { tallyOf } from "./figure.ts";
import { type JsonRecord, objectOf, textOf } from "./record.ts";
import { StreamReader } from "./stream_reader.ts";
import { blankState, noteDenial, noteToolCall, type StreamState } from "./stream_state.ts";

const title = "CodeWhale";
const fruitlessRetries = 20;

interface WhaleState extends StreamState {
  /** Usage was told for the whole run, so that of single turns no longer counts. */
  hasTotal: boolean;
  hasAnswered: boolean;
  /** Retries since the provider last answered. */
  retriesInRow: number;
}

function createReader({ command = [] }: ReaderOptions = {}): StreamReader<WhaleState> {
  return new StreamReader<WhaleState>({
    name: "codewhale",
    title,
    labelField: "type",
    labels: new Set([
      "content",
      "tool_use",
      "tool_result",
      "sandbox_denied",
      "session_capture",
      "turn_usage",
      "metadata",
      "done",
      "error",
      "status",
    ]),
    ignored: new Set(["workflow_event", "agent_spawned", "service_released"]),
    // Without records the answer is text, and nothing but the exit status tells.
    isExitTrusted: command.length > 0 && !command.some((word) => word.endsWith("stream-json")),
    start: () => ({ ...blankState(), hasTotal: false, hasAnswered: false, retriesInRow: 0 }),
    take,
    hear: (lines) => causeOfLines(lines, title),
  });
}

function take(state: WhaleState, record: JsonRecord): void {
  switch (record.type) {
    case "content":
    case "tool_result":
      return getOn(state, textOf(record.content) !== null);
    case "tool_use":
      noteToolCall(state, record.name ?? record.tool_name, record.input ?? record.args);
      return getOn(state, true);
    case "sandbox_denied":
      return noteDenial(state, record.tool_name ?? record.tool ?? record.name);
    case "session_capture":
      state.sessionId = idIn(record.saved_session_id) ?? idIn(record.content) ?? idIn(record.session_id) ??
        state.sessionId;
      return;
    case "turn_usage":
      return takeTurn(state, record);
    case "metadata":
      return takeMetadata(state, objectOf(record.meta));
    case "error":
      return takeError(state, record);
    case "status":
      return takeStatus(state, textOf(record.message) ?? "");
    case "done":
      state.terminal ??= endOf(state, { record: "done", status: "completed", bound: null });
  }
}

/** An id that can be gone on with: newer builds tell it once, and everywhere else a fingerprint of it. */
function idIn(value: unknown): string | null {
  const id = textOf(value);
  return id === null || /^</.test(id) ? null : id;
}

/** The provider answered, so what went wrong before is over. */
function getOn(state: WhaleState, isAnswer: boolean): void {
  state.hasAnswered ||= isAnswer;
  state.trouble = null;
  state.early = null;
  state.retriesInRow = 0;
  state.errorText = null;
  state.terminal = null;
}

/** CodeWhale tells of its retries in a few fixed forms. */
function takeStatus(state: WhaleState, text: string): void {
  if (/^Retry recovery: /.test(text)) return getOn(state, false);
  if (!/^Retry (?:attempt|exhaustion|stopped): /.test(text)) return;
  const trouble = troubleOfText(text);
  state.trouble = trouble === null && state.trouble !== null
    ? state.trouble
    : causeOfTrouble(trouble ?? "overload", evidenceOf("status", { message: text }));
  state.retriesInRow++;
  const kind = state.trouble.kind;
  if (kind === "auth" || kind === "billing") {
    const why = `the provider refuses the requests for good, and ${title} goes on trying`;
    state.early = { kind: "hopeless", why, waitSeconds: null };
  } else if (state.retriesInRow >= fruitlessRetries) {
    const why = `${title} made ${state.retriesInRow} requests in a row without an answer`;
    state.early = { kind: "runaway", why, waitSeconds: null };
  }
}

function takeTurn(state: WhaleState, record: JsonRecord): void {
  const turn = usageOf(state, record);
  const before = state.hasTotal ? null : state.usage;
  state.hasTotal = false;
  state.turns = (state.turns ?? 0) + 1;
  state.usage = {
    ...turn,
    inputTokens: turn.inputTokens + (before?.inputTokens ?? 0),
    outputTokens: turn.outputTokens + (before?.outputTokens ?? 0),
    reasoningTokens: turn.reasoningTokens + (before?.reasoningTokens ?? 0),
    cachedTokens: turn.cachedTokens + (before?.cachedTokens ?? 0),
    cacheCreationTokens: turn.cacheCreationTokens + (before?.cacheCreationTokens ?? 0),
    durationMs: turn.durationMs + (before?.durationMs ?? 0),
  };
}

function takeMetadata(state: WhaleState, meta: JsonRecord | null): void {
  if (!meta) return;
  state.model = textOf(meta.model) ?? state.model;
  state.sessionId = idIn(meta.session_id) ?? state.sessionId;
  state.hasAnswered ||= tallyOf(meta.visible_final_answer_chars) > 0;
  if (meta.input_tokens !== undefined || meta.output_tokens !== undefined) {
    state.usage = usageOf(state, meta);
    state.hasTotal = true;
  }
  // Early versions may leave the status out; they print this record at the end alone.
  const status = textOf(meta.status) ?? (state.hasTotal ? "completed" : null);
  if (status === null) return;
  const bound = textOf(meta.termination_reason);
  const text = errorTextOf(meta);
  if (text !== null || textOf(meta.error_category) !== null) {
    state.errorText = text ?? state.errorText;
    const found = causeOfError(meta, "metadata");
    // What the error was told to be before says more than that the run failed.
    if (found.kind !== "error" || state.trouble === null) state.trouble = found;
  } else if (textOf(meta.status) === "completed") state.trouble = null;
  state.terminal = endOf(state, { record: "metadata", status, bound });
}

/** The counts of input hold what was read from a cache, those of output what was thought. */
function usageOf(state: WhaleState, fields: JsonRecord): Usage {
  const cached = tallyOf(fields.prompt_cache_hit_tokens);
  const written = tallyOf(fields.prompt_cache_write_tokens);
  const reasoning = tallyOf(fields.reasoning_tokens);
  return {
    model: state.model ?? textOf(fields.model) ?? "unknown",
    inputTokens: Math.max(0, tallyOf(fields.input_tokens) - cached - written),
    outputTokens: Math.max(0, tallyOf(fields.output_tokens) - reasoning),
    reasoningTokens: reasoning,
    cachedTokens: cached,
    cacheCreationTokens: written,
    costUsd: null,
    durationMs: tallyOf(fields.duration_ms),
    toolCallCount: state.toolCallCount,
    modelsBreakdown: null,
    isCumulative: false,
  };
}

interface End {
  readonly record: string;
  readonly status: string;
  readonly bound: string | null;
}

function endOf(state: WhaleState, { record, status, bound }: End): Cause {
  const evidence = evidenceOf(record, {
    status,
    termination_reason: bound ?? undefined,
    error: state.errorText ?? undefined,
  });
  if (status === "canceled" || status === "cancelled" || status === "interrupted") {
    return cause("interrupted", "The run was interrupted.", { evidence });
  }
  if (state.trouble) return { ...state.trouble, evidence: [...state.trouble.evidence, ...evidence] };
  if (bound !== null && /max_?(?:turns|steps)|step_limit|turn_limit|budget/.test(bound)) {
    return cause("bounded", "The run ended at a bound of its own.", { evidence });
  }
  if (bound === "approval_required") {
    return cause("error", "A tool needed an approval that nobody was there to give.", { evidence });
  }
  if (status !== "completed") return cause("error", `The run ended with the status ${status}.`, { evidence });
  if (!state.hasAnswered && state.toolCallCount === 0) {
    return cause("no_result", `${title} finished without an answer and without calling a tool.`, { evidence });
  }
  return cause("ok", `${title} finished.`, { evidence });
}

function takeError(state: WhaleState, record: JsonRecord): void {
  state.errorText = errorTextOf(record);
  state.trouble = causeOfError(record, "error");
  state.terminal = null;
}

/** CodeWhale. */
export default {
  name: "codewhale",
  title,
  binaries: ["codewhale", "codew"],
  capabilities: { tokens: "round", cost: "estimated", limits: "none", basis: "documented" },
  resuming: { resumed: (command, sessionId) => [...command, "--resume", sessionId] },
  createReader,
} satisfies Agent;
