// Reads what Gemini CLI prints with `-o stream-json`, and the retries it tells on stderr.
import type { Agent, AgentReader, ReaderOptions } from "../core/agent.ts";
import { type Cause, cause, evidenceOf } from "./cause.ts";
import { figureOf } from "./figure.ts";
import { causeOfComplaint } from "./gemini_causes.ts";
import { causeOfExitCode, causeOfLines } from "./gemini_exits.ts";
import { isRefusedCommand } from "./gemini_kin.ts";
import { hearRetry, type Notice } from "./gemini_retries.ts";
import { usageOfStats } from "./gemini_usage.ts";
import { type JsonRecord, objectOf, textOf } from "./record.ts";
import type { SpokenAt } from "./spoken_time.ts";
import { type EndOfRun, StreamReader } from "./stream_reader.ts";
import { blankState, noteDenial, noteToolCall, type StreamState } from "./stream_state.ts";

const title = "Gemini CLI";
const longestError = 4000;
const mostDegraded = 20;
const mostOpenTools = 20;
/** Lines about retries that are read between two answers; Gemini CLI itself gives up long before. */
const mostToldRetries = 5000;
/** Dates of records lie between them: 2001 and 2286. */
const [earliestTime, latestTime] = [1e12, 1e13];

interface GeminiState extends StreamState {
  /** A retry notice whose end may stand in the next line. */
  notice: Notice | null;
  /** Lines about retries since the last answer. */
  toldRetries: number;
  /** The newest warning, e.g. that a loop was found. */
  warning: string | null;
  hasAnswer: boolean;
  /** The terminal record tells of a failure and not of which. */
  isUnexplained: boolean;
  /** Tools that were called and have not come back. */
  openTools: readonly OpenTool[];
}

interface OpenTool {
  readonly id: string;
  readonly name: string;
}

function createReader({ command = [], now = () => 0, timeZone }: ReaderOptions = {}): AgentReader {
  // In the other formats the answer stands between the lines of stderr, so that its words cannot be told from theirs.
  const isStream = command.length === 0 || command.some((word) => word.endsWith("stream-json"));
  const at = (state: StreamState): SpokenAt => ({ now: state.latestTime || now(), timeZone });
  const atNow = (): SpokenAt => ({ now: now(), timeZone });
  return new StreamReader<GeminiState>({
    name: "gemini",
    title,
    labelField: "type",
    labels: new Set(["init", "message", "tool_use", "tool_result", "error", "result"]),
    ignored: new Set(),
    isExitTrusted: !isStream,
    start: () => ({
      ...blankState(),
      notice: null,
      toldRetries: 0,
      warning: null,
      hasAnswer: false,
      isUnexplained: false,
      openTools: [],
    }),
    take: (state, record) => take(state, record, at),
    hear: (lines) => causeOfLines(lines, atNow()),
    ...isStream ? { overhears, overhear: (state, line) => overhear(state, line, atNow()) } : {},
    atEnd: (state, end) => atEnd(state, end, atNow()),
  });
}

function take(state: GeminiState, record: JsonRecord, at: (state: StreamState) => SpokenAt): void {
  const time = timeOf(record.timestamp);
  // Gemini CLI dates every record; a line without a date and without counts was printed by something else.
  if (time === null && !hasCounts(record)) return;
  if (time !== null && time > state.latestTime) state.latestTime = time;
  if (record.type === "init") {
    state.sessionId = textOf(record.session_id) ?? state.sessionId;
    state.model = textOf(record.model) ?? state.model;
  }
  if (record.type === "message" && record.role === "assistant") {
    goOn(state);
    state.openTools = [];
    if (textOf(record.content) !== null) state.hasAnswer = true;
  }
  if (record.type === "tool_use") {
    goOn(state);
    noteToolCall(state, record.tool_name, record.parameters);
    const tool = { id: textOf(record.tool_id) ?? "", name: state.toolCalls.at(-1)?.name ?? "" };
    state.openTools = [...state.openTools, tool].slice(-mostOpenTools);
  }
  if (record.type === "tool_result") takeToolResult(state, record);
  if (record.type === "error") takeError(state, record, at(state));
  if (record.type === "result") takeResult(state, record, at(state));
}

/** Epoch milliseconds. */
function timeOf(value: unknown): number | null {
  const time = figureOf(value) ?? Date.parse(textOf(value) ?? "");
  return time > earliestTime && time < latestTime ? time : null;
}

function hasCounts({ type, stats }: JsonRecord): boolean {
  return type === "result" && figureOf(objectOf(stats)?.total_tokens) !== null;
}

/** The provider answered, so what went wrong before is over. */
function goOn(state: GeminiState): void {
  state.trouble = null;
  state.early = null;
  state.toldRetries = 0;
  state.errorText = null;
  state.terminal = null;
}

function takeToolResult(state: GeminiState, record: JsonRecord): void {
  const id = textOf(record.tool_id) ?? "";
  const name = state.openTools.find((tool) => tool.id === id)?.name;
  state.openTools = state.openTools.filter((tool) => tool.id !== id);
  if (objectOf(record.error)?.type === "policy_violation") noteDenial(state, name);
}

