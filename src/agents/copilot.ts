// Reads what Copilot CLI prints with `--output-format json`.
import type { Agent, AgentReader, ReaderOptions } from "../core/agent.ts";
import { clip } from "../core/text.ts";
import { type Cause, cause, evidenceOf } from "./cause.ts";
import { causeOfError, causeOfRefusal, causeOfRetry } from "./copilot_causes.ts";
import { figureOf } from "./figure.ts";
import { arrayOf, type JsonRecord, objectOf, textOf } from "./record.ts";
import type { SpokenAt } from "./spoken_time.ts";
import { StreamReader } from "./stream_reader.ts";
import { blankState, noteToolCall, type StreamState } from "./stream_state.ts";

const title = "Copilot CLI";
const fruitlessRequests = 20;
const longestError = 2000;
const serversKept = 50;

interface CopilotState extends StreamState {
  /** What the newest `session.error` says; null again when an answer came after it. */
  sessionError: Cause | null;
  /** Some answer had words in it or asked for a tool. */
  hasAnswered: boolean;
  /** Requests that failed since the last answer. */
  failedInRow: number;
}

/** What a record is taken with. */
interface Taking {
  readonly data: JsonRecord;
  readonly at: () => SpokenAt;
}

const takers: Readonly<Record<string, (state: CopilotState, taking: Taking) => void>> = {
  "session.start": takeStart,
  "session.tools_updated": takeModel,
  "session.mcp_servers_loaded": takeServers,
  "session.mcp_server_status_changed": takeServer,
  "assistant.turn_start": takeTurn,
  "assistant.message_start": (state) => overcome(state),
  "assistant.message": takeAnswer,
  "assistant.turn_retry": takeRetry,
  "model.call_start": takeModel,
  "model.call_failure": takeFailure,
  "tool.execution_start": (state, { data }) => noteToolCall(state, data.toolName, data.arguments),
  "session.error": takeError,
};

const harmless = [
  "assistant.idle",
  "assistant.intent",
  "assistant.message_delta",
  "assistant.reasoning",
  "assistant.reasoning_delta",
  "assistant.streaming_delta",
  "assistant.tool_call_delta",
  "assistant.turn_end",
  "assistant.usage",
  "hook.end",
  "hook.start",
  "model.call_final_result",
  "model.call_finished",
  "permission.completed",
  "permission.requested",
  "session.background_tasks_changed",
  "session.compaction_complete",
  "session.compaction_start",
  "session.idle",
  "session.info",
  "session.resume",
  "session.shutdown",
  "session.skills_loaded",
  "session.title_changed",
  "session.truncation",
  "session.usage_info",
  "session.warning",
  "subagent.completed",
  "subagent.started",
  "system.message",
  "tool.execution_complete",
  "tool.execution_partial_result",
  "tool.execution_progress",
  "tool.shell_output",
  "user.message",
];

function createReader({ command = [], now = () => 0, timeZone }: ReaderOptions = {}): AgentReader {
  const at = (): SpokenAt => ({ now: now(), timeZone });
  return new StreamReader<CopilotState>({
    name: "copilot",
    title,
    labelField: "type",
    labels: new Set([...Object.keys(takers), "result"]),
    ignored: new Set(harmless),
    isExitTrusted: command.length > 0 && !command.some((word) => word === "json" || word.endsWith("=json")),
    start: () => ({ ...blankState(), sessionError: null, hasAnswered: false, failedInRow: 0 }),
    take: (state, record) => take(state, record, at),
    hear: causeOfRefusal,
  });
}

function take(state: CopilotState, record: JsonRecord, at: () => SpokenAt): void {
  const type = textOf(record.type) ?? "";
  if (type === "result") takeResult(state, record);
  else takers[type]?.(state, { data: objectOf(record.data) ?? {}, at });
}

function takeStart(state: CopilotState, { data }: Taking): void {
  state.sessionId = textOf(data.sessionId) ?? state.sessionId;
  state.cliVersion = textOf(data.copilotVersion) ?? state.cliVersion;
}

function takeModel(state: CopilotState, { data }: Pick<Taking, "data">): void {
  state.model = textOf(data.model) ?? state.model;
}

function takeServers(state: CopilotState, { data }: Taking): void {
  for (const server of arrayOf(data.servers)) {
    const fields = objectOf(server);
    noteServer(state, { name: fields?.name, status: fields?.status });
  }
}

