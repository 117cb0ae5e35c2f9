// Reads what aider prints: plain text in which its own lines stand between those of the model, with exit status 0 either way.
import type { Agent, AgentReader, Observations, ReaderOptions } from "../core/agent.ts";
import type { Ending } from "../core/round.ts";
import type { Verdict } from "../core/verdict.ts";
import { boundIn, exceptionIn, explanationIn, startFaultIn } from "./aider_lines.ts";
import { AiderTally } from "./aider_tally.ts";
import { type Cause, cause, evidenceOf } from "./cause.ts";
import { judgeRound } from "./judge.ts";
import { LineSplitter } from "./lines.ts";
import type { SpokenAt } from "./spoken_time.ts";
import { blankState, noteToolCall, type StreamState } from "./stream_state.ts";
import { headBytes, lastCharacters } from "./text_tail.ts";

const title = "Aider";
// deno-lint-ignore no-control-regex -- colours begin with the escape character
const colours = /\x1b\[[\d;]{0,20}m/g;
/** Long lines are broken at the width of a terminal: how many more may belong to an error. */
const errorLinesRead = 8;
const suspicionCompared = 200;
const decoder = new TextDecoder();

/** Words of which at least one stands in each of aider's own lines, and in what goes on with an error. */
const markers = [
  "Aider v",
  "odel: ",
  "Tokens: ",
  "Cost: $",
  "message,",
  "session.",
  "litellm.",
  " API provider",
  "down, overloaded",
  "Retrying in ",
  " tokens: ",
  "token limit!",
  "reflections allowed",
  "Applied edit to ",
  "Commit ",
  "quota",
  "credit",
  "balance",
  "try again",
  "etry",
];

/**
 * Only lines in aider's own fixed forms count, and an error only as long as no answer came after it: the model writes
 * into the same stream, and its answer always ends with a report of tokens.
 */
class AiderReader implements AgentReader {
  readonly name = "aider";
  readonly #at: () => SpokenAt;
  readonly #lines: LineSplitter;
  readonly #state: StreamState = blankState();
  readonly #tally = new AiderTally();
  /** An exception's text, which nothing confirms yet. */
  #suspicion: string | null = null;
  #suspicionStart = "";
  #errorLinesLeft = 0;

  constructor({ now = () => 0, timeZone }: ReaderOptions) {
    this.#at = () => ({ now: now(), timeZone });
    this.#lines = new LineSplitter((line) => this.#hearObject(line), {
      keepsRecordHeads: true,
      onText: (line) => this.#hear(line),
      markers,
    });
  }

  push(bytes: Uint8Array): void {
    this.#lines.push(bytes);
  }

  observe(): Observations {
    const { sessionId, model, cliVersion, toolCalls, toolCallCount, denials, degraded, windows, early } = this.#state;
    const { answers } = this.#tally;
    return {
      sessionId,
      model,
      cliVersion,
      turns: answers > 0 ? answers : null,
      usage: this.#tally.usage(model, toolCallCount),
      hasTerminalRecord: false,
      toolCalls,
      denials,
      degraded,
      windows,
      early,
      recordsSeen: 0,
      unknownRecords: 0,
      badLines: this.#lines.oversized,
    };
  }

  judge(ending: Ending): Verdict {
    const lines = this.#lines.tailLines();
    const trouble = this.#trouble(lines.at(-1) ?? "");
    return judgeRound(ending, {
      agent: title,
      own: ending.kind === "exited" && ending.code === 0 ? this.#causeOfQuietEnd(trouble, lines) : null,
      degraded: [],
      terminal: null,
      trouble,
      spoken: startFaultIn(lines),
      lines,
      hasRecords: this.#tally.answers > 0 || this.#state.cliVersion !== null,
      isExitTrusted: true,
    });
  }

  lastLines(): string {
    return lastCharacters(this.#lines.tailLines());
  }

  #causeOfQuietEnd(trouble: Cause | null, lines: readonly string[]): Cause {
    if (trouble) return trouble;
    const { answers, received } = this.#tally;
    const evidence = evidenceOf("output", { reports: answers, tokens_received: received });
    if (received > 0) {
      return cause("ok", `${title} finished after ${answers} ${answers === 1 ? "answer" : "answers"}.`, { evidence });
    }
    const silent = cause("no_result", `${title} left without an answer of the model.`, { evidence });
    return startFaultIn(lines) ?? silent;
  }

  /** Errors that aider confirmed, or that came before any answer or at the very end. */
  #trouble(lastLine: string): Cause | null {
    const { trouble } = this.#state;
    if (trouble || this.#suspicion === null) return trouble;
    const isLast = plainLine(lastLine).startsWith(this.#suspicionStart);
    return this.#tally.answers === 0 || isLast ? exceptionIn(this.#suspicion, this.#at()) : null;
  }

  /** An object on lines of its own is of no interest, unless a provider's error goes on with it. */
  #hearObject(line: Uint8Array): void {
    if (this.#errorLinesLeft > 0) this.#hear(decoder.decode(line.subarray(0, headBytes)));
  }

  #hear(raw: string): void {
    const line = plainLine(raw);
    const told = this.#tally.take(line);
    if (told === "answer") this.#forgive();
    if (told !== null) return;
    if (exceptionIn(line, this.#at())) {
      this.#suspicion = line;
      this.#suspicionStart = line.slice(0, suspicionCompared);
      this.#errorLinesLeft = errorLinesRead;
    } else if (!this.#takeError(line) && !this.#takeProgress(line) && this.#errorLinesLeft > 0) {
      this.#suspicion = `${this.#suspicion} ${line}`;
      this.#errorLinesLeft--;
    }
  }

  #takeError(line: string): boolean {
    const bound = boundIn(line);
    const explained = explanationIn(line);
    const isRetry = /^Retrying in \d{1,6}(?:\.\d{1,3})? seconds?\.\.\.$/.test(line);
    if (!bound && !explained && !(isRetry && this.#suspicion !== null)) return false;
    // The exception itself may say more than its explanation: when to come back, or that money is missing.
    const told = this.#suspicion === null ? null : exceptionIn(this.#suspicion, this.#at());
    this.#state.trouble = bound ?? told ?? explained ?? this.#state.trouble;
    this.#errorLinesLeft = 0;
    const kind = this.#state.trouble?.kind;
    if (isRetry && (kind === "auth" || kind === "billing")) {
      const why = "the provider refuses the requests for good, and Aider goes on trying";
      this.#state.early = { kind: "hopeless", why, waitSeconds: null };
    }
    return true;
  }

  #takeProgress(line: string): boolean {
    const edited = /^Applied edit to (\S.{0,400})$/.exec(line)?.[1];
    const commit = /^Commit ([0-9a-f]{7,40})\b/.exec(line)?.[1];
    if (edited !== undefined) noteToolCall(this.#state, "edit", { path: edited });
    if (commit !== undefined) noteToolCall(this.#state, "commit", { path: commit });
    if (edited !== undefined || commit !== undefined) this.#forgive();
    else if (this.#tally.answers > 0) return false;
    else this.#takeAnnouncement(line);
    return edited !== undefined || commit !== undefined;
  }

  #takeAnnouncement(line: string): void {
    this.#state.cliVersion ??= /^Aider v(\d\S{0,40})$/.exec(line)?.[1] ?? null;
    this.#state.model ??= /^(?:Main model|Model): (\S{1,200})(?: with\b|$)/.exec(line)?.[1] ?? null;
  }

  /** The model answered, so what went wrong before is over. */
  #forgive(): void {
    this.#suspicion = null;
    this.#errorLinesLeft = 0;
    this.#state.trouble = null;
    this.#state.early = null;
  }
}

function plainLine(line: string): string {
  return line.replaceAll(colours, "").trim();
}

/** aider. */
export default {
  name: "aider",
  title,
  binaries: ["aider"],
  capabilities: { tokens: "round", cost: "reported", limits: "text", basis: "documented" },
  // It keeps its conversation in a file of the project and knows no ids.
  resuming: null,
  createReader: (options = {}) => new AiderReader(options),
} satisfies Agent;
