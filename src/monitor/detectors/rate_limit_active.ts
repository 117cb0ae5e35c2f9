// Tells that a provider lets an agent wait, until it lets it go on.
import { isoTime, spellDuration } from "../../core/text.ts";
import { defineDetector, finding, lookAtEvents } from "../detector.ts";

export default defineDetector({
  name: "rate_limit_active",
  order: 10,
  severity: "warning",
  mayStop: false,
  firesWhen:
    "A limit or a fault of the provider was met, is not over, and ends more than `longer_than_s` seconds from now",
  defaults: { longerThanSeconds: 0 },
  // One that is known stays until it is over.
  relaxed: (options) => ({ ...options, longerThanSeconds: 0 }),
  detect({ limits, now }, { longerThanSeconds }) {
    return limits.filter(({ resetAt }) => resetAt * 1000 - now > longerThanSeconds * 1000).map((limit) => {
      const until = isoTime(limit.resetAt * 1000);
      return finding({
        identity: limit.agent,
        severity: "warning",
        message: `${limit.agent} is throttled until ${until} (${limit.classification}), ` +
          `for another ${spellDuration(limit.resetAt - now / 1000)}`,
        context: { throttled_until_iso: until, classification: limit.classification, agent: limit.agent },
        fix: "Nothing has to be done; when the limit is lifted earlier: agent-runner retry-now",
        look: lookAtEvents("transient_error_detected", "transient_error_recovered"),
      });
    });
  },
});
