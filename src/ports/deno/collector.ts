// Gathers what a command prints, up to a limit, with buffers that are used again: garbage is memory on a small board.

const pipeBytes = 64 * 1024;
const firstBytes = 1024;
/** Buffers that no pipe is being read into. */
const idleBuffers: Uint8Array<ArrayBuffer>[] = [];
const idleBuffersKept = 4;

/** Gathers a stream up to a limit; what is beyond is read and dropped, so that the writer never blocks. */
export class Collector {
  readonly done: Promise<void>;
  isCut = false;
  readonly #reader: ReadableStreamBYOBReader;
  readonly #limit: number;
  readonly #keeps: "start" | "end";
  #bytes = new Uint8Array(firstBytes);
  #size = 0;

  /** @param limit bytes that are kept @param keeps of what is longer, its start or its end */
  constructor(stream: ReadableStream<Uint8Array>, limit: number, keeps: "start" | "end" = "start") {
    this.#keeps = keeps;
    this.#reader = stream.getReader({ mode: "byob" });
    this.#limit = limit;
    this.done = this.#gather();
  }

  async #gather(): Promise<void> {
    let buffer = idleBuffers.pop() ?? new Uint8Array(pipeBytes);
    try {
      while (true) {
        const { done, value } = await this.#reader.read(buffer);
        if (value) buffer = new Uint8Array(value.buffer);
        if (done) break;
        this.#take(value);
      }
      if (buffer.length === pipeBytes && idleBuffers.length < idleBuffersKept) idleBuffers.push(buffer);
    } catch {
      // Cancelled, or the pipe broke: what came before counts.
    }
  }

  /** Copies: the buffer is used again. */
  #take(chunk: Uint8Array): void {
    if (this.#keeps === "end") this.#makeRoom(chunk.length);
    const room = this.#limit - this.#size;
    if (chunk.length > room) this.isCut = true;
    const kept = this.#keeps === "start" ? chunk.subarray(0, room) : chunk.subarray(Math.max(0, chunk.length - room));
    this.#reserve(this.#size + kept.length);
    this.#bytes.set(kept, this.#size);
    this.#size += kept.length;
  }

  /** Lets go of as much of the oldest bytes as the new ones need. */
  #makeRoom(length: number): void {
    const excess = Math.min(this.#size, this.#size + length - this.#limit);
    if (excess <= 0) return;
    this.#bytes.copyWithin(0, excess, this.#size);
    this.#size -= excess;
    this.isCut = true;
  }

  #reserve(size: number): void {
    if (size <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.min(this.#limit, Math.max(size, this.#bytes.length * 2)));
    larger.set(this.#bytes.subarray(0, this.#size));
    this.#bytes = larger;
  }

  /** Reads no further. */
  cancel(): void {
    this.#reader.cancel().catch(() => {});
  }

  /** What came so far. */
  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#size);
  }
}
