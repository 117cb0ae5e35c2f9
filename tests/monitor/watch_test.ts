// Guards the witness at work: each alert is told once, again, and as over; nothing is lost, doubled or told in vain.
import assert from "node:assert/strict";
import { payloadFault } from "../../src/core/event_payload.ts";
import type { OpenAlert } from "../../src/monitor/alerts.ts";
import { configOf, withLines } from "../config/sample.ts";
import { diskAt, roundScene, watchThrough } from "./watch_stage.ts";
import type { Scene } from "./watch_stage.ts";

const quiet = {};

Deno.test("watchProject() tells and records an alert once, its end once, and raises it anew", async () => {
  const { lives, events, kinds, kept, seconds, feed } = await watchThrough({
    scenes: [diskAt(50), diskAt(91), quiet, diskAt(92), diskAt(50), quiet, diskAt(93)],
  });
  assert.deepEqual(lives, ["disk_warning raised", "disk_warning resolved", "disk_warning raised"]);
  assert.deepEqual(kinds, ["monitor_alert_emitted", "monitor_alert_resolved", "monitor_alert_emitted"]);
  for (const { kind, payload } of events) assert.equal(payloadFault(kind, payload), null);
  const [raised, resolved] = events;
  assert.deepEqual([raised!.payload.detector, raised!.payload.state, raised!.payload.auto_action], [
    "disk_warning",
    "raised",
    "none",
  ]);
  assert.match(String(raised!.payload.fix), /Make room/);
  assert.equal(resolved!.payload.lasted_s, 90);
  assert.deepEqual(kept.map((open) => open.map(({ detector }) => detector)), [["disk_warning"], [], ["disk_warning"]]);
  assert.deepEqual(seconds, [0, 30, 60, 90, 120, 150, 180, 210]);
  assert.equal(feed.isClosed, false, "the feed is its caller's");
});

Deno.test("watchProject() tells an alert that lasts again after repeat_after_s, and not before", async () => {
  const scenes = [diskAt(91), quiet, quiet, quiet, quiet, quiet];
  const often = await watchThrough({ scenes, config: { monitor: "repeat_after_s = 60" } });
  assert.deepEqual(often.told.map(({ state, at, raisedAt }) => [state, (at - raisedAt) / 1000]), [
    ["raised", 0],
    ["repeated", 60],
    ["repeated", 120],
  ]);
  assert.deepEqual(often.events.map(({ payload }) => payload.state), ["raised", "repeated", "repeated"]);
  const once = await watchThrough({ scenes, config: { monitor: "repeat_after_s = 0" } });
  assert.deepEqual(once.lives, ["disk_warning raised"]);
});

Deno.test("watchProject() shows what an earlier monitor told of, and records only what is new", async () => {
  const known: OpenAlert = {
    detector: "disk_warning",
    isHook: false,
    action: "none",
    finding: { identity: "", severity: "warning", message: "old", context: {}, fix: null, look: null },
    raisedAt: Date.parse("2026-11-21T09:50:00Z"),
    toldAt: Date.parse("2026-11-21T09:50:00Z"),
  };
  const over: OpenAlert = { ...known, detector: "mem_pressure" };
  const { told, kinds, events } = await watchThrough({ scenes: [diskAt(91), quiet], open: [known, over] });
  assert.deepEqual(told.map(({ detector, state }) => [detector, state]), [
    ["disk_warning", "repeated"],
    ["mem_pressure", "resolved"],
  ]);
  assert.match(told[0]!.message, /91% full/);
  assert.deepEqual(kinds, ["monitor_alert_resolved"]);
  assert.equal(events[0]!.payload.detector, "mem_pressure");
});

Deno.test("watchProject() keeps alerts open while nothing can be seen, and tells when that lasts", async () => {
  const blind = { blind: {} };
  const { lives, result } = await watchThrough({
    scenes: [diskAt(91), blind, blind, blind, blind, blind, quiet, diskAt(40)],
    intervalSeconds: 30,
  });
  assert.deepEqual(lives, [
    "disk_warning raised",
    "monitor_blind raised",
    "monitor_blind resolved",
    "disk_warning resolved",
  ]);
  assert.equal(result, null);
});

Deno.test("watchProject() ends with the reason when the feed has given up", async () => {
  const { result, seconds } = await watchThrough({
    scenes: [quiet, { blind: { reason: "no route to host", isGivenUp: true } }, quiet],
    host: "pi",
  });
  assert.equal(result?.reason, "no route to host");
  assert.equal(seconds.length, 2);
});

Deno.test("watchProject() judges by the configuration of the moment", async () => {
  const strict = configOf(withLines({ "monitor.disk_warning": "disk_pct = 30" }));
  const usual = configOf(withLines({}));
  let looks = 0;
  const { lives } = await watchThrough({
    scenes: [diskAt(50), quiet, quiet],
    parts: { config: () => looks++ === 1 ? strict : usual },
  });
  assert.deepEqual(lives, ["disk_warning raised", "disk_warning resolved"]);
});

