// What the keys of [monitor.<detector>] are, take and refuse, for the walk over all keys.

interface Expected {
  readonly absent: unknown;
  readonly takes: readonly (readonly [string, unknown])[];
  readonly refuses: readonly string[];
}

const rounds = (absent: number): Expected => ({
  absent,
  takes: [["1", 1], ["200", 200]],
  refuses: ["0", "-1", "201", "1.5", '"7"', "true", "[7]"],
});

const percent = (absent: number | null): Expected => ({
  absent,
  takes: [["0", 0], ["95", 95], ["12.5", 12.5]],
  refuses: ["-0.1", "100.1", "nan", "true", '"90"', "[90]"],
});

const wholeFrom = (min: number, absent: number | null): Expected => ({
  absent,
  takes: [[`${min}`, min], ["1_000", 1000]],
  refuses: [`${min - 1}`, "1.5", '"7"', "true", "[7]", "nan", "99999999999999999999"],
});

const factor: Expected = {
  absent: 1.5,
  takes: [["1", 1], ["2.5", 2.5]],
  refuses: ["0", "-1", "nan", "inf", '"2"', "true"],
};

/** Below `monitor`, by dotted name. */
export const detectorKeys: Readonly<Record<string, Expected>> = {
  "timeout_rate.window": rounds(10),
  "timeout_rate.rate_pct": percent(20),
  "timeout_rate.margin_pct": percent(10),
  "hung.factor": factor,
  "orphan_chain.rounds": rounds(3),
  "disk_warning.disk_pct": percent(null),
  "disk_warning.margin_pct": percent(2),
  "disk_critical.disk_pct": { ...percent(null), takes: [["90", 90], ["99.5", 99.5]] },
  "disk_critical.margin_pct": percent(2),
  "mem_pressure.available_mb": wholeFrom(0, null),
  "mem_pressure.margin_mb": wholeFrom(0, 50),
  "smoke_fail_rate.window": rounds(10),
  "smoke_fail_rate.rate_pct": percent(10),
  "oauth_fail.rounds": rounds(1),
  "oauth_fail.critical_rounds": rounds(2),
  "oauth_fail.window": rounds(10),
  "oauth_fail.rate_pct": percent(20),
  "oauth_fail.short_s": wholeFrom(1, 60),
  "network_fail.rounds": rounds(3),
  "network_fail.window": rounds(10),
  "network_fail.rate_pct": percent(20),
  "network_fail.margin_pct": percent(10),
  "network_fail.short_s": wholeFrom(1, 60),
  "rate_limit_active.longer_than_s": wholeFrom(0, 0),
  "anomaly_repetitive_active.window": rounds(5),
  "anomaly_repetitive_active.count": rounds(1),
  "supervisor_stale.stale_s": wholeFrom(0, null),
  "supervisor_stale.factor": factor,
  "supervisor_stale.dead_s": wholeFrom(0, 60),
  "crash_loop.failures": rounds(3),
  "crash_loop.short_s": wholeFrom(1, 60),
  "no_progress.rounds": rounds(10),
  "no_progress.refusals": wholeFrom(1, 3),
  "budget.recent_s": wholeFrom(1, 3600),
  "limit_waiting.min_wait_s": wholeFrom(0, 300),
  "leftovers.processes": wholeFrom(1, 50),
  "leftovers.window": rounds(10),
  "leftovers.recent_s": wholeFrom(1, 3600),
  "log_flood.log_mb": wholeFrom(1, 200),
  "log_flood.mb_per_minute": wholeFrom(1, 50),
  "log_flood.events_per_minute": wholeFrom(1, 3000),
  "log_flood.margin_pct": percent(50),
  "degraded_start.rounds": rounds(1),
  "clock_jump.jump_s": wholeFrom(5, 60),
  "clock_jump.recent_s": wholeFrom(1, 3600),
  "monitor_blind.after_s": wholeFrom(0, null),
  "version_changed.recent_s": wholeFrom(1, 3600),
};
