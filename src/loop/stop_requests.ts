// Requests to stop: the first lets the round finish, the second stops the round; both wake every wait.
import type { Signals } from "../ports/signals.ts";

/** Listens from the moment it is made until `close`. */
export class StopRequests {
  readonly #finish = new AbortController();
  readonly #stopRound = new AbortController();
  readonly #unlisten: () => void;
  #count = 0;
  #reason: string | null = null;

  /** @param onRequest called for each request with how many there were and what sent it */
  constructor(signals: Signals, onRequest: (count: number, reason: string) => void) {
    this.#unlisten = signals.listen(["SIGTERM", "SIGINT", "SIGHUP"], (name) => {
      this.#count++;
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

  /** The signal that came first, or null. */
  get reason(): string | null {
    return this.#reason;
  }

  close(): void {
    this.#unlisten();
  }
}
