// Ends a round before the disk is full, so that its work can still be saved.
import type { Config } from "../config/schema.ts";
import type { Defense } from "../core/defense.ts";

const defense: Defense<Config> = {
  name: "disk_floor",
  order: 27,
  protectsFrom: "A full disk on which neither the work nor the record of a round can be saved",
  incident: "half-a-gigabyte-of-events",
  guardedBy: "tests/e2e/containment_log_test.ts",
  guardTest: "a round is ended before its disk is full",
  describe: ({ runtime }) => {
    const value = { disk_floor_mb: runtime.diskFloorMb };
    return runtime.diskFloorMb > 0 ? { value, state: "active" } : { value, state: "off", reason: "disk_floor_mb is 0" };
  },
};

export default defense;
