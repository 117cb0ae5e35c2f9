// Holds the predecessor's twelve detectors against values just below, at and above their thresholds.
import assert from "node:assert/strict";
import { isoTime } from "../../../src/core/text.ts";
import { findingsOf, type Stage, stage, start } from "../stage.ts";

interface Case {
  readonly detector: string;
  readonly when: string;
  readonly made: Stage;
  readonly config?: Readonly<Record<string, string>>;
  /** Severity, or null when it is silent. */
  readonly finds: "info" | "warning" | "critical" | null;
  readonly says?: RegExp;
}

const disk = (percent: number) => stage().sample({ disk_used_pct: percent, disk_free_gb: 3 });
const memory = (mb: number) => stage().sample({ mem_available_mb: mb });
const smoke = { reason: "agent_cli_in_path: not found" };
const limit = (seconds: number) => ({
  classification: "rate_limit_account",
  agent: "claude",
  reset_at_epoch: start / 1000 + seconds,
  round_num: 1,
  raw: "",
});
/** Nobody holds the lock, and a wait is on record. */
const gone = { isActive: false, status: { waiting: { until_epoch: start / 1000 + 200, reason: "pause" } } };
/** The newest round without a verdict, with the end of its output. */
const unjudged = (tail: string, count: number) => {
  const made = stage().rounds(10 - count);
  for (let i = 0; i < count; i++) {
    made.round({ verdict: null, seconds: 5 });
    made.sight.takeTail(11 - count + i, tail);
  }
  return made;
};

