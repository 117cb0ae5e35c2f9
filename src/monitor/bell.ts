// Waits for something to happen, for so long at most, without leaving timers or listeners behind.

/** Rung once or many times, it wakes whoever waits; rung while nobody does, it wakes the next one at once. */
export class Bell {
  #isRung = false;
  #wake: (() => void) | null = null;

  ring(): void {
    this.#isRung = true;
    this.#wake?.();
  }

  /** Resolves when it is rung, after `timeoutMs` at the latest, or when the signal aborts. One may wait at a time. */
  async heard(timeoutMs: number, signal: AbortSignal): Promise<void> {
    if (!this.#isRung && !signal.aborted && timeoutMs > 0) await this.#wait(timeoutMs, signal);
    this.#isRung = false;
  }

  async #wait(timeoutMs: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const timer = setTimeout(resolve, Math.min(timeoutMs, longestTimerMs));
    signal.addEventListener("abort", resolve as () => void, { once: true });
    await promise;
    clearTimeout(timer);
    signal.removeEventListener("abort", resolve as () => void);
    this.#wake = null;
  }
}

/** A longer one would fire at once. */
const longestTimerMs = 2 ** 31 - 1;
