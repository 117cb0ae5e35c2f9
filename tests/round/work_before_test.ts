// Guards what is done before a round's agent starts: one look at the work folder, and nothing uncommitted that is not saved.
import assert from "node:assert/strict";
import { LoopStage } from "../loop/loop_stage.ts";

function gitCalls(stage: LoopStage): string[] {
  const words = ["status", "rev-parse", "update-ref", "commit-tree", "for-each-ref"];
  const calls = stage.world.processes.ran.filter(({ argv }) => argv[0] === "git");
  return calls.map(({ argv }) => words.find((word) => argv.includes(word)) ?? argv.join(" "));
}

Deno.test("lookBefore() and saveBefore() cost one git process in a round on a clean tree, also in the first", async () => {
  const stage = new LoopStage();
  await stage.serve({ maxRounds: 2 });
  assert.deepEqual(gitCalls(stage), ["status", "status", "status", "status"]);
  assert.ok(!stage.world.kinds.some((kind) => kind.startsWith("salvage")));
});

Deno.test("saveBefore() goes on, on record and in words, when what is uncommitted cannot be saved", async () => {
  const stage = new LoopStage();
  stage.world.dirty = ["mine.txt"];
  const real = stage.world.processes.answer;
  const stderr = new TextEncoder().encode("fatal: unable to write new index file: No space left on device\n");
  stage.world.processes.answer = (spec) =>
    spec.argv.includes("read-tree")
      ? { kind: "exited", code: 128, stdout: new Uint8Array(), stderr, isCut: false }
      : real(spec);
  await stage.serve({ isOnce: true });
  const failed = stage.world.events.find(({ event }) => event === "salvage_failed");
  assert.deepEqual([failed?.round_num, failed?.moment], [1, "before"]);
  assert.ok(stage.texts.some((text) => /^before round 1: what is uncommitted could not be saved: /.test(text)));
  assert.ok(stage.world.kinds.indexOf("salvage_failed") < stage.world.kinds.indexOf("agent_spawn"));
  assert.ok(stage.world.kinds.includes("round_end"));
});

Deno.test("lookBefore() takes a list that git cannot give for unknown, not for clean, and the round starts", async () => {
  const stage = new LoopStage();
  const real = stage.world.processes.answer;
  stage.world.processes.answer = (spec) =>
    spec.argv.includes("status")
      ? { kind: "timed_out", stdout: new Uint8Array(), stderr: new Uint8Array() }
      : real(spec);
  await stage.serve({ isOnce: true });
  const events = stage.world.events.filter(({ event }) => event === "dirty_check_failed");
  assert.deepEqual(events.map(({ moment, reason }) => [moment, reason]), [
    ["before", "git did not end within 30s"],
    ["after", "git did not end within 30s"],
  ]);
  assert.ok(!gitCalls(stage).slice(0, 2).includes("commit-tree"), "what takes too long to list is not saved before");
  assert.ok(stage.world.kinds.includes("agent_spawn"));
});

Deno.test("lookBefore() refuses a folder that is none of git's, with git's words", async () => {
  const stage = new LoopStage();
  stage.world.hasNoGit = true;
  await stage.serve({ isOnce: true }).catch(() => {});
  assert.ok(!stage.world.kinds.includes("agent_spawn"));
  const failed = stage.world.events.filter(({ event }) => event === "smoke_check_failed");
  assert.ok(failed.some(({ reason }) => /git cannot be run/.test(String(reason))));
});
