// Paces one loop from round to round and over restarts: what its rounds took of each window, and the pause it is in.
import type { Clock } from "../ports/clock.ts";
import type { Files } from "../ports/files.ts";
import { longestWindow, notePace, type PacedDelay, pacedDelay, type PaceFacts } from "./pace.ts";
import { PaceFile, type PaceMemory } from "./pace_file.ts";

/** Loaded only where `[budget] pace` asks for it. */
export class PaceKeeper {
  readonly #file: PaceFile;
  readonly #clock: Clock;
  #memory: PaceMemory;

  constructor({ logDir, files, clock }: { readonly logDir: string; readonly files: Files; readonly clock: Clock }) {
    this.#file = new PaceFile(logDir, files);
    this.#clock = clock;
    this.#memory = this.#file.read();
  }

  /** The pause after a round where it has to be longer than the ordinary one, else null; remembered either way. */
  after(facts: Omit<PaceFacts, "now" | "history">): PacedDelay | null {
    const now = this.#now;
    const { history } = this.#memory;
    const delay = pacedDelay({ ...facts, now, history });
    const pause = delay === null ? null : { until: now + delay.delaySeconds, since: now, reason: delay.reason };
    this.#remember({ history: notePace(history, facts.windows, now), pause });
    return delay;
  }

  /** What is left of the pause an earlier life was in; null when it is over. */
  left(): PacedDelay | null {
    const { pause } = this.#memory;
    if (pause === null) return null;
    // Never longer than it was meant to be: the clock may have been set back since it began.
    const seconds = Math.ceil(Math.min(pause.until - this.#now, pause.until - pause.since));
    if (seconds <= 0 || seconds > longestWindow) return null;
    return { delaySeconds: seconds, reason: pause.reason };
  }

  /** The pause is over. */
  forgetPause(): void {
    if (this.#memory.pause !== null) this.#remember({ ...this.#memory, pause: null });
  }

  get #now(): number {
    return Math.floor(this.#clock.now() / 1000);
  }

  #remember(memory: PaceMemory): void {
    this.#memory = memory;
    this.#file.write(memory);
  }
}
