// Requests to stop: the first lets the round finish, the second stops the round, a hand-over leaves it; all wake every wait.
import { handoverSignal } from "../core/round.ts";
import type { Signals } from "../ports/signals.ts";

/** The reason of an end that `stop-after-round` asked for. */
export const stopAfterRound = "stop_after_round";

/** Thrown through a round that is left to the next life. */
export class Handover extends Error {
  override readonly name = "Handover";
}

/** Listens from the moment it is made; after `close` a request has no effect. */
export class StopRequests {
  readonly #finish = new AbortController();
  readonly #stopRound = new AbortController();
  readonly #leave = new AbortController();
  readonly #onRequest: (count: number, reason: string) => void;
  #count = 0;
  #reason: string | null = null;
  #isClosed = false;

  /** @param onRequest called for each request with how many there were (a hand-over and `askAfterRound` do not count) and what sent it */
  constructor(signals: Signals, onRequest: (count: number, reason: string) => void) {
    this.#onRequest = onRequest;
    signals.listen(["SIGTERM", "SIGINT", "SIGHUP", handoverSignal], (name) => {
      if (this.#isClosed) return;
      if (name === handoverSignal) this.#leave.abort(new Handover("handed over to the next life"));
      else this.#count++;
      this.#reason ??= name;
      this.#finish.abort();
      if (this.#count >= 2) this.#stopRound.abort();
      onRequest(this.#count, name);
    });
  }

  /** Fires at the first request: no further round. */
  get finish(): AbortSignal {
    return this.#finish.signal;
  }

  /** Fires at the second request: the running round is to be stopped now. */
  get stopRound(): AbortSignal {
    return this.#stopRound.signal;
  }

  /** Fires when the supervisor is to leave at once and its round to go on without it; its reason is a `Handover`. */
  get leave(): AbortSignal {
    return this.#leave.signal;
  }

  /** The signal that came first, or null. */
  get reason(): string | null {
    return this.#reason;
  }

  /** Like the first signal, but no signal: the first that follows still lets the round finish. */
  askAfterRound(): void {
    if (this.#isClosed) return;
    this.#reason ??= stopAfterRound;
    this.#finish.abort();
    this.#onRequest(0, stopAfterRound);
  }

  /** Signals are heard on all the same: one more must not kill a process that is about to leave in order. */
  close(): void {
    this.#isClosed = true;
  }
}
