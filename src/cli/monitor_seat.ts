// Sees to it that of several monitors of one project only one records and acts; the next one takes over when it is gone.
import { joinPath } from "../core/path.ts";
import type { HeldLock, Lock } from "../ports/lock.ts";
import type { EventSink } from "../ports/records.ts";
import { memoryName } from "./alert_memory.ts";

/** Of one watched project: a lock beside the memory of its alerts, which dies with its holder. */
export class MonitorSeat {
  readonly #path: string;
  readonly #lock: Lock;
  #held: HeldLock | null = null;
  #isOthers = false;

  /** @param label of the host; null for this machine */
  constructor(logDir: string, label: string | null, lock: Lock) {
    this.#path = joinPath(logDir, `${memoryName(label)}.lock`);
    this.#lock = lock;
  }

  /** Whether another monitor had it when it was asked for last. */
  get isOthers(): boolean {
    return this.#isOthers;
  }

  /** Asks for it. @returns whether this monitor is the one that records and acts now */
  async take(): Promise<boolean> {
    if (this.#held === null) {
      try {
        // A look is cheaper than an attempt, and it is mostly in vain.
        const isFree = !await this.#lock.isHeld(this.#path);
        if (isFree) this.#held = await this.#lock.tryAcquire(this.#path);
        this.#isOthers = this.#held === null;
      } catch {
        // No lock can be had, as on a full disk or in a folder that is not there yet: two that act are better than none.
        this.#isOthers = false;
      }
    }
    return !this.#isOthers;
  }

  release(): void {
    this.#held?.release();
    this.#held = null;
  }

  /** The same sink, which is silent while another monitor records. */
  guard(sink: EventSink): EventSink {
    return {
      emit: (kind, payload) => this.#isOthers ? undefined : sink.emit(kind, payload),
      emitOwn: (kind, payload) => this.#isOthers ? undefined : sink.emitOwn(kind, payload),
      flush: () => sink.flush(),
      fault: () => sink.fault(),
    };
  }
}
