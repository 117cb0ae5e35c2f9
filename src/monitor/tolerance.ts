// How long a host may be out of reach: what follows a failure, as a pure function of what came before.
import type { EventPayload } from "../core/event_payload.ts";

const delaysSeconds = [1, 2, 4, 8, 16, 30] as const;

/** What is told of a host; the kinds are event kinds. */
export type RemoteNotice =
  | { readonly kind: "monitor_remote_blip"; readonly payload: EventPayload<"monitor_remote_blip"> }
  | { readonly kind: "monitor_remote_giveup"; readonly payload: EventPayload<"monitor_remote_giveup"> };

/** Failures in a row. */
export interface Tolerance {
  readonly attempts: number;
  /** Monotonic milliseconds of the first one; null when the last attempt succeeded. */
  readonly since: number | null;
}

/** Nothing is wrong: how it begins, and what every success leads back to. */
export const calm: Tolerance = { attempts: 0, since: null };

/** One failure. */
export interface Failure {
  readonly host: string;
  readonly error: string;
  /** Monotonic milliseconds. */
  readonly at: number;
  /** Seconds that a host may be out of reach. 0: none. */
  readonly capSeconds: number;
  /** Seconds between two looks of the monitor, for the record. */
  readonly intervalSeconds: number;
  /** Waiting cannot help. */
  readonly isFinal?: boolean;
}

/** What to do now. `notice` is null where nothing is to be told: with a tolerance of 0 the error itself says all. */
export type AfterFailure =
  | { readonly kind: "retry"; readonly state: Tolerance; readonly delayMs: number; readonly notice: RemoteNotice }
  | { readonly kind: "give_up"; readonly state: Tolerance; readonly notice: RemoteNotice | null };

/** The failure is counted; a retry waits 1, 2, 4, 8, 16, then 30 s, never beyond the cap. */
export function afterFailure(before: Tolerance, failure: Failure): AfterFailure {
  const { host, error, at, capSeconds, intervalSeconds, isFinal = false } = failure;
  const since = before.since ?? at;
  const state = { attempts: before.attempts + 1, since };
  const elapsedSeconds = Math.max(0, at - since) / 1000;
  const leftSeconds = capSeconds - elapsedSeconds;
  if (leftSeconds <= 0 || isFinal) {
    const payload = {
      host,
      total_attempts: state.attempts,
      total_elapsed_s: rounded(elapsedSeconds),
      cap_s: capSeconds,
      final_error: error,
    };
    return { kind: "give_up", state, notice: capSeconds === 0 ? null : { kind: "monitor_remote_giveup", payload } };
  }
  const delaySeconds = Math.min(delaysSeconds[state.attempts - 1] ?? delaysSeconds.at(-1)!, leftSeconds);
  const payload = {
    host,
    error,
    attempt: state.attempts,
    elapsed_s: rounded(elapsedSeconds),
    cap_s: capSeconds,
    interval_s: intervalSeconds,
    next_sleep_s: rounded(delaySeconds),
  };
  return { kind: "retry", state, delayMs: delaySeconds * 1000, notice: { kind: "monitor_remote_blip", payload } };
}

function rounded(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
