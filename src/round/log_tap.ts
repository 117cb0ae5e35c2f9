// Reads a round's output as it grows, each byte once, with one buffer however much there is.
import type { AgentReader } from "../core/agent.ts";
import type { FileReader, Files } from "../ports/files.ts";

const bufferBytes = 256 * 1024;
/** Bytes read before the event loop gets its turn. */
const sliceBytes = 16 * 1024 * 1024;

/** One for all rounds: it is only used within one call of `read`. */
let buffer: Uint8Array | null = null;

/** Feeds the log to the agent's reader; the buffer is reused, so a reader copies what it keeps. */
export class LogTap {
  readonly #path: string;
  readonly #files: Files;
  readonly #reader: AgentReader;
  #file: FileReader | null = null;
  #offset = 0;

  constructor(options: { readonly path: string; readonly files: Files; readonly reader: AgentReader }) {
    this.#path = options.path;
    this.#files = options.files;
    this.#reader = options.reader;
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
        const count = this.#file.readAt(this.#offset, buffer);
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

  close(): void {
    this.#file?.close();
    this.#file = null;
  }
}
