// Guards what a person reads: the whole text for each kind of happening, and silence where nothing is to be told.
import assert from "node:assert/strict";
import fc from "fast-check";
import { eventKinds } from "../../src/core/event.ts";
import type { RecordedEvent } from "../../src/core/event_payload.ts";
import { noticeOf, toldKinds } from "../../src/notify/notice_of.ts";
import { emptyScene, sceneAfter } from "../../src/notify/scene.ts";
import { spellDigest, spellNotice, spellTest, spellTime } from "../../src/notify/spell_notice.ts";
import { event, message, noon } from "./sample.ts";

const origin = { project: "shop", host: "pi", timeZone: "UTC" };

/** Two rounds: the first one made a commit, the second one changed nothing. */
const night = [
  event(-100, "serve_started", { pid: 1 }),
  event(-90, "round_start", { round_num: 11, phase: null }),
  event(-80, "agent_exit", { round_num: 11 }),
  event(-80, "round_verdict", { round_num: 11, verdict: "ok" }),
  event(-80, "round_changes", {
    ...{ round_num: 11, change: "some", commits: 2, files_changed: 4, insertions: 120, deletions: 30 },
    head_after: "0123456789abcdef0123456789abcdef01234567",
  }),
  event(-70, "round_end", { round_num: 11 }),
  event(-60, "round_start", { round_num: 12, phase: null }),
  event(-50, "round_changes", { round_num: 12, change: "none", commits: 0, files_changed: 0 }),
];

function told(...events: readonly RecordedEvent[]) {
  let scene = emptyScene;
  const notices = [...night, ...events].flatMap((one) => {
    scene = sceneAfter(scene, one);
    const notice = noticeOf(one, scene);
    return notice === null ? [] : [notice];
  });
  return notices.map((notice) => {
    const { title, text } = spellNotice(notice, origin);
    return [`${notice.topic} ${notice.severity}${notice.isUrgent ? " urgent" : ""}`, title, ...text.split("\n")];
  });
}

const before = "Last change: round 12 (ok): nothing changed; before that round 11: " +
  "2 commits, 4 files changed (+120 -30), now at 0123456";
const time = "Time: 2026-11-21 12:00 UTC";
const never = "Next: nothing, until somebody starts it again";
const okVerdict = event(-40, "round_verdict", { round_num: 12, verdict: "ok", summary: "" });

