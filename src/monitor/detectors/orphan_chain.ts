// Tells when round after round leaves uncommitted work behind.
import { counted, defineDetector, finding } from "../detector.ts";

export default defineDetector({
  name: "orphan_chain",
  order: 3,
  severity: "warning",
  mayStop: false,
  firesWhen: "`rounds` rounds in a row left work that had to be stashed",
  defaults: { rounds: 3 },
  detect({ orphans: { streak, lastRound } }, { rounds }) {
    if (streak < rounds) return null;
    return finding({
      severity: "warning",
      message: `${counted(streak, "round")} in a row left uncommitted work that was stashed (${rounds} or more)`,
      context: { streak, threshold: rounds, last_round: lastRound },
      fix: "Say in the prompt that each round is to commit its work, and bring back what was stashed",
      look: "agent-runner salvage list",
    });
  },
});
