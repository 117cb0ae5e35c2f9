// Ends a round at its hard wall.
import type { Config } from "../config/schema.ts";
import type { Defense } from "../core/defense.ts";

const defense: Defense<Config> = {
  name: "round_timeout_s",
  order: 1,
  protectsFrom: "A round that never ends, because its agent waits or polls for ever",
  incident: "endless-polling",
  guardedBy: "tests/e2e/walls_test.ts",
  guardTest: "round ends an agent deaf to TERM with 40 grandchildren at the hard wall",
  describe: (config) => ({ value: config.runtime.roundTimeoutSeconds, state: "active" }),
};

export default defense;
