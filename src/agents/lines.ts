// Cuts an agent's output into lines as it arrives: only lines that can be records are kept whole, the rest costs one scan.
import { LineDecoder } from "./line_decoder.ts";
import { PendingRecord } from "./pending_record.ts";
import { TextFinder } from "./text_finder.ts";
import { headBytes, TextTail } from "./text_tail.ts";

/** A record line longer than this is dropped. */
export const longestRecordBytes = 16 * 1024 * 1024;

/** Lines heard after one with a marker. */
export const heardAfter = 8;

const byteOrderMark: readonly number[] = [0xef, 0xbb, 0xbf];
const newline = 0x0a;
const brace = 0x7b;
/** Lines shorter than this are cheaper to walk through than to search. */
const shortLine = 32;

/** What is known of the line that has not ended yet. */
type Begun = "blank" | "record" | "text" | "dropped";

/**
 * Called with each whole record line, without its newline; the bytes are only valid during the call, and so is `text`,
 * which decodes them.
 */
export type RecordSink = (line: Uint8Array, text: () => string) => void;

/** What is asked of a splitter beside records. */
export interface LineOptions {
  /** Record lines count as text of the tail, too. */
  readonly keepsRecordHeads?: boolean;
  /** Called with the head of each line that is no record, at most 2 KiB of it. */
  readonly onText?: (line: string) => void;
  /**
   * ASCII words without which a line is of no interest to `onText`: it hears only lines in whose head one stands, and
   * the next `heardAfter` lines of text, which may go on with what such a line began.
   */
  readonly markers?: readonly string[];
}

/**
 * Lines end at `\n` bytes only. A line whose first non-blank byte is `{` is handed over whole;
 * of any other only the head of the newest few is kept. Bytes may be split anywhere.
 */
export class LineSplitter {
  readonly #onText: ((line: string) => void) | null;
  readonly #onRecord: RecordSink;
  readonly #finder: TextFinder;
  readonly #decoder = new LineDecoder();
  readonly #tail = new TextTail();
  readonly #held = new PendingRecord(longestRecordBytes);
  readonly #keepsRecordHeads: boolean;
  #begun: Begun = "blank";
  #oversized = 0;
  #markLeft: readonly number[] = byteOrderMark;
  /** Lines of text that are still heard, whatever they hold. */
  #stillHeard = 0;
  /** One function for all lines: to make one for each would cost more than many lines do. */
  readonly #text = () => this.#decoder.text();

  constructor(onRecord: RecordSink, options: LineOptions = {}) {
    this.#onText = options.onText ?? null;
    this.#onRecord = onRecord;
    this.#keepsRecordHeads = options.keepsRecordHeads ?? false;
    this.#finder = new TextFinder(options.markers ?? null);
  }

  /** Record lines that were longer than `longestRecordBytes`. */
  get oversized(): number {
    return this.#oversized;
  }

  /** Bytes of the record line that has not ended yet; null when there is none. */
  get pending(): Uint8Array | null {
    return this.#begun === "record" ? this.#held.bytes : null;
  }

  /** The unfinished record line when its object is whole; null otherwise, and the same view for the same object. */
  get wholePending(): Uint8Array | null {
    return this.#begun === "record" ? this.#held.whole() : null;
  }

  /** The newest non-empty text lines, oldest first, the last of which may not have ended yet. */
  tailLines(): readonly string[] {
    return this.#tail.lines(this.#keepsRecordHeads ? this.pending : null);
  }

  /** Some tools write a byte order mark before everything else: it is no part of the first line. */
  #skipMark(bytes: Uint8Array): number {
    let at = 0;
    while (this.#markLeft.length > 0 && at < bytes.length) {
      if (bytes[at] !== this.#markLeft[0]) this.#markLeft = [];
      else {
        this.#markLeft = this.#markLeft.slice(1);
        at++;
      }
    }
    return at;
  }

  push(bytes: Uint8Array): void {
    let start = this.#skipMark(bytes);
    if (this.#begun !== "blank") {
      const end = newlineFrom(bytes, 0);
      this.#grow(end < 0 ? bytes : bytes.subarray(0, end));
      if (end < 0) return;
      this.#finish();
      start = end + 1;
    }
    this.#finder.search(bytes);
    this.#decoder.begin(bytes);
    for (;;) {
      while (start < bytes.length && isBlank(bytes[start]!)) start++;
      if (start === bytes.length) break;
      const isRecord = bytes[start] === brace;
      // Records are never short.
      const end = isRecord ? bytes.indexOf(newline, start) : newlineFrom(bytes, start);
      if (end < 0) {
        this.#begun = isRecord ? "record" : "text";
        this.#grow(bytes.subarray(start));
        break;
      }
      if (!isRecord || this.#keepsRecordHeads) this.#tail.note(start, end);
      if (isRecord) {
        this.#decoder.at(start, end);
        this.#onRecord(bytes.subarray(start, end), this.#text);
      }
      if (!isRecord && this.#onText) this.#hear(bytes, start, end);
      start = end + 1;
    }
    this.#finder.forget();
    this.#decoder.forget();
    this.#tail.settle(bytes);
  }

  #hear(bytes: Uint8Array, start: number, end: number): void {
    const stop = Math.min(end, start + headBytes);
    if (this.#finder.isWorthHearing(start, stop)) this.#stillHeard = heardAfter + 1;
    if (this.#stillHeard === 0) return;
    this.#stillHeard--;
    this.#onText?.(textOf(bytes.subarray(start, stop)));
  }

  #grow(bytes: Uint8Array): void {
    if (this.#begun === "text") this.#tail.growPending(bytes);
    if (this.#begun !== "record" || this.#held.add(bytes)) return;
    if (this.#keepsRecordHeads) this.#tail.keep(this.#held.bytes);
    this.#oversized++;
    this.#begun = "dropped";
    this.#held.clear();
  }

  #finish(): void {
    const begun = this.#begun;
    this.#begun = "blank";
    if (begun === "text") {
      const head = this.#tail.pending.slice();
      this.#tail.endPending();
      if (!this.#onText) return;
      this.#finder.search(head);
      this.#hear(head, 0, head.length);
    }
    if (begun !== "record") return;
    if (this.#keepsRecordHeads) this.#tail.keep(this.#held.bytes);
    const line = this.#held.line();
    this.#decoder.begin(line);
    this.#decoder.at(0, line.length);
    this.#onRecord(line, this.#text);
    this.#held.clear();
  }
}

const decoder = new TextDecoder();

function textOf(line: Uint8Array): string {
  return decoder.decode(line).trimEnd();
}

/** The index of the first line end at or after a place; -1 when there is none. Cheap for short lines, too. */
export function newlineFrom(bytes: Uint8Array, start: number): number {
  const near = Math.min(bytes.length, start + shortLine);
  for (let at = start; at < near; at++) {
    if (bytes[at] === newline) return at;
  }
  return near === bytes.length ? -1 : bytes.indexOf(newline, near);
}

/** White space before a line's first character, line ends included: empty lines are none. */
function isBlank(byte: number): boolean {
  return byte === newline || byte === 0x20 || byte === 0x09 || byte === 0x0d;
}
