// Tells when the agent's login is refused: at the first round, and as critical when it is refused again.
import type { VerdictKind } from "../../core/verdict.ts";
import { counted, defineDetector, finding, lookAtRound } from "../detector.ts";
import { isUnjudgedFailure, matchesAny, newestExits, reaches } from "../shares.ts";
import type { RoundSight } from "../../view/sight_rounds.ts";

/** Verdicts of rounds in which the provider talked to the agent, so that its login was good. */
const loginWasGood: ReadonlySet<string> = new Set<VerdictKind>(["ok", "limit", "context", "bounded", "billing"]);

export default defineDetector({
  name: "oauth_fail",
  order: 8,
  severity: "critical",
  mayStop: true,
  firesWhen:
    "The verdict of `rounds` rounds in a row is `auth` (critical from `critical_rounds` on); where rounds have " +
    "no verdict, when `rate_pct` percent of the last `window` failed within `short_s` with such words in their output",
  defaults: { rounds: 1, criticalRounds: 2, window: 10, ratePercent: 20, shortSeconds: 60 },
  facts: ({ monitor }) => ({ patterns: monitor.authFailPatterns, hint: monitor.authFailHint }),
  detect({ rounds }, options) {
    const fix = options.hint || "Log the agent in as the user that runs serve";
    const refused = refusedInARow(rounds);
    if (refused.length >= options.rounds) {
      const last = refused[0]!;
      const isSure = refused.length >= options.criticalRounds;
      return finding({
        severity: isSure ? "critical" : "warning",
        message: `The agent's login was refused in ${counted(refused.length, "round")}: ${last.verdict?.summary ?? ""}`,
        context: { matches: refused.length, threshold: options.rounds, round_num: last.number, hint: fix },
        fix,
        look: lookAtRound(last.number),
      });
    }
    const { window, ratePercent, shortSeconds, patterns } = options;
    const exits = newestExits(rounds, window);
    const matching = exits.filter((round) =>
      round.tail !== null && isUnjudgedFailure(round, shortSeconds) && matchesAny(round.tail, patterns)
    );
    if (exits.length < window || !reaches({ part: matching.length, of: window, percent: ratePercent })) return null;
    return finding({
      severity: "critical",
      message: `${matching.length} of the last ${
        counted(window, "round")
      } failed at once with the words of a refused login`,
      context: { matches: matching.length, window, threshold: ratePercent / 100, hint: fix },
      fix,
      look: lookAtRound(matching.at(-1)?.number),
    });
  },
});

/** Newest first; rounds that say nothing of the login stand between them and are passed over. */
function refusedInARow(rounds: readonly RoundSight[]): readonly RoundSight[] {
  const refused: RoundSight[] = [];
  for (const round of rounds.toReversed()) {
    if (round.verdict?.kind === "auth") refused.push(round);
    else if (round.verdict !== null && loginWasGood.has(round.verdict.kind)) break;
  }
  return refused;
}
