// Names stashes by their commit.
import type { Config } from "../config/schema.ts";
import type { Defense } from "../core/defense.ts";

const defense: Defense<Config> = {
  name: "sha_locked_stash",
  order: 5,
  protectsFrom: "Taking or dropping someone else's stash, because positions shift",
  incident: "wrong-stash-dropped",
  guardedBy: "tests/vcs/stash_test.ts",
  describe: (config) => ({
    value: "stashes are named by commit, never by position",
    state: config.vcs.dirtyAction === "stash" ? "active" : "off",
  }),
};

export default defense;
