// Lets no hook of the operator cost a round.
import type { Config } from "../config/schema.ts";
import { activeHooks } from "../config/active_hooks.ts";
import type { Defense } from "../core/defense.ts";

const defense: Defense<Config> = {
  name: "hook_isolation",
  order: 28,
  protectsFrom: "A hook that hangs, babbles, fails or leaves processes behind",
  incident: "a-plug-in-inside-the-house",
  guardedBy: "tests/e2e/hooks_test.ts",
  guardTest: "serve calls hooks at their points",
  describe: (config) => {
    const value = activeHooks(config).map(({ name }) => name);
    return value.length > 0 ? { value, state: "active" } : { value, state: "off", reason: "no hook is configured" };
  },
};

export default defense;
