// Tells when a round is not over long after its last wall should have ended it.
import { spellDuration } from "../../core/text.ts";
import { defineDetector, finding, lookAtRound } from "../detector.ts";

export default defineDetector({
  name: "hung",
  order: 2,
  severity: "warning",
  mayStop: false,
  firesWhen: "A round is not settled after more than `factor` times its `round_timeout_s`, and a supervisor runs",
  defaults: { factor: 1.5 },
  facts: ({ runtime, phases }) => ({
    timeoutSeconds: runtime.roundTimeoutSeconds,
    phaseTimeouts: new Map(
      Object.entries(phases.overrides).map(([phase, override]) => [phase, override.roundTimeoutSeconds]),
    ),
  }),
  detect({ openRound, supervisor }, { factor, timeoutSeconds, phaseTimeouts }) {
    // A round that nobody watches is the supervisor's trouble, which is told as such.
    if (openRound === null || supervisor.isActive === false || supervisor.life === "ended") return null;
    const { round, ageSeconds } = openRound;
    const configured = phaseTimeouts.get(round.phase ?? "") ?? timeoutSeconds;
    const threshold = factor * (round.timeoutSeconds ?? configured);
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
