// Has another provider's agent work while the first one cannot.
import type { Config } from "../config/schema.ts";
import type { Defense } from "../core/defense.ts";

const defense: Defense<Config> = {
  name: "fallback_seats",
  order: 20,
  protectsFrom: "A night without work because one provider is closed",
  incident: "one-provider-down",
  guardedBy: "tests/loop/serve_seats_test.ts",
  guardTest: "serve() has another agent work while the first waits for its limit, and gives the place back",
  describe: ({ agent }) => {
    const value = agent.fallbacks.map(({ name, command }) => name ?? command[0] ?? "");
    if (value.length > 0) return { value, state: "active" };
    return { value, state: "off", reason: "there is no [[agent.fallback]]" };
  },
};

export default defense;
