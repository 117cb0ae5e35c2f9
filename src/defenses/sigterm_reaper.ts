// Turns a request to stop into an orderly end.
import type { Config } from "../config/schema.ts";
import type { Defense } from "../core/defense.ts";

const defense: Defense<Config> = {
  name: "sigterm_reaper",
  order: 3,
  protectsFrom: "An agent that goes on beside the next one after its supervisor was asked to stop",
  incident: "two-agents-at-once",
  guardedBy: "tests/e2e/stop_test.ts",
  guardTest: "serve stops a deaf round by the ladder at the second request and settles it",
  describe: (config) => ({
    value: `first request: after the round; second: at once, ${config.runtime.stopGraceSeconds} s of grace`,
    state: "active",
  }),
};

export default defense;
