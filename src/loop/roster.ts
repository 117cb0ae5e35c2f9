// Has the right agent work in each round: the first one where it may, one that stands in where it may not.
import { isAble, recordChange, toolsFor } from "./seat_tools.ts";
import { type Block, type Seat, type Seats, shortestAbsenceSeconds } from "./seats.ts";
import type { RoundTools } from "../round/tools.ts";

/** Why nobody may work, and until when. */
export interface Absence {
  /** Epoch seconds. */
  readonly until: number;
  readonly reason: string;
}

/** The seats at work in one loop. */
export class Roster {
  readonly #seats: Seats;
  readonly #base: RoundTools;
  readonly #stop: AbortSignal | undefined;

  /**
   * @param base the tools of the supervisor, whichever agent's they are
   * @param options `stop`: from then on no agent is looked at any more
   */
  constructor(seats: Seats, base: RoundTools, { stop }: { readonly stop?: AbortSignal } = {}) {
    this.#seats = seats;
    this.#base = base;
    this.#stop = stop;
    // Starting the loop is a person's act: what needed one may be mended.
    seats.forgetHuman();
  }

  /** With the agent whose turn it is. */
  get tools(): RoundTools {
    return this.#seats.hasOthers ? toolsFor(this.#seats.active, this.#base) : this.#base;
  }

  /**
   * Gives the first agent its place back when all it waited for is over. Returns what there is to wait for when none
   * may work yet, which a wait that ended early or an agent that is gone brings about; null when the round may start.
   */
  async beforeRound(): Promise<Absence | null> {
    if (!this.#seats.hasOthers) return null;
    await this.#move();
    const block = this.#seats.blockOf(this.#seats.active, this.#now);
    if (block === null) return null;
    const first = this.#seats.nextToOpen(this.#now);
    if (first !== null) return { until: first.until_epoch, reason: first.reason };
    // Nobody is able and nothing is waited for: the battery says what the first one that may work lacks.
    await this.#move(() => Promise.resolve(true));
    return null;
  }

  /** What was to be waited for until then is over, whatever the clock says. @param until epoch seconds */
  hasWaited(until: number): void {
    if (this.#seats.hasOthers) this.#seats.forgetUntil(until);
  }

  /** Name of the seat of the agent at work. */
  get activeName(): string {
    return this.#seats.active.name;
  }

  /** Whether the agent at work stands in for the first one. */
  get isStandIn(): boolean {
    return this.#seats.active !== this.#seats.all[0];
  }

  /** The agent at work cannot go on for a while: true when another one takes over at once. */
  async standIn(block: Block): Promise<boolean> {
    if (!this.#seats.hasOthers || !isLong(block, this.#now)) return false;
    this.#seats.block(block);
    return await this.#move();
  }

  /** Epoch seconds, still to come, at which the first of those that wait may work again; null when none waits. */
  opensAt(): number | null {
    return this.#seats.hasOthers ? this.#seats.nextToOpen(this.#now)?.until_epoch ?? null : null;
  }

  get #now(): number {
    return this.#base.clock.now() / 1000;
  }

  /** The agent at work is of no use until serve starts again. False when nobody else can work, now or later. */
  async giveUp(block: Omit<Block, "until_epoch">): Promise<boolean> {
    const { name } = this.#seats.active;
    const isRelieved = await this.standIn({ until_epoch: null, ...block });
    if (!isRelieved && this.opensAt() === null) return false;
    const text = `${name} is left out until serve starts again: ${block.reason}`;
    this.#base.tell({ kind: "agent_left_out", text, tone: "warn", facts: { agent: name, reason: block.reason } });
    return true;
  }

  /** Whether the configuration still has an agent of that kind. @param reader name of the reader */
  has(reader: string): boolean {
    return this.#seats.all.some(({ agent }) => agent.name === reader);
  }

  async #move(isFit = (seat: Seat) => isAble(seat, this.#base, { stop: this.#stop })): Promise<boolean> {
    const change = await this.#seats.move(this.#now, isFit);
    if (change === null) return false;
    recordChange(change, this.#seats, this.#base);
    return true;
  }
}

function isLong({ until_epoch }: Block, now: number): boolean {
  return until_epoch === null || until_epoch - now >= shortestAbsenceSeconds;
}
