// Tells from a request that Claude Code wants to try again whether waiting for it is of any use.
import type { EarlySign } from "../core/agent.ts";
import { type Cause, causeOfTrouble } from "./cause.ts";
import { figureOf } from "./figure.ts";
import { type JsonRecord, objectOf } from "./record.ts";

/** Pauses of Claude Code's own making stay below this; a longer one is what the provider asked for. */
const longDelaySeconds = 60;
const longestWaitSeconds = 366 * 86_400;

/** One request that is to be tried again. */
export interface Retry {
  readonly cause: Cause;
  /** Until the next attempt; null when the record does not say. */
  readonly delaySeconds: number | null;
  /** The attempt may succeed with a login that is being renewed. */
  readonly mayRenewLogin: boolean;
  /** Epoch milliseconds; 0 when unknown. */
  readonly now: number;
}

/**
 * The cause with the wait the provider asked for, where the pause shows it. A failure that nothing is known of passes:
 * Claude Code would not try again otherwise. @param told `isAnswered`: the provider gave a status
 */
export function causeOfRetry(
  { cause: told, delaySeconds, isAnswered }: Pick<Retry, "cause" | "delaySeconds"> & { readonly isAnswered: boolean },
): Cause {
  const cause = told.kind === "error" ? causeOfTrouble(isAnswered ? "overload" : "connection", told.evidence) : told;
  if (cause.waitClass === null || cause.resetsAt !== null || cause.retryAfterSeconds !== null) return cause;
  const isLong = delaySeconds !== null && delaySeconds >= longDelaySeconds && delaySeconds <= longestWaitSeconds;
  return !isLong ? cause : { ...cause, retryAfterSeconds: Math.ceil(delaySeconds) };
}

/** Seconds the provider asked to wait, from whichever field of an error record carries them; null when none does. */
export function retryAfterOf(record: JsonRecord | null): number | null {
  for (const fields of [record, objectOf(record?.api_error_params)]) {
    const seconds = figureOf(fields?.retry_after) ?? figureOf(fields?.retry_after_seconds);
    const milliseconds = figureOf(fields?.retry_after_ms);
    const found = seconds ?? (milliseconds === null ? null : milliseconds / 1000);
    if (found !== null && found >= 0 && found <= longestWaitSeconds) return Math.ceil(found);
  }
  return null;
}

/** Why going on is of no use; null when a retry may help soon. */
export function signOfRetry({ cause, delaySeconds, mayRenewLogin, now }: Retry): EarlySign | null {
  if (cause.kind === "auth" || cause.kind === "billing") {
    if (cause.kind === "auth" && mayRenewLogin) return null;
    const why = cause.kind === "auth" ? "the provider refuses the credentials" : "the provider wants payment";
    return { kind: "hopeless", why: `${why}, and Claude Code goes on trying`, waitSeconds: null };
  }
  if (delaySeconds === null) return null;
  const untilReset = cause.resetsAt === null || now === 0 ? 0 : cause.resetsAt - now / 1000;
  const waitSeconds = Math.ceil(Math.max(delaySeconds, untilReset));
  if (waitSeconds < longDelaySeconds) return null;
  return { kind: "long_wait", why: `Claude Code means to wait ${waitSeconds} s for the provider`, waitSeconds };
}
