// Keeps one leftover from being stashed again and again.
import type { Config } from "../config/schema.ts";
import type { Defense } from "../core/defense.ts";

const defense: Defense<Config> = {
  name: "orphan_stash_idempotency_s",
  order: 4,
  protectsFrom: "Several stashes of the same leftover work",
  incident: "three-stashes-in-a-second",
  guardedBy: "tests/vcs/stash_test.ts",
  guardTest: 'stashTree() ${isReused ? "uses the stash again" : "stashes again"} when ${what}',
  describe: ({ vcs }) => {
    const value = vcs.stashIdempotencySeconds;
    if (vcs.dirtyAction === "stash") return { value, state: "active" };
    return { value, state: "off", reason: `vcs.dirty_action is '${vcs.dirtyAction}': nothing is stashed` };
  },
};

export default defense;
