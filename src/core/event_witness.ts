// Event kinds of the witness and of upgrades, and the form of a row of the table.

/** How a field is written on the wire. `?` at the end: the field may be absent. */
type FieldCode = "int" | "number" | "string" | "bool" | "strings" | "objects" | "object";
type Field = FieldCode | `${FieldCode}|null` | `${FieldCode}?` | `${FieldCode}|null?`;

/** One event kind: when it is written and what it carries. */
export interface KindRow {
  readonly when: string;
  readonly fields: Readonly<Record<string, Field>>;
}

/** Kinds that the monitor and the upgrade write; part of `eventKinds`. */
export const witnessEventKinds = {
  monitor_started: {
    when: "A monitor began",
    fields: { host: "string|null", interval_s: "number", log_dir: "string", mode: "string" },
  },
  monitor_alert_emitted: {
    when: "A detector fired",
    fields: {
      detector: "string",
      severity: "string",
      message: "string",
      auto_action: "string",
      identity: "string?",
      state: "string?",
      fix: "string|null?",
      look: "string|null?",
      context: "object?",
      host: "string|null?",
    },
  },
  monitor_alert_resolved: {
    when: "What a detector had found is over",
    fields: {
      detector: "string",
      severity: "string",
      message: "string",
      identity: "string",
      lasted_s: "number",
      host: "string|null",
    },
  },
  monitor_auto_stop_triggered: {
    when: "The monitor stops the service",
    fields: { detector: "string", host: "string|null" },
  },
  monitor_auto_stop_failed: {
    when: "The monitor could not stop the service, and tries again after `next_try_s`",
    fields: { detector: "string", host: "string|null", error: "string", attempt: "int?", next_try_s: "number?" },
  },
  monitor_auto_stop_done: {
    when: "The service is stopped: its lock is free; `attempts` it took",
    fields: { detector: "string", host: "string|null", attempts: "int", took_s: "number" },
  },
  monitor_remote_blip: {
    when: "A host did not answer for a moment",
    fields: {
      host: "string",
      error: "string",
      attempt: "int",
      elapsed_s: "number",
      cap_s: "number",
      interval_s: "number",
      next_sleep_s: "number",
    },
  },
  monitor_remote_giveup: {
    when: "A host did not answer for too long",
    fields: {
      host: "string",
      total_attempts: "int",
      total_elapsed_s: "number",
      cap_s: "number",
      final_error: "string",
    },
  },
  service_upgraded: {
    when: "The service runs a new version",
    fields: { from_version: "string", to_version: "string", duration_s: "number" },
  },
  package_upgraded: {
    when: "The binary was replaced; the restart is up to the operator",
    fields: { from_version: "string", to_version: "string", restart_deferred: "bool" },
  },
  service_upgrade_rolled_back: {
    when: "The upgrade failed and the old version runs again",
    fields: { attempted_version: "string", restored_version: "string", failure_reason: "string", duration_s: "number" },
  },
  service_upgrade_rollback_failed: {
    when: "The upgrade failed and so did the way back",
    fields: { attempted_version: "string", restore_target_version: "string", failure_reason: "string" },
  },
} as const satisfies Readonly<Record<string, KindRow>>;
