// Reads what Kimi CLI prints with `--output-format stream-json`, and its last words on stderr.
import type { Agent, AgentReader, EarlySign, ReaderOptions } from "../core/agent.ts";
import { signalOfExitCode } from "../core/round.ts";
import { type Cause, cause, evidenceOf } from "./cause.ts";
import { figureOf } from "./figure.ts";
import { causeOfLastWords, causeOfRetry, longWaitSeconds } from "./kimi_causes.ts";
import { arrayOf, type JsonRecord, objectOf, parseRecord, textOf } from "./record.ts";
import type { SpokenAt } from "./spoken_time.ts";
import { type EndOfRun, StreamReader } from "./stream_reader.ts";
import { blankState, noteToolCall, type StreamState } from "./stream_state.ts";

const title = "Kimi CLI";
const openCallsKept = 200;
const longestError = 4000;
const longestId = 100;
const fruitlessRequests = 20;
/** Older builds leave with it when trying again may help. */
const temporaryFailure = 75;

/**
 * Kimi copies what its tools print to stderr, so that lines of other runs may stand between its own records: while a
 * tool is at work nothing in the stream is proof of an end or a retry.
 */
interface KimiState extends StreamState {
  /** Tool calls without a result so far. */
  openCalls: readonly string[];
  /** The newest assistant record asks for no tool. */
  isAnswered: boolean;
  /** Some assistant record had words in it. */
  hasWords: boolean;
  /** A success record that did not come after an answer: worth something only if the process ends well, too. */
  doubtfulEnd: Cause | null;
  retriesInRow: number;
}

function createReader({ command = [], now = () => 0, timeZone }: ReaderOptions = {}): AgentReader {
  const at = (): SpokenAt => ({ now: now(), timeZone });
  const isText = command.length > 0 && !command.some((word) => word.endsWith("stream-json"));
  return new StreamReader<KimiState>({
    name: "kimi",
    title,
    labelField: "role",
    labels: new Set(["meta", "assistant", "tool"]),
    ignored: new Set(["user", "system"]),
    // Builds that know `--print` have no success record: their exit status tells.
    isExitTrusted: isText || command.includes("--print"),
    start: () => ({
      ...blankState(),
      openCalls: [],
      isAnswered: false,
      hasWords: false,
      doubtfulEnd: null,
      retriesInRow: 0,
    }),
    mayMatter,
    take: (state, record) => take(state, record, at),
    hear: () => null,
    atEnd: (state, end) => causeOfEnd(state, end, at),
  });
}

/** Most records say again what is known: that Kimi answers, and that no tool is at work. */
function mayMatter(state: KimiState, { label, text }: { readonly label: string; readonly text: string }): boolean {
  if (state.terminal !== null || state.doubtfulEnd !== null) return true;
  switch (label) {
    case "assistant": {
      const isSettled = state.isAnswered && state.hasWords && state.trouble === null && state.retriesInRow === 0;
      return !isSettled || text.includes("tool_calls");
    }
    case "tool":
      return state.openCalls.length > 0;
    default:
      return isNew(state) || text.includes("turn.step.retrying") || text.includes("session.resume_hint");
  }
}

/** Nothing came from the provider yet. */
function isNew(state: KimiState): boolean {
  return !state.isAnswered && state.toolCallCount === 0;
}

function take(state: KimiState, record: JsonRecord, at: () => SpokenAt): void {
  if (record.role === "assistant") takeAssistant(state, record);
  if (record.role === "tool") takeTool(state, record);
  if (record.role !== "meta") return;
  const isWorking = state.openCalls.length > 0;
  if (record.type === "system.version" && isNew(state)) state.cliVersion = textOf(record.version);
  if (record.type === "turn.step.retrying" && !isWorking) takeRetry(state, record, at());
  if (record.type === "session.resume_hint") takeEnd(state, record);
}

function takeAssistant(state: KimiState, record: JsonRecord): void {
  const calls = arrayOf(record.tool_calls);
  for (const call of calls.slice(-openCallsKept)) takeCall(state, objectOf(call));
  state.isAnswered = calls.length === 0;
  state.hasWords ||= isWordy(record.content);
  // The provider answered, so what went wrong before is over.
  state.trouble = null;
  state.early = null;
  state.retriesInRow = 0;
  goOn(state);
}

function takeCall(state: KimiState, call: JsonRecord | null): void {
  const called = objectOf(call?.function);
  noteToolCall(state, called?.name, argumentsOf(called?.arguments));
  const id = callId(call?.id);
  if (id !== null) state.openCalls = [...state.openCalls.slice(1 - openCallsKept), id];
}

