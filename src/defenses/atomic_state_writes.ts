// Replaces state files in one step.
import type { Config } from "../config/schema.ts";
import type { Defense } from "../core/defense.ts";

const defense: Defense<Config> = {
  name: "atomic_state_writes",
  order: 11,
  protectsFrom: "A state file that is half old and half new after a crash",
  incident: "torn-state-file",
  guardedBy: "tests/store/status_test.ts",
  guardTest: "StatusFile replaces the file in one step and leaves nothing beside it",
  describe: () => ({ value: "written beside, synced, renamed", state: "active" }),
};

export default defense;
