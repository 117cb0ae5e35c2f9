// Reads what the Codex CLI prints with `codex exec --json`.
import type { Agent, AgentReader, ReaderOptions, Usage } from "../core/agent.ts";
import { type Cause, cause, evidenceOf, safeText } from "./cause.ts";
import { causeOfFailure, causeOfLines, causeOfRetry, isRetryText } from "./codex_causes.ts";
import { resumedCodex } from "./codex_resume.ts";
import { figureOf, tallyOf } from "./figure.ts";
import { arrayOf, type JsonRecord, objectOf, textOf } from "./record.ts";
import type { SpokenAt } from "./spoken_time.ts";
import { type EndOfRun, StreamReader } from "./stream_reader.ts";
import { blankState, noteDenial, noteToolCall, type StreamState } from "./stream_state.ts";

const title = "Codex";
const longestError = 2000;
const openItemsKept = 100;
const degradedKept = 20;

interface CodexState extends StreamState {
  hasAnswer: boolean;
  /** Ids of tool calls that were counted when they began and have not ended, newest last. */
  openItems: readonly string[];
}

function createReader({ command = [], now, timeZone }: ReaderOptions = {}): AgentReader {
  const at = (): SpokenAt | null => now ? { now: now(), timeZone } : null;
  return new StreamReader<CodexState>({
    name: "codex",
    title,
    labelField: "type",
    labels: new Set([
      "thread.started",
      "turn.started",
      "turn.completed",
      "turn.failed",
      "item.started",
      "item.updated",
      "item.completed",
      "error",
    ]),
    ignored: new Set(["request_user_input"]),
    isExitTrusted: command.length > 0 && !command.includes("--json") && !command.includes("--experimental-json"),
    start: () => ({ ...blankState(), model: modelIn(command), hasAnswer: false, openItems: [] }),
    take: (state, record) => take(state, record, at),
    hear: (lines) => causeOfLines(lines, at()),
    atEnd,
  });
}

function take(state: CodexState, record: JsonRecord, at: () => SpokenAt | null): void {
  switch (record.type) {
    case "thread.started":
      state.sessionId = textOf(record.thread_id) ?? state.sessionId;
      break;
    case "turn.started":
      state.turns = (state.turns ?? 0) + 1;
      state.terminal = null;
      state.hasAnswer = false;
      break;
    case "turn.completed":
      takeCompleted(state, record);
      break;
    case "turn.failed":
      takeFailed(state, record, at());
      break;
    case "error":
      takeError(state, textOf(record.message), at());
      break;
    default:
      takeItem(state, { item: objectOf(record.item), isOver: record.type === "item.completed" });
  }
}

function takeItem(state: CodexState, { item, isOver }: { readonly item: JsonRecord | null; readonly isOver: boolean }) {
  const type = textOf(item?.type);
  if (!item || type === null) return;
  if (type === "error") {
    noteDegraded(state, textOf(item.message) ?? "");
    return;
  }
  // The provider answered, so what went wrong before is over.
  getOn(state);
  if (type === "agent_message" && (textOf(item.text) ?? "").trim() !== "") state.hasAnswer = true;
  if (toolTypes.has(type)) takeTool(state, { item, type, isOver });
}

const toolTypes = new Set(["command_execution", "file_change", "mcp_tool_call", "web_search", "collab_tool_call"]);

function takeTool(
  state: CodexState,
  { item, type, isOver }: { readonly item: JsonRecord; readonly type: string; readonly isOver: boolean },
): void {
  const id = textOf(item.id)?.slice(0, 100) ?? type;
  if (!state.openItems.includes(id)) noteToolCall(state, toolName(type, item), toolInput(item));
  const others = state.openItems.filter((open) => open !== id);
  state.openItems = isOver ? others : [...others, id].slice(-openItemsKept);
  if (isOver && item.status === "declined") noteDenial(state, toolName(type, item));
}

function toolName(type: string, item: JsonRecord): string {
  const tool = textOf(item.tool);
  if (type === "mcp_tool_call" && tool !== null) return `mcp__${textOf(item.server) ?? "unknown"}__${tool}`;
  return type === "collab_tool_call" && tool !== null ? tool : type;
}

function toolInput(item: JsonRecord): JsonRecord {
  const { path } = objectOf(arrayOf(item.changes)[0]) ?? {};
  return { path, pattern: item.query, command: item.command };
}

