// Talking programs whose words a test writes, so that no ssh is needed to try what is done with them.
import type { Channel, ChannelEnd, Channels } from "../../src/ports/channel.ts";

type OpenSpec = Parameters<Channels["open"]>[0];

/** One program; the test is its mouth. */
export class FakeChannel implements Channel {
  readonly pid: number;
  readonly spec: OpenSpec;
  readonly #end = Promise.withResolvers<ChannelEnd>();
  readonly ended = this.#end.promise;
  #pieces: Uint8Array[] = [];
  #reader: ((piece: Uint8Array | null) => void) | null = null;
  /** It was ended from the near side. */
  isClosed = false;
  /** Pieces that were read so far. */
  reads = 0;
  #isOver = false;

  constructor(spec: OpenSpec, pid: number) {
    this.spec = spec;
    this.pid = pid;
  }

  /** The words for the far program: what stands after the configuration. */
  get argv(): readonly string[] {
    return this.spec.argv;
  }

  say(text: string | Uint8Array): void {
    if (this.#isOver) return;
    this.#pieces.push(typeof text === "string" ? new TextEncoder().encode(text) : text);
    this.#feed();
  }

  end(code: number, said = ""): void {
    this.#isOver = true;
    this.#end.resolve({ code, said });
    this.#feed();
  }

  read(): Promise<Uint8Array | null> {
    return new Promise((resolve) => {
      this.#reader = resolve;
      this.#feed();
    });
  }

  close(): Promise<void> {
    this.isClosed = true;
    this.#pieces = [];
    if (!this.#isOver) this.end(-1);
    return Promise.resolve();
  }

  #feed(): void {
    if (this.#reader === null) return;
    const piece = this.#pieces.shift();
    if (piece === undefined && !this.#isOver) return;
    const reader = this.#reader;
    this.#reader = null;
    this.reads++;
    reader(piece ?? null);
  }
}

/** Starts a `FakeChannel` for each call. */
export class FakeChannels implements Channels {
  readonly opened: FakeChannel[] = [];
  /** Called with each new one. */
  onOpen: (channel: FakeChannel, index: number) => void = () => {};
  /** Set to make every start fail. */
  fault: string | null = null;

  open(spec: OpenSpec): Channel | string {
    if (this.fault !== null) return this.fault;
    const channel = new FakeChannel(spec, 5000 + this.opened.length);
    this.opened.push(channel);
    this.onOpen(channel, this.opened.length - 1);
    return channel;
  }
}
