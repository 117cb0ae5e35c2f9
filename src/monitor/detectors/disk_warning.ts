// Tells when the disk of the log folder becomes full.
import { defineDetector, finding, measuredAgo } from "../detector.ts";

export default defineDetector({
  name: "disk_warning",
  order: 4,
  severity: "warning",
  mayStop: false,
  firesWhen: "The disk is full to `disk_pct` percent or more, but not to what `disk_critical` tells of",
  defaults: { diskPercent: 90, marginPercent: 2 },
  older: ({ monitor }) => ({ diskPercent: monitor.hostHealth.diskWarningPercent }),
  facts: ({ monitor }) => ({
    criticalPercent: monitor.diskCritical.diskPercent ?? monitor.hostHealth.diskCriticalPercent,
  }),
  // It stays open while the disk is fuller still: that it is over must not be told then.
  relaxed: (options) => ({
    ...options,
    diskPercent: options.diskPercent - options.marginPercent,
    criticalPercent: Infinity,
  }),
  detect({ sample, now }, { diskPercent, criticalPercent }) {
    const used = sample?.diskUsedPercent ?? null;
    if (used === null || used < diskPercent || used >= criticalPercent) return null;
    const free = sample?.diskFreeGb ?? null;
    const age = measuredAgo(sample?.at ?? null, now);
    return finding({
      severity: "warning",
      message: `The disk is ${used}% full${free === null ? "" : `, ${free} GB are free`} (limit ${diskPercent}%)${age}`,
      context: { value: used, threshold: diskPercent },
      fix: "Make room on the disk of the log folder",
      look: "agent-runner doctor",
    });
  },
});
