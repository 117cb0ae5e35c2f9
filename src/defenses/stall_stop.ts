// Ends a loop whose rounds change nothing.
import type { Config } from "../config/schema.ts";
import type { Defense } from "../core/defense.ts";

const defense: Defense<Config> = {
  name: "stall_stop",
  order: 29,
  protectsFrom: "Nights of rounds that end well and change nothing",
  incident: "nights-without-a-change",
  guardedBy: "tests/e2e/progress_test.ts",
  guardTest: "serve stops after rounds that changed nothing",
  describe: ({ progress: { stallRounds: rounds, stallAction: action } }) => {
    const value = { stall_rounds: rounds, stall_action: action };
    return rounds > 0 ? { value, state: "active" } : { value, state: "off", reason: "stall_rounds is 0" };
  },
};

export default defense;
