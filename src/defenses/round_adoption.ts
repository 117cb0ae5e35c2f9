// Takes over the round of a supervisor that died.
import type { Config } from "../config/schema.ts";
import type { Defense } from "../core/defense.ts";

const defense: Defense<Config> = {
  name: "round_adoption",
  order: 15,
  protectsFrom: "A second agent beside one whose supervisor was killed, and work that is never settled",
  incident: "agent-without-a-supervisor",
  guardedBy: "tests/e2e/adopt_test.ts",
  guardTest: "serve records the real end of a round it ${how} (${end})",
  describe: () => ({ value: "same number, same walls, real exit status", state: "active" }),
};

export default defense;
