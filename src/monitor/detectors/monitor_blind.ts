// Tells when the project cannot be looked at, so that no other detector says anything.
import { spellDuration } from "../../core/text.ts";
import { defineDetector, finding } from "../detector.ts";

export default defineDetector({
  name: "monitor_blind",
  order: 23,
  severity: "warning",
  mayStop: false,
  firesWhen: "The project could not be looked at for `after_s` seconds; other alerts stay as they are meanwhile",
  defaults: { afterSeconds: 90 },
  older: ({ monitor }) => ({ afterSeconds: monitor.remoteFailureToleranceSeconds }),
  detect({ blind, now }, { afterSeconds }) {
    if (blind === null) return null;
    const seconds = Math.max(0, (now - blind.since) / 1000);
    if (seconds < afterSeconds) return null;
    return finding({
      severity: "warning",
      message: `The project cannot be looked at for ${spellDuration(seconds)}: ${blind.reason}`,
      context: { blind_s: Math.round(seconds), threshold_s: afterSeconds, reason: blind.reason },
      fix: "See that the machine can be reached and its log folder read: agent-runner doctor",
      look: null,
    });
  },
});
