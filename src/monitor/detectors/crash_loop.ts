// Tells when the breaker is open, and before that when short failures come in a row.
import { isFailure, verdictKinds } from "../../core/verdict.ts";
import type { RoundSight } from "../../view/sight_rounds.ts";
import { counted, defineDetector, finding, lookAtEvents, lookAtRound } from "../detector.ts";
import { newestExits } from "../shares.ts";

export default defineDetector({
  name: "crash_loop",
  order: 13,
  severity: "critical",
  mayStop: true,
  firesWhen: "The breaker ended the loop; or, as a warning, `failures` rounds in a row failed within `short_s`",
  defaults: { failures: 3, shortSeconds: 60 },
  detect({ breaker, rounds, humanAt, now }, { failures, shortSeconds }) {
    if (breaker !== null) {
      const lastLine = breaker.reason.trimEnd().split("\n").at(-1) ?? "";
      return finding({
        severity: "critical",
        message: `${counted(breaker.consecutive, "short failure")} in a row opened the breaker: ${lastLine}`,
        context: { consecutive: breaker.consecutive },
        fix: "Mend what the agent fails at, then: agent-runner reset",
        look: lookAtEvents("crash_loop", "round_verdict"),
      });
    }
    // Where a person was needed the loop has ended, and why was told as such; what is met after that counts anew.
    const since = humanAt !== null && humanAt <= now ? humanAt : -Infinity;
    const exits = newestExits(rounds, rounds.length).filter(({ endedAt }) => (endedAt ?? now) > since);
    const inARow = exits.length - 1 -
      exits.findLastIndex((round) => round.exit.durationSeconds >= shortSeconds || !isFailed(round));
    if (inARow < failures) return null;
    const last = exits.at(-1)!;
    return finding({
      severity: "warning",
      message: `${counted(inARow, "round")} in a row failed within ${shortSeconds}s: ` +
        `${last.verdict?.summary ?? `exit code ${last.exit.code}`}`,
      context: { consecutive: inARow, threshold: failures, last_round: last.number },
      fix: "See what the agent fails at before the breaker ends the loop",
      look: lookAtRound(last.number),
    });
  },
});

/** Limits and stops are no failures; without a verdict the exit code has to do. */
function isFailed({ verdict, exit, endedAt }: RoundSight): boolean {
  if (verdict === null) return endedAt !== null && exit !== null && exit.code !== 0;
  const kind = verdictKinds.find((known) => known === verdict.kind);
  return kind !== undefined && isFailure(kind);
}
