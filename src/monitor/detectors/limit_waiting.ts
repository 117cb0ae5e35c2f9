// Tells that the loop waits for a provider, and with its end that it goes on.
import { isoTime, spellDuration } from "../../core/text.ts";
import { waitClasses } from "../../core/verdict.ts";
import { defineDetector, finding } from "../detector.ts";

/** What is waited for: a provider, or the first of several agents that may work again. */
const ofProviders: ReadonlySet<string> = new Set([...waitClasses, "limit", "transient", "agents"]);

export default defineDetector({
  name: "limit_waiting",
  order: 18,
  severity: "info",
  mayStop: false,
  firesWhen: "The loop waits for a provider, for another `min_wait_s` seconds or more when it is first seen",
  defaults: { minWaitSeconds: 300 },
  // Told once, it lasts to its end.
  relaxed: (options) => ({ ...options, minWaitSeconds: 0 }),
  detect({ waiting, supervisor, now }, { minWaitSeconds }) {
    if (waiting === null || supervisor.isActive === false || !ofProviders.has(waiting.classification)) return null;
    const seconds = waiting.until - now / 1000;
    if (seconds <= 0 || seconds < minWaitSeconds) return null;
    const until = isoTime(waiting.until * 1000);
    return finding({
      identity: waiting.classification,
      severity: "info",
      message: `Waiting until ${until}, for another ${spellDuration(seconds)}: ${waiting.reason}`,
      context: { until_iso: until, classification: waiting.classification, remaining_s: Math.round(seconds) },
      fix: "Nothing has to be done; to go on at once: agent-runner retry-now",
      look: "agent-runner peek",
    });
  },
});
