// Reads what CodeWhale prints with `exec --output-format stream-json`.
import type { Agent, Usage } from "../core/agent.ts";
import { type Cause, cause, causeOfTrouble, evidenceOf, type Trouble, troubleOfStatus } from "./cause.ts";
import { figureOf, tallyOf } from "./figure.ts";
import { type JsonRecord, objectOf, textOf } from "./record.ts";
import { retryAfterIn } from "./spoken_time.ts";
import { StreamReader } from "./stream_reader.ts";
import { blankState, noteDenial, noteToolCall, type StreamState } from "./stream_state.ts";

const title = "CodeWhale";

interface WhaleState extends StreamState {
  /** Usage was told for the whole run, so that of single turns no longer counts. */
  hasTotal: boolean;
  hasAnswered: boolean;
}

function createReader(): StreamReader<WhaleState> {
  return new StreamReader<WhaleState>({
    name: "codewhale",
    title,
    labelField: "type",
    labels: new Set([
      "content",
      "tool_use",
      "tool_result",
      "sandbox_denied",
      "session_capture",
      "turn_usage",
      "metadata",
      "done",
      "error",
    ]),
    ignored: new Set(["workflow_event"]),
    isExitTrusted: false,
    start: () => ({ ...blankState(), hasTotal: false, hasAnswered: false }),
    take,
    hear: causeOfLines,
  });
}

function take(state: WhaleState, record: JsonRecord): void {
  switch (record.type) {
    case "content":
    case "tool_result":
      return getOn(state, textOf(record.content) !== null);
    case "tool_use":
      noteToolCall(state, record.name ?? record.tool_name, record.input ?? record.args);
      return getOn(state, true);
    case "sandbox_denied":
      return noteDenial(state, record.tool_name ?? record.tool ?? record.name);
    case "session_capture":
      state.sessionId = textOf(record.content) ?? textOf(record.session_id) ?? state.sessionId;
      return;
    case "turn_usage":
      return takeTurn(state, record);
    case "metadata":
      return takeMetadata(state, objectOf(record.meta));
    case "error":
      return takeError(state, record);
    case "done":
      state.terminal ??= endOf(state, { record: "done", status: "completed", bound: null });
  }
}

/** The provider answered, so what went wrong before is over. */
function getOn(state: WhaleState, isAnswer: boolean): void {
  state.hasAnswered ||= isAnswer;
  state.trouble = null;
  state.errorText = null;
  state.terminal = null;
}

function takeTurn(state: WhaleState, record: JsonRecord): void {
  const turn = usageOf(state, record);
  const before = state.hasTotal ? null : state.usage;
  state.hasTotal = false;
  state.turns = (state.turns ?? 0) + 1;
  state.usage = {
    ...turn,
    inputTokens: turn.inputTokens + (before?.inputTokens ?? 0),
    outputTokens: turn.outputTokens + (before?.outputTokens ?? 0),
    reasoningTokens: turn.reasoningTokens + (before?.reasoningTokens ?? 0),
    cachedTokens: turn.cachedTokens + (before?.cachedTokens ?? 0),
    cacheCreationTokens: turn.cacheCreationTokens + (before?.cacheCreationTokens ?? 0),
    durationMs: turn.durationMs + (before?.durationMs ?? 0),
  };
}

function takeMetadata(state: WhaleState, meta: JsonRecord | null): void {
  if (!meta) return;
  state.model = textOf(meta.model) ?? state.model;
  state.sessionId = textOf(meta.session_id) ?? state.sessionId;
  if (meta.input_tokens !== undefined || meta.output_tokens !== undefined) {
    state.usage = usageOf(state, meta);
    state.hasTotal = true;
  }
  // Early versions may leave the status out; they print this record at the end alone.
  const status = textOf(meta.status) ?? (state.hasTotal ? "completed" : null);
  if (status === null) return;
  const bound = textOf(meta.termination_reason);
  state.terminal = endOf(state, { record: "metadata", status, bound });
}

/** The counts of input hold what was read from a cache, those of output what was thought. */
function usageOf(state: WhaleState, fields: JsonRecord): Usage {
  const cached = tallyOf(fields.prompt_cache_hit_tokens);
  const written = tallyOf(fields.prompt_cache_write_tokens);
  const reasoning = tallyOf(fields.reasoning_tokens);
  return {
    model: state.model ?? textOf(fields.model) ?? "unknown",
    inputTokens: Math.max(0, tallyOf(fields.input_tokens) - cached - written),
    outputTokens: Math.max(0, tallyOf(fields.output_tokens) - reasoning),
    reasoningTokens: reasoning,
    cachedTokens: cached,
    cacheCreationTokens: written,
    costUsd: null,
    durationMs: tallyOf(fields.duration_ms),
    toolCallCount: state.toolCallCount,
    modelsBreakdown: null,
    isCumulative: false,
  };
}

