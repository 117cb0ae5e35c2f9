// Remembers the newest lines of text an agent printed, at a cost that does not depend on how many there were.
import { withoutCutWord } from "../core/redact.ts";

const keptBytes = 8192;
/** Kept of one line. */
export const headBytes = 2048;
const lastCharactersKept = 2000;
const slots = 64;

/** Heads of the newest lines: at most 8 KiB in all, 2 KiB of each. */
export class TextTail {
  #kept: Uint8Array[] = [];
  #keptBytes = 0;
  readonly #begun = new Uint8Array(headBytes);
  #begunLength = 0;
  readonly #starts = new Uint32Array(slots);
  readonly #stops = new Uint32Array(slots);
  #noted = 0;

  /** Notes where a line stands in the bytes that `settle` is called with next; nothing is copied yet. */
  note(start: number, stop: number): void {
    const slot = this.#noted++ % slots;
    this.#starts[slot] = start;
    this.#stops[slot] = stop;
  }

  /** Copies the heads of the newest noted lines. */
  settle(bytes: Uint8Array): void {
    if (this.#noted === 0) return;
    let first = this.#noted;
    let size = 0;
    const oldest = Math.max(0, this.#noted - slots);
    while (first > oldest && size < keptBytes) {
      first--;
      size += Math.min(headBytes, this.#stops[first % slots]! - this.#starts[first % slots]!);
    }
    for (let line = first; line < this.#noted; line++) {
      this.#add(bytes.subarray(this.#starts[line % slots]!, this.#stops[line % slots]!));
    }
    this.#noted = 0;
  }

  /** Keeps the head of one line at once. */
  keep(line: Uint8Array): void {
    this.#add(line);
  }

  /** Adds to the line that has not ended yet. */
  growPending(bytes: Uint8Array): void {
    const head = bytes.subarray(0, headBytes - this.#begunLength);
    this.#begun.set(head, this.#begunLength);
    this.#begunLength += head.length;
  }

  /** Head of the line that has not ended yet; valid until the next call. */
  get pending(): Uint8Array {
    return this.#begun.subarray(0, this.#begunLength);
  }

  endPending(): void {
    if (this.#begunLength > 0) this.#add(this.pending);
    this.#begunLength = 0;
  }

  /** The kept lines, oldest first. @param unfinished a line that has begun elsewhere, or null. */
  lines(unfinished: Uint8Array | null): readonly string[] {
    const decoder = new TextDecoder();
    return [...this.#kept, this.pending, unfinished?.subarray(0, headBytes) ?? new Uint8Array(0)]
      .map((line) => line.length < headBytes ? decoder.decode(line) : withoutCutWord(decoder.decode(line)))
      .map((line) => line.trim())
      .filter((line) => line !== "");
  }

  #add(line: Uint8Array): void {
    const head = line.slice(0, headBytes);
    this.#kept.push(head);
    this.#keptBytes += head.length;
    while (this.#kept.length > 1 && (this.#keptBytes > keptBytes || this.#kept.length > slots)) {
      this.#keptBytes -= this.#kept.shift()!.length;
    }
  }
}

/** The end of the newest lines, at most 2,000 characters, from a whole word on. */
export function lastCharacters(lines: readonly string[]): string {
  const text = lines.join("\n");
  if (text.length <= lastCharactersKept) return text;
  return text.slice(-lastCharactersKept).replace(/^(?:\S{0,200}\s+|[\uDC00-\uDFFF])/, "");
}
