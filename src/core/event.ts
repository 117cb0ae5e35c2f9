// The one table of event kinds: types, run-time check, documentation and detectors derive from it.

import { commandEventKinds } from "./event_commands.ts";
import { containmentEventKinds } from "./event_containment.ts";
import { hookEventKinds } from "./event_hooks.ts";
import { loopEventKinds } from "./event_loop.ts";
import { notifyEventKinds } from "./event_notify.ts";
import { progressEventKinds } from "./event_progress.ts";
import { salvageEventKinds } from "./event_salvage.ts";
import { upgradeEventKinds } from "./event_upgrade.ts";
import { witnessEventKinds } from "./event_witness.ts";
import type { KindRow } from "./event_witness.ts";

/** Every event kind with its payload; `ts` and `event` come before these fields on each line. */
export const eventKinds = {
  round_substrate_before: {
    when: "Before each round",
    fields: { round_num: "int", git_head: "string|null", paths_hash: "string|null" },
  },
  round_substrate_after: {
    when: "After each round",
    fields: { round_num: "int", git_head: "string|null", paths_hash: "string|null" },
  },
  fresh_eyes_round_triggered: {
    when: "Every n-th round, when asked for",
    fields: { round_num: "int", every_n: "int" },
  },
  round_start: {
    when: "A round begins",
    fields: { round_num: "int", phase: "string|null", round_id: "string?", agent: "string?" },
  },
  agent_spawn: { when: "The agent is started", fields: { round_num: "int", timeout_s: "int", pid: "int|null?" } },
  agent_exit: {
    when: "The agent's process ended",
    fields: {
      round_num: "int",
      exit_code: "int",
      duration_s: "number",
      timed_out: "bool",
      exit_cause: "string",
      ending: "string?",
      leftovers_ended: "int?",
    },
  },
  round_verdict: {
    when: "What really happened, from the agent's own words",
    fields: {
      round_num: "int",
      verdict: "string",
      summary: "string",
      evidence: "objects",
      resets_at: "int|null",
      retry_after_s: "number|null",
      needs_human: "bool",
      session_id: "string|null",
      degraded: "strings?",
      cli_version: "string|null?",
    },
  },
  round_end: { when: "A round is settled and on record", fields: { round_num: "int" } },
  round_adopted: {
    when: "A round of an earlier life of the supervisor was found still running, or ended meanwhile",
    fields: { round_num: "int", round_id: "string", state: "string", age_s: "number" },
  },
  round_progress: {
    when: "Heartbeat of a running round",
    fields: { round_num: "int", log_size_kb: "int", last_write_age_s: "int", wall_age_s: "int" },
  },
  round_timeout_kill: {
    when: "A wall was reached",
    fields: { round_num: "int", reason: "string", wall: "string?" },
  },
  round_grace_extended: {
    when: "The agent said it was done, but its workers still work",
    fields: { round_num: "int", grace_s: "int", live_children: "objects", ignored_children: "objects" },
  },
  round_grace_kill: {
    when: "The agent said it was done and then lingered",
    fields: { round_num: "int", grace_s: "int", live_children: "objects" },
  },
  agent_network_blip: {
    when: "A failed round whose own error tells of the network",
    fields: {
      round_num: "int",
      phase: "string|null",
      matched: "string",
      round_duration_s: "number",
      exit_code: "int",
      timed_out: "bool",
    },
  },
  status_recovered: { when: "status.json could not be used and was rebuilt", fields: { reason: "string" } },
  smoke_check_failed: { when: "One check of the start-up battery failed", fields: { reason: "string" } },
  write_failed: {
    when: "Records could not be written for a while",
    fields: { path: "string", reason: "string", events_delayed: "int", events_lost: "int" },
  },
  agent_self_terminated: { when: "The agent asked to stop, or a limit is set to stop", fields: { reason: "string" } },
  stop_file_detected: {
    when: "The stop file exists",
    fields: { stop_file: "string", content: "string", rounds_completed: "int" },
  },
  max_rounds_reached: {
    when: "The cap on rounds is reached",
    fields: { rounds_completed: "int", max_rounds: "int" },
  },
  config_broken: { when: "The start-up battery failed for good", fields: { reason: "string" } },
  crash_loop: {
    when: "Five short failures in a row",
    fields: { consecutive: "int", exit_code: "int", reason: "string" },
  },
  serve_startup_hook_failed: {
    when: "A start hook failed",
    fields: { hook: "string", exc_type: "string", exc_msg: "string" },
  },
  serve_started: {
    when: "serve took the lock",
    fields: { pid: "int", version: "string", config: "string" },
  },
  serve_stopped: { when: "serve left", fields: { reason: "string", rounds_completed: "int", exit_code: "int" } },
  transient_error_detected: {
    when: "A limit or a passing fault of the provider",
    fields: {
      classification: "string",
      agent: "string",
      reset_at_epoch: "int",
      round_num: "int",
      raw: "string",
    },
  },
  transient_error_recovered: {
    when: "The wait is over",
    fields: { classification: "string", agent: "string", throttled_for_s: "int" },
  },
  transient_error_backoff_capped: {
    when: "The wait was stretched or clipped",
    fields: {
      classification: "string",
      agent: "string",
      requested_sleep_s: "number",
      applied_sleep_s: "number",
      original_reset_at_epoch: "int?",
      applied_reset_at_epoch: "int?",
      consecutive_count: "int?",
      capped_by_absolute_max: "bool?",
    },
  },
  agent_usage_recorded: {
    when: "Tokens and cost of a round",
    fields: {
      agent: "string",
      model: "string",
      round_num: "int",
      input_tokens: "int",
      output_tokens: "int",
      cached_tokens: "int",
      cost_usd: "number|null",
      estimated_cost_usd: "number?",
      prices_as_of: "string?",
      reasoning_tokens: "int?",
      duration_ms: "number",
      models_breakdown: "object|null",
      cache_creation_tokens: "int",
      tool_call_count: "int",
      phase: "string",
      success: "bool",
    },
  },
  round_ended_early: {
    when: "The stream proved in mid-round that going on was of no use",
    fields: { round_num: "int", sign: "string", why: "string" },
  },
  agent_version_changed: {
    when: "The agent is another version than in the round before",
    fields: { round_num: "int", agent: "string", from: "string", to: "string" },
  },
  anomaly_repetitive_tool: {
    when: "The agent keeps calling one tool on one target",
    fields: { round_num: "int", tool_name: "string", target: "string|null", count: "int", window: "int" },
  },
  dirty_detected: { when: "The round left uncommitted work", fields: { round_num: "int", files: "strings" } },
  dirty_check_failed: {
    when: "git could not say whether the tree is clean, `before` the round's agent was started or `after` it",
    fields: { round_num: "int", reason: "string", moment: "string" },
  },
  orphan_stashed: {
    when: "Uncommitted work was stashed",
    fields: { round_num: "int", ref: "string", reason: "string" },
  },
  orphan_idempotent_skip: {
    when: "The same work had just been stashed",
    fields: { round_num: "int", ref: "string", reason: "string" },
  },
  orphan_stash_failed: {
    when: "git stash failed",
    fields: { round_num: "int", phase: "string|null", reason: "string" },
  },
  dirty_auto_committed: {
    when: "Uncommitted work was committed; `left_out`: paths that were not, each with `path` and `why`",
    fields: { round_num: "int", files: "strings", ref: "string", left_out: "objects?" },
  },
  dirty_commit_failed: {
    when: "The automatic commit failed; `left_out`: paths it would not have taken, each with `path` and `why`",
    fields: { round_num: "int", phase: "string|null", reason: "string", left_out: "objects?" },
  },
  hook_failed: {
    when: "A hook failed",
    fields: {
      hook_name: "string",
      hook_kind: "string",
      error_type: "string",
      error_message: "string",
      traceback: "string",
    },
  },
  prompt_overwritten: {
    when: "A hook changed a prompt file",
    fields: {
      round_num: "int",
      phase: "string|null",
      hook: "string",
      prompt_path: "string",
      old_hash: "string",
      new_hash: "string",
    },
  },
  ...commandEventKinds,
  ...containmentEventKinds,
  ...hookEventKinds,
  ...loopEventKinds,
  ...notifyEventKinds,
  ...progressEventKinds,
  ...salvageEventKinds,
  ...upgradeEventKinds,
  ...witnessEventKinds,
} as const satisfies Readonly<Record<string, KindRow>>;
