// The reader that every CLI with one JSON record a line shares: a file per CLI adds what its records mean.
import type { AgentReader, Observations } from "../core/agent.ts";
import type { Ending } from "../core/round.ts";
import type { Verdict } from "../core/verdict.ts";
import type { Cause } from "./cause.ts";
import { judgeRound } from "./judge.ts";
import { LineSplitter } from "./lines.ts";
import { lastCharacters } from "./text_tail.ts";
import { endsLikeRecord, type JsonRecord, parseRecord, topLevelString } from "./record.ts";
import type { StreamState } from "./stream_state.ts";

/** What sets one CLI's stream apart. */
export interface StreamFormat<State extends StreamState> {
  readonly name: string;
  /** As people call it, at the beginning of a sentence. */
  readonly title: string;
  /** The top-level field that tells records apart, and the values of it that matter. */
  readonly labelField: string;
  readonly labels: ReadonlySet<string>;
  readonly isExitTrusted: boolean;
  start(): State;
  /** Takes one whole record; fields may be missing or of any type. */
  take(state: State, record: JsonRecord): void;
  /** What lines that are no records say when nothing better is known; null when nothing. */
  hear(lines: readonly string[]): Cause | null;
}

/** Reads one JSON record a line; other lines may stand between them. */
export class StreamReader<State extends StreamState> implements AgentReader {
  readonly #format: StreamFormat<State>;
  readonly #state: State;
  readonly #lines: LineSplitter;
  #recordsSeen = 0;
  #badLines = 0;
  #unfinishedPushes = 0;
  #pushes = 0;
  #unfinished: JsonRecord | null = null;

  constructor(format: StreamFormat<State>) {
    this.#format = format;
    this.#state = format.start();
    this.#lines = new LineSplitter((line) => this.#take(line));
  }

  get name(): string {
    return this.#format.name;
  }

  push(bytes: Uint8Array): void {
    this.#pushes++;
    this.#lines.push(bytes);
  }

  observe(): Observations {
    const state = this.#settled();
    return {
      sessionId: state.sessionId,
      model: state.model,
      cliVersion: state.cliVersion,
      usage: state.usage,
      hasTerminalRecord: state.terminal !== null,
      toolCalls: state.toolCalls,
      recordsSeen: this.#recordsSeen + (state === this.#state ? 0 : 1),
      badLines: this.#badLines + this.#lines.oversized,
    };
  }

  judge(ending: Ending): Verdict {
    const { terminal, trouble } = this.#settled();
    const lines = this.#lines.tailLines();
    return judgeRound(ending, {
      agent: this.#format.title,
      terminal,
      trouble,
      spoken: this.#format.hear(lines),
      lines,
      hasRecords: this.#recordsSeen + this.#badLines > 0 || this.#lines.pending !== null,
      isExitTrusted: this.#format.isExitTrusted,
    });
  }

  lastLines(): string {
    const said = this.#settled().errorText;
    return lastCharacters([...this.#lines.tailLines(), ...said ? [said] : []]);
  }

  #take(line: Uint8Array): void {
    const label = topLevelString(line, this.#format.labelField);
    if (label.kind === "malformed") this.#badLines++;
    else if (label.kind === "absent" || !this.#format.labels.has(label.text)) this.#recordsSeen++;
    else {
      const record = parseRecord(line);
      if (!record) this.#badLines++;
      else {
        this.#recordsSeen++;
        this.#format.take(this.#state, record);
      }
    }
  }

  /** The state including a last record whose newline never came: an object that parses is whole. */
  #settled(): State {
    const line = this.#lines.pending;
    if (!line) return this.#state;
    if (this.#pushes !== this.#unfinishedPushes) {
      this.#unfinishedPushes = this.#pushes;
      this.#unfinished = this.#parseIfLabelled(line);
    }
    if (!this.#unfinished) return this.#state;
    const state = { ...this.#state };
    this.#format.take(state, this.#unfinished);
    return state;
  }

  #parseIfLabelled(line: Uint8Array): JsonRecord | null {
    if (!endsLikeRecord(line)) return null;
    const label = topLevelString(line, this.#format.labelField);
    return label.kind === "found" && this.#format.labels.has(label.text) ? parseRecord(line) : null;
  }
}
