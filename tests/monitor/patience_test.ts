// Guards how long the witness waits for a round: its wall, and what may come after it.
import assert from "node:assert/strict";
import { overAfter, patienceOf, wallOf } from "../../src/monitor/patience.ts";
import type { RoundSight } from "../../src/view/sight_rounds.ts";
import { configOf, withLines } from "../config/sample.ts";
import { findingsOf, stage } from "./stage.ts";

const runtime = { runtime: "round_timeout_s = 600\nstop_grace_s = 7" };
const hook = (points: string) => `command = ["true"]\npoints = ${points}\ntimeout_s = 100`;

Deno.test("overAfter() is a share of the wall, and for a short one the time that its end may take", () => {
  const patience = patienceOf(configOf(withLines(runtime)));
  assert.equal(patience.afterwardsSeconds, 37);
  assert.equal(overAfter(600, { factor: 1.5, patience }), 900);
  assert.equal(overAfter(74, { factor: 1.5, patience }), 111);
  assert.equal(overAfter(73, { factor: 1.5, patience }), 110);
  assert.equal(overAfter(3, { factor: 1.5, patience }), 40);
  assert.equal(overAfter(600, { factor: 1, patience }), 637);
  assert.equal(overAfter(600, { factor: 0.5, patience }), 300);
});

Deno.test("patienceOf() counts the hooks of rounds that are on", () => {
  const hooks = {
    ...runtime,
    "hooks.before": hook('["round_before"]'),
    "hooks.after": hook('["round_after", "monitor_detect"]'),
    "hooks.start": hook('["serve_start"]'),
    "hooks.witness": hook('["monitor_detect"]'),
  };
  assert.equal(patienceOf(configOf(withLines(hooks))).afterwardsSeconds, 237);
  const off = { ...hooks, plugins: 'disable = ["before"]' };
  assert.equal(patienceOf(configOf(withLines(off))).afterwardsSeconds, 137);
});

Deno.test("wallOf() takes the round's own wall, then that of its phase, then the one for all", () => {
  const phases = { ...runtime, phases: 'list = ["plan", "build"]', "phases.build": "round_timeout_s = 50" };
  const patience = patienceOf(configOf(withLines(phases)));
  const round = (phase: string | null, timeoutSeconds: number | null) => ({ phase, timeoutSeconds }) as RoundSight;
  assert.equal(wallOf(round("build", 9), patience), 9);
  assert.equal(wallOf(round("build", null), patience), 50);
  assert.equal(wallOf(round("plan", null), patience), 600);
  assert.equal(wallOf(round(null, null), patience), 600);
  assert.equal(wallOf(null, patience), 600);
});

Deno.test("hung and supervisor_stale do not take the end of a short round for trouble", () => {
  const config = { runtime: "round_timeout_s = 3\nstop_grace_s = 1" };
  const after = (seconds: number) => {
    const made = stage().event("serve_started").begin({ timeoutSeconds: 3 }).look().pass(seconds).look();
    return ["hung", "supervisor_stale"].map((name) => findingsOf(name, made, config).length);
  };
  assert.deepEqual(after(34), [0, 0]);
  assert.deepEqual(after(35), [1, 1]);
});
