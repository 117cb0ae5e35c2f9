// Masks secrets where free text enters a record.
import type { Config } from "../config/schema.ts";
import type { Defense } from "../core/defense.ts";

const defense: Defense<Config> = {
  name: "secret_redaction",
  order: 23,
  protectsFrom: "Keys and passwords of the agent in records that people share",
  incident: "secrets-in-the-records",
  guardedBy: "tests/e2e/breaker_test.ts",
  guardTest: "serve keeps secrets in the agent's last words out of the crash loop's event and line",
  describe: () => ({ value: "events, state files and messages; raw logs stay raw and private", state: "active" }),
};

export default defense;
