// The reader that every CLI with one JSON record a line shares: a file per CLI adds what its records mean.
import type { AgentReader, Observations } from "../core/agent.ts";
import type { Ending } from "../core/round.ts";
import type { Verdict } from "../core/verdict.ts";
import type { Cause } from "./cause.ts";
import { judgeRound } from "./judge.ts";
import { LineSplitter } from "./lines.ts";
import { lastCharacters } from "./text_tail.ts";
import { endsLikeRecord, type JsonRecord, parseRecord, topLevelString } from "./record.ts";
import { ownTexts, saneCount, saneUsage, type StreamState } from "./stream_state.ts";

/** Texts cut from a longer record would keep all of it in memory. */
const longRecordBytes = 32 * 1024;

const longestName = 256;

/** A name as it may be shown and used again: what is longer than any real one is none. */
function nameOrNull(name: string | null): string | null {
  return name !== null && name.length <= longestName ? name : null;
}

/** What sets one CLI's stream apart. */
export interface StreamFormat<State extends StreamState> {
  readonly name: string;
  /** As people call it, at the beginning of a sentence. */
  readonly title: string;
  /** The top-level field that tells records apart, and the values of it that matter. */
  readonly labelField: string;
  readonly labels: ReadonlySet<string>;
  /** Values of it that are known and do not matter; any other is counted as unknown. */
  readonly ignored: ReadonlySet<string>;
  readonly isExitTrusted: boolean;
  start(): State;
  /**
   * Whether a record with a label that matters could change the state: where it cannot, it is counted and never parsed,
   * which costs more than all else. Absent: each is taken.
   */
  mayMatter?(state: State, record: { readonly label: string; readonly text: string }): boolean;
  /** Takes one whole record; fields may be missing or of any type. */
  take(state: State, record: JsonRecord): void;
  /** What lines that are no records say when nothing better is known; null when nothing. */
  hear(lines: readonly string[]): Cause | null;
  /** What one line that is no record says of the run as it goes on, e.g. a retry told on stderr; most CLIs need none. */
  overhear?(state: State, line: string): void;
  /**
   * ASCII words without which a line is of no interest to `overhear`, unless it is one of the few after a line with
   * one. Without them every line of text is decoded, which costs more than all else where there are many short ones.
   */
  readonly overhears?: readonly string[];
  /**
   * What this CLI means by its way of ending, where the common rules do not know: exit codes of its own, a stream
   * without a terminal record. Null leaves it to the common rules. Never asked for a round that could not start.
   */
  atEnd?(state: State, end: EndOfRun): Cause | null;
}

/** The end of a run as a CLI's own rules see it. */
export interface EndOfRun {
  readonly ending: Ending;
  /** Newest lines that are no records, oldest first. */
  readonly lines: readonly string[];
}

/** Reads one JSON record a line; other lines may stand between them. */
export class StreamReader<State extends StreamState> implements AgentReader {
  readonly #format: StreamFormat<State>;
  readonly #state: State;
  readonly #lines: LineSplitter;
  #recordsSeen = 0;
  #unknownRecords = 0;
  #badLines = 0;
  #knownRecords = 0;
  #unfinishedLine: Uint8Array | null = null;
  #unfinished: JsonRecord | null = null;

  constructor(format: StreamFormat<State>) {
    this.#format = format;
    this.#state = format.start();
    const { overhears } = format;
    this.#lines = new LineSplitter((line, text) => this.#take(line, text), {
      ...format.overhear && { onText: (line) => format.overhear?.(this.#state, line) },
      ...overhears && { markers: overhears },
    });
  }

  get name(): string {
    return this.#format.name;
  }

  push(bytes: Uint8Array): void {
    this.#lines.push(bytes);
  }

  observe(): Observations {
    const state = this.#settled();
    return {
      sessionId: nameOrNull(state.sessionId),
      model: nameOrNull(state.model),
      cliVersion: nameOrNull(state.cliVersion),
      turns: state.turns === null ? null : saneCount(state.turns),
      usage: state.usage && saneUsage(state.usage),
      hasTerminalRecord: state.terminal !== null,
      toolCalls: state.toolCalls,
      denials: state.denials,
      degraded: state.degraded,
      windows: state.windows,
      early: state.terminal === null ? state.early : null,
      recordsSeen: this.#recordsSeen + (state === this.#state ? 0 : 1),
      unknownRecords: this.#unknownRecords,
      badLines: this.#badLines + this.#lines.oversized,
    };
  }

  judge(ending: Ending): Verdict {
    const state = this.#settled();
    const { terminal, trouble, degraded } = state;
    const lines = this.#lines.tailLines();
    return judgeRound(ending, {
      own: ending.kind === "not_started" ? null : this.#format.atEnd?.(state, { ending, lines }) ?? null,
      degraded,
      agent: this.#format.title,
      terminal,
      trouble,
      spoken: this.#format.hear(lines),
      lines,
      hasRecords: this.#knownRecords > 0 || state !== this.#state,
      isExitTrusted: this.#format.isExitTrusted,
    });
  }

  lastLines(): string {
    const said = this.#settled().errorText;
    return lastCharacters([...this.#lines.tailLines(), ...said ? [said] : []]);
  }

  #take(line: Uint8Array, text: () => string): void {
    const label = topLevelString(line, this.#format.labelField);
    const isFound = label.kind === "found";
    if (isFound && this.#format.labels.has(label.text)) {
      if (this.#mayMatter(line, { label: label.text, text })) this.#takeKnown(line, text);
      else this.#countKnown();
    } else if (label.kind === "malformed") this.#badLines++;
    else {
      this.#recordsSeen++;
      if (isFound && this.#format.ignored.has(label.text)) this.#knownRecords++;
      else this.#unknownRecords++;
    }
  }

  /** A line that does not even end like a record is read all the same, to be counted as a bad one. */
  #mayMatter(line: Uint8Array, { label, text }: { readonly label: string; readonly text: () => string }): boolean {
    const { mayMatter } = this.#format;
    return mayMatter === undefined || !endsLikeRecord(line) || mayMatter(this.#state, { label, text: text() });
  }

  #takeKnown(line: Uint8Array, text: () => string): void {
    const record = line === this.#unfinishedLine ? this.#unfinished : parseRecord(text());
    if (record && this.#apply(this.#state, { record, length: line.length })) this.#countKnown();
    else this.#badLines++;
  }

  #countKnown(): void {
    this.#recordsSeen++;
    this.#knownRecords++;
  }

  /** False when the CLI's file could not cope with the record, which must not end the supervisor. */
  #apply(state: State, { record, length }: { readonly record: JsonRecord; readonly length: number }): boolean {
    try {
      this.#format.take(state, record);
      if (length > longRecordBytes) ownTexts(state);
      return true;
    } catch {
      return false;
    }
  }

  /** The state including a last record whose newline never came: an object that parses is whole. */
  #settled(): State {
    const line = this.#lines.wholePending;
    if (line !== this.#unfinishedLine) {
      this.#unfinishedLine = line;
      this.#unfinished = line && this.#parseIfLabelled(line);
    }
    if (!line || !this.#unfinished) return this.#state;
    const state = { ...this.#state };
    return this.#apply(state, { record: this.#unfinished, length: line.length }) ? state : this.#state;
  }

  #parseIfLabelled(line: Uint8Array): JsonRecord | null {
    const label = topLevelString(line, this.#format.labelField);
    return label.kind === "found" && this.#format.labels.has(label.text) ? parseRecord(line) : null;
  }
}
