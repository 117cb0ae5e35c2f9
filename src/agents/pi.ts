// Reads what pi prints with `--mode json`.
import type { Agent, AgentReader, ReaderOptions, Usage } from "../core/agent.ts";
import type { Cause } from "./cause.ts";
import {
  causeOfErrorMessage,
  causeOfLines,
  causeOfRepeated,
  causeOfRunaway,
  causeOfSettled,
  isTelling,
  type LastMessage,
  signOfRetry,
  signOfRunaway,
} from "./pi_causes.ts";
import { figureOf, tallyOf } from "./figure.ts";
import { hasTokens, usageWith } from "./pi_usage.ts";
import { arrayOf, type JsonRecord, objectOf, textOf } from "./record.ts";
import { StreamReader } from "./stream_reader.ts";
import { blankState, noteToolCall, type StreamState } from "./stream_state.ts";

const title = "pi";
/** So many turns in a row without tokens or output are a runaway. */
const runawayTurns = 20;
/** A pause of at least so many seconds before a retry is told of. */
const longPauseSeconds = 60;
const longestError = 2000;

const ignored = [
  "turn_start",
  "message_update",
  "tool_execution_update",
  "tool_execution_end",
  "entry_appended",
  "queue_update",
  "compaction_start",
  "compaction_end",
  "auto_compaction_start",
  "auto_compaction_end",
  "session_info_changed",
  "thinking_level_changed",
];

interface PiState extends StreamState {
  /** Stands beside the stream: the time of a record that carries none, and the zone. */
  readonly writtenAt: (time: number) => { readonly now: number; readonly timeZone: string | undefined };
  last: LastMessage | null;
  /** The cause of the newest message's error; null when it is none. */
  failure: Cause | null;
  /** Usage of the messages that have ended. */
  ended: Usage | null;
  /** The open turn's message was counted already. */
  isCounted: boolean;
  /** The run has written text or called a tool. */
  hasAnswer: boolean;
  /** Messages in a row without tokens or output. */
  barrenTurns: number;
}

function createReader(options: ReaderOptions = {}): AgentReader {
  const { command = [] } = options;
  const writtenAt = (time: number) => ({ now: time || (options.now?.() ?? 0), timeZone: options.timeZone });
  return new StreamReader<PiState>({
    name: "pi",
    title,
    labelField: "type",
    labels: new Set([
      "session",
      "agent_start",
      "message_start",
      "message_end",
      "turn_end",
      "tool_execution_start",
      "auto_retry_start",
      "auto_retry_end",
      "agent_end",
      "agent_settled",
    ]),
    ignored: new Set(ignored),
    isExitTrusted: command.length > 0 &&
      !command.some((word, at) => word === "--mode=json" || word === "--mode" && command[at + 1] === "json"),
    start: () => ({
      ...blankState(),
      writtenAt,
      last: null,
      failure: null,
      ended: null,
      isCounted: false,
      hasAnswer: false,
      barrenTurns: 0,
    }),
    take,
    hear: (lines) => causeOfLines(lines, writtenAt(0)),
  });
}

function take(state: PiState, record: JsonRecord): void {
  const message = objectOf(record.message);
  const isAssistant = message?.role === "assistant";
  switch (record.type) {
    case "session":
      state.sessionId ??= textOf(record.id);
      return;
    case "agent_start":
      state.terminal = null;
      // The pause is over: pi tries again.
      if (state.early?.kind === "long_wait") state.early = null;
      return;
    case "message_start":
      if (isAssistant) takeMessageStart(state, message);
      return;
    case "message_end":
      if (isAssistant) takeMessageEnd(state, message);
      return;
    case "turn_end":
      if (isAssistant) takeTurnEnd(state, message);
      return;
    case "tool_execution_start":
      return takeToolCall(state, record);
    case "auto_retry_start":
      return takeRetry(state, record);
    case "auto_retry_end":
      return takeRetryEnd(state, record);
    case "agent_end":
      // Builds that say here whether they will go on settle later; older ones end with this record.
      if (!("willRetry" in record)) state.terminal = causeOfSettled(state);
      return;
    case "agent_settled":
      state.terminal = causeOfSettled(state);
      return;
  }
}

function takeMessageStart(state: PiState, message: JsonRecord): void {
  state.terminal = null;
  state.isCounted = false;
  noteMessage(state, message);
  if (message.stopReason === "error") return;
  getOn(state);
  // What a message costs before its end is all that is known of it when the run is cut there.
  if (hasTokens(message)) state.usage = usageWith(message, { ...state, usage: state.ended });
}

