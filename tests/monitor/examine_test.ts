// Holds what becomes of findings: margins, blindness, actions, hooks, and texts of unknown origin made safe.
import assert from "node:assert/strict";
import { liveOn } from "../../src/monitor/alerts.ts";
import type { OpenAlert } from "../../src/monitor/alerts.ts";
import { armDetectors, examine, hookClaims } from "../../src/monitor/examine.ts";
import type { Armed } from "../../src/monitor/examine.ts";
import { configOf, withLines } from "../config/sample.ts";
import { type Stage, stage, start } from "./stage.ts";

function armed(lines: Readonly<Record<string, string>> = {}): readonly Armed[] {
  return armDetectors(configOf(withLines(lines)));
}

/** Looks again and again at one project; says `state detector` of all that is told. */
function witness(made: Stage, detectors: readonly Armed[] = armed()) {
  let open: readonly OpenAlert[] = [];
  return () => {
    const sight = made.sight.of(made.now);
    const lives = liveOn(examine(sight, detectors, open), open, {
      now: made.now,
      repeatAfterSeconds: 3600,
      isBlind: sight.blind !== null,
    });
    open = lives.open;
    return lives.alerts.map(({ state, detector }) => `${state} ${detector}`);
  };
}

const used = (percent: number) => ({ disk_used_pct: percent });

Deno.test("examine() has a disk that flutters around its threshold be one alert, over below its margin", () => {
  const made = stage();
  const look = witness(made);
  const told = [90, 89.9, 90, 88, 89.5, 87.9, 89, 90].flatMap((percent) => {
    made.sample(used(percent));
    return look().map((line) => `${percent} ${line}`);
  });
  assert.deepEqual(told, ["90 raised disk_warning", "87.9 resolved disk_warning", "90 raised disk_warning"]);
});

Deno.test("examine() keeps the warning open while the disk is fuller still", () => {
  const made = stage();
  const look = witness(made);
  const told = [91, 96, 94, 92.9, 96, 80].flatMap((percent) => {
    made.sample(used(percent));
    return look().map((line) => `${percent} ${line}`);
  });
  assert.deepEqual(told, [
    "91 raised disk_warning",
    "96 raised disk_critical",
    "92.9 resolved disk_critical",
    "96 raised disk_critical",
    "80 resolved disk_warning",
    "80 resolved disk_critical",
  ]);
});

Deno.test("examine() gives memory its margin", () => {
  const made = stage();
  const look = witness(made);
  const told = [199, 240, 199, 249, 250, 249].flatMap((mb) => {
    made.sample({ mem_available_mb: mb });
    return look().map((line) => `${mb} ${line}`);
  });
  assert.deepEqual(told, ["199 raised mem_pressure", "250 resolved mem_pressure"]);
});

Deno.test("examine() lets a share of rounds go below its margin before the alert ends", () => {
  const made = stage().rounds(2, { isTimedOut: true }).rounds(8);
  const look = witness(made);
  assert.deepEqual(look(), ["raised timeout_rate"]);
  made.round();
  assert.deepEqual(look(), [], "1 of 10 is still within the margin");
  made.round();
  assert.deepEqual(look(), ["resolved timeout_rate"]);
});

Deno.test("examine() tells of a wait once, and of its end, however little of it is left", () => {
  const made = stage();
  const status = { waiting: { until_epoch: start / 1000 + 600, classification: "rate_limit_account", reason: "r" } };
  const look = witness(made);
  const told = [0, 200, 200, 199].flatMap((seconds) => {
    made.pass(seconds).look({ status });
    return look();
  });
  assert.deepEqual(told, ["raised limit_waiting"]);
  made.pass(1).look();
  assert.deepEqual(look(), ["resolved limit_waiting"]);
});

