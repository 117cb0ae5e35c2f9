// Ends a round as soon as its output proves it useless.
import type { Config } from "../config/schema.ts";
import type { Defense } from "../core/defense.ts";

const defense: Defense<Config> = {
  name: "act_early",
  order: 16,
  protectsFrom:
    "An agent that tries a refused login or payment again until its time is over, or sleeps through a limit in its round",
  incident: "refused-and-tried-again",
  guardedBy: "tests/e2e/early_test.ts",
  guardTest: "serve ends a round whose login is refused again and again",
  describe: ({ agent }) => {
    const value = { act_early: agent.actEarly, max_in_round_wait_s: agent.maxInRoundWaitSeconds };
    if (!agent.actEarly) return { value, state: "off", reason: "agent.act_early is false" };
    if (agent.reader !== "plain") return { value, state: "active" };
    return { value, state: "degraded", reason: "agent.reader is 'plain': plain text proves nothing while it runs" };
  },
};

export default defense;
