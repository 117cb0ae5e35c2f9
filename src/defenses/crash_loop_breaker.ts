// Stops after five short failures in a row.
import type { Config } from "../config/schema.ts";
import type { Defense } from "../core/defense.ts";

const defense: Defense<Config> = {
  name: "crash_loop_breaker",
  order: 9,
  protectsFrom: "A failing agent that is started all night",
  incident: "a-hundred-empty-rounds",
  guardedBy: "tests/e2e/breaker_test.ts",
  guardTest: "serve counts the agent's own failures over restarts, waits longer each time, and stops at the fifth",
  describe: () => ({ value: "5 short failures in a row, with growing pauses", state: "active" }),
};

export default defense;
