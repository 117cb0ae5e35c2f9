// Reads what opencode prints with `run --format json`.
import type { Agent, AgentReader, ReaderOptions } from "../core/agent.ts";
import { signalOfExitCode } from "../core/round.ts";
import { clip } from "../core/text.ts";
import { type Cause, cause, evidenceOf } from "./cause.ts";
import {
  causeOfLines,
  causeOfRepeatedStep,
  causeOfRunaway,
  causeOfStep,
  refusedPermission,
  runErrorOf,
  type WrittenAt,
} from "./opencode_causes.ts";
import { figureOf } from "./figure.ts";
import { modelIn, printsRecords } from "./opencode_command.ts";
import { usageWindows } from "./provider_headers.ts";
import { tokensIn, usageAfterStep } from "./opencode_usage.ts";
import { arrayOf, type JsonRecord, objectOf, textOf } from "./record.ts";
import { type EndOfRun, StreamReader } from "./stream_reader.ts";
import { blankState, noteDenial, noteToolCall, noteWindow, type StreamState } from "./stream_state.ts";

const title = "opencode";
/** So many steps in a row without tokens or output are a runaway. */
const runawaySteps = 20;
const evidenceKept = 12;

interface OpencodeState extends StreamState {
  /** The model of the command line; the stream does not name it. */
  readonly asked: string | null;
  /** Stands beside the stream: the time of a record that carries none, and the zone. */
  readonly writtenAt: (time: number) => WrittenAt;
  isStepOpen: boolean;
  /** The open step has written, thought or called a tool. */
  hasStepOutput: boolean;
  /** The run has written text or called a tool. */
  hasAnswer: boolean;
  /** Steps in a row without tokens or output. */
  barrenSteps: number;
  /** An error was told, which makes opencode leave with status 1 even if it was overcome. */
  hasFailed: boolean;
}

function createReader(options: ReaderOptions = {}): AgentReader {
  const { command = [] } = options;
  const asked = modelIn(command);
  const writtenAt = (time: number) => ({ now: time || (options.now?.() ?? 0), timeZone: options.timeZone });
  return new StreamReader<OpencodeState>({
    name: "opencode",
    title,
    labelField: "type",
    labels: new Set(["step_start", "step_finish", "text", "reasoning", "tool_use", "error", "done"]),
    ignored: new Set(),
    isExitTrusted: command.length > 0 && !printsRecords(command),
    start: () => ({
      ...blankState(),
      asked,
      writtenAt,
      isStepOpen: false,
      hasStepOutput: false,
      hasAnswer: false,
      barrenSteps: 0,
      hasFailed: false,
    }),
    take,
    hear: (lines) => causeOfLines(lines, writtenAt(0)),
    overhears: ["auto-rejecting"],
    overhear: (state, line) => {
      const permission = refusedPermission(line);
      if (permission !== null) noteDenial(state, permission);
    },
    atEnd,
  });
}

function take(state: OpencodeState, record: JsonRecord): void {
  // opencode signs every record with its session and dates it; a line without, or of another, is of something else.
  const part = objectOf(record.part);
  const session = textOf(record.sessionID) ?? textOf(part?.sessionID);
  const time = figureOf(record.timestamp) ?? 0;
  if (session === null ? time <= 0 : session !== (state.sessionId ?? session)) return;
  state.sessionId = session ?? state.sessionId;
  if (time > state.latestTime) state.latestTime = time;
  switch (record.type) {
    case "step_start":
      return takeStepStart(state);
    case "step_finish":
      return takeStepFinish(state, part);
    case "text":
      return takeOutput(state, { isAnswer: true, isBlank: (textOf(part?.text) ?? "").trim() === "" });
    case "reasoning":
      return takeOutput(state, { isAnswer: false, isBlank: (textOf(part?.text) ?? "").trim() === "" });
    case "tool_use":
      return takeToolUse(state, part);
    case "error":
      return takeError(state, record.error);
    case "done":
      return takeDone(state, record);
  }
}

function takeStepStart(state: OpencodeState): void {
  state.terminal = null;
  state.model = state.asked ?? state.model;
  if (state.isStepOpen) {
    state.trouble = causeOfRepeatedStep();
    if (!state.hasStepOutput) noteBarrenStep(state);
  }
  state.isStepOpen = true;
  state.hasStepOutput = false;
}

