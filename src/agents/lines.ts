// Cuts an agent's output into lines as it arrives: only lines that can be records are kept whole, the rest costs one scan.
import { TextTail } from "./text_tail.ts";

/** A record line longer than this is dropped. */
export const longestRecordBytes = 16 * 1024 * 1024;

/** A buffer larger than this is given back after its line. */
const bufferKeptBytes = 1024 * 1024;

const newline = 0x0a;
const brace = 0x7b;

/** What is known of the line that has not ended yet. */
type Begun = "blank" | "record" | "text" | "dropped";

/** Called with each whole record line, without its newline; the bytes are only valid during the call. */
export type RecordSink = (line: Uint8Array) => void;

/**
 * Lines end at `\n` bytes only. A line whose first non-blank byte is `{` is handed over whole;
 * of any other only the head of the newest few is kept. Bytes may be split anywhere.
 */
export class LineSplitter {
  readonly #onRecord: RecordSink;
  readonly #tail: TextTail;
  readonly #keepsRecordHeads: boolean;
  #begun: Begun = "blank";
  #held: Uint8Array | null = null;
  #heldLength = 0;
  #oversized = 0;

  /** @param options `keepsRecordHeads`: record lines count as text of the tail, too. */
  constructor(onRecord: RecordSink, options: { readonly keepsRecordHeads?: boolean } = {}) {
    this.#onRecord = onRecord;
    this.#keepsRecordHeads = options.keepsRecordHeads ?? false;
    this.#tail = new TextTail();
  }

  /** Record lines that were longer than `longestRecordBytes`. */
  get oversized(): number {
    return this.#oversized;
  }

  /** Bytes of the record line that has not ended yet; null when there is none. */
  get pending(): Uint8Array | null {
    return this.#begun === "record" && this.#held ? this.#held.subarray(0, this.#heldLength) : null;
  }

  /** The newest non-empty text lines, oldest first, the last of which may not have ended yet. */
  tailLines(): readonly string[] {
    const pending = this.#keepsRecordHeads ? this.pending : null;
    return this.#tail.lines(pending);
  }

  push(bytes: Uint8Array): void {
    let start = 0;
    if (this.#begun !== "blank") {
      const end = bytes.indexOf(newline);
      this.#grow(end < 0 ? bytes : bytes.subarray(0, end));
      if (end < 0) return;
      this.#finish();
      start = end + 1;
    }
    for (;;) {
      while (start < bytes.length && isBlank(bytes[start]!)) start++;
      if (start === bytes.length) break;
      const isRecord = bytes[start] === brace;
      const end = bytes.indexOf(newline, start);
      if (end < 0) {
        this.#begin(bytes.subarray(start), isRecord);
        break;
      }
      if (!isRecord || this.#keepsRecordHeads) this.#tail.note(start, end);
      if (isRecord) this.#onRecord(bytes.subarray(start, end));
      start = end + 1;
    }
    this.#tail.settle(bytes);
  }

  #begin(bytes: Uint8Array, isRecord: boolean): void {
    this.#begun = isRecord ? "record" : "text";
    this.#heldLength = 0;
    this.#grow(bytes);
  }

  #grow(bytes: Uint8Array): void {
    if (this.#begun === "text") this.#tail.growPending(bytes);
    if (this.#begun !== "record") return;
    const length = this.#heldLength + bytes.length;
    if (length > longestRecordBytes) {
      if (this.#keepsRecordHeads && this.#held) this.#tail.keep(this.#held.subarray(0, this.#heldLength));
      this.#oversized++;
      this.#begun = "dropped";
      this.#release();
      return;
    }
    if (!this.#held || this.#held.length < length) {
      const larger = new Uint8Array(
        Math.min(longestRecordBytes, Math.max(4096, length, 2 * (this.#held?.length ?? 0))),
      );
      if (this.#held) larger.set(this.#held.subarray(0, this.#heldLength));
      this.#held = larger;
    }
    this.#held.set(bytes, this.#heldLength);
    this.#heldLength = length;
  }

  #finish(): void {
    if (this.#begun === "text") this.#tail.endPending();
    const line = this.pending;
    this.#begun = "blank";
    if (line && this.#keepsRecordHeads) this.#tail.keep(line);
    if (line) this.#onRecord(line);
    this.#release();
  }

  #release(): void {
    this.#heldLength = 0;
    if (this.#held && this.#held.length > bufferKeptBytes) this.#held = null;
  }
}

/** White space before a line's first character, line ends included: empty lines are none. */
function isBlank(byte: number): boolean {
  return byte === newline || byte === 0x20 || byte === 0x09 || byte === 0x0d;
}
