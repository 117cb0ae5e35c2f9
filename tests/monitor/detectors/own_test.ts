// Holds the detectors that the predecessor did not have against values just below, at and above their thresholds.
import assert from "node:assert/strict";
import { detectors } from "../../../src/monitor/registry.ts";
import { findingsOf, type Stage, stage, start } from "../stage.ts";

interface Case {
  readonly detector: string;
  readonly when: string;
  readonly made: Stage;
  readonly config?: Readonly<Record<string, string>>;
  /** `severity identity` of each finding. */
  readonly finds: readonly string[];
  readonly says?: RegExp;
}

const failed = { verdict: "error", seconds: 5 };
const noCredit = { verdict: "billing", summary: "No credit", hint: "Pay" };
const broke = { consecutive: 5, exit_code: 1, reason: "first line\nlast line\n" };
const budget = (period: string, fields: Readonly<Record<string, unknown>> = {}) => ({
  period,
  unit: "usd",
  used: 16,
  allowed: 20,
  ...fields,
});
const waiting = (seconds: number, classification = "rate_limit_account") => ({
  status: { waiting: { until_epoch: start / 1000 + seconds, classification, reason: "The limit is reached" } },
});
const left = (processes: number, survivors: number) => ({ round_num: 3, round_id: "x", processes, survivors });
const mb = 1024 * 1024;
const utc = { budget: 'time_zone = "UTC"' };
const version = { round_num: 1, agent: "claude", from: "2.1.0", to: "2.1.1" };

/** A running round whose log grows by so many megabytes a minute. */
const growing = (perMinute: number) => {
  const made = stage().begin();
  for (let i = 0; i <= 6; i++) made.look({ roundLogBytes: i * perMinute * mb / 6 }).pass(10);
  return made;
};

/** Rounds of which some end with "done", which is refused. */
const refusedAfter = (...refused: readonly number[]) => {
  const made = stage();
  for (let number = 1; number <= Math.max(...refused); number++) {
    made.round();
    if (refused.includes(number)) made.event("done_refused", { round_num: number, reason: "exit code 1" });
  }
  return made;
};

const events = (count: number) => {
  const made = stage();
  for (let i = 0; i < count; i++) made.event("round_progress");
  return made;
};

/** A round in which the clock runs ahead of the round's own count. */
const ahead = (seconds: number) =>
  stage().begin().pass(100 + seconds).event("agent_exit", { round_num: 1, exit_code: 0, duration_s: 100 });