function noteBarrenStep(state: OpencodeState): void {
  state.barrenSteps++;
  if (state.barrenSteps < runawaySteps) return;
  state.trouble = causeOfRunaway(state.barrenSteps);
  state.early = {
    kind: "runaway",
    why: `${title} took ${state.barrenSteps} steps in a row without tokens or output`,
    waitSeconds: null,
  };
}

/** The provider answered, so what went wrong before is over. */
function getOn(state: OpencodeState): void {
  state.trouble = null;
  state.early = null;
  state.errorText = null;
  state.barrenSteps = 0;
}

function takeOutput(
  state: OpencodeState,
  { isAnswer, isBlank }: { readonly isAnswer: boolean; readonly isBlank: boolean },
): void {
  if (isBlank) return;
  getOn(state);
  state.hasStepOutput = true;
  if (isAnswer) state.hasAnswer = true;
}

function takeToolUse(state: OpencodeState, part: JsonRecord | null): void {
  if (!part) return;
  const call = objectOf(part.state);
  const input = objectOf(call?.input);
  noteToolCall(state, part.tool, input && { ...input, file_path: input.file_path ?? input.filePath });
  if (state.usage) state.usage = { ...state.usage, toolCallCount: state.toolCallCount };
  const refusal = /^The user (?:rejected permission to use this|has specified a rule which prevents)\b/;
  if (call?.status === "error" && refusal.test(textOf(call.error) ?? "")) noteDenial(state, part.tool);
  takeOutput(state, { isAnswer: true, isBlank: false });
}

function takeStepFinish(state: OpencodeState, part: JsonRecord | null): void {
  const usage = usageAfterStep(state, part);
  const tokens = tokensIn(usage) - tokensIn(state.usage);
  const isBarren = tokens <= 0 && !state.hasStepOutput;
  state.usage = usage;
  state.turns = (state.turns ?? 0) + 1;
  if (isBarren) noteBarrenStep(state);
  else getOn(state);
  state.isStepOpen = false;
  state.hasStepOutput = false;
  const reason = textOf(part?.reason)?.slice(0, 100) ?? null;
  state.terminal = causeOfStep({ reason, hasAnswer: state.hasAnswer, steps: state.turns });
}

function takeError(state: OpencodeState, error: unknown): void {
  const found = runErrorOf(error, state.writtenAt(state.latestTime));
  // Giving up after a failure is told as an interruption, too: the failure stays the cause.
  if (found.isAborted && state.hasFailed && state.trouble) return;
  for (const window of usageWindows(found.headers ?? {})) noteWindow(state, window);
  state.hasFailed = true;
  state.errorText = found.text;
  // opencode asks again only where that may help: what it does not name in the end is that trouble.
  const isNamed = found.cause.kind !== "error" || state.trouble?.kind !== "transient";
  const evidence = [...found.cause.evidence, ...state.trouble?.evidence ?? []].slice(0, evidenceKept);
  state.trouble = isNamed || !state.trouble ? found.cause : { ...state.trouble, evidence };
  state.terminal = state.trouble;
}

/** Newer builds tell when they are idle; what the last step or error said stays true. */
function takeDone(state: OpencodeState, record: JsonRecord): void {
  if (record.reason !== "idle") return;
  for (const permission of arrayOf(record.rejected)) {
    const name = textOf(permission);
    if (name !== null && !state.denials.includes(clip(name, 100))) noteDenial(state, name);
  }
  state.terminal ??= state.trouble ??
    cause("no_result", `${title} became idle without finishing its last step.`, {
      evidence: evidenceOf("done", { reason: "idle" }),
    });
}

/** A last step that went well is followed by status 0, or by 1 when an error before it was overcome. */
function atEnd({ terminal, hasFailed }: OpencodeState, { ending, lines }: EndOfRun): Cause | null {
  if (ending.kind !== "exited" || ending.code === 0 || terminal?.kind !== "ok" || hasFailed) return null;
  if (signalOfExitCode(ending.code) !== null) return null;
  return cause("error", `${title} left with exit status ${ending.code} after its last step.`, {
    evidence: evidenceOf("ending", { exit_code: ending.code, last_line: lines.at(-1) }),
  });
}

/** opencode. */
export default {
  name: "opencode",
  title,
  binaries: ["opencode"],
  capabilities: { tokens: "round", cost: "reported", limits: "field", basis: "verified" },
  resuming: { resumed: (command, sessionId) => [...command, "-s", sessionId] },
  createReader,
} satisfies Agent;
