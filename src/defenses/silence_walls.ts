// Ends a round whose agent is silent, idle or lingers.
import type { Config } from "../config/schema.ts";
import type { Defense } from "../core/defense.ts";

const defense: Defense<Config> = {
  name: "silence_walls",
  order: 13,
  protectsFrom: "An agent that hangs long before its time is up, or after it has said that it is done",
  incident: "done-but-not-gone",
  guardedBy: "tests/e2e/walls_test.ts",
  guardTest: "round ends an agent that prints nothing at the first-byte wall",
  describe: (config) => {
    const { firstByteTimeoutSeconds, idleTimeoutSeconds, lingerSeconds } = config.runtime;
    const value = {
      first_byte_timeout_s: firstByteTimeoutSeconds,
      idle_timeout_s: idleTimeoutSeconds,
      linger_s: lingerSeconds,
    };
    const unset = Object.entries(value).filter(([, seconds]) => seconds === 0).map(([key]) => key);
    if (unset.length === 0) return { value, state: "active" };
    const state = unset.length === Object.keys(value).length ? "off" : "degraded";
    return { value, state, reason: `${unset.join(", ")} not set in [runtime]` };
  },
};

export default defense;
