// Keeps the log of a running round within its bound while the agent goes on writing to it.
import type { Files } from "../ports/files.ts";
import type { Holes } from "../ports/holes.ts";
import { readCut, removeCut, writeCut } from "../store/log_cut.ts";
import type { LogCut } from "../store/log_cut.ts";
import type { BoundEnd } from "./disk_floor.ts";
import { nextCut, nextLogLookMs } from "./log_bound.ts";

/** The reader of the log, as far as it matters here. */
export interface LogPosition {
  /** Bytes read so far. */
  readonly size: number;
  /** Goes on reading at an offset further on; what lies between is lost to it. */
  skipTo(offset: number): void;
}

export interface LogKeeperOptions {
  /** Absolute path of the log. */
  readonly log: string;
  /** 0: no bound. */
  readonly maxBytes: number;
  /** `kill`: the round is ended when the log passes its bound. */
  readonly overflow: "keep" | "kill";
  /** The middle of the log was given back for the first time. */
  readonly onCut: (sizes: { readonly logBytes: number; readonly cutBytes: number }) => void;
  /** Nothing can be given back here: the log is cut when the round is over. */
  readonly onUnable: (reason: string) => void;
}

/** Never throws and never waits: the disk works beside the round. */
export class LogKeeper {
  readonly #options: LogKeeperOptions;
  readonly #files: Files;
  readonly #holes: Holes;
  #cut: LogCut | null;
  #isPunching = false;
  #isUnable = false;
  #lookAt = -Infinity;
  #size = 0;
  #sizeAt = 0;
  #end: BoundEnd | null = null;

  constructor(options: LogKeeperOptions, ports: { readonly files: Files; readonly holes: Holes }) {
    this.#options = options;
    this.#files = ports.files;
    this.#holes = ports.holes;
    this.#cut = readCut(options.log, ports.files);
  }

  /** Why the round is to be ended, or null. */
  get end(): BoundEnd | null {
    return this.#end;
  }

  /** Monotonic milliseconds of the next look; Infinity where there is none. */
  get nextAt(): number {
    return Number.isFinite(this.#lookAt) ? this.#lookAt : Infinity;
  }

  /** Looks when it is time to. @param now monotonic milliseconds */
  note(now: number, position: LogPosition): void {
    const { maxBytes, overflow } = this.#options;
    if (now < this.#lookAt || maxBytes <= 0) return;
    const size = Math.max(position.size, this.#sizeOnDisk());
    const bytesPerMs = this.#sizeAt === 0 ? 0 : (size - this.#size) / Math.max(1, now - this.#sizeAt);
    this.#size = size;
    this.#sizeAt = now;
    this.#lookAt = now + nextLogLookMs(bytesPerMs, maxBytes);
    if (size <= maxBytes) return;
    if (overflow === "kill") {
      const megabytes = Math.round(maxBytes / (1024 * 1024));
      this.#end ??= { sign: "runaway", why: `its output grew past round_log_max_mb = ${megabytes}` };
    }
    if (!this.#isPunching && !this.#isUnable) this.#cutNow({ size, position });
  }

  #sizeOnDisk(): number {
    try {
      return this.#files.stat(this.#options.log)?.size ?? 0;
    } catch {
      return 0;
    }
  }

  #cutNow({ size, position }: { readonly size: number; readonly position: LogPosition }): void {
    const next = nextCut({ size, readTo: position.size, cut: this.#cut }, this.#options.maxBytes);
    if (next === null) return;
    const { log } = this.#options;
    const { from, to } = next;
    const begin = this.#cut?.to ?? from;
    // Written down first, so that a life that finds the note skips what may be gone. A disk too full for the note needs
    // the room all the more.
    writeCut(log, { from, to }, this.#files);
    if (next.skipsReader) position.skipTo(to);
    this.#isPunching = true;
    void this.#holes.punch(log, { from: begin, length: to - begin }).then((fault) => {
      this.#isPunching = false;
      if (fault === null) this.#noteCut({ from, to, size });
      else this.#noteUnable(fault, log);
    });
  }

  #noteCut({ from, to, size }: { readonly from: number; readonly to: number; readonly size: number }): void {
    const isFirst = this.#cut === null;
    this.#cut = { from, to };
    if (isFirst) this.#options.onCut({ logBytes: size, cutBytes: to - from });
  }

  #noteUnable(reason: string, log: string): void {
    this.#isUnable = true;
    // What was never taken out must not be skipped.
    if (this.#cut === null) removeCut(log, this.#files);
    else writeCut(log, this.#cut, this.#files);
    this.#options.onUnable(reason);
  }
}
