// The keys of [monitor.<detector>]: the thresholds of each detector of the monitor.
import { amount, percent, seconds, whole } from "./kinds.ts";
import { row } from "./row.ts";

/** So many rounds the monitor remembers. */
const mostRounds = 200;

export const detectorRows = {
  timeout_rate: {
    window: windowRow(10),
    rate_pct: rateRow(20, "of them ended by a wall raises an alert"),
    margin_pct: marginRow(10),
  },
  hung: { factor: factorRow("a round that is not settled is hung") },
  orphan_chain: {
    rounds: roundsRow(3, "in a row that leave work to be stashed raise an alert"),
  },
  disk_warning: {
    disk_pct: row(percent, {
      default: null,
      unit: "percent",
      since: "new",
      example: "90",
      doc: "A disk this full raises a warning; absent: `host_health.disk_warning_pct`.",
    }),
    margin_pct: marginRow(2),
  },
  disk_critical: {
    disk_pct: row(percent, {
      default: null,
      unit: "percent",
      since: "new",
      example: "95",
      doc: "A disk this full raises a critical alert; absent: `host_health.disk_critical_pct`.",
    }),
    margin_pct: marginRow(2),
  },
  mem_pressure: {
    available_mb: row(whole(0), {
      default: null,
      unit: "megabytes",
      since: "new",
      example: "200",
      doc: "Less available memory than this raises an alert; absent: `host_health.mem_avail_min_mb`.",
    }),
    margin_mb: row(whole(0), {
      default: 50,
      unit: "megabytes",
      since: "new",
      doc: "The alert ends when so much more is available again.",
    }),
  },
  smoke_fail_rate: {
    window: row(whole(1, mostRounds), {
      default: 10,
      since: "new",
      doc: "How many of the newest attempts to start a round are looked at.",
    }),
    rate_pct: rateRow(10, "of them failing a check raises an alert"),
  },
  oauth_fail: {
    rounds: roundsRow(1, "in a row whose verdict is `auth` raise an alert"),
    critical_rounds: roundsRow(2, "in a row make it critical, and stop the service if `auto_stop_on` says so"),
    window: windowRow(10, "where rounds have no verdict"),
    rate_pct: rateRow(20, "of them failing with such words raises an alert"),
    short_s: shortRow(),
  },
  network_fail: {
    rounds: roundsRow(3, "in a row that fail at the network raise an alert"),
    window: windowRow(10),
    rate_pct: rateRow(20, "of them failing at the network raises an alert"),
    margin_pct: marginRow(10),
    short_s: shortRow(),
  },
  rate_limit_active: {
    longer_than_s: row(seconds(0), {
      default: 0,
      unit: "seconds",
      since: "new",
      doc: "Only limits that last so long from now on raise an alert.",
    }),
  },
  anomaly_repetitive_active: {
    window: windowRow(5),
    count: row(whole(1, mostRounds), {
      default: 1,
      unit: "rounds",
      since: "new",
      doc: "So many of them with a call that was repeated too often raise an alert.",
    }),
  },
  supervisor_stale: {
    stale_s: row(seconds(0), {
      default: null,
      unit: "seconds",
      since: "new",
      example: "3600",
      doc:
        "Silence after which the supervisor counts as stuck; absent: `supervisor_stale_threshold_s`, and without that " +
        "`factor` times the round's timeout. 0: off.",
    }),
    factor: factorRow("silence counts as stuck"),
    dead_s: row(seconds(0), {
      default: 60,
      unit: "seconds",
      since: "new",
      doc: "A supervisor that left without a word raises an alert when none took over for so long. 0: off.",
    }),
  },
  crash_loop: {
    failures: roundsRow(3, "in a row that fail shortly after their start raise a warning, before the breaker opens"),
    short_s: shortRow(),
  },
  no_progress: {
    rounds: roundsRow(10, "in a row that are `ok` and change nothing raise an alert"),
    refusals: row(whole(1), {
      default: 3,
      since: "new",
      doc: "So many times in a row that `.agent-done` is refused by `progress.verify` raise an alert.",
    }),
  },
  budget: { recent_s: recentRow("a budget of one round is told of") },
  limit_waiting: {
    min_wait_s: row(seconds(0), {
      default: 300,
      unit: "seconds",
      since: "new",
      doc: "Shorter waits for a provider are not told.",
    }),
  },
  leftovers: {
    processes: row(whole(1), {
      default: 50,
      since: "new",
      doc: "So many processes that had to be ended with the newest rounds raise an alert.",
    }),
    window: windowRow(10),
    recent_s: recentRow("what was found at a start is told of"),
  },
  log_flood: {
    log_mb: row(whole(1), {
      default: 200,
      unit: "megabytes",
      since: "new",
      doc: "A round that writes so much raises an alert.",
    }),
    mb_per_minute: row(whole(1), {
      default: 50,
      unit: "megabytes",
      since: "new",
      doc: "A round that writes so much in a minute raises an alert.",
    }),
    events_per_minute: row(whole(1), {
      default: 3000,
      since: "new",
      doc: "So many events in a minute raise an alert.",
    }),
    margin_pct: row(percent, {
      default: 50,
      unit: "percent",
      since: "new",
      doc: "The alert ends when the rate is below its threshold by so many percent of it.",
    }),
  },
  degraded_start: {
    rounds: roundsRow(1, "in a row in which tools or connectors are missing raise an alert"),
  },
  clock_jump: {
    jump_s: row(seconds(5), {
      default: 60,
      unit: "seconds",
      since: "new",
      doc: "A clock that goes back, or ahead within a round, by so much raises an alert.",
    }),
    recent_s: recentRow("it is told of"),
  },
  monitor_blind: {
    after_s: row(seconds(0), {
      default: null,
      unit: "seconds",
      since: "new",
      example: "300",
      doc: "A project that cannot be looked at for so long raises an alert; absent: `remote_failure_tolerance_s`.",
    }),
  },
  version_changed: { recent_s: recentRow("it is told of") },
};

function windowRow(rounds: number, where = "") {
  return row(whole(1, mostRounds), {
    default: rounds,
    unit: "rounds",
    since: "new",
    doc: `How many of the newest rounds are looked at${where === "" ? "" : ` ${where}`}.`,
  });
}

function rateRow(share: number, what: string) {
  return row(percent, { default: share, unit: "percent", since: "new", doc: `So many percent ${what}.` });
}

function marginRow(points: number) {
  return row(percent, {
    default: points,
    unit: "percent",
    since: "new",
    doc: "The alert ends when the value is so many percentage points below its threshold.",
  });
}

function roundsRow(rounds: number, what: string) {
  return row(whole(1, mostRounds), { default: rounds, unit: "rounds", since: "new", doc: `So many rounds ${what}.` });
}

function factorRow(what: string) {
  return row(amount, { default: 1.5, since: "new", doc: `After so many times its \`round_timeout_s\` ${what}.` });
}

function shortRow() {
  return row(seconds(1), {
    default: 60,
    unit: "seconds",
    since: "new",
    doc: "A failure counts when the round was shorter than this.",
  });
}

function recentRow(what: string) {
  return row(seconds(1), { default: 3600, unit: "seconds", since: "new", doc: `For so long ${what}.` });
}
