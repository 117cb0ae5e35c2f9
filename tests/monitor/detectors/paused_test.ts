// Guards that no detector takes a loop that its operator has paused for one in trouble, and that real trouble is still told.
import assert from "node:assert/strict";
import { detectors } from "../../../src/monitor/registry.ts";
import { findingsOf, stage } from "../stage.ts";
import type { Stage } from "../stage.ts";

const paused = { since: "2026-11-21T10:00:00.000Z", by: "ann", reason: "deploy", until_epoch: null };
const waiting = { until_epoch: null, reason: "Paused by ann: deploy", classification: "paused" };
const status = { paused, waiting };

function alarms(made: Stage): string[] {
  return detectors.flatMap(({ name }) =>
    findingsOf(name, made).map(({ identity }) => `${name} ${identity ?? ""}`.trim())
  );
}

/** A loop that was paused, and at which a monitor looks every ten minutes for two days. */
function longPaused(made: Stage, isPaused = true): Stage {
  for (let i = 0; i < 288; i++) made.pass(600).look({ status: isPaused ? status : {} });
  return made;
}

Deno.test("detectors find nothing in two days of pause, also after rounds that changed nothing", () => {
  assert.deepEqual(alarms(longPaused(stage().event("serve_started").round())), []);
  assert.deepEqual(alarms(longPaused(stage().event("serve_started").round({ unchangedRounds: 10 }))), []);
  assert.deepEqual(
    alarms(longPaused(stage().event("serve_started").round({ unchangedRounds: 10 }), false)),
    ["supervisor_stale silent", "no_progress unchanged"],
    "without a pause they do",
  );
});

Deno.test("detectors tell of a supervisor that died in a pause, and of a round that hangs before one", () => {
  const dead = stage().event("serve_started").round().look({ status });
  for (let i = 0; i < 10; i++) dead.pass(60).look({ status, isActive: false });
  assert.deepEqual(alarms(dead), ["supervisor_stale dead"]);
  const hung = longPaused(stage().event("serve_started").begin({ timeoutSeconds: 1800 }));
  assert.ok(alarms(hung).includes("hung 1"), alarms(hung).join());
});

Deno.test("a pause that makes no sense is none", () => {
  for (
    const bad of [7, null, [], {}, { ...paused, since: "soon" }, { ...paused, until_epoch: "x" }, { ...paused, by: 3 }]
  ) {
    const made = stage().round().look({ status: { paused: bad } });
    assert.equal(made.sight.of(made.now).paused, null, JSON.stringify(bad));
  }
  const made = stage().round().look({ status });
  assert.deepEqual(made.sight.of(made.now).paused, { since: paused.since, by: "ann", reason: "deploy" });
  assert.equal(made.look().sight.of(made.now).paused, null);
});
