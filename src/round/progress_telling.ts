// Tells now and then how far a running round is, for whoever watches.
import type { RunSpec } from "./run_spec.ts";

/** Gives a notice each time so many seconds have passed. */
export class ProgressTelling {
  readonly #spec: Pick<RunSpec, "notices" | "origin" | "progressSeconds" | "tap">;
  #nextAt: number;

  /** @param now monotonic milliseconds */
  constructor(spec: Pick<RunSpec, "notices" | "origin" | "progressSeconds" | "tap">, now: number) {
    this.#spec = spec;
    this.#nextAt = now + spec.progressSeconds * 1000;
  }

  /** Both in monotonic milliseconds. */
  tell(now: number, lastOutputAt: number): void {
    const { notices, origin, progressSeconds, tap } = this.#spec;
    if (progressSeconds <= 0 || now < this.#nextAt) return;
    this.#nextAt = now + progressSeconds * 1000;
    notices.onProgress({
      logBytes: tap.size,
      quietSeconds: (now - lastOutputAt) / 1000,
      ageSeconds: (now - origin) / 1000,
    });
  }
}
