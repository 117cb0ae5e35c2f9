// Keeps what the loop remembers, and the wait it is in, over restarts: loop.json and wait.json.
import { joinPath } from "../core/path.ts";
import type { Files } from "../ports/files.ts";
import { stateText } from "../store/formats.ts";
import { waitNames } from "./backoff.ts";
import type { WaitName } from "./backoff.ts";
import { freshMemory } from "./remembered.ts";
import type { LoopMemory } from "./remembered.ts";

/** The wait serve is in, as wait.json holds it. */
export interface WaitRecord {
  readonly classification: WaitName;
  readonly agent: string;
  /** Epoch seconds, jitter included. */
  readonly reset_at_epoch: number;
  readonly since_round: number;
  readonly reason: string;
  /** How often the guess was doubled; 0 for a time the provider named. */
  readonly exponent: number;
  /** Epoch seconds at which the wait began. */
  readonly started_epoch: number;
  /** Seconds since boot at that moment, by which the rest is told whatever the clock does; null when not known. */
  readonly started_uptime_s: number | null;
}

const fileBytes = 64 * 1024;
/** No wait is planned for longer: one that is was written by something else, and nobody would ever see its end. */
const longestWaitSeconds = 367 * 86_400;

/** Reads and writes both files; what cannot be read counts as absent, and what cannot be written is left as it was. */
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
    const shortFailures = countOf(source.short_failures);
    const failures = Math.max(countOf(source.failures), shortFailures);
    const at = source.last_failure_epoch;
    const isDated = failures > 0 && typeof at === "number" && Number.isFinite(at);
    const backoff: Partial<Record<WaitName, number>> = {};
    const counts = typeof source.backoff === "object" && source.backoff !== null ? source.backoff : {};
    for (const name of waitNames) {
      const count = countOf((counts as Record<string, unknown>)[name]);
      if (count > 0) backoff[name] = count;
    }
    return {
      failures: isDated ? failures : 0,
      shortFailures: isDated ? shortFailures : 0,
      lastFailureAt: isDated ? at : null,
      authFailures: countOf(source.auth_failures),
      needsFreshSession: source.needs_fresh_session === true,
      backoff,
    };
  }

  writeMemory(memory: LoopMemory): void {
    const { failures, shortFailures, authFailures, needsFreshSession, backoff } = memory;
    const isFresh = failures === 0 && authFailures === 0 && !needsFreshSession &&
      Object.keys(backoff).length === 0;
    if (isFresh) this.#remove(this.#memoryPath);
    else {
      const content = {
        failures,
        short_failures: shortFailures,
        last_failure_epoch: memory.lastFailureAt,
        auth_failures: authFailures,
        needs_fresh_session: needsFreshSession,
        backoff,
      };
      this.#write(this.#memoryPath, stateText("loop.json", content, 2));
    }
  }

  readWait(): WaitRecord | null {
    const source = this.#read(this.#waitPath);
    if (source === null) return null;
    const { schema: _, ...wait } = source;
    const { exponent = 0, started_uptime_s: uptime = null } = wait;
    const isGood = waitNames.some((name) => name === source.classification) &&
      Number.isSafeInteger(source.since_round) && typeof source.agent === "string" &&
      typeof source.reason === "string" && Number.isSafeInteger(exponent) &&
      (uptime === null || Number.isFinite(uptime));
    const { reset_at_epoch: end, started_epoch: start } = source;
    return isGood && isMoment(end) && isMoment(start) && end - start <= longestWaitSeconds
      ? { ...wait, exponent, started_uptime_s: uptime } as unknown as WaitRecord
      : null;
  }

  writeWait(wait: WaitRecord | null): void {
    if (wait === null) this.#remove(this.#waitPath);
    else this.#write(this.#waitPath, stateText("wait.json", { ...wait }, 2));
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

  #write(path: string, text: string): void {
    try {
      // A machine that loses its power in a wait must not run into the limit when it is back.
      this.#files.writeAtomic(path, text, { isDurable: true });
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

/** A count of something, or 0 for what is none. */
function countOf(value: unknown): number {
  return Number.isSafeInteger(value) && (value as number) > 0 ? value as number : 0;
}

/** Epoch seconds that a date can be made of. */
function isMoment(value: unknown): value is number {
  return typeof value === "number" && Math.abs(value) <= 8.64e12;
}