const cases: readonly Case[] = [
  { detector: "crash_loop", when: "2 rounds failed at once", made: stage().rounds(2, failed), finds: [] },
  {
    detector: "crash_loop",
    when: "3 rounds failed at once",
    made: stage().rounds(3, failed),
    finds: ["warning "],
    says: /^3 rounds in a row failed within 60s: It was error$/,
  },
  {
    detector: "crash_loop",
    when: "they took a minute each",
    made: stage().rounds(5, { ...failed, seconds: 60 }),
    finds: [],
  },
  {
    detector: "crash_loop",
    when: "they met limits",
    made: stage().rounds(5, { ...failed, verdict: "limit" }),
    finds: [],
  },
  { detector: "crash_loop", when: "the newest was ok", made: stage().rounds(4, failed).round(), finds: [] },
  {
    detector: "crash_loop",
    when: "unjudged rounds failed at once",
    made: stage().rounds(3, { verdict: null, seconds: 5 }),
    finds: ["warning "],
  },
  {
    detector: "crash_loop",
    when: "the breaker opened",
    made: stage().rounds(5, failed).event("crash_loop", broke),
    finds: ["critical "],
    says: /^5 short failures in a row opened the breaker: last line$/,
  },
  {
    detector: "crash_loop",
    when: "the breaker was closed and a round is ok",
    made: stage().rounds(5, failed).event("crash_loop", broke).event("breaker_reset").round(),
    finds: [],
  },
  {
    detector: "crash_loop",
    when: "a round was ok since",
    made: stage().rounds(5, failed).event("crash_loop", broke).round(),
    finds: [],
  },
  {
    detector: "crash_loop",
    when: "3 rounds failed at once and a supervisor was started since",
    made: stage().rounds(3, failed).pass(1).event("serve_started").begin(),
    finds: ["warning "],
  },
  {
    detector: "crash_loop",
    when: "a person has mended what 3 rounds failed at, and 2 fail again",
    made: stage().rounds(3, failed).event("human_needed", noCredit).pass(1).rounds(2, failed),
    finds: [],
  },
  {
    detector: "crash_loop",
    when: "a person has mended what 3 rounds failed at, and 3 fail again",
    made: stage().rounds(3, failed).event("human_needed", noCredit).pass(1).rounds(3, failed),
    finds: ["warning "],
    says: /^3 rounds in a row failed within 60s/,
  },
  {
    detector: "crash_loop",
    when: "the clock was set back since a person was needed",
    made: stage().event("human_needed", noCredit).pass(-9000).rounds(3, failed),
    finds: ["warning "],
  },
  {
    detector: "crash_loop",
    when: "a person is needed already",
    made: stage().rounds(3, failed).event("human_needed", noCredit),
    finds: [],
  },
  {
    detector: "crash_loop",
    when: "unjudged rounds ended well at once",
    made: stage().rounds(3, { verdict: null, seconds: 5, code: 0 }),
    finds: [],
  },
  {
    detector: "crash_loop",
    when: "the third of them is not settled yet",
    made: stage().rounds(2, { verdict: null, seconds: 5 }).begin()
      .event("agent_exit", { round_num: 3, exit_code: 1, duration_s: 5 }),
    finds: [],
  },
  { detector: "config_broken", when: "rounds start", made: stage().rounds(3), finds: [] },
  {
    detector: "config_broken",
    when: "the battery failed for good",
    made: stage().event("config_broken", { reason: "prompt_file_exists" }),
    finds: ["critical battery"],
    says: /^No round can start: prompt_file_exists$/,
  },
  {
    detector: "config_broken",
    when: "a start hook failed",
    made: stage().event("serve_startup_hook_failed", { hook: "warm", exc_type: "Exit", exc_msg: "code 3" }),
    finds: ["critical hook"],
    says: /the start hook failed: warm: code 3$/,
  },
  {
    detector: "config_broken",
    when: "a round started since",
    made: stage().event("config_broken", { reason: "x" }).begin(),
    finds: [],
  },
  {
    detector: "config_broken",
    when: "the agent refuses its set-up",
    made: stage().rounds(2).round({ verdict: "config" }),
    finds: ["critical agent"],
  },
  {
    detector: "human_needed",
    when: "the account has no credit",
    made: stage().event("human_needed", { round_num: 3, verdict: "billing", summary: "No credit.", hint: "Pay" }),
    finds: ["critical billing"],
    says: /^A person is needed: No credit\.?$/,
  },
  {
    detector: "human_needed",
    when: "the login is refused, which oauth_fail tells",
    made: stage().event("human_needed", { round_num: 3, verdict: "auth", summary: "x", hint: "y" }),
    finds: [],
  },
  {
    detector: "human_needed",
    when: "a round began since",
    made: stage().event("human_needed", { round_num: 3, verdict: "billing", summary: "x", hint: "y" }).begin(),
    finds: [],
  },
  { detector: "no_progress", when: "9 rounds changed nothing", made: stage().round({ unchangedRounds: 9 }), finds: [] },
  {
    detector: "no_progress",
    when: "10 rounds changed nothing",
    made: stage().round({ unchangedRounds: 10 }),
    finds: ["warning unchanged"],
  },
  {
    detector: "no_progress",
    when: "the loop stalled after 3",
    made: stage().round({ unchangedRounds: 3 }).event("loop_stalled", {
      round_num: 1,
      unchanged_rounds: 3,
      action: "stop",
    }),
    finds: ["warning unchanged"],
    says: /^3 rounds in a row were ok and changed nothing; the loop counts it as stalled$/,
  },
  {
    detector: "no_progress",
    when: "a stalled loop began anew",
    made: stage().event("loop_stalled", { unchanged_rounds: 3 }).round({ unchangedRounds: 1 }),
    finds: [],
  },
  {
    detector: "no_progress",
    when: "done was refused twice",
    made: stage().event("done_refused", { reason: "exit code 1" }).event("done_refused", { reason: "exit code 1" }),
    finds: [],
  },
  {
    detector: "no_progress",
    when: "done was refused three times and 10 rounds changed nothing",
    made: stage().event("done_refused").event("done_refused").event("done_refused", { reason: "exit code 1" })
      .round({ unchangedRounds: 10 }),
    finds: ["warning unchanged", "warning done_refused"],
  },
  {
    detector: "no_progress",
    when: "done was refused after three rounds in a row",
    made: refusedAfter(1, 2, 3).begin(),
    finds: ["warning done_refused"],
    says: /^The agent said 3 times that all is done, and its check refused it: exit code 1$/,
  },
  {
    detector: "no_progress",
    when: "done was refused after three rounds in a row and another round works on it",
    made: refusedAfter(1, 2, 3).round(),
    finds: ["warning done_refused"],
  },
  {
    detector: "no_progress",
    when: "a round went by since in which the agent did not say that it is done",
    made: refusedAfter(1, 2, 3).round().begin(),
    finds: [],
  },
  {
    detector: "no_progress",
    when: "done was refused after three of five rounds",
    made: refusedAfter(1, 3, 4),
    finds: [],
  },
  { detector: "budget", when: "none is used", made: stage().rounds(3), finds: [] },
  {
    detector: "budget",
    when: "80 percent of a day's are used",
    made: stage().event("budget_warned", budget("day")),
    config: utc,
    finds: ["warning day usd"],
    says: /^80 percent of the budget of \[budget\.day\] usd is used: 16 of 20$/,
  },
  {
    detector: "budget",
    when: "a day's is used up and a week's nearly",
    made: stage().event("budget_warned", budget("day")).event("budget_warned", budget("week"))
      .event("budget_reached", budget("day", { used: 20, until_epoch: start / 1000 + 9 })),
    config: utc,
    finds: ["warning week usd", "critical day usd"],
  },
  {
    detector: "budget",
    when: "the day is over",
    made: stage().event("budget_warned", budget("day")).pass(14 * 3600),
    config: utc,
    finds: [],
  },
  {
    detector: "budget",
    when: "the day is nearly over",
    made: stage().event("budget_warned", budget("day")).pass(14 * 3600 - 1),
    config: utc,
    finds: ["warning day usd"],
  },
  {
    detector: "budget",
    when: "80 percent of all was used 40 days ago",
    made: stage().event("budget_warned", budget("total")).pass(40 * 86_400),
    config: utc,
    finds: ["warning total usd"],
  },
  {
    detector: "budget",
    when: "80 percent of a month's was used 40 days ago",
    made: stage().event("budget_warned", budget("month")).pass(40 * 86_400),
    config: utc,
    finds: [],
  },
  {
    detector: "budget",
    when: "a supervisor was started since, under the same limit",
    made: stage().event("budget_warned", budget("total")).pass(1).event("serve_started"),
    config: { ...utc, "budget.total": "usd = 20" },
    finds: ["warning total usd"],
  },
  {
    detector: "budget",
    when: "the limit was raised, and the supervisor that runs was started before",
    made: stage().event("serve_started").pass(1).event("budget_warned", budget("total")),
    config: { ...utc, "budget.total": "usd = 200" },
    finds: ["warning total usd"],
  },
  {
    detector: "budget",
    when: "a supervisor was started since, under a limit that was raised",
    made: stage().event("budget_warned", budget("total")).pass(1).event("serve_started"),
    config: { ...utc, "budget.total": "usd = 200" },
    finds: [],
  },
  {
    detector: "budget",
    when: "a supervisor was started since, without that limit",
    made: stage().event("budget_warned", budget("total")).pass(1).event("serve_started"),
    config: utc,
    finds: [],
  },
  {
    detector: "budget",
    when: "a supervisor was started since, and may not begin a round",
    made: stage().event("budget_reached", budget("total", { until_epoch: null })).pass(1).event("serve_started"),
    config: { ...utc, "budget.total": "usd = 200" },
    finds: ["critical total usd"],
  },
  {
    detector: "budget",
    when: "a round may begin again",
    made: stage().event("budget_reached", budget("total", { until_epoch: null })).begin(),
    finds: [],
  },
  {
    detector: "budget",
    when: "a round's was reached an hour ago",
    made: stage().event("budget_reached", budget("round", { until_epoch: null })).begin().pass(3600),
    finds: [],
  },
  {
    detector: "budget",
    when: "a round's was reached just now",
    made: stage().event("budget_reached", budget("round", { until_epoch: null })).begin().pass(3599),
    finds: ["critical round usd"],
  },
  { detector: "limit_waiting", when: "299 seconds are left", made: stage().look(waiting(299)), finds: [] },
  {
    detector: "limit_waiting",
    when: "300 seconds are left",
    made: stage().look(waiting(300)),
    finds: ["info rate_limit_account"],
    says: /^Waiting until 2026-11-21T10:05:00\.000Z, for another 5m 00s: The limit is reached$/,
  },
  { detector: "limit_waiting", when: "it is a budget", made: stage().look(waiting(9000, "budget")), finds: [] },
  { detector: "limit_waiting", when: "it is a pause", made: stage().look(waiting(1800, "error")), finds: [] },
  {
    detector: "limit_waiting",
    when: "the supervisor is gone",
    made: stage().look({ ...waiting(9000), isActive: false }),
    finds: [],
  },
  {
    detector: "limit_waiting",
    when: "it ends in a second and every wait is told",
    made: stage().look(waiting(1)),
    config: { "monitor.limit_waiting": "min_wait_s = 0" },
    finds: ["info rate_limit_account"],
  },
  {
    detector: "limit_waiting",
    when: "it ends now and every wait is told",
    made: stage().look(waiting(0)),
    config: { "monitor.limit_waiting": "min_wait_s = 0" },
    finds: [],
  },
  { detector: "leftovers", when: "49 were ended", made: stage().round({ leftovers: 49 }), finds: [] },
  {
    detector: "leftovers",
    when: "50 were ended with 10 rounds",
    made: stage().rounds(10, { leftovers: 5 }),
    finds: ["warning with_rounds"],
  },
  {
    detector: "leftovers",
    when: "they were ended before the window",
    made: stage().round({ leftovers: 99 }).rounds(10),
    finds: [],
  },
  {
    detector: "leftovers",
    when: "some were found at a start",
    made: stage().event("leftovers_ended", left(2, 0)).pass(3599),
    finds: ["warning at_start"],
    says: /^2 processes of an earlier round had to be ended at a start/,
  },
  {
    detector: "leftovers",
    when: "that was an hour ago",
    made: stage().event("leftovers_ended", left(2, 0)).pass(3600),
    finds: [],
  },
  {
    detector: "leftovers",
    when: "one survived, and others were found later",
    made: stage().event("leftovers_ended", left(2, 1)).event("leftovers_ended", left(4, 0)),
    finds: ["warning at_start"],
    says: /^1 process of an earlier round cannot be ended$/,
  },
  {
    detector: "log_flood",
    when: "199 MB were written",
    made: stage().begin().look({ roundLogBytes: 199 * mb }),
    finds: [],
  },
  {
    detector: "log_flood",
    when: "200 MB were written",
    made: stage().begin().look({ roundLogBytes: 200 * mb }),
    finds: ["warning round"],
  },
  { detector: "log_flood", when: "49 MB a minute are written", made: growing(49), finds: [] },
  {
    detector: "log_flood",
    when: "50 MB a minute are written",
    made: growing(50),
    finds: ["warning round"],
    says: /growing by 50 MB a minute$/,
  },
  {
    detector: "log_flood",
    when: "the running round's log was cut",
    made: stage().begin().event("round_log_cut", { round_num: 1 }).look({ roundLogBytes: 1 }),
    finds: ["warning round"],
  },
  {
    detector: "log_flood",
    when: "the log of a round that is over was cut",
    made: stage().begin().event("round_log_cut", { round_num: 1 }).begin(),
    finds: [],
  },
  { detector: "log_flood", when: "2999 events came in a minute", made: events(2999), finds: [] },
  { detector: "log_flood", when: "3000 events came in a minute", made: events(3000), finds: ["warning events"] },
  { detector: "log_flood", when: "that was minutes ago", made: events(9000).pass(121), finds: [] },
  { detector: "degraded_start", when: "nothing is missing", made: stage().rounds(3), finds: [] },
  {
    detector: "degraded_start",
    when: "tools are missing",
    made: stage().round({ degraded: ["mcp github", "mcp linear"] }),
    finds: ["warning "],
    says: /^The agent worked without mcp github, mcp linear$/,
  },
  {
    detector: "degraded_start",
    when: "five are missing",
    made: stage().round({ degraded: ["a", "b", "c", "d", "e"] }),
    finds: ["warning "],
    says: /^The agent worked without a, b, c, d, e$/,
  },
  {
    detector: "degraded_start",
    when: "seven are missing",
    made: stage().round({ degraded: ["a", "b", "c", "d", "e", "f", "g"] }),
    finds: ["warning "],
    says: /^The agent worked without a, b, c, d, e and 2 more$/,
  },
  {
    detector: "degraded_start",
    when: "they are there again",
    made: stage().rounds(3, { degraded: ["mcp github"] }).round(),
    finds: [],
  },
  {
    detector: "degraded_start",
    when: "only 2 of the 3 that are asked for lack tools",
    made: stage().rounds(2, { degraded: ["mcp github"] }),
    config: { "monitor.degraded_start": "rounds = 3" },
    finds: [],
  },
  { detector: "clock_jump", when: "the clock runs 59 seconds ahead", made: ahead(59), finds: [] },
  {
    detector: "clock_jump",
    when: "the clock runs 60 seconds ahead",
    made: ahead(60),
    finds: ["warning "],
    says: /^The clock went ahead by 1m 00s in round 1: it was set, or the machine slept$/,
  },
  {
    detector: "clock_jump",
    when: "events go back by a minute",
    made: stage().rounds(2).pass(-60).begin(),
    finds: ["warning "],
    says: /^The clock went back by 1m 00s/,
  },
  { detector: "clock_jump", when: "events go back by less", made: stage().rounds(2).pass(-59).begin(), finds: [] },
  { detector: "clock_jump", when: "that was an hour ago", made: ahead(60).pass(3600), finds: [] },
  {
    detector: "clock_jump",
    when: "a round was taken over after its supervisor was gone for long",
    made: stage().begin().pass(5000).event("serve_started").event("round_adopted", { round_num: 1 })
      .event("agent_exit", { round_num: 1, exit_code: 0, duration_s: 100 }),
    finds: [],
  },
  { detector: "monitor_blind", when: "the project can be seen", made: stage().look(), finds: [] },
  {
    detector: "monitor_blind",
    when: "it cannot be seen for 89 seconds",
    made: (() => {
      const made = stage().look();
      made.sight.takeBlind({ at: made.now, reason: "no route" });
      return made.pass(89);
    })(),
    finds: [],
  },
  {
    detector: "monitor_blind",
    when: "it cannot be seen for 90 seconds",
    made: (() => {
      const made = stage().look();
      made.sight.takeBlind({ at: made.now, reason: "no route" });
      made.sight.takeBlind({ at: made.pass(60).now, reason: "timed out" });
      return made.pass(30);
    })(),
    finds: ["warning "],
    says: /^The project cannot be looked at for 1m 30s: timed out$/,
  },
  {
    detector: "monitor_blind",
    when: "the tolerance is 0",
    made: (() => {
      const made = stage().look();
      made.sight.takeBlind({ at: made.now, reason: "no route" });
      return made;
    })(),
    config: { monitor: "remote_failure_tolerance_s = 0" },
    finds: ["warning "],
  },
  {
    detector: "monitor_blind",
    when: "it can be seen again",
    made: (() => {
      const made = stage().look();
      made.sight.takeBlind({ at: made.now, reason: "no route" });
      return made.pass(500).look();
    })(),
    finds: [],
  },
  { detector: "version_changed", when: "it is the same", made: stage().rounds(3), finds: [] },
  {
    detector: "version_changed",
    when: "it is another",
    made: stage().event("agent_version_changed", version).pass(3599),
    finds: ["info claude 2.1.1"],
  },
  {
    detector: "version_changed",
    when: "that was an hour ago",
    made: stage().event("agent_version_changed", version).pass(3600),
    finds: [],
  },
];

