// Reads what Qwen Code prints with `--output-format stream-json`, and the waits it tells on stderr.
import type { Agent, AgentReader, ReaderOptions } from "../core/agent.ts";
import { type Cause, cause, causeOfTrouble, evidenceOf } from "./cause.ts";
import {
  causeOfAskedWait,
  causeOfComplaint,
  causeOfExitCode,
  causeOfLines,
  longestOwnWaitSeconds,
} from "./qwen_causes.ts";
import { figureOf, tallyOf } from "./figure.ts";
import { isRefusedCommand } from "./gemini_kin.ts";
import { added, isNothing, noTokens, type Tokens, tokensOf, usageOf } from "./qwen_usage.ts";
import { arrayOf, type JsonRecord, objectOf, textOf } from "./record.ts";
import type { SpokenAt } from "./spoken_time.ts";
import { type EndOfRun, StreamReader } from "./stream_reader.ts";
import { blankState, noteDenial, noteToolCall, type StreamState } from "./stream_state.ts";

const title = "Qwen Code";
const longestError = 4000;
const mostDegraded = 20;
const runawayRetries = 20;
/** Heartbeats that are read between two answers: more than fit into the longest wait. */
const mostHeartbeats = 5000;

interface QwenState extends StreamState {
  /** Tried requests in a row that brought no answer. */
  retries: number;
  /** Heartbeats since the last answer. */
  heartbeats: number;
  /** Used by the model's messages before the newest. */
  tokensBefore: Tokens;
  messageId: string | null;
  messageTokens: Tokens;
}

function createReader({ command = [], now = () => 0, timeZone }: ReaderOptions = {}): AgentReader {
  // In the other formats the answer stands between the lines of stderr, so that its words cannot be told from theirs.
  const isStream = command.length === 0 || command.some((word) => word.endsWith("stream-json"));
  const at = (): SpokenAt => ({ now: now(), timeZone });
  return new StreamReader<QwenState>({
    name: "qwen",
    title,
    labelField: "type",
    labels: new Set(["system", "assistant", "result"]),
    ignored: new Set(["user", "stream_event"]),
    isExitTrusted: !isStream,
    start: () => ({
      ...blankState(),
      retries: 0,
      heartbeats: 0,
      tokensBefore: noTokens,
      messageId: null,
      messageTokens: noTokens,
    }),
    take: (state, record) => take(state, record, at),
    hear: (lines) => causeOfLines(lines, at()),
    ...isStream ? { overhears, overhear: (state, line) => overhear(state, line, at()) } : {},
    atEnd: (state, end) => atEnd(state, end, at()),
  });
}

function take(state: QwenState, record: JsonRecord, at: () => SpokenAt): void {
  // Qwen Code signs every record with its session and an id; a line without was printed by something else.
  if (state.sessionId !== null && textOf(record.session_id) === null && textOf(record.uuid) === null) return;
  state.sessionId = textOf(record.session_id) ?? state.sessionId;
  if (record.type === "system") takeSystem(state, record);
  if (record.type === "assistant") takeAssistant(state, record);
  if (record.type === "result") takeResult(state, record, at());
}

function takeSystem(state: QwenState, record: JsonRecord): void {
  if (record.subtype === "init") {
    state.model ??= textOf(record.model);
    state.cliVersion = textOf(record.qwen_code_version) ?? state.cliVersion;
    state.degraded = arrayOf(record.mcp_servers).slice(0, 200).flatMap(lostServer).slice(0, mostDegraded);
  }
  if (record.subtype === "retry") {
    state.retries++;
    state.trouble = causeOfTrouble(
      "overload",
      evidenceOf("system", { subtype: "retry", reason: textOf(objectOf(record.data)?.reason) ?? undefined }),
    );
    if (state.retries < runawayRetries) return;
    const why = `${title} tried ${state.retries} requests in a row without getting an answer`;
    state.early = { kind: "runaway", why, waitSeconds: null };
  }
}

function lostServer(value: unknown): readonly string[] {
  const server = objectOf(value);
  const status = textOf(server?.status) ?? "";
  if (!["failed", "error", "needs-auth"].includes(status)) return [];
  return [`mcp server ${(textOf(server?.name) ?? "unknown").slice(0, 100)}: ${status}`];
}

function takeAssistant(state: QwenState, record: JsonRecord): void {
  const message = objectOf(record.message);
  state.model = textOf(message?.model) ?? state.model;
  for (const block of arrayOf(message?.content)) {
    const fields = objectOf(block);
    if (fields?.type === "tool_use") noteToolCall(state, fields.name, fields.input);
  }
  // The provider answered, so what went wrong before is over.
  state.trouble = null;
  state.early = null;
  state.retries = 0;
  state.heartbeats = 0;
  noteTokens(state, message);
  if (record.parent_tool_use_id === undefined || record.parent_tool_use_id === null) state.terminal = null;
}

