// Guards the end of a loop in which nothing changes: what counts, what does not, and who is asked.
import assert from "node:assert/strict";
import { unknownChange } from "../../src/core/change.ts";
import { stallAction } from "../../src/loop/stall.ts";
import { plainVerdict } from "../fakes/fake_reader.ts";
import { noChange, someChange } from "../fakes/round_change.ts";
import { logs, LoopStage } from "./loop_stage.ts";
import { resultOf } from "./round_result.ts";

const settings = { stallRounds: 3, stallAction: "stop" as const, verify: null, verifyTimeoutSeconds: 600 };
const stalled = { change: noChange, unchangedRounds: 3 };

function roundsOf(stage: LoopStage): number {
  return stage.world.kinds.filter((kind) => kind === "round_end").length;
}

function countsOf(stage: LoopStage): unknown[] {
  const events = stage.world.events.filter((event) => event.event === "round_changes");
  return events.map((event) => [event.change, event.unchanged_rounds]);
}

Deno.test("stallAction() is off unless it is set, and waits for the number that is set", () => {
  assert.equal(stallAction(resultOf("ok", {}, stalled), { ...settings, stallRounds: 0 }), null);
  assert.equal(stallAction(resultOf("ok", {}, { ...stalled, unchangedRounds: 2 }), settings), null);
  assert.equal(stallAction(resultOf("ok", {}, stalled), settings), "stop");
  assert.equal(stallAction(resultOf("ok", {}, { ...stalled, unchangedRounds: 9 }), settings), "stop");
});

Deno.test("stallAction() does not end a loop after a round that did not count itself", () => {
  assert.equal(stallAction(resultOf("limit", {}, stalled), settings), null);
  assert.equal(stallAction(resultOf("ok", {}, { ...stalled, change: unknownChange("x") }), settings), null);
  assert.equal(stallAction(resultOf("ok", {}, { ...stalled, change: someChange }), settings), null);
});

Deno.test("stallAction() asks the hook where that is set, and stops where none says anything", () => {
  const asks = { ...settings, stallAction: "hook" as const };
  for (const nextAction of ["again", "wait", "fresh_session", "stop"] as const) {
    assert.equal(stallAction(resultOf("ok", {}, { ...stalled, nextAction }), asks), nextAction);
    assert.equal(stallAction(resultOf("ok", {}, { ...stalled, nextAction }), settings), "stop");
  }
  assert.equal(stallAction(resultOf("ok", {}, stalled), asks), "stop");
});

Deno.test("serve() goes on for ever without a change where stall_rounds is not set", async () => {
  const stage = new LoopStage();
  assert.equal(await stage.serve({ maxRounds: 12 }), 0);
  assert.equal(roundsOf(stage), 12);
  assert.deepEqual(countsOf(stage).at(-1), ["none", 12]);
});

