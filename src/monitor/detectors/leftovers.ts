// Tells when agents leave many processes behind, or some that nothing can end.
import type { Finding } from "../../core/alert.ts";
import { counted, defineDetector, finding, lookAtEvents } from "../detector.ts";
import { newestExits } from "../shares.ts";

export default defineDetector({
  name: "leftovers",
  order: 19,
  severity: "warning",
  mayStop: false,
  firesWhen:
    "`processes` processes or more had to be ended with the last `window` rounds; or some survived, or a dead " +
    "round's were found at a start, within the last `recent_s`",
  defaults: { processes: 50, window: 10, recentSeconds: 3600 },
  detect({ rounds, leftovers, now }, { processes, window, recentSeconds }) {
    const found: Finding[] = [];
    const exits = newestExits(rounds, window);
    const ended = exits.reduce((sum, { exit }) => sum + exit.leftoversEnded, 0);
    if (ended >= processes) {
      found.push(finding({
        identity: "with_rounds",
        severity: "warning",
        message: `${processCount(ended)} had to be ended with the last ${counted(exits.length, "round")}`,
        context: { processes: ended, threshold: processes, window },
        fix: "See what the agent starts and does not end, such as servers and watchers",
        look: lookAtEvents("agent_exit"),
      }));
    }
    const recent = leftovers.filter(({ at }) => now - at < recentSeconds * 1000);
    const last = recent.findLast((one) => one.survivors > 0) ?? recent.at(-1);
    if (last === undefined) return found;
    found.push(finding({
      identity: "at_start",
      severity: "warning",
      message: last.survivors > 0
        ? `${processCount(last.survivors)} of an earlier round cannot be ended`
        : `${processCount(last.processes)} of an earlier round had to be ended at a start`,
      context: { processes: last.processes, survivors: last.survivors, round_num: last.round },
      fix: last.survivors > 0
        ? "Look for processes in an uninterruptible wait; they go with a restart of the machine"
        : null,
      look: lookAtEvents("leftovers_ended"),
    }));
    return found;
  },
});

function processCount(count: number): string {
  return count === 1 ? "1 process" : `${count} processes`;
}
