// Finds what a round leaves running, by several nets.
import type { Config } from "../config/schema.ts";
import type { Defense } from "../core/defense.ts";

const defense: Defense<Config> = {
  name: "leftovers_sweep",
  order: 14,
  protectsFrom: "Tools of an agent that move to a session of their own and stay",
  incident: "tools-in-their-own-session",
  guardedBy: "tests/e2e/leftovers_test.ts",
  guardTest: "round remembers a child of its own session with an emptied environment",
  describe: ({ runtime }) => {
    const nets = [
      "group",
      "round id in the environment",
      "descent",
      ...(runtime.roundScope === "never" ? [] : ["scope"]),
    ];
    return { value: nets, state: "active" };
  },
};

export default defense;
