// Bounds the log of a round while it grows.
import type { Config } from "../config/schema.ts";
import type { Defense } from "../core/defense.ts";

const defense: Defense<Config> = {
  name: "log_bound",
  order: 26,
  protectsFrom: "A disk that one babbling round fills before it ends",
  incident: "half-a-gigabyte-of-events",
  guardedBy: "tests/e2e/containment_log_test.ts",
  guardTest: "a round that writes four times what its disk holds ends well",
  describe: ({ runtime }) => {
    const value = { round_log_max_mb: runtime.roundLogMaxMb, round_log_overflow: runtime.roundLogOverflow };
    return runtime.roundLogMaxMb > 0
      ? { value, state: "active" }
      : { value, state: "off", reason: "round_log_max_mb is 0" };
  },
};

export default defense;
