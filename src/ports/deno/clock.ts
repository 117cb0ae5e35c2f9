// Time from Deno: the wall clock, the monotonic clock, and sleeps that wake on a signal.
import type { Clock } from "../clock.ts";

const longestTimerMs = 2 ** 31 - 1;

export function denoClock(): Clock {
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    sleep(milliseconds, signal) {
      return new Promise((resolve) => {
        if (signal?.aborted) return resolve("aborted");
        const timer = setTimeout(() => end("elapsed"), Math.min(Math.max(0, milliseconds), longestTimerMs));
        const onAbort = () => end("aborted");
        signal?.addEventListener("abort", onAbort);
        function end(outcome: "elapsed" | "aborted") {
          clearTimeout(timer);
          signal?.removeEventListener("abort", onAbort);
          resolve(outcome);
        }
      });
    },
  };
}
