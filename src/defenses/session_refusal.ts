// Starts a new session when the agent does not know the old one any more.
import type { Config } from "../config/schema.ts";
import type { Defense } from "../core/defense.ts";

const defense: Defense<Config> = {
  name: "session_refusal",
  order: 17,
  protectsFrom: "A loop that fails on a session that is gone, round after round",
  incident: "session-that-is-gone",
  guardedBy: "tests/e2e/session_test.ts",
  guardTest: "serve resumes the last session, and starts a new one when the agent does not know it any more",
  describe: ({ agent }) =>
    agent.session === "resume"
      ? { value: "a refused session is followed by a new one", state: "active" }
      : { value: agent.session, state: "off", reason: "agent.session is 'fresh': no session is resumed" },
};

export default defense;