const cases: readonly Case[] = [
  {
    detector: "timeout_rate",
    when: "1 of 10 timed out",
    made: stage().round({ isTimedOut: true }).rounds(9),
    finds: null,
  },
  {
    detector: "timeout_rate",
    when: "2 of 10 timed out",
    made: stage().rounds(2, { isTimedOut: true }).rounds(8),
    finds: "warning",
    says: /^2 of the last 10 rounds ran into a wall/,
  },
  { detector: "timeout_rate", when: "9 of 9 timed out", made: stage().rounds(9, { isTimedOut: true }), finds: null },
  {
    detector: "timeout_rate",
    when: "the window is 4 and 2 of 4 timed out",
    made: stage().rounds(2, { isTimedOut: true }).rounds(2),
    config: { "monitor.timeout_rate": "window = 4\nrate_pct = 50" },
    finds: "warning",
  },
  {
    detector: "timeout_rate",
    when: "2 of 11 timed out, one of them before the window",
    made: stage().round({ isTimedOut: true }).rounds(9).round({ isTimedOut: true }),
    finds: null,
  },
  {
    detector: "hung",
    when: "a round lasts exactly 1.5 times its timeout",
    made: stage().begin({ timeoutSeconds: 100 }).look().pass(150).look(),
    finds: null,
  },
  {
    detector: "hung",
    when: "a round lasts a second longer",
    made: stage().begin({ timeoutSeconds: 100 }).look().pass(151).look(),
    finds: "warning",
    says: /^Round 1 began 2m 31s ago and is not over$/,
  },
  {
    detector: "hung",
    when: "a longer timeout of its own holds for the round",
    made: stage().begin({ timeoutSeconds: 3600 }).look().pass(599).look(),
    finds: null,
  },
  {
    detector: "hung",
    when: "the round is over",
    made: stage().round({ seconds: 9000 }).pass(9000).look(),
    finds: null,
  },
  {
    detector: "hung",
    when: "a later round began",
    made: stage().begin({ timeoutSeconds: 10 }).pass(5).begin({ timeoutSeconds: 10 }).look().pass(10).look(),
    finds: null,
  },
  {
    detector: "hung",
    when: "nobody watches the round, which supervisor_stale tells",
    made: stage().begin({ timeoutSeconds: 10 }).look({ isActive: false }).pass(500).look({ isActive: false }),
    finds: null,
  },
  { detector: "orphan_chain", when: "2 rounds leave work", made: stage().rounds(2, { isStashed: true }), finds: null },
  {
    detector: "orphan_chain",
    when: "3 rounds leave work",
    made: stage().rounds(3, { isStashed: true }),
    finds: "warning",
  },
  {
    detector: "orphan_chain",
    when: "a clean round came between",
    made: stage().rounds(2, { isStashed: true }).round().rounds(2, { isStashed: true }),
    finds: null,
  },
  { detector: "disk_warning", when: "89.9% are used", made: disk(89.9), finds: null },
  {
    detector: "disk_warning",
    when: "90% are used",
    made: disk(90),
    finds: "warning",
    says: /^The disk is 90% full, 3 GB/,
  },
  { detector: "disk_warning", when: "94.9% are used", made: disk(94.9), finds: "warning" },
  { detector: "disk_warning", when: "95% are used, which disk_critical tells", made: disk(95), finds: null },
  {
    detector: "disk_warning",
    when: "the older key says 80",
    made: disk(80),
    config: { "monitor.host_health": "disk_warning_pct = 80" },
    finds: "warning",
  },
  {
    detector: "disk_warning",
    when: "its own key says 85 and the older one 80",
    made: disk(84),
    config: { "monitor.host_health": "disk_warning_pct = 80", "monitor.disk_warning": "disk_pct = 85" },
    finds: null,
  },
  { detector: "disk_critical", when: "94.9% are used", made: disk(94.9), finds: null },
  { detector: "disk_critical", when: "95% are used", made: disk(95), finds: "critical" },
  { detector: "mem_pressure", when: "200 MB are available", made: memory(200), finds: null },
  {
    detector: "mem_pressure",
    when: "they were an hour ago, and nobody supervises any more",
    made: memory(199).pass(3600).look({ isActive: false }),
    finds: null,
  },
  {
    detector: "mem_pressure",
    when: "they were nearly an hour ago, and nobody supervises any more",
    made: memory(199).pass(3599).look({ isActive: false }),
    finds: "warning",
    says: /^Only 199 MB of memory are available \(limit 200 MB\), measured 59m 59s ago$/,
  },
  {
    detector: "mem_pressure",
    when: "they were two hours ago, when the round began that still runs",
    made: memory(199).pass(7200).look(),
    finds: "warning",
    says: /, measured 2h 00m ago$/,
  },
  {
    detector: "disk_critical",
    when: "it was measured nearly ten minutes ago",
    made: disk(97).pass(599),
    finds: "critical",
    says: /^The disk is 97% full, 3 GB are free \(limit 95%\)$/,
  },
  {
    detector: "disk_critical",
    when: "it was measured ten minutes ago",
    made: disk(97).pass(600),
    finds: "critical",
    says: /\(limit 95%\), measured 10m 00s ago$/,
  },
  {
    detector: "disk_warning",
    when: "it was measured ten minutes ago",
    made: disk(91).pass(600),
    finds: "warning",
    says: /\(limit 90%\), measured 10m 00s ago$/,
  },
  { detector: "mem_pressure", when: "199 MB are available", made: memory(199), finds: "warning" },
  {
    detector: "mem_pressure",
    when: "the older key says 500",
    made: memory(499),
    config: { "monitor.host_health": "mem_avail_min_mb = 500" },
    finds: "warning",
  },
  { detector: "smoke_fail_rate", when: "no start failed", made: stage().rounds(10), finds: null },
  {
    detector: "smoke_fail_rate",
    when: "1 of 10 starts failed, with two checks",
    made: stage().event("smoke_check_failed", smoke).event("smoke_check_failed", smoke).pass(5).rounds(9),
    finds: "warning",
    says: /^1 of the last 10 attempts/,
  },
  {
    detector: "smoke_fail_rate",
    when: "it is the eleventh from the end",
    made: stage().event("smoke_check_failed", smoke).pass(5).rounds(10),
    finds: null,
  },
  { detector: "oauth_fail", when: "the login is good", made: stage().rounds(10), finds: null },
  {
    detector: "oauth_fail",
    when: "the first round's login is refused",
    made: stage().round({ verdict: "auth" }),
    finds: "warning",
    says: /^The agent's login was refused in 1 round: It was auth$/,
  },
  { detector: "oauth_fail", when: "two are refused", made: stage().rounds(2, { verdict: "auth" }), finds: "critical" },
  {
    detector: "oauth_fail",
    when: "two are refused with a fault of the network between",
    made: stage().round({ verdict: "auth" }).round({ verdict: "transient" }).round({ verdict: "auth" }),
    finds: "critical",
  },
  {
    detector: "oauth_fail",
    when: "the login is good again",
    made: stage().rounds(9, { verdict: "auth" }).round(),
    finds: null,
  },
  { detector: "oauth_fail", when: "1 of 10 unjudged says 401", made: unjudged("Error: 401", 1), finds: null },
  { detector: "oauth_fail", when: "2 of 10 unjudged say 401", made: unjudged("Error: 401", 2), finds: "critical" },
  { detector: "oauth_fail", when: "unjudged rounds say something else", made: unjudged("out of tea", 5), finds: null },
  {
    detector: "oauth_fail",
    when: "a judged round only speaks of 401",
    made: (() => {
      const made = stage().rounds(10, { verdict: "error", seconds: 5 });
      for (let i = 1; i <= 10; i++) made.sight.takeTail(i, "401 unauthorized");
      return made;
    })(),
    finds: null,
  },
  {
    detector: "network_fail",
    when: "2 rounds in a row failed at it",
    made: stage().rounds(2, { verdict: "transient", network: "ECONNREFUSED" }),
    finds: null,
  },
  {
    detector: "network_fail",
    when: "3 rounds in a row failed at it",
    made: stage().rounds(3, { verdict: "transient", network: "ECONNREFUSED" }),
    finds: "warning",
    says: /ECONNREFUSED$/,
  },
  {
    detector: "network_fail",
    when: "2 of 10 failed at it",
    made: stage().rounds(2, { verdict: "transient", network: "dns" }).rounds(8),
    finds: "warning",
  },
  {
    detector: "network_fail",
    when: "1 of 10 failed at it",
    made: stage().round({ verdict: "transient", network: "dns" }).rounds(9),
    finds: null,
  },
  {
    detector: "network_fail",
    when: "2 of 10 unjudged say so",
    made: unjudged("connection refused", 2),
    finds: "warning",
  },
  { detector: "rate_limit_active", when: "none was met", made: stage().rounds(3), finds: null },
  {
    detector: "rate_limit_active",
    when: "its reset is a second away",
    made: stage().event("transient_error_detected", limit(1)),
    finds: "warning",
    says: /^claude is throttled until 2026-11-21T10:00:01.000Z \(rate_limit_account\)/,
  },
  {
    detector: "rate_limit_active",
    when: "its reset is now",
    made: stage().event("transient_error_detected", limit(0)),
    finds: null,
  },
  {
    detector: "rate_limit_active",
    when: "the wait was ended",
    made: stage().event("transient_error_detected", limit(600)).event("transient_error_recovered", { agent: "claude" }),
    finds: null,
  },
  {
    detector: "rate_limit_active",
    when: "another agent's wait was ended",
    made: stage().event("transient_error_detected", limit(600)).event("transient_error_recovered", { agent: "codex" }),
    finds: "warning",
  },
  { detector: "anomaly_repetitive_active", when: "no call was repeated", made: stage().rounds(5), finds: null },
  {
    detector: "anomaly_repetitive_active",
    when: "it was the fifth round from the end",
    made: stage().round({ isRepetitive: true }).rounds(4),
    finds: "warning",
    says: /Read on a\.ts, 9 times$/,
  },
  {
    detector: "anomaly_repetitive_active",
    when: "it was the sixth",
    made: stage().round({ isRepetitive: true }).rounds(5),
    finds: null,
  },
  {
    detector: "supervisor_stale",
    when: "the silence is 1.5 times the timeout",
    made: stage().round().look().pass(540).look().pass(540).look().pass(540).look().pass(540).look().pass(540).look(),
    finds: null,
  },
  {
    detector: "supervisor_stale",
    when: "it is a second longer",
    made: stage().round().look().pass(540).look().pass(540).look().pass(540).look().pass(540).look().pass(541).look(),
    finds: "warning",
    says:
      /^The supervisor wrote nothing for 45m 01s \(limit 45m 00s\); its last word was round_end at 2026-11-21T10:01:40/,
  },
  {
    detector: "supervisor_stale",
    when: "the older key says 60",
    made: stage().round().look().pass(61).look(),
    config: { monitor: "supervisor_stale_threshold_s = 60" },
    finds: "warning",
  },
  {
    detector: "supervisor_stale",
    when: "the older key says 0",
    made: stage().round().look().pass(600).look().pass(600).look(),
    config: { monitor: "supervisor_stale_threshold_s = 0" },
    finds: null,
  },
  { detector: "supervisor_stale", when: "there are no events", made: stage().look().pass(99_999).look(), finds: null },
  {
    detector: "supervisor_stale",
    when: "only monitors and people wrote since",
    made: stage().round().look().pass(61).event("monitor_alert_emitted").event("monitor_started")
      .event("breaker_reset").event("salvage_restored").look(),
    config: { "monitor.supervisor_stale": "stale_s = 60" },
    finds: "warning",
  },
  {
    detector: "supervisor_stale",
    when: "a sample was written since",
    made: stage().round().look().pass(61).sample({ disk_used_pct: 1 }).look(),
    config: { "monitor.supervisor_stale": "stale_s = 60" },
    finds: null,
  },
  {
    detector: "supervisor_stale",
    when: "it left with a word",
    made: stage().event("serve_started").round().event("serve_stopped", { reason: "SIGTERM" }).look({ isActive: false })
      .pass(600).look({ isActive: false }),
    config: { "monitor.supervisor_stale": "stale_s = 60" },
    finds: null,
  },
  {
    detector: "supervisor_stale",
    when: "it waits for a limit",
    made: stage().round().pass(600).look({ status: { waiting: { until_epoch: start / 1000 + 701, reason: "limit" } } }),
    config: { "monitor.supervisor_stale": "stale_s = 60" },
    finds: null,
  },
  {
    detector: "supervisor_stale",
    when: "the wait should long be over",
    made: stage().round().pass(600).look({ status: { waiting: { until_epoch: start / 1000 + 639, reason: "limit" } } }),
    config: { "monitor.supervisor_stale": "stale_s = 60" },
    finds: "warning",
  },
  {
    detector: "supervisor_stale",
    when: "it left without a word 59 seconds ago",
    made: stage().event("serve_started").round().look().look({ isActive: false }).pass(59).look({ isActive: false }),
    finds: null,
  },
  {
    detector: "supervisor_stale",
    when: "it left without a word 60 seconds ago",
    made: stage().event("serve_started").round().look().look({ isActive: false }).pass(60).look({ isActive: false }),
    finds: "warning",
    says: /^The supervisor is gone without a word/,
  },
  {
    detector: "supervisor_stale",
    when: "the machine slept for a night",
    made: stage().round().look().pass(9 * 3600).look(),
    finds: null,
  },
  {
    detector: "supervisor_stale",
    when: "people run rounds one by one",
    made: stage().round().look({ isActive: false }).pass(61).look({ isActive: false }),
    config: { "monitor.supervisor_stale": "stale_s = 60" },
    finds: null,
  },
  {
    detector: "supervisor_stale",
    when: "such a round is not over, and nobody watches it",
    made: stage().round().begin().look({ isActive: false }).pass(61).look({ isActive: false }),
    config: { "monitor.supervisor_stale": "stale_s = 60" },
    finds: "warning",
  },
  {
    detector: "supervisor_stale",
    when: "it is gone from a wait, and its start is too long ago to be known",
    made: stage().round().look(gone).pass(61).look(gone),
    config: { "monitor.supervisor_stale": "stale_s = 60" },
    finds: "warning",
  },
  {
    detector: "supervisor_stale",
    when: "a predecessor, which gives no verdicts, fell silent",
    made: stage().round({ verdict: null }).look({ isActive: false }).pass(61).look({ isActive: false }),
    config: { "monitor.supervisor_stale": "stale_s = 60" },
    finds: "warning",
  },
  {
    detector: "supervisor_stale",
    when: "its own key says 0",
    made: stage().event("serve_started").round().look().pass(540).look().pass(540).look().pass(540).look().pass(540)
      .look().pass(541).look(),
    config: { "monitor.supervisor_stale": "stale_s = 0" },
    finds: null,
  },
  {
    detector: "supervisor_stale",
    when: "it left without a word, and dead_s is 0",
    made: stage().event("serve_started").round().look({ isActive: false }).pass(600).look({ isActive: false }),
    config: { "monitor.supervisor_stale": "dead_s = 0" },
    finds: null,
  },
  {
    detector: "supervisor_stale",
    when: "a predecessor, whose life is not known, wrote nothing for a minute",
    made: stage().round({ verdict: null }).look({ isActive: false }).pass(61).look({ isActive: false }),
    finds: null,
  },
  {
    detector: "supervisor_stale",
    when: "an event claims to come from the future",
    made: (() => {
      const made = stage();
      made.sight.take({ ts: isoTime(start + 1e12), event: "round_end" }, start);
      return made.look().pass(61).look();
    })(),
    config: { "monitor.supervisor_stale": "stale_s = 60" },
    finds: "warning",
  },
];

