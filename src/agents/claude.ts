// Reads what Claude Code prints, best with `--output-format stream-json`.
import type { Agent, AgentReader, ReaderOptions } from "../core/agent.ts";
import { baseName } from "../core/path.ts";
import { type Cause, cause } from "./cause.ts";
import { causeOfFailure, causeOfSuccess } from "./claude_causes.ts";
import { ClaudeReader } from "./claude_reader.ts";
import { causeOfRetry, retryAfterOf, signOfRetry } from "./claude_retry.ts";
import { degradedOf, noteRefusal } from "./claude_start.ts";
import { blankClaudeState, type ClaudeState, momentOf } from "./claude_state.ts";
import { causeOfLines } from "./claude_text.ts";
import { usageIn, withAnswer, withResult } from "./claude_usage.ts";
import { noteWindows, rejectionAfter } from "./claude_windows.ts";
import { figureOf } from "./figure.ts";
import { arrayOf, type JsonRecord, objectOf, textOf } from "./record.ts";
import { type EndOfRun, StreamReader } from "./stream_reader.ts";
import { noteToolCall } from "./stream_state.ts";

const title = "Claude Code";
const binaries = ["claude", "claude-code"];
const longestError = 2000;

const labels = new Set(["system", "assistant", "rate_limit_event", "tool_progress", "result"]);
const ignored = new Set([
  "user",
  "stream_event",
  "auth_status",
  "control_request",
  "control_response",
  "control_cancel_request",
  "keep_alive",
  "prompt_suggestion",
  "tool_use_summary",
  "summary",
]);

