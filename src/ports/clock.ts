// Time as the supervisor sees it, so that tests can turn it.

export interface Clock {
  /** Wall clock, milliseconds since 1970. May step; only for records and for times that providers name. */
  now(): number;
  /** Milliseconds on a clock that never steps; only differences mean anything. */
  monotonic(): number;
  /** Waits `milliseconds`; ends early when `signal` fires. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<"elapsed" | "aborted">;
}
