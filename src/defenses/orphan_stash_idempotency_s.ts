// Keeps one leftover from being stashed again and again.
import type { Config } from "../config/schema.ts";
import type { Defense } from "../core/defense.ts";

const defense: Defense<Config> = {
  name: "orphan_stash_idempotency_s",
  order: 4,
  protectsFrom: "Several stashes of the same leftover work",
  incident: "three-stashes-in-a-second",
  guardedBy: "tests/vcs/stash_test.ts",
  describe: (config) => ({
    value: config.vcs.stashIdempotencySeconds,
    state: config.vcs.dirtyAction === "stash" ? "active" : "off",
  }),
};

export default defense;
