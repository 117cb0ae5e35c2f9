// Tells the fields of status.json that this version has no use for, so that those of a newer one outlive its writes.
import type { Status } from "./status.ts";

/** Every field there is. */
const statusFields: Readonly<Record<keyof Status, true>> = {
  round_num: true,
  running: true,
  last_completed_at: true,
  last_exit_code: true,
  last_duration_s: true,
  current_phase: true,
  phase_index: true,
  schema: true,
  last_verdict: true,
  last_summary: true,
  last_ending: true,
  last_dirty_files: true,
  last_left_out: true,
  session_id: true,
  other_sessions: true,
  agent: true,
  agent_version: true,
  last_degraded: true,
  last_change: true,
  done_refused: true,
  current: true,
  waiting: true,
  paused: true,
};

/** What is none of the known fields. @param source the object in a status.json */
export function unknownFields(source: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(source).filter(([name]) => !Object.hasOwn(statusFields, name)));
}
