// Has the right agent work in each round: the first one where it may, one that stands in where it may not.
import { isAble, recordChange, toolsFor } from "./seat_tools.ts";
import { type Block, type Seats, shortestAbsenceSeconds } from "./seats.ts";
import type { RoundTools } from "../round/tools.ts";

/** The seats at work in one loop. */
export class Roster {
  readonly #seats: Seats;
  readonly #base: RoundTools;

  /** @param base the tools of the supervisor, whichever agent's they are */
  constructor(seats: Seats, base: RoundTools) {
    this.#seats = seats;
    this.#base = base;
    // Starting the loop is a person's act: what needed one may be mended.
    seats.forgetHuman();
  }

  /** With the agent whose turn it is. */
  get tools(): RoundTools {
    return this.#seats.hasOthers ? toolsFor(this.#seats.active, this.#base) : this.#base;
  }

  /** Gives the first agent its place back when all it waited for is over. */
  async beforeRound(): Promise<void> {
    if (this.#seats.hasOthers) await this.#move();
  }

  /** The agent at work cannot go on for a while: true when another one takes over at once. */
  async standIn(block: Block): Promise<boolean> {
    if (!this.#seats.hasOthers || !isLong(block, this.#now)) return false;
    this.#seats.block(block);
    return await this.#move();
  }

  /** Epoch seconds at which the first of those that wait may work again; null when none waits. */
  opensAt(): number | null {
    return this.#seats.hasOthers ? this.#seats.opensAt() : null;
  }

  get #now(): number {
    return this.#base.clock.now() / 1000;
  }

  async #move(): Promise<boolean> {
    const change = await this.#seats.move(this.#now, (seat) => isAble(seat, this.#base));
    if (change === null) return false;
    recordChange(change, this.#seats, this.#base);
    return true;
  }
}

function isLong({ until_epoch }: Block, now: number): boolean {
  return until_epoch === null || until_epoch - now >= shortestAbsenceSeconds;
}
