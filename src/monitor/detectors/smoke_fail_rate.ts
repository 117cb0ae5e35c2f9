// Tells when rounds cannot even start, because checks before them fail.
import { counted, defineDetector, finding, lookAtEvents } from "../detector.ts";
import { reaches } from "../shares.ts";

export default defineDetector({
  name: "smoke_fail_rate",
  order: 7,
  severity: "warning",
  mayStop: false,
  firesWhen: "`rate_pct` percent of the last `window` attempts to start a round or more failed a check",
  defaults: { window: 10, ratePercent: 10 },
  detect({ starts }, { window, ratePercent }) {
    const newest = starts.slice(-window);
    const failed = newest.filter(({ isGood }) => !isGood);
    if (!reaches({ part: failed.length, of: newest.length, percent: ratePercent })) return null;
    return finding({
      severity: "warning",
      message: `${failed.length} of the last ${counted(newest.length, "attempt")} to start a round failed: ` +
        failed.at(-1)!.reason,
      context: { rate: failed.length / newest.length, threshold: ratePercent / 100, window },
      fix: "See what the checks say, and mend it: agent-runner doctor",
      look: lookAtEvents("smoke_check_failed"),
    });
  },
});
