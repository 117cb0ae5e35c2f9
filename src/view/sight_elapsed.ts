// Measures how long something lasts from one look to the next, so that a clock that is set does not age it.

/** Between two looks no more than this is believed: a machine that slept, or a clock that was set, is no silence. */
const longestGapMs = 10 * 60_000;

/** Time since a moment. It never runs backwards. */
export class Elapsed {
  #milliseconds = 0;
  #at: number | null = null;

  /** Starts anew. @param since epoch milliseconds of the moment @param at epoch milliseconds of the look */
  begin(since: number, at: number): void {
    this.#milliseconds = Math.max(0, at - since);
    this.#at = at;
  }

  /** A look was taken. @param at epoch milliseconds */
  pass(at: number): void {
    if (this.#at === null) return;
    this.#milliseconds += this.#gap(at);
    this.#at = at;
  }

  /** Seconds that passed; null before the first `begin`. @param now epoch milliseconds */
  seconds(now: number): number | null {
    return this.#at === null ? null : (this.#milliseconds + this.#gap(now)) / 1000;
  }

  #gap(at: number): number {
    return Math.min(longestGapMs, Math.max(0, at - (this.#at ?? at)));
  }
}
