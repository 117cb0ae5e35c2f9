// Follows the files of one kind, a UTC month each, as they grow: the one way in which events and metrics are followed.
import { FileFault } from "../ports/files.ts";
import type { Files } from "../ports/files.ts";
import { monthFiles } from "./month_files.ts";
import type { MonthFile, MonthFileKind } from "./month_files.ts";
import { Tail } from "./tail.ts";
import type { TailPlace } from "./tail.ts";

/** A writer may finish the old month's file while the new one is there already. */
const monthsFollowed = 2;

/** Where reading of a file begins that is there at the first pass. */
export type TailStart = "start" | "end" | number;

/** How far one file was read. */
export interface MonthPlace extends TailPlace {
  readonly name: string;
}

export interface MonthTailsOptions {
  readonly kind: MonthFileKind;
  /** Asked once, at the first pass, with all files, oldest first; a file that appears later is new from its first byte. */
  readonly startsOf: (months: readonly MonthFile[]) => readonly TailStart[];
}

/** What was written since the last pass, and where that ended. */
export class MonthTails {
  readonly #log: { readonly files: Files; readonly logDir: string };
  readonly #options: MonthTailsOptions;
  readonly #tails = new Map<string, Tail>();
  #due: readonly string[] = [];
  #isFirst = true;
  #fault: FileFault | null = null;

  constructor(log: { readonly files: Files; readonly logDir: string }, options: MonthTailsOptions) {
    this.#log = log;
    this.#options = options;
  }

  /** Why the last pass could not read everything; null when it could. What was not read is read by the next one. */
  get fault(): FileFault | null {
    return this.#fault;
  }

  /** One pass: whole lines in the order of the files, a piece of at most 256 KiB at a time. May be ended early. */
  *pass(): Generator<readonly string[]> {
    this.#fault = null;
    const months = this.#quietly(() => this.#open());
    for (const name of months ?? []) {
      for (let hasMore = true; hasMore;) {
        const step = this.#quietly(() => this.#tails.get(name)!.next());
        hasMore = step?.hasMore ?? false;
        if (step !== null && step.lines.length > 0) yield step.lines;
      }
    }
  }

  /** How far the files that are still followed were read: up to the last whole line. */
  places(): readonly MonthPlace[] {
    return this.#due.slice(-monthsFollowed).map((name) => ({ name, ...this.#tails.get(name)!.place }));
  }

  /** Names of the files that are to be read in this pass. Throws `FileFault`. */
  #open(): readonly string[] {
    const months = monthFiles(this.#log.files, { logDir: this.#log.logDir, kind: this.#options.kind });
    const starts = this.#isFirst ? this.#options.startsOf(months) : [];
    for (const [i, month] of months.entries()) {
      if (this.#tails.has(month.name)) continue;
      const from = this.#isFirst ? starts[i]! : "start";
      this.#tails.set(month.name, new Tail(this.#log.files, { path: month.path, from }));
    }
    const due = (this.#isFirst ? months : months.slice(-monthsFollowed)).map((month) => month.name);
    this.#isFirst = false;
    this.#due = due;
    return due;
  }

  #quietly<T>(read: () => T): T | null {
    try {
      return read();
    } catch (thrown) {
      if (!(thrown instanceof FileFault)) throw thrown;
      this.#fault = thrown;
      return null;
    }
  }
}
