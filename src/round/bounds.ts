// What bounds a running round beside its walls: the size of its log, and the room left on its disks.
import type { Config } from "../config/schema.ts";
import type { Clock } from "../ports/clock.ts";
import type { Files } from "../ports/files.ts";
import type { Holes } from "../ports/holes.ts";
import type { Host } from "../ports/host.ts";
import type { Scopes } from "../ports/scope.ts";
import type { BoundEnd } from "./disk_floor.ts";
import { DiskWatch } from "./disk_watch.ts";
import { LogKeeper } from "./log_keeper.ts";
import type { LogKeeperOptions, LogPosition } from "./log_keeper.ts";

const megabyte = 1024 * 1024;
/** A reader that got so much at one turn has more before it. */
const behindBytes = 8 * megabyte;

/** The parts of the outside world that bound rounds. */
export interface BoundPorts {
  readonly holes: Holes;
  readonly scopes: Scopes;
}

/** Never throws and never waits. */
export class RoundBounds {
  readonly #log: LogKeeper;
  readonly #disk: DiskWatch;
  #isBehind = false;

  /** @param round `log`: absolute path of its output */
  constructor(
    round: Pick<LogKeeperOptions, "log" | "onCut" | "onUnable">,
    tools: {
      readonly config: Config;
      readonly clock: Clock;
      readonly files: Files;
      readonly holes: Holes;
      readonly host: Pick<Host, "disk">;
    },
  ) {
    const { runtime } = tools.config;
    this.#log = new LogKeeper({
      ...round,
      maxBytes: runtime.roundLogMaxMb * megabyte,
      overflow: runtime.roundLogOverflow,
    }, tools);
    this.#disk = new DiskWatch({
      folders: [{ name: "log", path: runtime.logDir }, { name: "work", path: runtime.workDir }],
      wantedBytes: runtime.diskFloorMb * megabyte,
      now: tools.clock.monotonic(),
      monotonic: () => tools.clock.monotonic(),
    }, tools.host);
  }

  /**
   * At every turn of the watch: reads on in the log, then looks whether all is within bounds.
   * @param now monotonic milliseconds. @returns whether there was anything new
   */
  read(now: number, tap: LogPosition & { read(): boolean }): boolean {
    const before = tap.size;
    const hasGrown = tap.read();
    this.#isBehind = tap.size - before >= behindBytes;
    this.#log.note(now, tap);
    this.#disk.note(now);
    return hasGrown;
  }

  /** Why the round is to be ended before its time, or null. */
  get end(): BoundEnd | null {
    return this.#disk.end ?? this.#log.end;
  }

  /** Monotonic milliseconds at which the next turn is due at the latest. */
  get nextAt(): number {
    // A reader that is behind reads on at once: what it has not read cannot be given back to the disk.
    return this.#isBehind ? -Infinity : this.#log.nextAt;
  }
}