/** The provider answered, so what went wrong before is over; a runaway ends with tokens or output only. */
function getOn(state: PiState): void {
  state.errorText = null;
  if (state.early?.kind === "runaway") return;
  state.trouble = null;
  state.early = null;
}

function noteMessage(state: PiState, message: JsonRecord): void {
  state.model = textOf(message.model)?.slice(0, 200) ?? state.model;
  const time = figureOf(message.timestamp) ?? 0;
  if (time > state.latestTime) state.latestTime = time;
}

function takeMessageEnd(state: PiState, message: JsonRecord): void {
  state.terminal = null;
  noteMessage(state, message);
  state.ended = usageWith(message, { ...state, usage: state.ended });
  state.usage = state.ended;
  state.isCounted = true;
  const hasOutput = arrayOf(message.content).some(isOutput);
  if (arrayOf(message.content).some((block) => isOutput(block) && objectOf(block)?.type !== "thinking")) {
    state.hasAnswer = true;
  }
  takeStop(state, message, "message_end");
  noteYield(state, hasOutput || hasTokens(message));
}

function isOutput(block: unknown): boolean {
  const fields = objectOf(block);
  if (fields?.type === "toolCall") return true;
  return (textOf(fields?.text) ?? textOf(fields?.thinking) ?? "").trim() !== "";
}

function takeStop(state: PiState, message: JsonRecord, record: string): void {
  const stopReason = textOf(message.stopReason)?.slice(0, 100) ?? null;
  const errorMessage = textOf(message.errorMessage)?.slice(0, longestError) ?? null;
  state.last = { stopReason, errorMessage };
  if (stopReason === "error") {
    state.failure = causeOfErrorMessage(textOf(message.errorMessage), { record, ...state.writtenAt(state.latestTime) });
    state.trouble = state.failure;
    state.errorText = errorMessage;
    return;
  }
  state.failure = null;
  getOn(state);
}

/** Counts the turns in a row that brought nothing. */
function noteYield(state: PiState, hasYield: boolean): void {
  state.barrenTurns = hasYield ? 0 : state.barrenTurns + 1;
  if (state.barrenTurns >= runawayTurns) {
    state.trouble = state.failure ?? causeOfRunaway(state.barrenTurns);
    state.early = signOfRunaway(state.barrenTurns);
  } else if (state.early?.kind === "runaway") {
    state.trouble = state.failure;
    state.early = null;
  }
}

function takeTurnEnd(state: PiState, message: JsonRecord): void {
  if (!state.isCounted) takeMessageEnd(state, message);
  else if (isTelling(message)) takeStop(state, message, "turn_end");
  state.isCounted = false;
  if (state.failure === null && state.last?.stopReason !== "aborted") state.turns = (state.turns ?? 0) + 1;
}

function takeToolCall(state: PiState, record: JsonRecord): void {
  noteToolCall(state, record.toolName, record.args);
  state.hasAnswer = true;
  if (state.usage) state.usage = { ...state.usage, toolCallCount: state.toolCallCount };
  if (state.ended) state.ended = { ...state.ended, toolCallCount: state.toolCallCount };
}

function takeRetry(state: PiState, record: JsonRecord): void {
  const delaySeconds = Math.ceil(tallyOf(record.delayMs) / 1000);
  const isLong = delaySeconds >= longPauseSeconds;
  const found = causeOfErrorMessage(textOf(record.errorMessage), {
    record: "auto_retry_start",
    ...state.writtenAt(state.latestTime),
    delaySeconds: isLong ? delaySeconds : null,
  });
  state.terminal = null;
  state.trouble = causeOfRepeated(found);
  state.errorText = textOf(record.errorMessage)?.slice(0, longestError) ?? state.errorText;
  if (state.early?.kind !== "runaway") state.early = signOfRetry(found, isLong ? delaySeconds : null);
}

function takeRetryEnd(state: PiState, record: JsonRecord): void {
  if (record.success === true) return getOn(state);
  const finalError = textOf(record.finalError);
  if (finalError !== null) {
    const at = state.writtenAt(state.latestTime);
    state.trouble = causeOfRepeated(causeOfErrorMessage(finalError, { record: "auto_retry_end", ...at }));
    if (state.failure?.kind === "error") state.failure = state.trouble;
  }
}

/** pi. */
export default {
  name: "pi",
  title,
  binaries: ["pi"],
  capabilities: { tokens: "round", cost: "reported", limits: "none", basis: "verified" },
  resuming: { resumed: (command, sessionId) => [...command, "--session", sessionId] },
  createReader,
} satisfies Agent;
