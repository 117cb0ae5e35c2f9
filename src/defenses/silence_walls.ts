// Ends a round whose agent is silent, idle or lingers.
import type { Config } from "../config/schema.ts";
import type { Defense } from "../core/defense.ts";

const defense: Defense<Config> = {
  name: "silence_walls",
  order: 13,
  protectsFrom: "An agent that hangs long before its time is up, or after it has said that it is done",
  incident: "done-but-not-gone",
  guardedBy: "tests/e2e/walls_test.ts",
  describe: (config) => {
    const { firstByteTimeoutSeconds, idleTimeoutSeconds, lingerSeconds } = config.runtime;
    const walls = [firstByteTimeoutSeconds, idleTimeoutSeconds, lingerSeconds];
    const set = walls.filter((seconds) => seconds > 0).length;
    return {
      value: { first_byte_timeout_s: walls[0], idle_timeout_s: walls[1], linger_s: walls[2] },
      state: set === 0 ? "off" : set < walls.length ? "degraded" : "active",
    };
  },
};

export default defense;
