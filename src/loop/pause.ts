// Waits between rounds that end at once on a stop request, and within half a second on a stop file.
import type { Clock } from "../ports/clock.ts";

const lookMs = 500;

export type PauseEnd = "over" | "stop_signal" | "stop_file";

/**
 * Waits until the time is up by the monotonic clock, or by the wall clock where `untilEpochMs` is given and comes
 * first: neither a clock that is set nor a machine that slept makes it last longer.
 */
export async function pause(
  spec: {
    readonly milliseconds: number;
    readonly untilEpochMs?: number;
    readonly stop: AbortSignal;
    /** Looked at now and then: true ends the wait. */
    readonly hasStopFile: () => boolean;
  },
  clock: Clock,
): Promise<PauseEnd> {
  const end = clock.monotonic() + spec.milliseconds;
  while (true) {
    if (spec.stop.aborted) return "stop_signal";
    if (spec.hasStopFile()) return "stop_file";
    const left = Math.min(end - clock.monotonic(), (spec.untilEpochMs ?? Infinity) - clock.now());
    if (left <= 0) return "over";
    await clock.sleep(Math.min(left, lookMs), spec.stop);
  }
}
