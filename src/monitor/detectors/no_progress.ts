// Tells when rounds end well and change nothing, or the agent says again and again that it is done and is not.
import type { Finding } from "../../core/alert.ts";
import { counted, defineDetector, finding, lookAtEvents, lookAtRound } from "../detector.ts";

export default defineDetector({
  name: "no_progress",
  order: 16,
  severity: "warning",
  mayStop: true,
  firesWhen: "`rounds` rounds in a row were `ok` and changed nothing, the loop stalled, or `done` was refused after " +
    "`refusals` rounds in a row; not while the operator has paused the loop",
  defaults: { rounds: 10, refusals: 3 },
  detect({ progress, paused, openRound }, { rounds, refusals }) {
    // Nobody expects progress where no round may begin.
    if (paused !== null && openRound === null) return [];
    const found: Finding[] = [];
    const { unchangedRounds, lastRound } = progress;
    if (progress.isStalled || unchangedRounds >= rounds) {
      const end = progress.isStalled ? "; the loop counts it as stalled" : "";
      found.push(finding({
        identity: "unchanged",
        severity: "warning",
        message: `${counted(unchangedRounds, "round")} in a row were ok and changed nothing${end}`,
        context: { unchanged_rounds: unchangedRounds, threshold: rounds, last_round: lastRound },
        fix: "Give the agent something to do, mend the prompt, or let progress.stall_rounds end the loop",
        look: lookAtRound(lastRound),
      }));
    }
    if (progress.refusals >= refusals) {
      found.push(finding({
        identity: "done_refused",
        severity: "warning",
        message: `The agent said ${progress.refusals} times that all is done, and its check refused it: ` +
          `${progress.refusedReason}`,
        context: { refusals: progress.refusals, threshold: refusals },
        fix: "See why the command of progress.verify fails",
        look: lookAtEvents("done_refused"),
      }));
    }
    return found;
  },
});
