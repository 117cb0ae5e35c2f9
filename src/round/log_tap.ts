// Reads a round's output as it grows, each byte once, with one buffer however much there is.
import type { AgentReader } from "../core/agent.ts";
import type { FileReader, Files } from "../ports/files.ts";
import type { LogCut } from "../store/log_cut.ts";

const bufferBytes = 256 * 1024;
/** Bytes read before the event loop gets its turn. */
const sliceBytes = 16 * 1024 * 1024;

const newline = new Uint8Array([0x0a]);

/** One for all rounds: it is only used within one call of `read`. */
let buffer: Uint8Array | null = null;

/** Feeds the log to the agent's reader; the buffer is reused, so a reader copies what it keeps. */
export class LogTap {
  readonly #path: string;
  readonly #files: Files;
  readonly #reader: AgentReader;
  readonly #cut: LogCut | null;
  #file: FileReader | null = null;
  #offset = 0;

  /** @param options `cut`: what an earlier life cut out of the log */
  constructor(
    options: {
      readonly path: string;
      readonly files: Files;
      readonly reader: AgentReader;
      readonly cut?: LogCut | null;
    },
  ) {
    this.#path = options.path;
    this.#files = options.files;
    this.#reader = options.reader;
    this.#cut = options.cut ?? null;
  }

  /** Bytes seen so far. */
  get size(): number {
    return this.#offset;
  }

  /** Reads at most one slice; true when there was something new. Never throws: a log that cannot be read is silent. */
  read(): boolean {
    let total = 0;
    try {
      this.#file ??= this.#files.openReader(this.#path);
      if (this.#file === null) return false;
      buffer ??= new Uint8Array(bufferBytes);
      while (total < sliceBytes) {
        if (this.#cut !== null && this.#offset >= this.#cut.from) this.skipTo(this.#cut.to);
        const count = this.#file.readAt(this.#offset, buffer.subarray(0, this.#untilCut()));
        if (count === 0) break;
        this.#reader.push(buffer.subarray(0, count));
        this.#offset += count;
        total += count;
      }
    } catch {
      return total > 0;
    }
    return total > 0;
  }

  /** Goes on reading further on, with a line of its own; what lies between is lost. */
  skipTo(offset: number): void {
    if (offset <= this.#offset) return;
    this.#reader.push(newline);
    this.#offset = offset;
  }

  /** Bytes that may be read at once. */
  #untilCut(): number {
    return this.#cut === null || this.#offset >= this.#cut.from ? bufferBytes : this.#cut.from - this.#offset;
  }

  close(): void {
    this.#file?.close();
    this.#file = null;
  }
}
