// Saves what a round left uncommitted before anything is done with it.
import type { Config } from "../config/schema.ts";
import type { Defense } from "../core/defense.ts";

const defense: Defense<Config> = {
  name: "salvage_refs",
  order: 24,
  protectsFrom: "Work that is gone in the morning: after a hang, a crash, or a policy that went wrong",
  incident: "edits-that-a-watchdog-destroyed",
  guardedBy: "tests/e2e/salvage_test.ts",
  guardTest: "a failed round's work is saved under a ref of its own",
  describe: ({ vcs }) => ({
    value: { salvage_keep: vcs.salvageKeep, salvage_keep_days: vcs.salvageKeepDays },
    state: "active",
  }),
};

export default defense;
