// Checks everything a round needs before it starts.
import type { Config } from "../config/schema.ts";
import type { Defense } from "../core/defense.ts";

const defense: Defense<Config> = {
  name: "startup_smoke_check",
  order: 8,
  protectsFrom: "Rounds burned on a prompt, a folder or an agent that cannot work",
  incident: "front-matter-as-a-flag",
  guardedBy: "tests/e2e/battery_test.ts",
  guardTest: "round refuses ${what} with exit 78",
  describe: () => ({ value: "before every round; a failure ends serve with code 78", state: "active" }),
};

export default defense;