/** Tool servers that could not be started: the run goes on without them. */
function noteDegraded(state: CodexState, message: string): void {
  const one = /^MCP client for `([^`]{1,100})`/.exec(message)?.[1];
  const several = /^MCP startup incomplete \(failed: ([^)]{1,500})\)/.exec(message)?.[1]?.split(", ");
  const names = one === undefined ? several ?? [] : [one];
  if (names.length === 0) return;
  const found = names.map((name) => `mcp server ${safeText(name, 100)}: failed`);
  state.degraded = [...new Set([...state.degraded, ...found])].slice(0, degradedKept);
}

function takeError(state: CodexState, text: string | null, at: SpokenAt | null): void {
  const told = { record: "error", text: text?.slice(0, longestError) ?? null, at };
  if (!isRetryText(text)) {
    // Codex repeats the last error right before it gives up; what it does not explain is not trouble yet.
    const found = causeOfFailure(told);
    if (found.kind !== "error") state.trouble = found;
    return;
  }
  const found = causeOfRetry(told);
  state.trouble = found;
  state.early = null;
  if (found.kind === "auth" || found.kind === "billing") {
    const why = found.kind === "auth"
      ? `${title} tries again although the provider refused its credentials`
      : `${title} tries again although the provider wants payment`;
    state.early = { kind: "hopeless", why, waitSeconds: null };
    return;
  }
  const waitSeconds = found.retryAfterSeconds ??
    (found.resetsAt !== null && at ? Math.ceil(found.resetsAt - at.now / 1000) : null);
  if (waitSeconds !== null && waitSeconds > 0) {
    state.early = { kind: "long_wait", why: `${title} waits for the end of a limit`, waitSeconds };
  }
}

function takeCompleted(state: CodexState, record: JsonRecord): void {
  state.usage = usageOf(state, objectOf(record.usage));
  getOn(state);
  const evidence = evidenceOf("turn.completed", { tool_calls: state.toolCallCount });
  state.terminal = state.hasAnswer || state.toolCallCount > 0
    ? cause("ok", `${title} finished.`, { evidence })
    : cause("no_result", `${title} finished without an answer and without calling a tool.`, { evidence });
}

function takeFailed(state: CodexState, record: JsonRecord, at: SpokenAt | null): void {
  const message = textOf(objectOf(record.error)?.message) ?? textOf(record.error) ?? textOf(record.message);
  const text = message?.slice(0, longestError) ?? null;
  state.errorText = text;
  const found = causeOfFailure({ record: "turn.failed", text, at });
  // Without a text of its own the failure is that of the error told before it.
  state.terminal = text === null ? state.trouble ?? found : found;
}

function getOn(state: CodexState): void {
  state.trouble = null;
  state.early = null;
  state.errorText = null;
}

/** Totals of the whole thread: its earlier rounds are in them. */
function usageOf(state: CodexState, usage: JsonRecord | null): Usage | null {
  const isTold = usage && (figureOf(usage.input_tokens) !== null || figureOf(usage.output_tokens) !== null);
  if (!isTold) return state.usage;
  const cachedTokens = tallyOf(usage.cached_input_tokens);
  const reasoningTokens = tallyOf(usage.reasoning_output_tokens);
  return {
    model: state.model ?? "unknown",
    inputTokens: Math.max(0, tallyOf(usage.input_tokens) - cachedTokens),
    outputTokens: Math.max(0, tallyOf(usage.output_tokens) - reasoningTokens),
    reasoningTokens,
    cachedTokens,
    cacheCreationTokens: tallyOf(usage.cache_write_input_tokens),
    costUsd: null,
    durationMs: 0,
    toolCallCount: state.toolCallCount,
    modelsBreakdown: null,
    isCumulative: true,
  };
}

function atEnd(state: CodexState, { ending, lines }: EndOfRun): Cause | null {
  if (ending.kind !== "exited" || state.terminal !== null) return null;
  if (ending.code === 101) {
    const panic = lines.findLast((line) => line.includes("panicked at"));
    return cause("error", `${title} crashed.`, {
      evidence: evidenceOf("ending", { exit_code: 101, last_line: panic }),
    });
  }
  if (ending.code === 2 && state.sessionId === null) {
    const refused = lines.find((line) => line.startsWith("error: "));
    const evidence = evidenceOf("ending", { exit_code: 2, last_line: refused });
    return cause("config", `${title} does not accept its command line.`, { evidence });
  }
  return null;
}

/** The model that the command line names: Codex prints none. */
function modelIn(command: readonly string[]): string | null {
  for (const [at, word] of command.entries()) {
    if (word === "-m" || word === "--model") return textOf(command[at + 1]);
    if (word.startsWith("--model=")) return textOf(word.slice("--model=".length));
    const setting = word === "-c" || word === "--config" ? command[at + 1] : undefined;
    const named = /^model=(["']?)(.+)\1$/.exec(setting ?? "")?.[2];
    if (named !== undefined) return named;
  }
  return null;
}

/** The Codex CLI. */
export default {
  name: "codex",
  title,
  binaries: ["codex"],
  capabilities: { tokens: "conversation", cost: "estimated", limits: "text", basis: "verified" },
  resuming: { resumed: resumedCodex },
  createReader,
} satisfies Agent;
