// Answers probes: whether this process looks at its projects, and whether each of them can work.
import type { Desk } from "./desk.ts";

/** Without a look for so long, also in vain, something hangs. */
const longestPauseMs = 90_000;

/** What a probe is answered: 200 or 503, and in few words why. */
export interface Health {
  readonly isGood: boolean;
  readonly reason: string;
}

/** The process works: every project was looked at a short while ago. @param now monotonic milliseconds */
export function liveness(desks: readonly Desk[], now: number): Health {
  const late = desks.filter(({ lookedAt }) => lookedAt !== null && now - lookedAt > longestPauseMs);
  return late.length === 0
    ? { isGood: true, reason: "looking" }
    : { isGood: false, reason: `${late.length} of ${desks.length} projects were not looked at` };
}

/** Every project can work: it is seen, a supervisor runs, and nothing keeps it from starting rounds. */
export function readiness(desks: readonly Desk[]): Health {
  for (const desk of desks) {
    const reason = whyNotReady(desk);
    if (reason !== null) {
      return { isGood: false, reason: desks.length === 1 ? reason : `${desk.project.key}: ${reason}` };
    }
  }
  return { isGood: true, reason: "ready" };
}

/** In words of ours alone: probes are answered without a token. */
function whyNotReady({ sight, isActive }: Desk): string | null {
  if (sight === null) return "not seen yet";
  if (sight.blind !== null) return "cannot be looked at";
  if (sight.breaker !== null) return "the breaker is open";
  if (sight.broken !== null) return "no round can start";
  if (sight.human !== null) return "a person is needed";
  return isActive ? null : "no supervisor runs";
}
