// Tells when no round can start, or the agent refuses its set-up, until somebody mends it.
import { defineDetector, finding, lookAtEvents, lookAtRound } from "../detector.ts";

export default defineDetector({
  name: "config_broken",
  order: 14,
  severity: "critical",
  mayStop: true,
  firesWhen: "The checks before a round failed for good, a start hook failed, or the newest verdict is `config`",
  defaults: {},
  detect({ broken, rounds }) {
    if (broken !== null) {
      const isHook = broken.what === "hook";
      return finding({
        identity: broken.what,
        severity: "critical",
        message: `No round can start: ${isHook ? "the start hook failed: " : ""}${broken.reason}`,
        context: { reason: broken.reason },
        fix: isHook ? "Mend the hook, or name it in plugins.disable" : "Mend it: agent-runner doctor says how",
        look: lookAtEvents("smoke_check_failed", "config_broken", "serve_startup_hook_failed"),
      });
    }
    const judged = rounds.findLast(({ verdict }) => verdict !== null);
    if (judged?.verdict?.kind !== "config") return null;
    return finding({
      identity: "agent",
      severity: "critical",
      message: `The agent refuses its set-up: ${judged.verdict.summary}`,
      context: { round_num: judged.number },
      fix: "Mend what the agent complains of, then start the service again",
      look: lookAtRound(judged.number),
    });
  },
});
