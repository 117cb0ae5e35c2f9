// Reads what Amp prints with `--stream-json`, by its documentation.
import type { Agent, AgentReader, ReaderOptions, Usage } from "../core/agent.ts";
import { baseName } from "../core/path.ts";
import { clip } from "../core/text.ts";
import { causeOfWords } from "./amp_causes.ts";
import { type Cause, cause, evidenceOf } from "./cause.ts";
import { figureOf, tallyOf } from "./figure.ts";
import { errorWords } from "./phrases.ts";
import { arrayOf, type JsonRecord, objectOf, textOf } from "./record.ts";
import type { SpokenAt } from "./spoken_time.ts";
import { StreamReader } from "./stream_reader.ts";
import { blankState, noteDenial, noteToolCall, type StreamState } from "./stream_state.ts";

const title = "Amp";
const longestError = 2000;
const serversKept = 50;
const messagesKept = 20;

interface AmpState extends StreamState {
  /** Ids of the newest messages whose usage is counted: one message may fill several records. */
  countedIds: readonly string[];
}

function createReader({ command = [], now = () => 0, timeZone }: ReaderOptions = {}): AgentReader {
  const at = (): SpokenAt => ({ now: now(), timeZone });
  const isText = command.length > 0 && !command.some((word) => word.startsWith("--stream-json"));
  return new StreamReader<AmpState>({
    name: "amp",
    title,
    labelField: "type",
    labels: new Set(["system", "assistant", "result"]),
    ignored: new Set(["user"]),
    isExitTrusted: isText,
    start: () => ({ ...blankState(), countedIds: [] }),
    take: (state, record) => take(state, record, at),
    // Only an error and what directly follows it are Amp's own words: tools print to the same stream.
    hear: (lines) => causeOfWords(errorWords(lines, isText ? errorLine : ownLine), { record: "output", at: at() }),
  });
}

/** Where the answer is text, too, only an error by its form can be told from it. */
const errorLine = /^\w{0,40}error: /i;
const ownLine = /^(?:\w{0,40}error: |Not logged in\b|User message must be provided\b|Out of (?:free )?credits\b)/i;

function take(state: AmpState, record: JsonRecord, at: () => SpokenAt): void {
  const sessionId = textOf(record.session_id);
  // Amp signs every record with its thread; one of another thread was printed by something the agent ran.
  if (state.sessionId !== null && sessionId !== state.sessionId) return;
  state.sessionId ??= sessionId;
  if (record.type === "system") takeServers(state, record);
  if (record.type === "assistant") takeAssistant(state, record);
  if (record.type === "result") takeResult(state, record, at());
}

function takeServers(state: AmpState, record: JsonRecord): void {
  const servers = arrayOf(record.mcp_servers).map(objectOf);
  const down = servers.filter((server) => server?.status === "connection-failed" || server?.status === "failed");
  state.degraded = down.slice(0, serversKept).map((server) =>
    `mcp server ${clip(textOf(server?.name) ?? "unknown", 100)}: failed`
  );
}

function takeAssistant(state: AmpState, record: JsonRecord): void {
  const message = objectOf(record.message);
  state.model = textOf(message?.model) ?? state.model;
  for (const block of arrayOf(message?.content)) {
    const fields = objectOf(block);
    if (fields?.type === "tool_use") noteToolCall(state, fields.name, fields.input);
  }
  addUsage(state, message);
  if (record.parent_tool_use_id === undefined || record.parent_tool_use_id === null) state.terminal = null;
}

function addUsage(state: AmpState, message: JsonRecord | null): void {
  const usage = objectOf(message?.usage);
  const id = textOf(message?.id);
  const isCounted = id !== null && state.countedIds.includes(id);
  if (id !== null && !isCounted) state.countedIds = [...state.countedIds.slice(1 - messagesKept), id];
  if (usage && !isCounted) state.usage = sumOf(state, usage);
  else if (state.usage) state.usage = { ...state.usage, toolCallCount: state.toolCallCount };
}

function sumOf(state: AmpState, usage: JsonRecord): Usage {
  const before = state.usage;
  const cached = tallyOf(usage.cache_read_input_tokens);
  const created = tallyOf(usage.cache_creation_input_tokens);
  const input = tallyOf(usage.input_tokens);
  return {
    model: state.model ?? "unknown",
    // Amp counts what is read from and written to the cache as input, too.
    inputTokens: (before?.inputTokens ?? 0) + (input >= cached + created ? input - cached - created : input),
    outputTokens: (before?.outputTokens ?? 0) + tallyOf(usage.output_tokens),
    reasoningTokens: 0,
    cachedTokens: (before?.cachedTokens ?? 0) + cached,
    cacheCreationTokens: (before?.cacheCreationTokens ?? 0) + created,
    costUsd: null,
    durationMs: before?.durationMs ?? 0,
    toolCallCount: state.toolCallCount,
    modelsBreakdown: null,
    isCumulative: false,
  };
}

function takeResult(state: AmpState, record: JsonRecord, at: SpokenAt): void {
  if (typeof record.is_error !== "boolean" && typeof record.subtype !== "string") return;
  const isError = record.is_error === true || record.is_error !== false && record.subtype !== "success";
  const usage = objectOf(record.usage);
  if (!state.usage && usage && Object.keys(usage).length > 0) state.usage = sumOf(state, usage);
  if (state.usage) state.usage = { ...state.usage, durationMs: tallyOf(record.duration_ms) };
  state.turns = figureOf(record.num_turns);
  for (const denial of arrayOf(record.permission_denials)) noteDenial(state, objectOf(denial)?.tool_name ?? denial);
  state.errorText = isError ? textOf(record.error)?.slice(0, longestError) ?? null : null;
  state.terminal = isError ? causeOfFailure(record, at) : causeOfSuccess(state, record);
}

function causeOfFailure(record: JsonRecord, at: SpokenAt): Cause {
  const text = textOf(record.error)?.slice(0, longestError) ?? "";
  const evidence = evidenceOf("result", { subtype: record.subtype, is_error: record.is_error, error: text });
  if (record.subtype === "error_max_turns") {
    return cause("bounded", "The run ended at its largest number of turns.", { evidence });
  }
  return causeOfWords(text, { record: "result", at }) ??
    cause("error", `${title} reported a failure${text === "" ? "" : `: ${text}`}.`, { evidence });
}

function causeOfSuccess(state: AmpState, record: JsonRecord): Cause {
  const evidence = evidenceOf("result", {
    is_error: record.is_error,
    num_turns: figureOf(record.num_turns) ?? undefined,
  });
  const isSilent = typeof record.result === "string" && record.result.trim() === "";
  if (isSilent && state.toolCallCount === 0) {
    return cause("no_result", `${title} finished without an answer and without calling a tool.`, { evidence });
  }
  return cause("ok", `${title} finished.`, { evidence });
}

/** `amp -x` becomes `amp threads continue ID -x`; the program may stand behind wrappers. */
function resumed(command: readonly string[], sessionId: string): readonly string[] {
  const at = command.findIndex((word) => word !== "" && /^amp(?:@|$)/.test(baseName(word)));
  return command.toSpliced(at + 1 || 1, 0, "threads", "continue", sessionId);
}

/** Amp. */
export default {
  name: "amp",
  title,
  binaries: ["amp"],
  capabilities: { tokens: "round", cost: "estimated", limits: "text", basis: "documented" },
  resuming: { resumed },
  createReader,
} satisfies Agent;
