// Looks at the free space of a round's disks now and then, without ever making the round wait for it.
import type { Host } from "../ports/host.ts";
import { diskEnd, floorOf, nextDiskLookSeconds } from "./disk_floor.ts";
import type { BoundEnd } from "./disk_floor.ts";

const firstLookMs = 1_000;
/** Looks take at most one part in this many of the time. */
const lookShare = 200;
/** The same where a disk could soon be full: a busy machine must not put the look off until it is. */
const nearLookShare = 20;
const nearSeconds = 10;

/** One folder whose disk is watched. */
export interface WatchedFolder {
  readonly name: string;
  readonly path: string;
}

export interface DiskWatchOptions {
  readonly folders: readonly WatchedFolder[];
  /** Free bytes below which the round is ended; 0: never. */
  readonly wantedBytes: number;
  /** Monotonic milliseconds. */
  readonly now: number;
  readonly monotonic: () => number;
}

export class DiskWatch {
  readonly #options: DiskWatchOptions;
  readonly #host: Pick<Host, "disk">;
  /** By path, from the first look on. */
  readonly #floors = new Map<string, number>();
  #lookAt: number;
  #isLooking = false;
  #end: BoundEnd | null = null;

  constructor(options: DiskWatchOptions, host: Pick<Host, "disk">) {
    this.#options = options;
    this.#host = host;
    this.#lookAt = options.now + firstLookMs;
  }

  /** Why the round is to be ended, or null. */
  get end(): BoundEnd | null {
    return this.#end;
  }

  /** Looks when it is time to; the answer is there at a later call. @param now monotonic milliseconds */
  note(now: number): void {
    if (this.#options.wantedBytes <= 0 || this.#isLooking || now < this.#lookAt) return;
    this.#isLooking = true;
    void this.#look().then((waitMs) => {
      this.#isLooking = false;
      this.#lookAt = this.#options.monotonic() + waitMs;
    });
  }

  /** @returns milliseconds until the next look */
  async #look(): Promise<number> {
    const before = this.#options.monotonic();
    let seconds = Infinity;
    for (const { name, path } of this.#options.folders) {
      const sample = await this.#host.disk(path);
      if (sample !== null && !this.#floors.has(path)) {
        this.#floors.set(path, floorOf(sample.freeBytes, this.#options.wantedBytes));
      }
      const floorBytes = this.#floors.get(path) ?? 0;
      this.#end ??= diskEnd(sample, { name, floorBytes });
      seconds = Math.min(seconds, nextDiskLookSeconds(sample, floorBytes));
    }
    const share = seconds < nearSeconds ? nearLookShare : lookShare;
    return Math.max(seconds * 1000, (this.#options.monotonic() - before) * share);
  }
}
