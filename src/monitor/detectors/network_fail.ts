// Tells when rounds fail because the network does.
import { networkPhrase } from "../../agents/judge.ts";
import { counted, defineDetector, finding, lookAtRound } from "../detector.ts";
import { isUnjudgedFailure, newestExits, reaches } from "../shares.ts";
import type { EndedRound } from "../shares.ts";

export default defineDetector({
  name: "network_fail",
  order: 9,
  severity: "warning",
  mayStop: false,
  firesWhen: "`rounds` rounds in a row failed at the network, or `rate_pct` percent of the last `window`; a round " +
    "without a verdict counts when it failed within `short_s` with such words in its output",
  defaults: { rounds: 3, window: 10, ratePercent: 20, marginPercent: 10, shortSeconds: 60 },
  relaxed: (options) => ({ ...options, ratePercent: Math.max(1, options.ratePercent - options.marginPercent) }),
  detect({ rounds: all }, { rounds, window, ratePercent, shortSeconds }) {
    // What a round said of the network is known a moment after its verdict.
    const known = all.filter((round) => round.networkWords !== null || round.endedAt !== null);
    const exits = newestExits(known, window);
    const failed = exits.filter((round) => wordsOf(round, shortSeconds) !== null);
    const inARow = exits.length - 1 - exits.findLastIndex((round) => wordsOf(round, shortSeconds) === null);
    const isShare = exits.length >= window && reaches({ part: failed.length, of: window, percent: ratePercent });
    if (inARow < rounds && !isShare) return null;
    const last = failed.at(-1)!;
    return finding({
      severity: "warning",
      message: `${failed.length} of the last ${counted(exits.length, "round")} failed at the network: ` +
        `${wordsOf(last, shortSeconds)}`,
      context: { matches: failed.length, window, threshold: ratePercent / 100, in_a_row: inARow },
      fix: "See whether this machine reaches the provider, and whether a proxy or DNS is in the way",
      look: lookAtRound(last.number),
    });
  },
});

/** What a round said of the network when it failed; null when it did not fail at it. */
function wordsOf(round: EndedRound, shortSeconds: number): string | null {
  if (round.networkWords !== null) return round.networkWords;
  if (round.tail === null || !isUnjudgedFailure(round, shortSeconds)) return null;
  return networkPhrase(round.tail);
}
