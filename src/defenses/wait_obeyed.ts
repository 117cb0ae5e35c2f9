// Waits as long as the provider says, over restarts, and not a second less.
import type { Config } from "../config/schema.ts";
import type { Defense } from "../core/defense.ts";

const defense: Defense<Config> = {
  name: "wait_obeyed",
  order: 18,
  protectsFrom: "An agent that is started against a closed door again and again",
  incident: "knocking-at-a-closed-door",
  guardedBy: "tests/loop/wait_test.ts",
  guardTest: "a wait lasts to the second of the reset and its jitter, also over the end of a month and over a restart",
  describe: ({ runtime }) => {
    const value = runtime.transientErrorAction;
    if (value !== "skip") return { value, state: "active" };
    return { value, state: "off", reason: "runtime.transient_error_action is 'skip': rounds go on into the limit" };
  },
};

export default defense;
