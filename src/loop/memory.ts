// Keeps what the loop remembers, and the wait it is in, over restarts: loop.json and wait.json.
import { joinPath } from "../core/path.ts";
import { waitClasses } from "../core/verdict.ts";
import type { WaitClass } from "../core/verdict.ts";
import type { Files } from "../ports/files.ts";
import { freshMemory } from "./next.ts";
import type { LoopMemory } from "./next.ts";

/** The wait serve is in, as wait.json holds it. */
export interface WaitRecord {
  readonly classification: WaitClass;
  readonly agent: string;
  /** Epoch seconds, jitter included. */
  readonly reset_at_epoch: number;
  readonly since_round: number;
  readonly reason: string;
  /** Epoch seconds at which the wait began. */
  readonly started_epoch: number;
}

const fileBytes = 64 * 1024;

/** Reads and writes both files; what cannot be read counts as absent, what cannot be written is returned as a reason. */
export class LoopFiles {
  readonly #memoryPath: string;
  readonly #waitPath: string;
  readonly #files: Files;

  constructor(logDir: string, files: Files) {
    this.#memoryPath = joinPath(logDir, "loop.json");
    this.#waitPath = joinPath(logDir, "wait.json");
    this.#files = files;
  }

  readMemory(): LoopMemory {
    const source = this.#read(this.#memoryPath);
    if (source === null) return freshMemory;
    const failures = source.short_failures;
    const at = source.last_failure_epoch;
    const backoff: Partial<Record<WaitClass, number>> = {};
    const counts = typeof source.backoff === "object" && source.backoff !== null ? source.backoff : {};
    for (const name of waitClasses) {
      const count = (counts as Record<string, unknown>)[name];
      if (Number.isSafeInteger(count) && (count as number) > 0) backoff[name] = count as number;
    }
    const isGood = Number.isSafeInteger(failures) && (failures as number) > 0 && Number.isFinite(at);
    return {
      shortFailures: isGood ? failures as number : 0,
      lastFailureAt: isGood ? at as number : null,
      backoff,
    };
  }

  writeMemory(memory: LoopMemory): void {
    const isFresh = memory.shortFailures === 0 && Object.keys(memory.backoff).length === 0;
    if (isFresh) this.#remove(this.#memoryPath);
    else {
      this.#write(this.#memoryPath, {
        short_failures: memory.shortFailures,
        last_failure_epoch: memory.lastFailureAt,
        backoff: memory.backoff,
      });
    }
  }

  readWait(): WaitRecord | null {
    const source = this.#read(this.#waitPath);
    if (source === null) return null;
    const isGood = waitClasses.some((name) => name === source.classification) &&
      Number.isSafeInteger(source.since_round) && typeof source.agent === "string" &&
      typeof source.reason === "string";
    return isGood && isMoment(source.reset_at_epoch) && isMoment(source.started_epoch)
      ? source as unknown as WaitRecord
      : null;
  }

  writeWait(wait: WaitRecord | null): void {
    if (wait === null) this.#remove(this.#waitPath);
    else this.#write(this.#waitPath, wait);
  }

  #read(path: string): Record<string, unknown> | null {
    try {
      const bytes = this.#files.readBytes(path, { offset: 0, length: fileBytes });
      if (bytes === null) return null;
      const parsed: unknown = JSON.parse(new TextDecoder().decode(bytes));
      return typeof parsed === "object" && parsed !== null ? parsed as Record<string, unknown> : null;
    } catch {
      return null;
    }
  }

  #write(path: string, content: unknown): void {
    try {
      this.#files.writeAtomic(path, `${JSON.stringify(content, null, 2)}\n`);
    } catch {
      // The loop goes on from what it has in memory; the event sink tells of the disk.
    }
  }

  #remove(path: string): void {
    try {
      this.#files.remove(path);
    } catch {
      // As above.
    }
  }
}

/** Epoch seconds that a date can be made of. */
function isMoment(value: unknown): boolean {
  return typeof value === "number" && Math.abs(value) <= 8.64e12;
}
