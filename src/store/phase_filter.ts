// Keeps the events of rounds in one phase: only a round's start tells its phase, so what comes before it is held back.
import type { EventLine } from "../ports/records.ts";

const mostHeld = 10_000;

/** Works in both directions of reading: events wait until their round's phase is known. */
export class PhaseFilter {
  readonly #phase: string;
  #round: unknown = null;
  #isMatch: boolean | null = null;
  #held: EventLine[] = [];

  constructor(phase: string) {
    this.#phase = phase;
  }

  /** The lines that are now known to match, in the order they came. */
  push(line: EventLine): readonly EventLine[] {
    const { event } = line;
    if (event.round_num !== this.#round) this.#begin(event.round_num);
    const isStart = event.event === "round_start";
    const ownPhase = typeof event.phase === "string" && event.phase !== "" ? event.phase : null;
    if (isStart || ownPhase !== null) this.#isMatch = ownPhase === this.#phase;
    if (this.#round === undefined && ownPhase === null) return [];
    this.#held.push(line);
    if (this.#isMatch === null) {
      if (this.#held.length > mostHeld) this.#held.shift();
      return [];
    }
    const released = this.#isMatch ? this.#held : [];
    this.#held = [];
    return released;
  }

  #begin(round: unknown): void {
    this.#round = round;
    this.#isMatch = null;
    this.#held = [];
  }
}
