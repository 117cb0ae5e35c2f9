// Tells when the machine runs short of memory.
import { defineDetector, finding } from "../detector.ts";

export default defineDetector({
  name: "mem_pressure",
  order: 6,
  severity: "warning",
  mayStop: false,
  firesWhen: "Less than `available_mb` megabytes of memory are available",
  defaults: { availableMb: 200, marginMb: 50 },
  older: ({ monitor }) => ({ availableMb: monitor.hostHealth.memAvailMinMb }),
  relaxed: (options) => ({ ...options, availableMb: options.availableMb + options.marginMb }),
  detect({ sample }, { availableMb }) {
    const available = sample?.memoryAvailableMb ?? null;
    if (available === null || available >= availableMb) return null;
    return finding({
      severity: "warning",
      message: `Only ${available} MB of memory are available (limit ${availableMb} MB)`,
      context: { value: available, threshold: availableMb },
      fix: "Bound the rounds with runtime.round_memory_max_mb, or run less beside them",
      look: "agent-runner peek",
    });
  },
});
