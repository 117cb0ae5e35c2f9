// Reads what Cursor CLI prints with `--output-format stream-json`, by its documentation and published captures.
import type { Agent, AgentReader, ReaderOptions, Usage } from "../core/agent.ts";
import { cause, causeOfTrouble, evidenceOf } from "./cause.ts";
import { causeOfWords } from "./cursor_causes.ts";
import { figureOf, tallyOf } from "./figure.ts";
import { errorWords } from "./phrases.ts";
import { type JsonRecord, objectOf, parseRecord, textOf } from "./record.ts";
import type { SpokenAt } from "./spoken_time.ts";
import { StreamReader } from "./stream_reader.ts";
import { blankState, noteDenial, noteToolCall, type StreamState } from "./stream_state.ts";

const title = "Cursor CLI";
const fruitlessRetries = 20;
const longestError = 2000;

interface CursorState extends StreamState {
  /** Connections that were lost since the agent last got on. */
  retriesInRow: number;
}

function createReader({ command = [], now = () => 0, timeZone }: ReaderOptions = {}): AgentReader {
  const at = (): SpokenAt => ({ now: now(), timeZone });
  const isText = command.length > 0 && !command.some((word) => word.endsWith("json"));
  return new StreamReader<CursorState>({
    name: "cursor",
    title,
    labelField: "type",
    labels: new Set(["system", "assistant", "tool_call", "connection", "retry", "error", "result"]),
    ignored: new Set(["user", "thinking", "interaction_query"]),
    isExitTrusted: isText,
    start: () => ({ ...blankState(), retriesInRow: 0 }),
    take: (state, record) => take(state, record, at),
    // Only an error and what directly follows it are Cursor's own words: tools print to the same stream.
    hear: (lines) => causeOfWords(errorWords(lines, isText ? errorLine : ownLine), { record: "output", at: at() }),
  });
}

