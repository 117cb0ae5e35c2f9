// Keeps the program's own records out of what counts as the agent's work.
import type { Config } from "../config/schema.ts";
import type { Defense } from "../core/defense.ts";

const defense: Defense<Config> = {
  name: "log_folder_exclusion",
  order: 22,
  protectsFrom: "Logs that are stashed or committed as work, round after round",
  incident: "logs-taken-for-work",
  guardedBy: "tests/vcs/stash_test.ts",
  guardTest: "stashTree() never takes the log folder when it lies in the tree, ignored or not",
  describe: () => ({ value: "the log folder is no part of the work tree", state: "active" }),
};

export default defense;
