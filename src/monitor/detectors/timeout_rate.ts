// Tells when too many of the newest rounds ran into their walls.
import { counted, defineDetector, finding, lookAtRound } from "../detector.ts";
import { newestExits, reaches } from "../shares.ts";

export default defineDetector({
  name: "timeout_rate",
  order: 1,
  severity: "warning",
  mayStop: false,
  firesWhen: "`rate_pct` percent of the last `window` rounds or more were ended by a wall",
  defaults: { window: 10, ratePercent: 20, marginPercent: 10 },
  relaxed: (options) => ({ ...options, ratePercent: Math.max(1, options.ratePercent - options.marginPercent) }),
  detect({ rounds }, { window, ratePercent }) {
    const exits = newestExits(rounds, window);
    const timedOut = exits.filter(({ exit }) => exit.isTimedOut);
    const share = { part: timedOut.length, of: window, percent: ratePercent };
    if (exits.length < window || !reaches(share)) return null;
    return finding({
      severity: "warning",
      message: `${timedOut.length} of the last ${counted(window, "round")} ran into a wall (${ratePercent}% or more)`,
      context: { rate: timedOut.length / window, threshold: ratePercent / 100, window },
      fix: "Give the agent smaller steps, or raise runtime.round_timeout_s",
      look: lookAtRound(timedOut.at(-1)?.number),
    });
  },
});
