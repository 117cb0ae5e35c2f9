// Starts each agent in a session and group of its own.
import type { Config } from "../config/schema.ts";
import type { Defense } from "../core/defense.ts";

const defense: Defense<Config> = {
  name: "process_group_isolation",
  order: 2,
  protectsFrom: "Processes of the agent that outlive the order to end",
  incident: "children-that-survived",
  guardedBy: "tests/e2e/leftovers_test.ts",
  guardTest: "round ends what a normal end left behind: a child on its stdout",
  describe: () => ({ value: "own session and process group", state: "active" }),
};

export default defense;
