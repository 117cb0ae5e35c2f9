// Bounds what a round may take of the machine: memory and tasks.
import type { Config } from "../config/schema.ts";
import type { Defense } from "../core/defense.ts";

const defense: Defense<Config> = {
  name: "round_limits",
  order: 25,
  protectsFrom: "An agent's tools that take all memory or start processes without end",
  incident: "a-machine-full-of-children",
  guardedBy: "tests/e2e/containment_scope_test.ts",
  guardTest: "a fork bomb stays below round_tasks_max",
  describe: ({ runtime }) => {
    const { roundScope, roundMemoryMaxMb, roundTasksMax } = runtime;
    const value = { round_scope: roundScope, round_memory_max_mb: roundMemoryMaxMb, round_tasks_max: roundTasksMax };
    if (roundScope === "never") return { value, state: "off", reason: "round_scope is never" };
    if (roundMemoryMaxMb === null && roundTasksMax === null) {
      return { value, state: "degraded", reason: "neither round_memory_max_mb nor round_tasks_max is set" };
    }
    return { value, state: "active" };
  },
};

export default defense;
