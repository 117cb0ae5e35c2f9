// Finds what a round leaves running, by three nets.
import type { Config } from "../config/schema.ts";
import type { Defense } from "../core/defense.ts";

const defense: Defense<Config> = {
  name: "leftovers_sweep",
  order: 14,
  protectsFrom: "Tools of an agent that move to a session of their own and stay",
  incident: "tools-in-their-own-session",
  guardedBy: "tests/e2e/leftovers_test.ts",
  guardTest: "round remembers a child of its own session with an emptied environment",
  describe: () => ({ value: "by group, by round id in the environment, by descent", state: "active" }),
};

export default defense;