/** Where the answer is text, too, only an error by its form can be told from it. */
const errorLine = /^\w{0,40}error: /i;
const ownLine =
  /^(?:\w{0,40}error: |[A-Z]: \[|Authentication required\b|Not logged in\b|Cannot use this model\b|You['’]ve (?:hit|reached) your |Can['’]t reach the Cursor API|\W{0,4}Workspace Trust Required\b)/i;

function take(state: CursorState, record: JsonRecord, at: () => SpokenAt): void {
  const sessionId = textOf(record.session_id);
  // A record of another session was printed by something the agent ran.
  if (state.sessionId !== null && sessionId !== null && sessionId !== state.sessionId) return;
  state.sessionId ??= sessionId;
  if (record.type === "system" && record.subtype === "init") state.model ??= textOf(record.model);
  if (record.type === "assistant") goOn(state);
  if (record.type === "tool_call") takeToolCall(state, record);
  if (record.type === "connection" || record.type === "retry") takeRetry(state, record);
  if (record.type === "error") takeError(state, record, at());
  if (record.type === "result") takeResult(state, record, at());
}

/** The agent got on, so what went wrong before is over. */
function goOn(state: CursorState): void {
  state.terminal = null;
  state.trouble = null;
  state.early = null;
  state.errorText = null;
  state.retriesInRow = 0;
}

function takeToolCall(state: CursorState, record: JsonRecord): void {
  const call = callIn(objectOf(record.tool_call) ?? {});
  goOn(state);
  if (record.subtype === "started") noteToolCall(state, call.name, call.input);
  if (record.subtype === "completed" && objectOf(call.result)?.rejected !== undefined) noteDenial(state, call.name);
}

/** A call stands under a key that names the tool, e.g. `readToolCall`; unknown tools stand under `function`. */
function callIn(fields: JsonRecord): { readonly name: unknown; readonly input: unknown; readonly result: unknown } {
  const named = objectOf(fields.function);
  if (named) {
    const input = typeof named.arguments === "string" ? parseRecord(named.arguments) : named.arguments;
    return { name: named.name, input, result: named.result };
  }
  const key = Object.keys(fields).find((name) => name.endsWith("ToolCall"));
  const call = key === undefined ? null : objectOf(fields[key]);
  const args = objectOf(call?.args);
  const name = key === "mcpToolCall" ? textOf(args?.name) ?? "mcp" : key?.slice(0, -"ToolCall".length);
  return { name, input: args, result: call?.result };
}

function takeRetry(state: CursorState, record: JsonRecord): void {
  if (record.subtype === "reconnecting") {
    state.retriesInRow++;
    const evidence = evidenceOf("connection", {
      subtype: record.subtype,
      attempt: figureOf(record.attempt) ?? undefined,
    });
    state.trouble = causeOfTrouble("connection", evidence);
  }
  if (state.retriesInRow < fruitlessRetries) return;
  const why = `${title} lost its connection ${state.retriesInRow} times in a row`;
  state.early = { kind: "runaway", why, waitSeconds: null };
}

function takeError(state: CursorState, record: JsonRecord, at: SpokenAt): void {
  const text = errorTextOf(record);
  state.errorText = text ?? state.errorText;
  state.trouble = causeOfWords(text ?? "", { record: "error", at }) ??
    cause("error", `${title} reported an error${text === null ? "" : `: ${text}`}.`, {
      evidence: evidenceOf("error", { text: text ?? undefined }),
    });
}

function errorTextOf(record: JsonRecord): string | null {
  const text = textOf(record.message) ?? textOf(record.error) ?? textOf(objectOf(record.error)?.message) ??
    textOf(record.result);
  return text?.slice(0, longestError) ?? null;
}

function takeResult(state: CursorState, record: JsonRecord, at: SpokenAt): void {
  if (typeof record.is_error !== "boolean" && typeof record.subtype !== "string") return;
  state.usage = usageOf(state, record) ?? state.usage;
  const isError = record.is_error === true || record.is_error !== false && record.subtype !== "success";
  const evidence = evidenceOf("result", { is_error: record.is_error, subtype: record.subtype });
  if (isError) {
    const text = errorTextOf(record);
    state.errorText = text ?? state.errorText;
    state.terminal = causeOfWords(text ?? "", { record: "result", at }) ?? state.trouble ??
      cause("error", `${title} reported a failure${text === null ? "" : `: ${text}`}.`, { evidence });
    return;
  }
  const isSilent = typeof record.result === "string" && record.result.trim() === "";
  state.terminal = isSilent && state.toolCallCount === 0
    ? cause("no_result", `${title} finished without an answer and without calling a tool.`, { evidence })
    : cause("ok", `${title} finished.`, { evidence });
}

/** Newer builds tell the tokens of the run; older ones none. */
function usageOf(state: CursorState, record: JsonRecord): Usage | null {
  const usage = objectOf(record.usage);
  if (!usage || figureOf(usage.inputTokens) === null && figureOf(usage.outputTokens) === null) return null;
  return {
    model: state.model ?? "unknown",
    inputTokens: tallyOf(usage.inputTokens),
    outputTokens: tallyOf(usage.outputTokens),
    reasoningTokens: 0,
    cachedTokens: tallyOf(usage.cacheReadTokens),
    cacheCreationTokens: tallyOf(usage.cacheWriteTokens),
    costUsd: null,
    durationMs: tallyOf(record.duration_ms),
    toolCallCount: state.toolCallCount,
    modelsBreakdown: null,
    isCumulative: false,
  };
}

/** Cursor CLI. */
export default {
  name: "cursor",
  title,
  // It is also installed as `agent`, a name that says too little.
  binaries: ["cursor-agent"],
  capabilities: { tokens: "round", cost: "estimated", limits: "text", basis: "documented" },
  resuming: { resumed: (command, sessionId) => [...command, "--resume", sessionId] },
  createReader,
} satisfies Agent;
