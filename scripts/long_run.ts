// What runs of minutes with drawn events share: a seed, and a log in lines of JSON that tell when.
import { say } from "./say.ts";

/** A seed that was not named: small enough to be typed again. */
export function freshSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]! % 1_000_000;
}

/** A run that has begun. */
export interface LongRun {
  /** As `performance.now()` tells it. */
  readonly startedAt: number;
  /** Prints one happening, unless the run is quiet. */
  readonly log: (line: Readonly<Record<string, unknown>>) => void;
  /** Seconds since it began. */
  readonly seconds: () => number;
}

export function beginRun({ isQuiet }: { readonly isQuiet: boolean }): LongRun {
  const startedAt = performance.now();
  const since = () => Math.round(performance.now() - startedAt);
  return {
    startedAt,
    log: (line) => isQuiet ? undefined : say(JSON.stringify({ at: since(), ...line })),
    seconds: () => since() / 1000,
  };
}
