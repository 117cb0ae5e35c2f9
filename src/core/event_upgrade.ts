// The rows of the events table on upgrades of the program itself.
import type { KindRow } from "./event_witness.ts";

/** Kinds about a new version that took the place of the old one, or did not. */
export const upgradeEventKinds = {
  service_upgraded: {
    when: "A new version is in place, and the supervisor runs with it",
    fields: { from_version: "string", to_version: "string", duration_s: "number" },
  },
  package_upgraded: {
    when: "A new version is in place; what runs keeps the old one until it is restarted",
    fields: { from_version: "string", to_version: "string", restart_deferred: "bool" },
  },
  service_upgrade_rolled_back: {
    when: "A new version did not do: the old one is in place, and at work where it was",
    fields: {
      attempted_version: "string",
      restored_version: "string",
      failure_reason: "string",
      duration_s: "number",
    },
  },
  service_upgrade_rollback_failed: {
    when: "A new version did not do, and the old one could not be brought back to work: a person has to look",
    fields: { attempted_version: "string", restore_target_version: "string", failure_reason: "string" },
  },
  state_newer: {
    when: "A newer version wrote a state file: what is understood of it is used, and a copy is kept",
    fields: { file: "string", schema: "int", known: "int", kept_as: "string|null" },
  },
} as const satisfies Readonly<Record<string, KindRow>>;