Deno.test("watchProject() asks hooks once an interval, and takes what they say as alerts", async () => {
  let asked = 0;
  const { lives, told } = await watchThrough({
    scenes: [quiet, quiet, { blind: {} }, quiet, quiet],
    parts: {
      askHooks() {
        asked++;
        const message = `The queue is ${asked === 2 ? "longer" : "long"}`;
        return Promise.resolve(asked > 3 ? [] : [{ detector: "queue", severity: "warning", message }]);
      },
    },
  });
  assert.equal(asked, 4, "a project that cannot be seen is not shown to hooks");
  assert.deepEqual(lives, ["queue raised", "queue resolved"]);
  assert.equal(told[0]!.action, "none");
});

Deno.test("watchProject() reads the words of a round that nothing else explains, once", async () => {
  const read: number[] = [];
  const wordless = (number: number) => ({
    events: [
      ["round_start", { round_num: number, phase: null }],
      ["agent_exit", { round_num: number, exit_code: 1, duration_s: 2, timed_out: false, exit_cause: "error" }],
      ["round_end", { round_num: number }],
    ] as const,
  });
  const { lives } = await watchThrough({
    scenes: [...Array.from({ length: 10 }, (_, i) => wordless(i + 1)), quiet, roundScene(11, "ok")],
    config: { "monitor.crash_loop": "failures = 100", plugins: 'disable = ["network_fail"]' },
    parts: {
      tailOf(round) {
        read.push(round);
        return round > 8 ? "401 Unauthorized" : null;
      },
    },
  });
  assert.deepEqual(read, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  assert.deepEqual(lives, ["oauth_fail raised"]);
});

Deno.test("watchProject() goes by the words that came with a look, and asks for no others", async () => {
  const asked: number[] = [];
  const scenes = Array.from({ length: 3 }, (_, i): Scene => {
    const round = { round_num: i + 1 };
    const exit = { ...round, exit_code: 1, duration_s: 2, timed_out: false, exit_cause: "error" };
    return {
      events: [["round_start", { ...round, phase: null }], ["agent_exit", exit], ["round_end", round]],
      tails: [{ round: i + 1, text: "curl: (6) Could not resolve host: x; getaddrinfo ENOTFOUND" }],
    };
  });
  const { lives } = await watchThrough({
    scenes,
    config: { "monitor.crash_loop": "failures = 100", "monitor.network_fail": "rounds = 3" },
    parts: { tailOf: (round) => (asked.push(round), null) },
  });
  assert.deepEqual([lives, asked], [["network_fail raised"], []]);
});

Deno.test("watchProject() only shows while another monitor acts, and makes up for what is not on record when it is gone", async () => {
  const stored: OpenAlert = {
    detector: "mem_pressure",
    isHook: false,
    action: "none",
    finding: { identity: "", severity: "warning", message: "old", context: {}, fix: null, look: null },
    raisedAt: 0,
    toldAt: 0,
  };
  const config = { "monitor.disk_warning": "disk_pct = 90" };
  const { lives, events, kept, stoppedAt } = await watchThrough({
    scenes: [diskAt(97), diskAt(50), diskAt(91), quiet, quiet],
    config,
    open: [stored],
    acts: [false, false, false, true],
  });
  assert.deepEqual(lives, [
    "disk_critical raised",
    "mem_pressure resolved",
    "disk_critical resolved",
    "disk_warning raised",
  ]);
  assert.deepEqual(stoppedAt, [], "what only shows stops nothing");
  assert.deepEqual(events.map(({ kind, payload }) => [kind, payload.detector]), [
    ["monitor_alert_emitted", "disk_warning"],
    ["monitor_alert_resolved", "mem_pressure"],
  ]);
  assert.deepEqual(kept.map((open) => open.map(({ detector }) => detector)), [["disk_warning"]]);
});

Deno.test("watchProject() stops for an alert that it only showed at first, once it is the one that acts", async () => {
  const { stoppedAt, events } = await watchThrough({ scenes: [diskAt(97), quiet, quiet], acts: [false, false, true] });
  assert.deepEqual(stoppedAt, [60]);
  assert.deepEqual(events.map(({ kind }) => kind).slice(0, 2), [
    "monitor_alert_emitted",
    "monitor_auto_stop_triggered",
  ]);
});

Deno.test("watchProject() has the runtime tidy up after the first look and now and then", async () => {
  const { tidied } = await watchThrough({ scenes: Array.from({ length: 1100 }, () => quiet) });
  assert.deepEqual(tidied, [1, 501, 1001]);
});

Deno.test("watchProject() has hooks called for each alert that is recorded, and says so in the alert", async () => {
  const hook = { "hooks.page": 'command = ["true"]\npoints = ["monitor_alert"]' };
  const scenes = [diskAt(91), diskAt(97), diskAt(50)];
  const { called, events, told } = await watchThrough({ scenes, config: hook });
  assert.deepEqual(called, [
    "disk_warning raised hook",
    "disk_critical raised stop_service",
    "disk_warning resolved none",
    "disk_critical resolved none",
  ]);
  assert.deepEqual(told.map(({ detector, state, action }) => `${detector} ${state} ${action}`), called);
  assert.equal(events[0]!.payload.auto_action, "hook");
  const shown = await watchThrough({ scenes, config: hook, acts: [false] });
  assert.deepEqual(shown.called, [], "whoever acts has called them");
});