const golden: Readonly<Record<string, readonly [readonly RecordedEvent[], readonly (readonly string[])[]]>> = {
  "a person is needed": [
    [
      event(-40, "round_verdict", { round_num: 12, verdict: "auth", summary: "x" }),
      event(0, "human_needed", {
        ...{ round_num: 12, verdict: "auth", summary: "The provider refused the credentials" },
        hint: "Log the agent in, then start 'agent-runner serve' again",
      }),
      event(1, "serve_stopped", { reason: "human_needed", rounds_completed: 2, exit_code: 0 }),
    ],
    [[
      "human critical urgent",
      "[shop] A person is needed",
      "The provider refused the credentials",
      "Do: Log the agent in, then start 'agent-runner serve' again",
      before.replace("(ok)", "(auth)"),
      "Blocked by: the agent's login",
      never,
      time,
    ]],
  ],
  "a long wait for a limit": [
    [
      okVerdict,
      event(0, "transient_error_detected", {
        ...{ classification: "limit", agent: "claude", reset_at_epoch: noon / 1000 + 18_000, round_num: 12 },
        raw: "5-hour limit reached",
      }),
    ],
    [[
      "limit warning",
      "[shop] Waiting for the provider",
      "claude: 5-hour limit reached",
      "Do: None is needed; 'agent-runner retry-now' ends the wait",
      before,
      "Blocked by: limit",
      "Next: the next round, at 2026-11-21 17:00 UTC",
      time,
    ]],
  ],
  "the breaker": [
    [okVerdict, event(0, "crash_loop", { consecutive: 5, exit_code: 1, reason: "first\n  boom" })],
    [[
      "breaker critical urgent",
      "[shop] The breaker is open",
      "5 short failures in a row; the last one: first boom",
      "Do: See 'agent-runner peek --log', mend it, then 'agent-runner reset' and start it again",
      before,
      "Blocked by: rounds that fail as soon as they begin",
      never,
      time,
    ]],
  ],
  "a budget until its day is over": [
    [
      okVerdict,
      event(0, "budget_reached", {
        ...{ period: "day", unit: "usd", used: 5.2, allowed: 5, until_epoch: noon / 1000 + 43_200 },
      }),
    ],
    [[
      "budget warning",
      "[shop] A budget is used up",
      "5.2 of 5 usd (day)",
      before,
      "Blocked by: the budget",
      "Next: the next round, at 2026-11-22 00:00 UTC",
      time,
    ]],
  ],
  "done, and proven": [
    [
      okVerdict,
      event(-1, "done_verified", { round_num: 12, command: ["make"], duration_s: 1 }),
      event(0, "agent_self_terminated", { reason: "all tasks are closed\n" }),
      event(0, "serve_stopped", { reason: "agent_done", rounds_completed: 2, exit_code: 0 }),
    ],
    [[
      "done info",
      "[shop] All is done",
      "The agent says: all tasks are closed; the proof agrees",
      before,
      never,
      time,
    ]],
  ],
  "a designed end": [
    [okVerdict, event(0, "serve_stopped", { reason: "max_rounds", rounds_completed: 1, exit_code: 0 })],
    [[
      "stopped info",
      "[shop] The loop has ended",
      "The rounds that were asked for are done; 1 round completed",
      before,
      never,
      time,
    ]],
  ],
  "a hung round": [
    [event(0, "round_verdict", { round_num: 12, verdict: "hung", summary: "no output for 10 minutes" })],
    [[
      "hung warning",
      "[shop] A round hung",
      "Round 12: no output for 10 minutes",
      "Do: agent-runner peek --round 12 --log",
      before.replace("(ok)", "(hung)"),
      "Next: the next round",
      time,
    ]],
  ],
  "work that may be lost": [
    [
      okVerdict,
      event(0, "salvage_failed", { round_num: 12, moment: "after", cause: "git", reason: "index is locked" }),
    ],
    [[
      "salvage warning",
      "[shop] Uncommitted work could not be saved",
      "Round 12: index is locked",
      "Do: Look at 'git status' before the next round changes it",
      before,
      "Next: the next round",
      time,
    ]],
  ],
  "an alert and its end, on another host": [
    [
      event(-59, "round_start", { round_num: 13 }),
      event(0, "monitor_alert_emitted", {
        ...{ detector: "disk_critical", severity: "critical", message: "The disk is 97% full", auto_action: "none" },
        ...{ state: "raised", identity: "", fix: "Make room", host: "attic" },
      }),
      event(1, "monitor_alert_emitted", { detector: "disk_critical", severity: "critical", state: "repeated" }),
      event(2, "monitor_alert_resolved", {
        ...{ detector: "disk_critical", severity: "critical", message: "The disk is 97% full", identity: "" },
        ...{ lasted_s: 120, host: "attic" },
      }),
    ],
    [
      [
        "alert critical urgent",
        "[shop] Alert: disk_critical on attic",
        "The disk is 97% full",
        "Do: Make room",
        "Last change: round 13: not known yet; before that round 11: " +
        "2 commits, 4 files changed (+120 -30), now at 0123456",
        "Next: round 13 is at work",
        time,
      ],
      [
        "alert critical",
        "[shop] Over: disk_critical on attic",
        "The disk is 97% full (lasted 2m 00s)",
        "Last change: round 13: not known yet; before that round 11: " +
        "2 commits, 4 files changed (+120 -30), now at 0123456",
        "Next: round 13 is at work",
        time,
      ],
    ],
  ],
};

for (const [name, [events, expected]] of Object.entries(golden)) {
  Deno.test(`noticeOf() tells of ${name}`, () => assert.deepEqual(told(...events), expected));
}

Deno.test("noticeOf() says what comes next while the operator wants no further round", () => {
  const hung = event(-30, "monitor_alert_emitted", {
    detector: "x",
    severity: "warning",
    state: "raised",
    message: "m",
  });
  const next = (...events: readonly RecordedEvent[]) =>
    told(...events).at(-1)!.find((line) => line.startsWith("Next: "));
  const pause = event(-45, "paused", { by: "ann", reason: "", until_epoch: null });
  const until = event(-45, "paused", { by: "ann", reason: "", until_epoch: noon / 1000 + 3600 });
  assert.equal(next(pause, hung), "Next: round 12 is at work, then the loop is paused");
  assert.equal(next(pause, okVerdict, hung), "Next: nothing, until 'agent-runner resume'");
  assert.equal(next(until, okVerdict, hung), "Next: the next round, after the pause, at 2026-11-21 13:00 UTC");
  assert.equal(next(pause, okVerdict, event(-35, "resumed", { by: "ann" }), hung), "Next: the next round");
  const ended = event(-30, "serve_stopped", { reason: "max_rounds", rounds_completed: 2, exit_code: 0 });
  assert.equal(next(pause, okVerdict, ended), never);
});