Deno.test("serve() ends after stall_rounds ok rounds without a change, says so, and exits 0", async () => {
  const stage = new LoopStage();
  stage.progress = "stall_rounds = 3";
  assert.equal(await stage.serve(), 0);
  assert.equal(roundsOf(stage), 3);
  const kinds = ["loop_stalled", "human_needed", "serve_stopped"];
  assert.deepEqual(stage.world.kinds.filter((kind) => kinds.includes(kind)), kinds);
  const event = (kind: string) => stage.world.events.find((other) => other.event === kind)!;
  assert.deepEqual([event("loop_stalled").unchanged_rounds, event("loop_stalled").action], [3, "stop"]);
  assert.equal(event("serve_stopped").reason, "stalled");
  assert.match(String(event("human_needed").hint), /peek --round 3 --log/);
  assert.match(
    stage.texts.at(-1)!,
    /^stopped: a person is needed: 3 ok rounds in a row changed nothing \(progress\.stall_rounds = 3\) \(3 rounds/,
  );
});

Deno.test("serve() counts anew after a stall ended it, and on over every other restart", async () => {
  const stage = new LoopStage();
  stage.progress = "stall_rounds = 3";
  await stage.serve({ maxRounds: 2 });
  await stage.serve();
  assert.equal(roundsOf(stage), 3, "two of the first life, one of the second");
  await stage.serve();
  assert.equal(roundsOf(stage), 6);
});

Deno.test("serve() begins its count anew with a round that changed something", async () => {
  const stage = new LoopStage();
  stage.progress = "stall_rounds = 3";
  stage.world.agents = [{}, {}, { onStart: () => stage.world.commit() }, {}];
  await stage.serve();
  const counts = [["none", 1], ["none", 2], ["some", 0], ["none", 1], ["none", 2], ["none", 3]];
  assert.deepEqual(countsOf(stage), counts);
  assert.equal(stage.world.events.at(-1)?.reason, "stalled");
});

Deno.test("serve() neither counts a round that was not ok nor begins anew with it", async () => {
  const stage = new LoopStage();
  stage.progress = "stall_rounds = 2";
  let rounds = 0;
  stage.judge = () => plainVerdict(++rounds === 2 ? "error" : "ok");
  stage.world.agents = [{ seconds: 100 }];
  await stage.serve();
  assert.deepEqual(countsOf(stage), [["none", 1], ["none", 1], ["none", 2]]);
});

Deno.test("serve() neither counts a round of which git says nothing nor begins anew with it", async () => {
  const stage = new LoopStage();
  stage.progress = "stall_rounds = 2";
  const { world } = stage;
  world.agents = [{}, { onStart: () => world.hasNoGit = true, seconds: 10 }, {}];
  world.clock.after(24_000, () => world.hasNoGit = false);
  await stage.serve();
  assert.deepEqual(countsOf(stage), [["none", 1], ["unknown", 1], ["none", 2]]);
});

Deno.test("serve() ends as done, not as stalled, when the agent says so in the same round", async () => {
  const stage = new LoopStage();
  stage.progress = "stall_rounds = 1";
  stage.world.agents = [{ onStart: () => stage.world.files.writeAtomic(`${logs}/.agent-done`, "nothing is left") }];
  await stage.serve();
  assert.equal(stage.world.events.at(-1)?.reason, "agent_done");
  assert.ok(!stage.world.kinds.includes("human_needed"));
});

Deno.test("serve() obeys a signal before a stall, and a stall before the cap", async () => {
  const signalled = new LoopStage();
  signalled.progress = "stall_rounds = 1";
  signalled.world.clock.after(4_000, () => signalled.world.signals.send("SIGTERM"));
  await signalled.serve();
  assert.equal(signalled.world.events.at(-1)?.reason, "SIGTERM");
  const capped = new LoopStage();
  capped.progress = "stall_rounds = 1";
  await capped.serve({ maxRounds: 1 });
  assert.equal(capped.world.events.at(-1)?.reason, "stalled");
});

Deno.test("serve() does what a hook says of a stall, and asks it again after each further round", async () => {
  const stage = new LoopStage();
  stage.progress = 'stall_rounds = 2\nstall_action = "hook"';
  stage.tables = '[hooks.judge]\ncommand = ["judge"]\npoints = ["round_after"]\n';
  stage.world.processes.programs.set("judge", "/bin/judge");
  const told: unknown[] = [];
  stage.world.shell = ({ stdin }) => {
    const { result } = JSON.parse(new TextDecoder().decode(stdin));
    told.push([result.changes.change, result.unchanged_rounds]);
    const answer = { protocol: 1, next: result.unchanged_rounds < 4 ? "again" : "stop" };
    const stdout = new TextEncoder().encode(JSON.stringify(answer));
    return { kind: "exited", code: 0, stdout, stderr: new TextEncoder().encode("1234\n"), isCut: false };
  };
  await stage.serve();
  assert.deepEqual(told, [["none", 1], ["none", 2], ["none", 3], ["none", 4]]);
  const stalls = stage.world.events.filter((event) => event.event === "loop_stalled");
  assert.deepEqual(stalls.map((event) => [event.unchanged_rounds, event.action]), [[2, "again"], [3, "again"], [
    4,
    "stop",
  ]]);
  assert.equal(stage.world.events.at(-1)?.reason, "stalled");
});

Deno.test("serve() puts no wait on record when a stall ends it, whatever [on_verdict] says", async () => {
  const stage = new LoopStage();
  stage.progress = "stall_rounds = 1";
  stage.onVerdict = 'ok = "wait"';
  await stage.serve();
  assert.equal(stage.world.events.at(-1)?.reason, "stalled");
  assert.equal(stage.world.files.readText(`${logs}/wait.json`), null);
});

Deno.test("serve() ends by what [on_verdict] says where that is to stop", async () => {
  const stage = new LoopStage();
  stage.progress = "stall_rounds = 1";
  stage.onVerdict = 'ok = "stop"';
  await stage.serve();
  assert.equal(stage.world.events.at(-1)?.reason, "on_verdict");
});
