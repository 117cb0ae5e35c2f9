// Follows one growing file of lines: joins half-written lines, and notices when it was cut or replaced.
import type { FileReader, Files } from "../ports/files.ts";
import { decodeLine, longestRead } from "./line_blocks.ts";
import { openLineOffset } from "./start_offset.ts";

const newline = 10;
const stepBytes = 256 * 1024;
const headBytes = 64;

/** What one look at the file brought. */
export interface TailStep {
  /** Whole lines, oldest first; one that was not UTF-8 starts with U+0000. */
  readonly lines: readonly string[];
  /** There is more to read right now. */
  readonly hasMore: boolean;
}

/** How far a file was read. */
export interface TailPlace {
  /** Bytes, up to the end of the last whole line. */
  readonly offset: number;
  /** Of the file that was read; 0 where unknown. */
  readonly inode: number;
}

/** A position in a file that grows. A file that is absent is waited for. */
export class Tail {
  readonly #files: Files;
  readonly #path: string;
  #offset = 0;
  #inode = 0;
  #head: Uint8Array = new Uint8Array(0);
  /** The start of a line whose end is not there yet. */
  #half: Uint8Array = new Uint8Array(0);
  #isSkipping = false;

  /** @param options `from`: `start`, `end` (a line half written now still comes whole), or a byte that starts a line. */
  constructor(files: Files, options: { readonly path: string; readonly from: "start" | "end" | number }) {
    this.#files = files;
    this.#path = options.path;
    if (options.from === "start") return;
    this.#withReader((reader, inode) => {
      this.#inode = inode;
      this.#head = readHead(reader);
      const to = reader.size();
      const start = options.from === "end" ? openLineOffset(reader, { to, reachBytes: longestRead }) : options.from;
      this.#isSkipping = start === null;
      this.#offset = start === null || typeof start !== "number" ? to : start;
    });
  }

  get place(): TailPlace {
    return { offset: this.#offset - this.#half.length, inode: this.#inode };
  }

  /** Reads the next piece, at most 256 KiB. Throws `FileFault` when the file cannot be read. */
  next(): TailStep {
    return this.#withReader((reader, inode) => {
      if (this.#isOther(reader, inode)) this.#restart();
      this.#inode = inode;
      if (this.#head.length < headBytes) this.#head = readHead(reader);
      const buffer = new Uint8Array(Math.max(0, Math.min(stepBytes, reader.size() - this.#offset)));
      const count = buffer.length === 0 ? 0 : reader.readAt(this.#offset, buffer);
      this.#offset += count;
      return { lines: this.#split(buffer.subarray(0, count)), hasMore: count > 0 && this.#offset < reader.size() };
    }) ?? this.#absent();
  }

  #absent(): TailStep {
    this.#restart();
    return { lines: [], hasMore: false };
  }

  #restart(): void {
    this.#offset = 0;
    this.#head = new Uint8Array(0);
    this.#half = new Uint8Array(0);
    this.#isSkipping = false;
  }

  /** Cut, replaced under its name, or written anew: an inode's number is soon used again, the first bytes are not. */
  #isOther(reader: FileReader, inode: number): boolean {
    if (this.#offset === 0) return false;
    if (inode !== this.#inode || reader.size() < this.#offset) return true;
    const head = readHead(reader);
    return !this.#head.every((byte, i) => head[i] === byte);
  }

  #split(bytes: Uint8Array): string[] {
    const lines: string[] = [];
    let start = 0;
    for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, start)) {
      const rest = bytes.subarray(start, end);
      const isTooLong = this.#half.length + rest.length > longestRead;
      if (!this.#isSkipping && !isTooLong) {
        lines.push(decodeLine(this.#half.length > 0 ? joined(this.#half, rest) : rest));
      }
      this.#isSkipping = false;
      this.#half = new Uint8Array(0);
      start = end + 1;
    }
    if (start < bytes.length && !this.#isSkipping) this.#half = joined(this.#half, bytes.subarray(start));
    if (this.#half.length > longestRead) {
      this.#half = new Uint8Array(0);
      this.#isSkipping = true;
    }
    return lines;
  }

  #withReader<T>(use: (reader: FileReader, inode: number) => T): T | null {
    const info = this.#files.stat(this.#path);
    if (info === null || !info.isFile) return null;
    const reader = this.#files.openReader(this.#path);
    if (reader === null) return null;
    try {
      return use(reader, info.inode);
    } finally {
      reader.close();
    }
  }
}

function readHead(reader: FileReader): Uint8Array {
  const head = new Uint8Array(headBytes);
  return head.subarray(0, reader.readAt(0, head));
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
