// Keeps what came from another machine until it is looked at: whole looks only, and never without a bound.
import type { EventLine } from "../ports/records.ts";
import type { Look, RoundTail } from "./feed.ts";
import type { FarState, Frame } from "./frame.ts";
import { eventsRemembered } from "./overlap.ts";
import { mostTails } from "./wordless.ts";

/** Characters that wait to be looked at; the connection is not read on before there is room. */
const fullAt = 8 * 1024 * 1024;
/** Characters of one look; one that is longer is a fault of the sender. */
const longestLook = 24 * 1024 * 1024;

/** How a frame came. */
export interface Arrival {
  /** Of the line, characters. */
  readonly length: number;
  /** Monotonic milliseconds. */
  readonly now: number;
  /** How long the far side may say nothing after this while all is well. */
  readonly longestPauseMs?: number;
}

/** Looks on their way from a connection to the monitor. */
export class Backlog {
  #events: EventLine[] = [];
  #metrics: Readonly<Record<string, unknown>>[] = [];
  /** How much of that belongs to looks that are whole. */
  #sealed = { events: 0, metrics: 0 };
  #characters = 0;
  #state: FarState | null = null;
  #stateAt = 0;
  #tails: readonly RoundTail[] = [];
  #longestPauseMs = Infinity;
  #onRoom: (() => void) | null = null;
  #newest: readonly EventLine[] = [];
  #hasChanged = false;

  /** Where the next connection goes on; empty before the first look. */
  get after(): string {
    return this.#state?.after ?? "";
  }

  /** The last events that belong to a whole look, oldest first; a few. */
  get newest(): readonly EventLine[] {
    return this.#newest;
  }

  /** No look has come yet. */
  get isEmpty(): boolean {
    return this.#state === null;
  }

  /** The last look says something else of how things stand than the one before, its time aside. */
  get hasChanged(): boolean {
    return this.#hasChanged;
  }

  /** There is something that was not looked at. */
  get hasNews(): boolean {
    return this.#sealed.events > 0 || this.#sealed.metrics > 0;
  }

  /** @returns false: it is too much */
  add(frame: Frame, { length, now, longestPauseMs = Infinity }: Arrival): boolean {
    this.#characters += length;
    if (frame.kind === "events") { for (const line of frame.lines) this.#events.push(line); }
    if (frame.kind === "metrics") { for (const row of frame.rows) this.#metrics.push(row); }
    if (frame.kind === "state") {
      this.#hasChanged = this.#state === null || whatMatters(frame.look) !== whatMatters(this.#state);
      this.#state = frame.look;
      this.#stateAt = now;
      this.#longestPauseMs = longestPauseMs;
      this.#tails = [...this.#tails, ...frame.look.tails].slice(-mostTails);
      const added = this.#events.slice(this.#sealed.events).slice(-eventsRemembered);
      this.#newest = [...this.#newest, ...added].slice(-eventsRemembered);
      this.#sealed = { events: this.#events.length, metrics: this.#metrics.length };
      if (!this.hasNews) this.#characters = 0;
    }
    return this.#characters <= fullAt + longestLook;
  }

  /** Forgets the part of a look whose end did not come: the next connection brings it again. */
  dropUnsealed(): void {
    this.#events.length = this.#sealed.events;
    this.#metrics.length = this.#sealed.metrics;
    if (!this.hasNews) this.#characters = 0;
  }

  /** Resolves once there is room for more, or the signal aborts. */
  async room(signal: AbortSignal): Promise<void> {
    if (this.#characters < fullAt || !this.hasNews || signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onRoom = resolve;
    signal.addEventListener("abort", resolve as () => void, { once: true });
    await promise;
    signal.removeEventListener("abort", resolve as () => void);
  }

  /** What is new, and how things stand; null before the first look. @param now monotonic milliseconds */
  take(now: number): Look | null {
    if (this.#state === null) return null;
    const { at, status, isActive, roundLogBytes } = this.#state;
    const events = this.#events.splice(0, this.#sealed.events);
    const metrics = this.#metrics.splice(0, this.#sealed.metrics);
    this.#sealed = { events: 0, metrics: 0 };
    this.#characters = 0;
    this.#onRoom?.();
    this.#onRoom = null;
    const tails = this.#tails;
    this.#tails = [];
    // The far clock goes on between two words from there; beyond that nobody knows how things stand.
    const since = Math.min(now - this.#stateAt, this.#longestPauseMs);
    return { kind: "seen", at: at + since, events, metrics, status, isActive, roundLogBytes, tails };
  }
}

function whatMatters({ status, isActive, roundLogBytes }: FarState): string {
  return JSON.stringify([status, isActive, roundLogBytes]);
}