function createReader({ command = [], now = () => 0, timeZone }: ReaderOptions = {}): AgentReader {
  const printsRecords = /--output-format[=\s]+["']?(?:stream-)?json\b/.test(command.join(" "));
  const printsText = !printsRecords && command.some((word) => binaries.includes(baseName(word)));
  const reader = new StreamReader<ClaudeState>({
    name: "claude",
    title,
    labelField: "type",
    labels,
    ignored,
    isExitTrusted: command.length > 0 && !printsRecords,
    start: () => blankClaudeState({ clock: now, timeZone, isText: printsText, isResumed: command.some(isResuming) }),
    take,
    hear: (lines) => causeOfLines(lines, { now: now(), timeZone }),
    atEnd: (state, end) => command.length > 0 && !printsRecords ? endOfText(state, end) : null,
  });
  const mayPrintArray = !printsText && !command.some((word) => word.includes("stream-json"));
  return mayPrintArray ? new ClaudeReader(reader) : reader;
}

function isResuming(word: string): boolean {
  return /^(?:-r|-c|--resume|--continue)(?:=|$)/.test(word);
}

/** Exit status 0 means success only for a run that printed its answer, and no records that lack their end. */
function endOfText(state: ClaudeState, { ending, lines }: EndOfRun): Cause | null {
  if (ending.kind !== "exited" || ending.code !== 0 || state.terminal) return null;
  if (state.sessionId !== null || state.hasBegun) {
    return state.trouble ?? cause("no_result", `${title} left without its terminal record.`);
  }
  return lines.length === 0 ? cause("no_result", `${title} finished without printing anything.`) : null;
}

function take(state: ClaudeState, record: JsonRecord): void {
  state.hasBegun ||= record.type === "system" && record.subtype === "init";
  // A wrapper or a setting may ask for records where the command does not; they begin with the first record of a stream.
  if (state.isText && !state.hasBegun) return;
  // Claude Code signs every record with its session and an id; a line without was printed by something else.
  if (state.sessionId !== null && textOf(record.session_id) === null && textOf(record.uuid) === null) return;
  state.sessionId = textOf(record.session_id) ?? state.sessionId;
  const time = Date.parse(textOf(record.timestamp) ?? "");
  if (time > state.latestTime) state.latestTime = time;
  switch (record.type) {
    case "system":
      return takeSystem(state, record);
    case "assistant":
      return takeAssistant(state, record);
    case "rate_limit_event":
      return takeRateLimit(state, record);
    case "tool_progress":
      return takeRetry(state, "subagent_retry", objectOf(record.subagent_retry));
    case "result":
      return takeResult(state, record);
  }
}

function takeSystem(state: ClaudeState, record: JsonRecord): void {
  if (record.subtype === "init") {
    state.model ??= textOf(record.model);
    state.cliVersion = textOf(record.claude_code_version) ?? state.cliVersion;
    state.hasLogin = record.apiKeySource === "none";
    state.degraded = degradedOf(record);
  }
  if (record.subtype === "api_retry") takeRetry(state, "api_retry", record);
  if (record.subtype === "permission_denied") noteRefusal(state, record);
}

function takeRetry(state: ClaudeState, name: string, record: JsonRecord | null): void {
  if (!record) return;
  const at = momentOf(state);
  const status = figureOf(record.error_status);
  const failure = causeOfFailure({
    record: name,
    status,
    word: textOf(record.error),
    isUnanswered: record.error_status === null,
    rejection: state.rejection,
    retryAfterSeconds: retryAfterOf(record),
    at,
    toldAt: state.latestTime,
  });
  const delay = figureOf(record.retry_delay_ms);
  const delaySeconds = delay === null ? null : delay / 1000;
  state.trouble = causeOfRetry({ cause: failure, delaySeconds, isAnswered: status !== null });
  state.early = signOfRetry({
    cause: state.trouble,
    delaySeconds,
    mayRenewLogin: state.hasLogin && status === 401 && (figureOf(record.attempt) ?? 1) <= 1,
    now: Math.max(at.now, state.clock()),
  });
}

function takeAssistant(state: ClaudeState, record: JsonRecord): void {
  const message = objectOf(record.message);
  if (textOf(record.error) !== null || record.is_api_error_message === true) {
    const limits = objectOf(record.api_error_params)?.rate_limit_info;
    noteWindows(state, limits);
    state.errorRecord = record;
    state.rejection = rejectionAfter(state.rejection, limits);
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
  state.ledger = withAnswer(state.ledger, message);
  state.usage = usageIn(state.ledger, state);
  // The provider answered, so what went wrong before is over.
  state.trouble = null;
  state.early = null;
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
  noteWindows(state, record.rate_limit_info);
  const rejection = rejectionAfter(state.rejection, record.rate_limit_info);
  state.rejection = rejection;
  if (!rejection && state.trouble?.kind === "limit") {
    state.trouble = null;
    state.early = null;
  }
  if (!rejection || objectOf(record.rate_limit_info)?.status !== "rejected") return;
  state.trouble = causeOfFailure({
    record: "rate_limit_event",
    status: null,
    word: "rate_limit",
    rejection,
    at: momentOf(state),
    toldAt: state.latestTime,
  });
}

function takeResult(state: ClaudeState, record: JsonRecord): void {
  if (typeof record.is_error !== "boolean" && typeof record.subtype !== "string") return;
  const isError = isFailed(record);
  const errors = arrayOf(record.errors).filter((line) => typeof line === "string").join("\n");
  const text = ((textOf(record.result) ?? errors) || null)?.slice(0, longestError) ?? null;
  const turns = figureOf(record.num_turns);
  if (turns !== null && turns >= 0) state.turns = (state.turns ?? 0) + Math.round(turns);
  for (const denial of arrayOf(record.permission_denials)) noteRefusal(state, denial);
  state.ledger = withResult(state.ledger, record, state);
  state.usage = usageIn(state.ledger, state);
  state.errorText = isError ? text ?? state.errorText : null;
  state.terminal = isError
    ? failureOf(state, { record: "result", fields: record, text })
    : causeOfSuccess(record, { title, isIdle: state.toolCallCount === 0 });
}

/** A word for an error counts whatever `is_error` says; where that is missing or no boolean, the other fields do. */
function isFailed(record: JsonRecord): boolean {
  if (record.is_error === true || textOf(record.subtype)?.startsWith("error_")) return true;
  if (record.is_error === false) return false;
  return record.is_error === "true" || textOf(record.subtype) !== null && record.subtype !== "success" ||
    (figureOf(record.api_error_status) ?? 0) >= 400 || record.terminal_reason === "api_error";
}

function failureOf(
  state: ClaudeState,
  { record, fields, text }: { readonly record: string; readonly fields: JsonRecord; readonly text: string | null },
): Cause {
  const error = state.errorRecord;
  return causeOfFailure({
    record,
    status: figureOf(fields.api_error_status ?? error?.api_error_status),
    word: textOf(error?.error),
    errorCode: textOf(fields.api_error ?? error?.api_error),
    errorType: textOf(fields.api_error_type ?? error?.api_error_type),
    subtype: textOf(fields.subtype),
    reason: textOf(fields.terminal_reason),
    text,
    rejection: state.rejection,
    retryAfterSeconds: retryAfterOf(fields) ?? retryAfterOf(error),
    at: momentOf(state),
    toldAt: state.latestTime,
  });
}

/** Claude Code. */
export default {
  name: "claude",
  title,
  binaries,
  capabilities: { tokens: "round", cost: "reported", limits: "field", basis: "verified" },
  resuming: {
    resumed: (command, sessionId) => [...command, "--resume", sessionId],
    pinned: (command, sessionId) => [...command, "--session-id", sessionId],
  },
  createReader,
} satisfies Agent;
