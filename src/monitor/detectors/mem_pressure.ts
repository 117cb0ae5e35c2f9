// Tells when the machine runs short of memory.
import { defineDetector, finding, measuredAgo } from "../detector.ts";

/** Memory that was short when the last round ended says nothing of a machine on which none runs any more. */
const longestWithoutSupervisorMs = 3_600_000;

export default defineDetector({
  name: "mem_pressure",
  order: 6,
  severity: "warning",
  mayStop: false,
  firesWhen:
    "Less than `available_mb` megabytes of memory are available; without a supervisor an old sample says nothing",
  defaults: { availableMb: 200, marginMb: 50 },
  older: ({ monitor }) => ({ availableMb: monitor.hostHealth.memAvailMinMb }),
  relaxed: (options) => ({ ...options, availableMb: options.availableMb + options.marginMb }),
  detect({ sample, supervisor, now }, { availableMb }) {
    const available = sample?.memoryAvailableMb ?? null;
    if (available === null || available >= availableMb) return null;
    const at = sample?.at ?? null;
    if (supervisor.isActive === false && at !== null && now - at >= longestWithoutSupervisorMs) return null;
    return finding({
      severity: "warning",
      message: `Only ${available} MB of memory are available (limit ${availableMb} MB)${measuredAgo(at, now)}`,
      context: { value: available, threshold: availableMb },
      fix: "Bound the rounds with runtime.round_memory_max_mb, or run less beside them",
      look: "agent-runner peek",
    });
  },
});
