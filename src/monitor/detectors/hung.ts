// Tells when a round is not over long after its last wall should have ended it.
import { spellDuration } from "../../core/text.ts";
import { defineDetector, finding, lookAtRound } from "../detector.ts";
import { overAfter, patienceOf, wallOf } from "../patience.ts";

export default defineDetector({
  name: "hung",
  order: 2,
  severity: "warning",
  mayStop: false,
  firesWhen:
    "A round is not settled after more than `factor` times its `round_timeout_s` (and not before its end and its " +
    "hooks had their time), and a supervisor runs",
  defaults: { factor: 1.5 },
  facts: (config) => ({ patience: patienceOf(config) }),
  detect({ openRound, supervisor }, { factor, patience }) {
    // A round that nobody watches is the supervisor's trouble, which is told as such.
    if (openRound === null || supervisor.isActive === false || supervisor.life === "ended") return null;
    const { round, ageSeconds } = openRound;
    const threshold = overAfter(wallOf(round, patience), { factor, patience });
    if (ageSeconds <= threshold) return null;
    return finding({
      identity: String(round.number),
      severity: "warning",
      message: `Round ${round.number} began ${spellDuration(ageSeconds)} ago and is not over`,
      context: { round_num: round.number, elapsed_s: Math.round(ageSeconds), threshold_s: threshold },
      fix: "Restart the supervisor: it takes the round over, or settles it",
      look: lookAtRound(round.number),
    });
  },
});
