// Lets the operator end a wait without ending anything else.
import type { Config } from "../config/schema.ts";
import type { Defense } from "../core/defense.ts";

const defense: Defense<Config> = {
  name: "retry_now",
  order: 19,
  protectsFrom: "A supervisor that sleeps on though the limit is gone, and is killed to wake it",
  incident: "waiting-for-what-is-over",
  guardedBy: "tests/e2e/verdict_steps_test.ts",
  guardTest: "retry-now ends a real wait at once, and the wait counts as no failure",
  describe: () => ({ value: "agent-runner retry-now", state: "active" }),
};

export default defense;
