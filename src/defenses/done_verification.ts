// Holds an agent's "done" against the operator's own command.
import type { Config } from "../config/schema.ts";
import type { Defense } from "../core/defense.ts";

const defense: Defense<Config> = {
  name: "done_verification",
  order: 30,
  protectsFrom: "An agent that says it is done when it is not",
  incident: "done-that-was-not",
  guardedBy: "tests/e2e/progress_test.ts",
  guardTest: "serve believes .agent-done only when verify agrees",
  // Arguments are left out: one could be a secret.
  describe: ({ progress: { verify } }) =>
    verify === null
      ? { value: null, state: "off", reason: "verify is not set" }
      : { value: verify[0] ?? "", state: "active" },
};

export default defense;