interface End {
  readonly record: string;
  readonly status: string;
  readonly bound: string | null;
}

function endOf(state: WhaleState, { record, status, bound }: End): Cause {
  const evidence = evidenceOf(record, {
    status,
    termination_reason: bound ?? undefined,
    error: state.errorText ?? undefined,
  });
  if (status === "canceled" || status === "cancelled" || status === "interrupted") {
    return cause("interrupted", "The run was interrupted.", { evidence });
  }
  if (state.trouble) return { ...state.trouble, evidence: [...state.trouble.evidence, ...evidence] };
  if (bound !== null && /max_?(?:turns|steps)|step_limit|turn_limit|budget/.test(bound)) {
    return cause("bounded", "The run ended at a bound of its own.", { evidence });
  }
  if (status !== "completed") return cause("error", `The run ended with the status ${status}.`, { evidence });
  if (!state.hasAnswered && state.toolCallCount === 0) {
    return cause("no_result", `${title} finished without an answer and without calling a tool.`, { evidence });
  }
  return cause("ok", `${title} finished.`, { evidence });
}

function takeError(state: WhaleState, record: JsonRecord): void {
  const nested = objectOf(record.error);
  const text = textOf(record.error) ?? textOf(nested?.message) ?? textOf(record.message);
  const status = [record.code, record.status_code, nested?.code, nested?.status_code].map(statusOf)
    .find((found) => found !== null) ?? null;
  const evidence = evidenceOf("error", { code: status ?? undefined, text: text ?? undefined });
  const spoken = troubleOfText(text ?? "");
  const trouble = spoken === "billing" ? spoken : troubleOfStatus(status) ?? spoken;
  const found = trouble ? causeOfTrouble(trouble, evidence) : cause("error", "The run failed.", { evidence });
  state.errorText = text;
  state.trouble = found.waitClass === null ? found : { ...found, retryAfterSeconds: retryAfterIn(text ?? "") };
  state.terminal = null;
}

function statusOf(value: unknown): number | null {
  const text = textOf(value);
  return figureOf(value) ?? (text !== null && /^\d{3}$/.test(text) ? Number(text) : null);
}

const phrases: readonly (readonly [pattern: RegExp, trouble: Trouble])[] = [
  [/\binsufficient[ _](?:balance|credits?|quota|funds)\b|\bHTTP 402\b|\bpayment required\b/i, "billing"],
  [
    /\bauthentication (?:failed|error|fails)\b|\b(?:invalid|missing|incorrect) api key\b|\bapi key (?:is )?(?:invalid|missing|not found)\b|\b(?:HTTP|status(?: code)?:?) 40[13]\b|^(?:unauthorized|forbidden)\b/i,
    "auth",
  ],
  [/\bcontext (?:length|window)\b.{0,60}\bexceed|\bmaximum context length\b|\bprompt is too long\b/i, "context"],
  [/\bmodel\b.{0,60}\b(?:not found|does not exist)\b/i, "missing_model"],
  [/\brate limit(?:ed|s)?\b|\btoo many requests\b|\b(?:HTTP|status(?: code)?:?) 429\b/i, "rate"],
  [/\b(?:HTTP|status(?: code)?:?) 5\d\d\b|\boverloaded\b|\bservice unavailable\b|\bbad gateway\b/i, "overload"],
  [/\btimed? ?out\b/i, "timeout"],
  [/\bconnection (?:refused|reset|failed|closed)\b|\bdns error\b|\berror sending request\b/i, "connection"],
];

/** The trouble an error's own words tell of. */
function troubleOfText(text: string): Trouble | null {
  const head = text.slice(0, 4000);
  return phrases.find(([pattern]) => pattern.test(head))?.[1] ?? null;
}

/** What is said on standard error: errors and complaints about the command line, each at the start of its line. */
function causeOfLines(lines: readonly string[]): Cause | null {
  for (const line of lines.toReversed()) {
    const told = /^(?:error|Error): (?:exec turn failed: )?(.+)$/.exec(line)?.[1];
    if (told === undefined) continue;
    const evidence = evidenceOf("output", { text: line });
    if (
      /^(?:unexpected argument|unrecognized subcommand|invalid value|the following required arguments)\b/.test(told)
    ) {
      return cause("config", `${title} does not accept its command line.`, { evidence });
    }
    if (/^could not load session\b/.test(told)) {
      return cause("config", "The session to resume does not exist.", { evidence });
    }
    const trouble = troubleOfText(told);
    if (trouble) return causeOfTrouble(trouble, evidence);
  }
  return null;
}

/** CodeWhale. */
export default {
  name: "codewhale",
  title,
  binaries: ["codewhale"],
  capabilities: { tokens: "round", cost: "estimated", limits: "none", basis: "documented" },
  resuming: { resumed: (command, sessionId) => [...command, "--resume", sessionId] },
  createReader,
} satisfies Agent;