/** What the messages of this run used so far, as long as no total of the conversation is known. */
function noteTokens(state: QwenState, message: JsonRecord | null): void {
  const usage = objectOf(message?.usage);
  if (!usage) return;
  const id = textOf(message?.id);
  if (id === null || id !== state.messageId) {
    state.tokensBefore = added(state.tokensBefore, state.messageTokens);
    state.messageId = id;
  }
  state.messageTokens = tokensOf(usage);
  const tokens = added(state.tokensBefore, state.messageTokens);
  if (isNothing(tokens) || state.usage?.isCumulative) return;
  state.usage = usageOf(tokens, {
    model: state.model ?? "unknown",
    durationMs: 0,
    toolCallCount: state.toolCallCount,
    isCumulative: false,
  });
}

function takeResult(state: QwenState, record: JsonRecord, at: SpokenAt): void {
  if (typeof record.is_error !== "boolean" && typeof record.subtype !== "string") return;
  const isError = isFailed(record);
  state.turns = figureOf(record.num_turns) === null ? state.turns : tallyOf(record.num_turns);
  for (const denial of arrayOf(record.permission_denials)) noteDenial(state, objectOf(denial)?.tool_name);
  const usage = objectOf(record.usage);
  if (usage && Object.keys(usage).length > 0) {
    state.usage = usageOf(tokensOf(usage), {
      model: state.model ?? "unknown",
      durationMs: tallyOf(record.duration_ms),
      toolCallCount: state.toolCallCount,
      isCumulative: true,
    });
  }
  const text = (textOf(objectOf(record.error)?.message) ?? textOf(record.error))?.slice(0, longestError) ?? null;
  state.errorText = isError ? text : null;
  state.terminal = isError
    ? causeOfComplaint({ record: "result", text: text ?? "", subtype: textOf(record.subtype), at })
    : causeOfSuccess(state, record);
}

/** A word for an error, or an error itself, counts whatever `is_error` says. */
function isFailed({ is_error: isError, subtype, error }: JsonRecord): boolean {
  if (isError === true || isError === "true" || textOf(subtype)?.startsWith("error_")) return true;
  return isError !== false && (textOf(subtype) !== "success" || textOf(error) !== null || objectOf(error) !== null);
}

function causeOfSuccess({ toolCallCount, turns }: QwenState, record: JsonRecord): Cause {
  const evidence = evidenceOf("result", { is_error: record.is_error, num_turns: turns ?? undefined });
  const isSilent = typeof record.result === "string" && record.result.trim() === "";
  if (isSilent && toolCallCount === 0) {
    return cause("no_result", `${title} finished without an answer and without calling a tool.`, { evidence });
  }
  const length = turns === null ? "" : turns === 1 ? " in 1 turn" : ` in ${turns} turns`;
  return cause("ok", `${title} finished${length}.`, { evidence });
}

const overhears = ["[qwen-code] ", "Unknown argument", "Retrying provider attempt"];
const heartbeat = /^\[qwen-code\] Waiting for API capacity(?:\.\.\.|…) attempt \d{1,9}, retry in (\d{1,9})s$/;

/** Qwen Code tells that it waits on stderr, where it repeats every 30 s how long it still will. */
function overhear(state: QwenState, line: string, at: SpokenAt): void {
  // The help that follows is longer than what is kept of the newest lines.
  if (state.sessionId === null && state.trouble === null && isRefusedCommand(line)) {
    state.trouble = causeOfLines([line], at);
  }
  if (/^Retrying provider attempt\b/.test(line)) {
    state.trouble ??= causeOfTrouble("overload", evidenceOf("output", { text: line }));
  }
  const digits = heartbeat.exec(line)?.[1];
  if (digits === undefined || ++state.heartbeats > mostHeartbeats) return;
  const waitSeconds = Number(digits);
  const evidence = evidenceOf("output", { text: line });
  state.trouble = waitSeconds > longestOwnWaitSeconds
    ? causeOfAskedWait(waitSeconds, evidence)
    : causeOfTrouble("rate", evidence);
  state.early = { kind: "long_wait", why: `${title} sleeps for another ${waitSeconds} s`, waitSeconds };
}

function atEnd(state: QwenState, { ending, lines }: EndOfRun, at: SpokenAt): Cause | null {
  if (ending.kind !== "exited" || state.terminal !== null && state.terminal.kind !== "error") return null;
  return causeOfExitCode(ending.code, { lines, at });
}

/** Qwen Code. */
export default {
  name: "qwen",
  title,
  binaries: ["qwen"],
  capabilities: { tokens: "conversation", cost: "estimated", limits: "none", basis: "verified" },
  resuming: { resumed: (command, sessionId) => [...command, "--resume", sessionId] },
  createReader,
} satisfies Agent;
