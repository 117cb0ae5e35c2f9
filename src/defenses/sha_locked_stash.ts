// Names stashes by their commit.
import type { Config } from "../config/schema.ts";
import type { Defense } from "../core/defense.ts";

const defense: Defense<Config> = {
  name: "sha_locked_stash",
  order: 5,
  protectsFrom: "Taking or dropping someone else's stash, because positions shift",
  incident: "wrong-stash-dropped",
  guardedBy: "tests/vcs/stash_test.ts",
  guardTest: "stashTree() finds its own stash when another is made on top of it",
  describe: ({ vcs }) => {
    const value = "stashes are named by commit, never by position";
    if (vcs.dirtyAction === "stash") return { value, state: "active" };
    return { value, state: "off", reason: `vcs.dirty_action is '${vcs.dirtyAction}': nothing is stashed` };
  },
};

export default defense;
