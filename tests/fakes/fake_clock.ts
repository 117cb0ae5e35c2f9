// Time that moves only when a test moves it, or that jumps from one sleeper to the next.
import type { Clock } from "../../src/ports/clock.ts";

interface Due {
  readonly at: number;
  readonly order: number;
  readonly isSleeper: boolean;
  fire(): void;
}

/** Turns of the microtask queue after which everything that could run has run. */
const quietTurns = 60;
/** More sleeps than this without time passing is a busy loop. */
const busyLimit = 500;

/** A clock for tests. The wall clock can be set without the monotonic one. */
export class FakeClock implements Clock {
  /** Time jumps to whatever is due next as soon as nobody has anything else to do. */
  readonly isAutomatic: boolean;
  /** How often somebody slept. */
  sleeps = 0;
  /** Sleeps of no length. */
  emptySleeps = 0;
  #monotonic = 1_000_000;
  #wallOffset: number;
  #due: Due[] = [];
  #order = 0;
  #isPumping = false;
  #sleepsAtThisTime = 0;

  /** @param options `startsAt`: ISO time of the wall clock; `isAutomatic`: time need not be moved by hand */
  constructor(options: { readonly startsAt?: string; readonly isAutomatic?: boolean } = {}) {
    this.#wallOffset = Date.parse(options.startsAt ?? "2026-11-21T10:00:00Z") - this.#monotonic;
    this.isAutomatic = options.isAutomatic ?? false;
  }

  now(): number {
    return this.#monotonic + this.#wallOffset;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  /** How many sleep at this moment. */
  get sleepers(): number {
    return this.#due.filter((due) => due.isSleeper).length;
  }

  /** Sets the wall clock by so many milliseconds; the monotonic one does not notice. */
  stepWall(milliseconds: number): void {
    this.#wallOffset += milliseconds;
  }

  /** Throws when a caller sleeps again and again while time stands still. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<"elapsed" | "aborted"> {
    this.sleeps++;
    if (!(milliseconds > 0)) this.emptySleeps++;
    if (++this.#sleepsAtThisTime > busyLimit) return Promise.reject(new Error("a busy loop: time stands still"));
    if (signal?.aborted) return Promise.resolve("aborted");
    return new Promise((resolve) => {
      const onAbort = () => {
        this.#due = this.#due.filter((other) => other !== due);
        resolve("aborted");
      };
      const due = this.#add(milliseconds, true, () => {
        signal?.removeEventListener("abort", onAbort);
        resolve("elapsed");
      });
      signal?.addEventListener("abort", onAbort, { once: true });
      if (this.isAutomatic) void this.#pump();
    });
  }

  /** Runs `action` when so much time has passed. Time does not jump for its sake alone. */
  after(milliseconds: number, action: () => void): void {
    this.#add(milliseconds, false, action);
  }

  /** Lets time pass, waking whoever is due on the way. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#monotonic + milliseconds;
    await settled();
    for (let next = this.#next(); next !== null && next.at <= end; next = this.#next()) {
      this.#fire(next);
      await settled();
    }
    this.#setTime(end);
  }

  #add(milliseconds: number, isSleeper: boolean, fire: () => void): Due {
    const at = this.#monotonic + Math.max(0, milliseconds || 0);
    const due = { at, order: this.#order++, isSleeper, fire };
    this.#due.push(due);
    return due;
  }

  #next(): Due | null {
    return this.#due.reduce<Due | null>(
      (first, due) =>
        first === null || due.at < first.at || (due.at === first.at && due.order < first.order) ? due : first,
      null,
    );
  }

  #fire(due: Due): void {
    this.#due = this.#due.filter((other) => other !== due);
    this.#setTime(due.at);
    due.fire();
  }

  #setTime(time: number): void {
    if (time > this.#monotonic) this.#sleepsAtThisTime = 0;
    this.#monotonic = Math.max(this.#monotonic, time);
  }

  async #pump(): Promise<void> {
    if (this.#isPumping) return;
    this.#isPumping = true;
    await settled();
    while (this.sleepers > 0) {
      this.#fire(this.#next()!);
      await settled();
    }
    this.#isPumping = false;
  }
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < quietTurns; turn++) await Promise.resolve();
}