for (const { detector, when, made, config, finds, says } of cases) {
  Deno.test(`${detector} ${finds === null ? "is silent" : `tells a ${finds}`} when ${when}`, () => {
    const found = findingsOf(detector, made, config);
    assert.deepEqual(found.map(({ severity }) => severity), finds === null ? [] : [finds], JSON.stringify(found));
    if (says) assert.match(found[0]!.message, says);
  });
}

Deno.test("oauth_fail says what the operator wrote down for it, or what helps in general", () => {
  const fixOf = (config: Readonly<Record<string, string>>) =>
    findingsOf("oauth_fail", stage().round({ verdict: "auth" }), config).map(({ fix }) => fix);
  assert.deepEqual(fixOf({ monitor: 'auth_fail_hint = "Ask Kim"' }), ["Ask Kim"]);
  assert.deepEqual(fixOf({}), ["Log the agent in as the user that runs serve"]);
});

Deno.test("every one of the twelve has a case in which it fires and one in which it does not", () => {
  const names = new Set(cases.map(({ detector }) => detector));
  assert.equal(names.size, 12);
  for (const name of names) {
    const outcomes = cases.filter(({ detector }) => detector === name).map(({ finds }) => finds === null);
    assert.deepEqual([...new Set(outcomes)].sort(), [false, true], name);
  }
});
