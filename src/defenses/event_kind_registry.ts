// Knows every kind of event and its fields from one table.
import type { Config } from "../config/schema.ts";
import type { Defense } from "../core/defense.ts";
import { eventKinds } from "../core/event.ts";

const defense: Defense<Config> = {
  name: "event_kind_registry",
  order: 12,
  protectsFrom: "Readers that wait for records nobody writes",
  incident: "readers-without-a-writer",
  guardedBy: "tests/rules/names_test.ts",
  guardTest: "every kind of the table is written by the source, or says why not",
  describe: () => ({ value: Object.keys(eventKinds).length, state: "active" }),
};

export default defense;
