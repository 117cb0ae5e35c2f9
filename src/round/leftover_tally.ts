// Counts the processes that have to be ended together with a round, beside the agent's own.
import type { ProcessInfo } from "../ports/processes.ts";

/** What is shown to it is ended by the ladder, or is the agent's own. */
export class LeftoverTally {
  readonly #leaderPid: number | null;
  readonly #met = new Set<number>();

  /** @param leaderPid the shim; null: nothing leads the round any more */
  constructor(leaderPid: number | null) {
    this.#leaderPid = leaderPid;
  }

  /** Processes that were met and ended, each once. */
  get count(): number {
    return this.#met.size;
  }

  /** The agent's own process is no leftover of itself, and neither is the shim. */
  note(live: readonly ProcessInfo[]): void {
    const leader = this.#leaderPid;
    for (const row of live) {
      if (leader === null || (row.pid !== leader && row.ppid !== leader)) this.#met.add(row.pid);
    }
  }

  /** Takes back what could not be ended. */
  takeBack(survivors: readonly ProcessInfo[]): void {
    for (const row of survivors) this.#met.delete(row.pid);
  }
}