/** Whether an answer says anything: a text that is not blank, or parts. */
function isWordy(content: unknown): boolean {
  return typeof content === "string" ? content.trim() !== "" : arrayOf(content).length > 0;
}

function takeTool(state: KimiState, record: JsonRecord): void {
  const answered = callId(record.tool_call_id);
  state.openCalls = state.openCalls.filter((id) => id !== answered);
  goOn(state);
}

function callId(value: unknown): string | null {
  return textOf(value)?.slice(0, longestId) ?? null;
}

function goOn(state: KimiState): void {
  state.terminal = null;
  state.doubtfulEnd = null;
}

/** Kimi prints a tool's arguments as JSON in a string. */
function argumentsOf(value: unknown): unknown {
  return typeof value === "string" ? parseRecord(value) : value;
}

function takeRetry(state: KimiState, record: JsonRecord, at: SpokenAt): void {
  const delayMs = figureOf(record.delay_ms);
  const delaySeconds = delayMs === null || delayMs < 0 ? null : Math.ceil(delayMs / 1000);
  const found = causeOfRetry({
    record: "turn.step.retrying",
    name: textOf(record.error_name) ?? "",
    status: figureOf(record.status_code),
    text: (textOf(record.error_message) ?? "").slice(0, longestError),
    delaySeconds,
  }, at);
  state.retriesInRow++;
  state.trouble = found;
  state.early = earlySignOf(state, { found, delaySeconds });
}

function earlySignOf(
  { retriesInRow }: KimiState,
  { found, delaySeconds }: { readonly found: Cause; readonly delaySeconds: number | null },
): EarlySign | null {
  if (found.kind === "auth") {
    return { kind: "hopeless", why: `${title} tries credentials again that the provider refused`, waitSeconds: null };
  }
  if (found.kind === "billing") {
    return { kind: "hopeless", why: `${title} tries again although the provider wants payment`, waitSeconds: null };
  }
  if (delaySeconds !== null && delaySeconds > longWaitSeconds) {
    return {
      kind: "long_wait",
      why: `${title} sleeps ${delaySeconds} seconds before it tries again`,
      waitSeconds: delaySeconds,
    };
  }
  if (retriesInRow < fruitlessRequests) return null;
  return {
    kind: "runaway",
    why: `${title} made ${retriesInRow} requests in a row without an answer`,
    waitSeconds: null,
  };
}

function takeEnd(state: KimiState, record: JsonRecord): void {
  if (state.terminal) return;
  const sessionId = textOf(record.session_id);
  const evidence = evidenceOf("meta", { type: record.type, session_id: sessionId ?? undefined });
  const isIdle = !state.hasWords && state.toolCallCount === 0;
  const end = isIdle
    ? cause("no_result", `${title} finished without an answer and without calling a tool.`, { evidence })
    : cause("ok", `${title} finished.`, { evidence });
  if (state.openCalls.length > 0 || !state.isAnswered) {
    state.doubtfulEnd = end;
    return;
  }
  state.sessionId = sessionId;
  state.terminal = end;
}

function causeOfEnd(state: KimiState, { ending, lines }: EndOfRun, at: () => SpokenAt): Cause | null {
  if (state.terminal) return null;
  if (ending.kind === "timed_out") return lastWordsAtWall(state, lines, at);
  if (ending.kind !== "exited") return null;
  if (ending.code === 0) return state.doubtfulEnd;
  if (signalOfExitCode(ending.code)) return null;
  const said = causeOfLastWords(lines, { at: at(), hasBegun: state.cliVersion !== null });
  if (ending.code !== temporaryFailure || said !== null && said.kind !== "error") return said;
  if (state.trouble) return state.trouble;
  return cause("transient", `${title} left with the exit status that asks to try again.`, {
    evidence: [...evidenceOf("ending", { exit_code: ending.code }), ...said?.evidence ?? []],
    waitClass: "api_transient_5xx",
  });
}

/** A run that said why it failed and then did not leave; tools print to stderr, too, so they must be done. */
function lastWordsAtWall(state: KimiState, lines: readonly string[], at: () => SpokenAt): Cause | null {
  if (state.trouble || state.openCalls.length > 0) return null;
  const said = causeOfLastWords(lines, { at: at(), hasBegun: true });
  return said?.kind === "error" || said?.kind === "config" ? null : said;
}

/** Kimi CLI. */
export default {
  name: "kimi",
  title,
  binaries: ["kimi"],
  capabilities: { tokens: "none", cost: "none", limits: "field", basis: "verified" },
  resuming: { resumed: (command, sessionId) => [...command, "--session", sessionId] },
  createReader,
} satisfies Agent;
