// Gives the agent the variables it cannot do without.
import type { Config } from "../config/schema.ts";
import type { Defense } from "../core/defense.ts";

const defense: Defense<Config> = {
  name: "critical_envs_injection",
  order: 7,
  protectsFrom: "An agent that behaves differently because its service has no login environment",
  incident: "environment-of-a-service",
  guardedBy: "tests/round/plan_test.ts",
  guardTest: "planRound() lets [agent.env] win over everything but the round's id",
  describe: (config) => {
    const names = Object.keys(config.agent.env).sort();
    if (names.length > 0) return { value: names, state: "active" };
    return { value: names, state: "off", reason: "[agent.env] is empty" };
  },
};

export default defense;
