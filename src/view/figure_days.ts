// Keeps sums of local days, each from its midnight to the next, right on days of 23 and 25 hours.
import { dayOf } from "../core/period.ts";
import type { Period } from "../core/period.ts";
import { freshSums } from "./figure_sums.ts";
import type { FigureSums } from "./figure_sums.ts";

const daysKept = 400;

/** Sums day by day; the oldest give way. */
export class FigureDays {
  readonly #timeZone: string | undefined;
  readonly #days = new Map<string, FigureSums>();
  /** The day of the newest moment that was asked about: most moments are in it. */
  #last: Period | null = null;

  /** @param timeZone IANA name; this machine's zone when undefined */
  constructor(timeZone: string | undefined) {
    this.#timeZone = timeZone;
  }

  /** `YYYY-MM-DD` with its sums, oldest first; days without anything are not there. */
  get all(): readonly (readonly [day: string, sums: Readonly<FigureSums>])[] {
    return [...this.#days].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  /** @param at epoch milliseconds */
  of(at: number): FigureSums {
    return this.#sumsOf(this.#periodOf(at).key);
  }

  /** Calls for each day that the span touches, with its seconds there. @param from,to epoch milliseconds */
  spread(from: number, to: number, add: (sums: FigureSums, seconds: number) => void): void {
    // What is longer than all that is kept fills the newest of them.
    let begin = Math.max(from, to - daysKept * 86_400_000);
    while (begin < to) {
      const day = this.#periodOf(begin);
      const end = Math.min(to, day.endsAt * 1000);
      add(this.#sumsOf(day.key), (end - begin) / 1000);
      begin = Math.max(end, begin + 1);
    }
  }

  #periodOf(at: number): Period {
    const seconds = at / 1000;
    const last = this.#last;
    if (last !== null && seconds >= last.startsAt && seconds < last.endsAt) return last;
    return this.#last = dayOf(seconds, this.#timeZone);
  }

  #sumsOf(key: string): FigureSums {
    const known = this.#days.get(key);
    if (known !== undefined) return known;
    const fresh = freshSums();
    this.#days.set(key, fresh);
    if (this.#days.size > daysKept) this.#days.delete(this.#days.keys().next().value!);
    return fresh;
  }
}
