// The picture of a project as `peek --json` shows it: wire names, in the order they are written.
import type { ServiceMode } from "./service.ts";
import type { DefenseState } from "./defense.ts";
import type { RecordedEvent } from "./event_payload.ts";

/** Version of the document; a key is never removed or changed within one. */
export const viewSchemaVersion = "2.0";

export interface PluginsView {
  /** Sorted. */
  readonly event_kinds: readonly string[];
  readonly context_enrichers: readonly string[];
  readonly detectors: readonly string[];
  readonly pre_round_hooks: readonly string[];
  readonly post_round_hooks: readonly string[];
  readonly owned_paths: readonly string[];
  /** As configured. */
  readonly disabled: readonly string[];
}

export interface DefenseView {
  readonly name: string;
  readonly value: unknown;
  /** Slug of the incident it comes from. */
  readonly codifies: string;
  readonly guarded_by: string | null;
  readonly current_state: DefenseState;
  /** Why it is degraded or off; null when there is nothing to say. */
  readonly reason: string | null;
}

/** One round in detail, as `peek --round` shows it. */
export interface RoundView {
  readonly round_num: number;
  readonly phase: string | null;
  /** ISO time; empty when unknown. */
  readonly started_at: string;
  /** Of a round that is over, how long it took; of the running one, how long it runs; null when unknown. */
  readonly duration_so_far_s: number | null;
  /** Leader of the round's process group; null when it was not recorded. */
  readonly pid: number | null;
  readonly exit_code: number | null;
  readonly timed_out: boolean;
  /** Absolute; null when the log is gone. */
  readonly log_path: string | null;
  /** Last lines of the agent's output; null when not asked for. */
  readonly log_tail: readonly string[] | null;
  readonly recent_events: readonly RecordedEvent[];
  readonly verdict: string | null;
  readonly summary: string | null;
}

/** One line of the table of rounds. What is not known (yet) is null. */
export interface RoundSummary {
  readonly number: number;
  readonly phase: string | null;
  readonly exit_code: number | null;
  readonly exit_cause: string | null;
  readonly verdict: string | null;
  readonly duration_s: number | null;
  readonly started_at: string | null;
  readonly ended_at: string | null;
}

/** The newest sample of the machine; zeros when there is none. */
export interface SystemView {
  readonly mem_total_mb: number;
  readonly mem_available_mb: number;
  readonly disk_used_pct: number;
  readonly disk_free_gb: number;
  readonly load_1m: number | null;
  readonly cpu_pct: number | null;
  readonly agent_process_count: number;
}

export interface RateLimitView {
  readonly throttled_until_epoch: number;
  readonly limit_type: string;
  readonly agent: string;
  readonly since_round: number;
}

export interface ServiceView {
  readonly mode: ServiceMode | "pid_file" | "none";
  /** A supervisor holds the lock of this log folder at this moment. */
  readonly active: boolean;
  readonly pid: number | null;
  readonly uptime_s: number | null;
  readonly unit_file: string | null;
  readonly rate_limit: RateLimitView | null;
}

/** What goes on at this moment, in one word and one sentence. Times are ISO; null when unknown. */
export interface NowView {
  readonly state: "running" | "waiting" | "paused" | "idle" | "stopped";
  readonly since: string | null;
  readonly until: string | null;
  readonly why: string;
}

/** The whole document. */
export interface ProjectView {
  readonly schema_version: typeof viewSchemaVersion;
  readonly plugins: PluginsView;
  readonly project: string;
  /** status.json as it stands; empty when it cannot be used. */
  readonly status: Readonly<Record<string, unknown>>;
  readonly defenses: readonly DefenseView[];
  readonly current_round: RoundView | null;
  /** The last ten, oldest first. */
  readonly recent_rounds: readonly RoundSummary[];
  /** orphan-state.json as it stands. */
  readonly orphan: Readonly<Record<string, unknown>> | null;
  readonly system: SystemView;
  readonly service: ServiceView;
  readonly recent_events: readonly RecordedEvent[];
  readonly recent_hook_failures: readonly RecordedEvent[];
  readonly recent_blips: readonly RecordedEvent[];
  readonly now: NowView;
  /** Unreadable lines among the newest events. */
  readonly bad_lines: number;
  readonly config_file: string;
  /** The file was changed after the running supervisor read it; null when none runs. */
  readonly config_changed: boolean | null;
}
