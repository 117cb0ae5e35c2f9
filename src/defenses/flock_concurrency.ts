// Lets one supervisor at a time into a log folder.
import type { Config } from "../config/schema.ts";
import type { Defense } from "../core/defense.ts";

const defense: Defense<Config> = {
  name: "flock_concurrency",
  order: 10,
  protectsFrom: "Two supervisors that start agents in one work tree",
  incident: "two-supervisors-one-folder",
  guardedBy: "tests/e2e/lock_test.ts",
  guardTest: "${verb} is refused at once while another ${holder} works, and touches nothing",
  describe: () => ({ value: "agent-runner.lock", state: "active" }),
};

export default defense;
