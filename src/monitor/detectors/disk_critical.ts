// Tells when the disk is nearly full, so that neither work nor records can be saved for long.
import { defineDetector, finding, measuredAgo } from "../detector.ts";

export default defineDetector({
  name: "disk_critical",
  order: 5,
  severity: "critical",
  mayStop: true,
  firesWhen: "The disk is full to `disk_pct` percent or more",
  defaults: { diskPercent: 95, marginPercent: 2 },
  older: ({ monitor }) => ({ diskPercent: monitor.hostHealth.diskCriticalPercent }),
  relaxed: (options) => ({ ...options, diskPercent: options.diskPercent - options.marginPercent }),
  detect({ sample, now }, { diskPercent }) {
    const used = sample?.diskUsedPercent ?? null;
    if (used === null || used < diskPercent) return null;
    const free = sample?.diskFreeGb ?? null;
    const age = measuredAgo(sample?.at ?? null, now);
    return finding({
      severity: "critical",
      message: `The disk is ${used}% full${free === null ? "" : `, ${free} GB are free`} (limit ${diskPercent}%)${age}`,
      context: { value: used, threshold: diskPercent },
      fix: "Make room on the disk of the log folder at once",
      look: "agent-runner doctor",
    });
  },
});
