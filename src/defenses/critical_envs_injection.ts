// Gives the agent the variables it cannot do without.
import type { Config } from "../config/schema.ts";
import type { Defense } from "../core/defense.ts";

const defense: Defense<Config> = {
  name: "critical_envs_injection",
  order: 7,
  protectsFrom: "An agent that behaves differently because its service has no login environment",
  incident: "environment-of-a-service",
  guardedBy: "tests/round/plan_test.ts",
  describe: (config) => {
    const names = Object.keys(config.agent.env).sort();
    return { value: names, state: names.length > 0 ? "active" : "off" };
  },
};

export default defense;