function takeServer(state: CopilotState, { data }: Taking): void {
  noteServer(state, { name: data.serverName, status: data.status });
}

function noteServer(state: CopilotState, { name, status }: { readonly name: unknown; readonly status: unknown }): void {
  const server = `mcp server ${clip(textOf(name) ?? "unknown", 100)}: `;
  const others = state.degraded.filter((entry) => !entry.startsWith(server));
  const isDown = status === "failed" || status === "needs-auth";
  state.degraded = isDown ? [...others, `${server}${status}`].slice(0, serversKept) : others;
}

function takeTurn(state: CopilotState): void {
  state.turns = (state.turns ?? 0) + 1;
  state.terminal = null;
}

function takeAnswer(state: CopilotState, { data }: Taking): void {
  if ((textOf(data.content) ?? "").trim() !== "" || arrayOf(data.toolRequests).length > 0) state.hasAnswered = true;
  takeModel(state, { data });
  overcome(state);
  state.sessionError = null;
  state.errorText = null;
  state.failedInRow = 0;
}

/** The provider answers, so what went wrong before is over. */
function overcome(state: CopilotState): void {
  state.trouble = null;
  state.early = null;
}

function takeFailure(state: CopilotState, { data, at }: Taking): void {
  takeModel(state, { data });
  state.failedInRow++;
  state.trouble = causeOfError(data, { record: "model.call_failure", at: at() }) ?? state.trouble ??
    cause("error", "A request to the provider failed.", {
      evidence: evidenceOf("model.call_failure", { statusCode: data.statusCode, text: data.errorMessage }),
    });
  // One refusal may be a token that is renewed before the next try.
  if (state.trouble?.kind === "auth" && state.failedInRow > 1) {
    state.early = { kind: "hopeless", why: `${title} tries credentials again that were refused`, waitSeconds: null };
  }
  if (state.failedInRow >= fruitlessRequests) {
    const why = `${title} made ${state.failedInRow} requests in a row without an answer`;
    state.early = { kind: "runaway", why, waitSeconds: null };
  }
}

function takeRetry(state: CopilotState, { data }: Taking): void {
  // What nobody understands passes as long as it is tried again.
  if (state.trouble === null || state.trouble.kind === "error") state.trouble = causeOfRetry(data);
  if (state.trouble?.kind !== "billing") return;
  state.early = {
    kind: "hopeless",
    why: `${title} tries again although the provider wants payment`,
    waitSeconds: null,
  };
}

function takeError(state: CopilotState, { data, at }: Taking): void {
  const text = textOf(data.message)?.slice(0, longestError) ?? null;
  const evidence = evidenceOf("session.error", { errorType: data.errorType, text: text ?? undefined });
  const found = causeOfError(data, { record: "session.error", at: at() }) ?? state.trouble ??
    cause("error", `${title} reported an error${text === null ? "" : `: ${text}`}.`, { evidence });
  state.sessionError = found;
  state.trouble = found;
  state.errorText = text ?? state.errorText;
}

function takeResult(state: CopilotState, record: JsonRecord): void {
  state.sessionId = textOf(record.sessionId) ?? state.sessionId;
  const exitCode = figureOf(record.exitCode);
  if (exitCode === null) return;
  state.terminal = causeOfResult(state, exitCode);
}

function causeOfResult(state: CopilotState, exitCode: number): Cause {
  const error = state.sessionError ?? (exitCode === 0 ? null : state.trouble);
  if (error) return error;
  const evidence = evidenceOf("result", { exitCode });
  if (!state.hasAnswered && state.toolCallCount === 0) {
    return cause("no_result", `${title} finished without an answer and without calling a tool.`, { evidence });
  }
  if (exitCode === 0) return cause("ok", `${title} finished.`, { evidence });
  return cause("error", `${title} failed with exit status ${exitCode}.`, { evidence });
}

/** Copilot CLI. */
export default {
  name: "copilot",
  title,
  binaries: ["copilot"],
  capabilities: { tokens: "none", cost: "none", limits: "text", basis: "verified" },
  resuming: { resumed: (command, sessionId) => [...command, `--resume=${sessionId}`] },
  createReader,
} satisfies Agent;
