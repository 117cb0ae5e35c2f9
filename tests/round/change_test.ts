// Guards the count of rounds without a change, and that a round is never measured twice.
import assert from "node:assert/strict";
import { changeFields } from "../../src/core/change.ts";
import { progressOf, unchangedAfter } from "../../src/round/change.ts";
import { logs, LoopStage } from "../loop/loop_stage.ts";
import { noChange, someChange } from "../fakes/round_change.ts";
import { verdictKinds } from "../../src/core/verdict.ts";
import type { Standing } from "../../src/vcs/progress.ts";

const head = noChange.headBefore!;
const clean: Standing = { kind: "known", head, branch: "main", isDirty: false, tree: null, hasGaps: false };

Deno.test("unchangedAfter() counts ok rounds without a change alone, and begins anew with any change", () => {
  for (const verdict of verdictKinds) {
    assert.equal(unchangedAfter(4, { change: { kind: "some" }, verdict }), 0);
    assert.equal(unchangedAfter(4, { change: { kind: "unknown" }, verdict }), 4);
    assert.equal(unchangedAfter(4, { change: { kind: "none" }, verdict }), verdict === "ok" ? 5 : 4);
  }
});

Deno.test("progressOf() counts on from what is on record, and says unknown where nothing tells of the start", async () => {
  const stage = new LoopStage();
  const last = { round_num: 6, ...changeFields(noChange), unchanged_rounds: 2 };
  const status = { round_num: 6, running: false, schema: 2, last_change: last };
  stage.world.files.writeAtomic(`${logs}/status.json`, JSON.stringify(status));
  const supervisor = await stage.open();
  const { tools } = supervisor;
  const after = { after: clean, verdict: "ok" as const };
  assert.deepEqual(await progressOf({ number: 7, before: clean }, after, tools), {
    change: noChange,
    unchangedRounds: 3,
  });
  const unknown = await progressOf({ number: 7, before: null }, after, tools);
  assert.deepEqual([unknown.change.kind, unknown.unchangedRounds], ["unknown", 2]);
  supervisor.close();
});

Deno.test("progressOf() keeps what an earlier life found of the same round", async () => {
  const stage = new LoopStage();
  const last = { round_num: 7, ...changeFields(someChange), unchanged_rounds: 0 };
  const status = { round_num: 7, running: false, schema: 2, last_change: last };
  stage.world.files.writeAtomic(`${logs}/status.json`, JSON.stringify(status));
  const supervisor = await stage.open();
  const found = await progressOf({ number: 7, before: clean }, { after: clean, verdict: "ok" }, supervisor.tools);
  assert.deepEqual(found, { change: someChange, unchangedRounds: 0 });
  supervisor.close();
});