for (const { detector, when, made, config, finds, says } of cases) {
  Deno.test(`${detector} ${finds.length === 0 ? "is silent" : `tells ${finds.join(", ")}`} when ${when}`, () => {
    const found = findingsOf(detector, made, config);
    assert.deepEqual(found.map(({ severity, identity }) => `${severity} ${identity}`), finds, JSON.stringify(found));
    if (says) assert.match(found[0]!.message, says);
  });
}

Deno.test("leftovers says what to do about processes that cannot be ended, and nothing where they were", () => {
  const fixOf = (survivors: number) => {
    const found = findingsOf("leftovers", stage().event("leftovers_ended", left(3, survivors)));
    return found.map(({ fix }) => fix);
  };
  assert.deepEqual(fixOf(0), [null]);
  assert.match(fixOf(1)[0] ?? "", /restart of the machine/);
});

Deno.test("budget says what lets rounds go on", () => {
  const until_epoch = start / 1000 + 3600;
  const fixOf = (period: string, fields: Readonly<Record<string, unknown>>, lines = "") => {
    const made = stage().event("budget_reached", budget(period, fields));
    return findingsOf("budget", made, { budget: `time_zone = "UTC"\n${lines}` }).map(({ fix }) => fix);
  };
  assert.deepEqual(fixOf("day", { until_epoch }), [
    "Raise usd in [budget.day], or wait until 2026-11-21T11:00:00.000Z",
  ]);
  assert.deepEqual(fixOf("day", { until_epoch }, 'budget_action = "stop"'), [
    "Raise usd in [budget.day], or start the service again after 2026-11-21T11:00:00.000Z",
  ]);
  assert.deepEqual(fixOf("total", { until_epoch: null }), ["Raise usd in [budget.total]: until then no round begins"]);
  assert.match(fixOf("round", { until_epoch: null })[0] ?? "", /^Raise usd in \[budget\.round\] if rounds may/);
});

Deno.test("human_needed passes on what the loop says is to be done", () => {
  const fixOf = (hint: string) =>
    findingsOf("human_needed", stage().event("human_needed", { verdict: "billing", summary: "No credit", hint }))
      .map(({ fix }) => fix);
  assert.deepEqual([fixOf("Pay"), fixOf("")], [["Pay"], [null]]);
});

Deno.test("every other detector has a case in which it fires and one in which it does not", () => {
  const names = detectors.slice(12).map(({ name }) => name);
  for (const name of names) {
    const outcomes = cases.filter(({ detector }) => detector === name).map(({ finds }) => finds.length === 0);
    assert.deepEqual([...new Set(outcomes)].sort(), [false, true], name);
  }
});
