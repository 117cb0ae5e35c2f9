// Tells from events for how long a loop had no round while a supervisor ran.
import type { RecordedEvent } from "../core/event_payload.ts";
import { momentOf } from "./sight_field.ts";

/** A span in epoch milliseconds. */
export interface WaitSpan {
  readonly from: number;
  readonly to: number;
}

/** Follows one project. A span that a supervisor did not live to see the end of is none: nobody knows how long it ran. */
export class FigureWaits {
  #isServing: boolean;
  #since: number | null = null;

  /** @param isServing whether a supervisor ran before the first event */
  constructor(isServing: boolean) {
    this.#isServing = isServing;
  }

  /** A supervisor ran before the first event. */
  assumeServing(): void {
    this.#isServing = true;
  }

  /** The span that ends with this event; null when none does. */
  take({ event, ts }: RecordedEvent): WaitSpan | null {
    const at = momentOf(ts);
    switch (event) {
      case "serve_started":
        this.#isServing = true;
        this.#since = at;
        return null;
      case "round_end":
        this.#since = this.#isServing ? at : null;
        return null;
      // Its agent was at work all the while.
      case "round_adopted":
        this.#since = null;
        return null;
      case "round_start":
        return this.#end(at);
      case "serve_stopped":
        this.#isServing = false;
        return this.#end(at);
      default:
        return null;
    }
  }

  #end(at: number | null): WaitSpan | null {
    const from = this.#since;
    this.#since = null;
    return from === null || at === null || at <= from ? null : { from, to: at };
  }
}
