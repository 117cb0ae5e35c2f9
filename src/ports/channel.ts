// A program that goes on talking: its output is read as it comes, for as long as it is wanted.

/** How it ended. */
export interface ChannelEnd {
  /** -1 when a signal ended it. */
  readonly code: number;
  /** The end of what it said on stderr, at most 4 KiB. */
  readonly said: string;
}

/** A program that was started; it leads its own process group and has no input. */
export interface Channel {
  readonly pid: number;
  /** The next piece of its output, valid until the next call; null at its end. One call at a time. */
  read(): Promise<Uint8Array | null>;
  /** Resolves once it is over and its output was read to its end, or closed. */
  readonly ended: Promise<ChannelEnd>;
  /** Ends its whole group at once; resolves when it is gone. May be called again. */
  close(): Promise<void>;
}

export interface Channels {
  /** Starts it; a text says why it cannot be started. `environment` is added to the inherited one. */
  open(
    spec: { readonly argv: readonly string[]; readonly environment?: Readonly<Record<string, string>> },
  ): Channel | string;
}
