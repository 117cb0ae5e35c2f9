// Tells when the agent is another version than in the round before: it updated itself, or somebody did.
import { defineDetector, finding, lookAtEvents } from "../detector.ts";

export default defineDetector({
  name: "version_changed",
  order: 24,
  severity: "info",
  mayStop: false,
  firesWhen: "Within the last `recent_s` the agent's version changed from one round to the next",
  defaults: { recentSeconds: 3600 },
  detect({ version, now }, { recentSeconds }) {
    if (version === null || now - version.at >= recentSeconds * 1000) return null;
    const { agent, from, to } = version;
    return finding({
      identity: `${agent} ${to}`,
      severity: "info",
      message: `${agent} is now ${to}, it was ${from}`,
      context: { agent, from, to },
      fix: "If rounds behave differently from now on, pin the version, and switch off its own updates",
      look: lookAtEvents("agent_version_changed"),
    });
  },
});