Deno.test("examine() asks only monitor_blind while nothing can be seen", () => {
  const made = stage().rounds(3, { isStashed: true }).sample(used(99));
  const look = witness(made);
  assert.deepEqual(look(), ["raised orphan_chain", "raised disk_critical"]);
  made.sight.takeBlind({ at: made.now, reason: "no route to host" });
  assert.deepEqual(look(), []);
  made.pass(7200);
  assert.deepEqual(look(), ["raised monitor_blind"]);
  made.look().round();
  assert.deepEqual(look(), ["repeated disk_critical", "resolved orphan_chain", "resolved monitor_blind"]);
});

Deno.test("examine() has the service stopped only at the worst a detector tells of", () => {
  const actions = (made: Stage, lines: Readonly<Record<string, string>> = {}) =>
    examine(made.sight.of(made.now), armed(lines), []).map(({ detector, action }) => `${detector} ${action}`);
  assert.deepEqual(actions(stage().round({ verdict: "auth" })), ["oauth_fail none"]);
  assert.deepEqual(actions(stage().rounds(2, { verdict: "auth" })), ["oauth_fail stop_service"]);
  const list = { monitor: "auto_stop_on = []" };
  assert.deepEqual(actions(stage().rounds(2, { verdict: "auth" }), list), ["oauth_fail none"]);
  const mayNot = { monitor: 'auto_stop_on = ["orphan_chain"]' };
  assert.deepEqual(actions(stage().rounds(3, { isStashed: true }), mayNot), ["orphan_chain none"]);
});

Deno.test("examine() masks, joins and clips what it was told, and bounds how much it believes", () => {
  const made = stage().event("config_broken", {
    reason: `a\nb \x1b token sk-ant-api03-${"a".repeat(40)} ${"x".repeat(9999)}`,
  });
  const [broken] = examine(made.sight.of(made.now), armed(), []);
  assert.ok(broken!.finding.message.length <= 300);
  assert.doesNotMatch(JSON.stringify(broken), /aaaaaaaaaa/);
  assert.match(broken!.finding.message, /^No round can start: a b /);
  const many = stage();
  for (let i = 0; i < 100; i++) many.event("budget_warned", { period: "total", unit: `u${i}`, used: 1, allowed: 1 });
  assert.equal(examine(many.sight.of(many.now), armed(), []).length, 20);
});

Deno.test("hookClaims() gives alerts of hooks the same life, and a stop where they are named", () => {
  const alerts = [{ detector: "mine", severity: "critical" as const, message: "It  is\nfull." }];
  const [claim] = hookClaims(alerts, { autoStopOn: [], calls: false });
  assert.equal(claim!.action, "none");
  assert.equal(claim!.finding.message, "It is full");
  assert.equal(hookClaims(alerts, { autoStopOn: ["mine"], calls: true })[0]!.action, "stop_service");
  assert.equal(hookClaims(alerts, { autoStopOn: [], calls: true })[0]!.action, "hook");
  const life = { repeatAfterSeconds: 60, isBlind: false };
  const first = liveOn(hookClaims(alerts, { autoStopOn: [], calls: false }), [], { ...life, now: start });
  const second = liveOn(
    hookClaims([{ ...alerts[0]!, message: "Now fuller" }], { autoStopOn: [], calls: false }),
    first.open,
    {
      ...life,
      now: start + 1,
    },
  );
  const third = liveOn([], second.open, { ...life, now: start + 2 });
  assert.deepEqual([first, second, third].map(({ alerts: [alert] }) => alert?.state), [
    "raised",
    undefined,
    "resolved",
  ]);
});

Deno.test("examine() does not hold an alert of a hook open for a detector of its name", () => {
  const made = stage().sample(used(89));
  const open = [{ detector: "disk_warning", isHook: true, finding: { identity: "" } }];
  assert.deepEqual(examine(made.sight.of(made.now), armed(), open), []);
  const own = [{ ...open[0]!, isHook: false }];
  assert.deepEqual(examine(made.sight.of(made.now), armed(), own).map(({ detector }) => detector), ["disk_warning"]);
  made.sample(used(91));
  assert.equal(examine(made.sight.of(made.now), armed(), own).length, 1, "what fires and holds is one claim");
});