Deno.test("noticeOf() tells a stall once: as a warning, or as a person that is needed", () => {
  const stall = (action: string) => event(0, "loop_stalled", { round_num: 12, unchanged_rounds: 5, action });
  assert.equal(told(stall("warn"))[0]?.[0], "stall warning");
  assert.deepEqual(told(stall("stop")), []);
  const ends = ["stalled", "handover", "crash_loop", "agent_done"];
  assert.deepEqual(told(...ends.map((reason) => event(1, "serve_stopped", { reason, rounds_completed: 1 }))), []);
});

Deno.test("noticeOf() knows only kinds of events that there are", () => {
  assert.deepEqual(toldKinds.filter((kind) => !Object.hasOwn(eventKinds, kind)), []);
  assert.ok(toldKinds.length > 20);
});

Deno.test("noticeOf() gives each kind of event a text that says something, whatever fields are missing", () => {
  for (const kind of toldKinds) {
    const one = event(0, kind, kind === "round_verdict" ? { verdict: "hung" } : {});
    const notice = noticeOf(one, sceneAfter(emptyScene, one));
    assert.ok(notice !== null, kind);
    const { title, text } = spellNotice(notice, origin);
    assert.doesNotMatch(`${title}\n${text}`, /undefined|null|NaN|\[object/, kind);
  }
});

Deno.test("noticeOf() takes events of any form without a fault", () => {
  const anything = fc.record({ ts: fc.string(), event: fc.constantFrom(...toldKinds, "round_start", "other") });
  fc.assert(
    fc.property(
      anything,
      fc.object({ key: fc.constantFrom("round_num", "reason", "verdict", "state", "change") }),
      (head, rest) => {
        const one = { ...rest, ...head } as RecordedEvent;
        const scene = sceneAfter(emptyScene, one);
        const notice = noticeOf(one, scene);
        if (notice !== null) assert.ok(spellNotice(notice, origin).text.length <= 1200);
        JSON.stringify(scene);
      },
    ),
  );
});

Deno.test("spellNotice() keeps texts short, and lets no control character through", () => {
  const long = event(0, "human_needed", {
    summary: `a\u0007\u202e${"x".repeat(5000)}`,
    hint: "h\r\nBcc: x",
    verdict: "auth",
  });
  const { title, text } = spellNotice(noticeOf(long, emptyScene)!, { ...origin, project: "sh\nop" });
  assert.equal(title, "[sh op] A person is needed");
  assert.ok(text.length <= 1200);
  assert.ok(!["\u0007", "\r", "\u202e"].some((character) => text.includes(character)));
});

Deno.test("spellDigest() makes one message of several, the worst first in rank and the newest shown", () => {
  const messages = Array.from({ length: 20 }, (_, i) => ({
    ...message,
    title: `[shop] Number ${i}`,
    at: noon + i * 60_000,
    severity: i === 3 ? "warning" as const : "info" as const,
  }));
  const digest = spellDigest(messages, origin);
  assert.deepEqual([digest.title, digest.severity, digest.notices], [
    "[shop] 20 messages were held back",
    "warning",
    20,
  ]);
  const lines = digest.text.split("\n");
  assert.equal(lines[0], "(5 earlier ones are not shown)");
  assert.equal(lines.at(-1), "2026-11-21 12:19 UTC  Number 19: The stop file is there");
  assert.equal(spellDigest([message], origin), message);
});

Deno.test("spellTime() and spellTest() use the zone they are given", () => {
  assert.equal(spellTime(noon, { timeZone: "Asia/Kolkata" }), "2026-11-21 17:30 Asia/Kolkata");
  assert.match(spellTime(noon, { timeZone: null }), /^2026-11-2[12] \d\d:\d\d$/);
  assert.match(spellTest("phone", noon, origin).text, /'phone'.*\n.*\nTime: 2026-11-21 12:00 UTC$/);
});