function takeError(state: GeminiState, record: JsonRecord, at: SpokenAt): void {
  const text = textOf(record.message)?.slice(0, longestError) ?? null;
  if (text === null) return;
  if (record.severity !== "error") {
    state.warning = text;
    return;
  }
  state.errorText = text;
  state.trouble = causeOfComplaint({ record: "error", text, at });
}

function takeResult(state: GeminiState, record: JsonRecord, at: SpokenAt): void {
  const error = objectOf(record.error) ?? (textOf(record.error) === null ? null : { message: record.error });
  if (record.status !== "success" && record.status !== "error" && error === null) return;
  state.usage = usageOfStats(record.stats, state) ?? state.usage;
  state.isUnexplained = false;
  if (record.status === "success" && error === null) {
    state.errorText = null;
    state.terminal = causeOfSuccess(state);
    return;
  }
  const text = textOf(error?.message)?.slice(0, longestError) ?? null;
  const type = textOf(error?.type);
  state.errorText = text ?? state.errorText;
  state.isUnexplained = text === null && type === null;
  state.terminal = text !== null || type !== null
    ? causeOfComplaint({ record: "result", text: text ?? "", type, at })
    : causeOfNoAnswer(state);
}

function causeOfSuccess({ warning, hasAnswer, toolCallCount }: GeminiState): Cause {
  const evidence = [
    ...evidenceOf("result", { status: "success" }),
    ...evidenceOf("error", { message: warning ?? undefined }),
  ];
  if (hasAnswer || toolCallCount > 0) return cause("ok", `${title} finished.`, { evidence });
  if (warning !== null) return cause("ok", `${title} finished with a warning: ${warning}`, { evidence });
  return cause("no_result", `${title} finished without an answer and without calling a tool.`, { evidence });
}

/** A failed run whose terminal record does not say why: an error record before it may. */
function causeOfNoAnswer({ trouble }: GeminiState): Cause {
  const evidence = [...evidenceOf("result", { status: "error" }), ...trouble?.evidence ?? []];
  return trouble !== null && trouble.kind !== "error"
    ? { ...trouble, evidence }
    : cause("transient", `${title} got no answer that it could use.`, { evidence, waitClass: "api_transient_5xx" });
}

const overhears = ["Attempt ", "[MCP error] ", "Error during discovery ", "Unknown argument"];
const noteworthy = /^(?:Attempt \d|\[MCP error\] |Error during discovery |Unknown argument)/;

function overhear(state: GeminiState, line: string, at: SpokenAt): void {
  if (state.notice === null && !noteworthy.test(line) || ++state.toldRetries > mostToldRetries) return;
  const server = /^(?:\[MCP error\] )?Error during discovery for MCP server '([^']{1,100})'/.exec(line)?.[1];
  if (server !== undefined) {
    const lost = `mcp server ${server}: failed`;
    if (!state.degraded.includes(lost)) state.degraded = [...state.degraded, lost].slice(0, mostDegraded);
    return;
  }
  // The help that follows is longer than what is kept of the newest lines.
  if (state.sessionId === null && state.trouble === null && isRefusedCommand(line)) {
    state.trouble = causeOfLines([line], at);
  }
  const heard = hearRetry(line, { notice: state.notice, at });
  state.notice = heard?.notice ?? null;
  if (!heard?.trouble) return;
  state.trouble = heard.trouble;
  state.early = heard.early;
}

function atEnd(state: GeminiState, { ending, lines }: EndOfRun, at: SpokenAt): Cause | null {
  if (ending.kind === "timed_out" && ending.wall === "hard") return causeOfOpenTool(state);
  const { terminal, isUnexplained } = state;
  if (ending.kind !== "exited" || terminal !== null && terminal.kind !== "error" && !isUnexplained) return null;
  const found = causeOfExitCode(ending.code, { lines, at }) ??
    (terminal === null || ending.code === 0 ? null : causeOfLines(lines, at));
  // An exit code, or a line, says more than a record only where that record says nothing.
  return terminal !== null && found?.kind === "error" ? null : found;
}

/** At the hard wall a run that waits for its tool was not done, but it did not hang either. */
function causeOfOpenTool({ openTools, terminal, trouble }: GeminiState): Cause | null {
  const name = openTools.at(-1)?.name;
  if (name === undefined || terminal !== null || trouble !== null) return null;
  return cause("no_result", `The round's time was over while ${title} waited for its tool "${name}".`, {
    evidence: evidenceOf("tool_use", { tool_name: name }),
  });
}

/** Gemini CLI. */
export default {
  name: "gemini",
  title,
  binaries: ["gemini"],
  capabilities: { tokens: "round", cost: "estimated", limits: "text", basis: "verified" },
  resuming: { resumed: (command, sessionId) => [...command, "-r", sessionId] },
  createReader,
} satisfies Agent;
