// Waits between rounds that end at once on a stop request, and within a quarter of a second on a file that asks.
import type { Clock } from "../ports/clock.ts";

const lookMs = 250;

export type PauseEnd = "over" | "retry" | "stop_signal" | "stop_file" | "changed";

export interface PauseSpec {
  readonly milliseconds: number;
  readonly untilEpochMs?: number;
  readonly stop: AbortSignal;
  /** Looked at now and then: true ends the wait. */
  readonly hasStopFile: () => boolean;
  /** Looked at as often: true ends the wait. @param since milliseconds since 1970, when the wait began */
  readonly hasRetryRequest: (since: number) => boolean;
  /** Looked at as often: true ends the wait, because the operator asked for something else. Absent: nobody does. */
  readonly isChanged?: () => boolean;
}

/**
 * Waits until the time is up by the monotonic clock, or by the wall clock where `untilEpochMs` is given and comes
 * first: neither a clock that is set nor a machine that slept makes it last longer.
 */
export async function pause(spec: PauseSpec, clock: Clock): Promise<PauseEnd> {
  const start = clock.monotonic();
  const end = start + spec.milliseconds;
  while (true) {
    if (spec.stop.aborted) return "stop_signal";
    if (spec.hasStopFile()) return "stop_file";
    if (spec.isChanged?.()) return "changed";
    // Counted back from now, so that a clock that was set meanwhile does not make a request look old.
    if (spec.hasRetryRequest(clock.now() - (clock.monotonic() - start))) return "retry";
    const left = Math.min(end - clock.monotonic(), (spec.untilEpochMs ?? Infinity) - clock.now());
    if (left <= 0) return "over";
    await clock.sleep(Math.min(left, lookMs), spec.stop);
  }
}
