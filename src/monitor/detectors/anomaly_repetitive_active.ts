// Tells when the agent keeps calling one tool on one target.
import { defineDetector, finding, lookAtRound } from "../detector.ts";

export default defineDetector({
  name: "anomaly_repetitive_active",
  order: 11,
  severity: "warning",
  mayStop: false,
  firesWhen:
    "In `count` of the last `window` rounds or more the agent kept calling one tool on one target (found when " +
    "`anomaly_repetitive_window` and `anomaly_repetitive_threshold` are set)",
  defaults: { window: 5, count: 1 },
  detect({ rounds }, { window, count }) {
    const found = rounds.slice(-window).filter(({ repetition }) => repetition !== null);
    const last = found.at(-1);
    if (last === undefined || found.length < count) return null;
    const { tool, target, count: calls } = last.repetition!;
    return finding({
      severity: "warning",
      message: `In ${found.length} of the last ${window} rounds one call was repeated; the last: ${tool} on ` +
        `${target ?? "nothing"}, ${calls} times`,
      context: { count: found.length, window_rounds: window, latest_tool: tool, latest_target: target },
      fix: "See what the agent is stuck at, and say in the prompt how to get past it",
      look: lookAtRound(last.number),
    });
  },
});
