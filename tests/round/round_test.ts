// Guards one round from its check to its record: what the agent gets, what is written, and in which order.
import assert from "node:assert/strict";
import { logs, LoopStage } from "../loop/loop_stage.ts";
import { FakeWorld } from "../fakes/fake_world.ts";

async function run(stage: LoopStage): Promise<LoopStage> {
  await stage.serve({ isOnce: true });
  return stage;
}

function eventOf(stage: LoopStage, kind: string): Record<string, unknown> | undefined {
  return stage.world.events.find((event) => event.event === kind);
}

Deno.test("runRound() tells the agent where it stands, in its prompt and in round-context.json", async () => {
  const stage = new LoopStage();
  await run(stage);
  await run(stage);
  const context = JSON.parse(stage.world.files.readText(`${logs}/round-context.json`)!);
  assert.deepEqual(Object.keys(context), ["round_num", "started_at", "previous"]);
  assert.deepEqual([context.round_num, context.previous.exit_code, context.previous.verdict], [2, 0, "ok"]);
  const prompt = stage.world.processes.spawned[1]!.argv.at(-1)!;
  const fence = /^```json round-context\n([\s\S]*?)\n```\n\nWork on it\. /.exec(prompt);
  assert.deepEqual(JSON.parse(fence![1]!), context);
});

Deno.test("runRound() points the links at the running round from its first byte", async () => {
  const stage = new LoopStage();
  stage.world.agents = [{ says: "hello" }];
  let seen = "";
  stage.world.clock.after(1_000, () => seen = stage.world.files.readText(`${logs}/round-current.log`) ?? "none");
  await run(stage);
  assert.equal(seen, "hello\n");
  assert.equal(stage.world.files.readText(`${logs}/round-1.log`), "hello\n");
});

Deno.test("runRound() keeps status.json true while the agent runs", async () => {
  const stage = new LoopStage();
  let during: Record<string, unknown> = {};
  stage.world.clock.after(1_000, () => during = JSON.parse(stage.world.files.readText(`${logs}/status.json`)!));
  await run(stage);
  const current = during.current as Record<string, unknown>;
  assert.deepEqual([during.round_num, during.running, current.state, current.pid], [1, true, "running", 1000]);
  assert.equal(current.id, stage.world.processes.spawned[0]!.environment.AGENT_RUNNER_ROUND_ID);
});

Deno.test("runRound() begins no round when a stop comes while the tree is looked at", async () => {
  const stage = new LoopStage();
  const { processes, signals } = stage.world;
  const { answer } = processes;
  processes.answer = (spec) => {
    if (spec.argv[0] === "git") signals.send("SIGTERM");
    return answer(spec);
  };
  assert.equal(await stage.serve(), 0);
  assert.deepEqual(processes.spawned, []);
  assert.equal(eventOf(stage, "round_start"), undefined);
  assert.deepEqual([eventOf(stage, "serve_stopped")?.reason, eventOf(stage, "serve_stopped")?.rounds_completed], [
    "SIGTERM",
    0,
  ]);
});

Deno.test("runRound() tells once of an agent that was replaced by another version", async () => {
  const stage = new LoopStage();
  for (const cliVersion of ["1.0.0", "1.1.0", "1.1.0", null]) {
    stage.shown = () => ({ cliVersion });
    await run(stage);
  }
  const changes = stage.world.events.filter((event) => event.event === "agent_version_changed");
  assert.deepEqual(changes.map(({ round_num, from, to }) => [round_num, from, to]), [[2, "1.0.0", "1.1.0"]]);
  assert.equal(stage.texts.filter((text) => /is now 1\.1\.0 \(it was 1\.0\.0\)/.test(text)).length, 1);
});

Deno.test("runRound() records the wall a round ran into, and how it ended", async () => {
  const stage = new LoopStage();
  stage.runtime = "round_timeout_s = 30";
  stage.world.agents = [{ seconds: Infinity, leaves: [{ obeysAfterMs: 0 }] }];
  await run(stage);
  const exit = eventOf(stage, "agent_exit")!;
  assert.deepEqual([exit.timed_out, exit.exit_cause, exit.ending, exit.exit_code], [true, "timeout", "timed_out", -15]);
  assert.equal(eventOf(stage, "round_timeout_kill")?.reason, "exceeded round_timeout_s=30");
  assert.ok(!stage.world.kinds.includes("round_grace_kill"));
  assert.ok(stage.texts.some((text) => /round 1 is being ended: hard wall reached/.test(text)));
});

Deno.test("runRound() records an agent that lingered as such, and not as a timeout kill", async () => {
  const stage = new LoopStage();
  stage.runtime = "linger_s = 5";
  stage.world.agents = [{ says: "RESULT", seconds: Infinity }];
  await run(stage);
  assert.equal(eventOf(stage, "round_grace_kill")?.grace_s, 5);
  assert.ok(!stage.world.kinds.includes("round_timeout_kill"));
});

Deno.test("runRound() is done with a process that cannot be started, in words", async () => {
  const stage = new LoopStage();
  stage.world.processes.spawnFault = "Resource temporarily unavailable";
  await run(stage);
  assert.equal(eventOf(stage, "agent_exit")?.ending, "not_started");
  assert.equal(eventOf(stage, "agent_spawn")?.pid, null);
  assert.ok(stage.world.kinds.includes("round_end"));
});

Deno.test("runRound() leaves neither prompt nor status file of a round that is over", async () => {
  const stage = new LoopStage();
  stage.agent = 'prompt_delivery = "stdin"';
  await run(stage);
  const stdin = stage.world.processes.spawned[0]!.argv[5]!;
  assert.match(stdin, /\/rounds\/R1-.*\.prompt$/);
  const rounds = stage.world.files.paths().filter((path) => path.startsWith(`${logs}/rounds/`));
  assert.deepEqual(rounds.map((path) => path.replace(/^.*\./, "")), ["log"]);
});

Deno.test("runRound() leaves the tree of a failed round as it is, and tells the next one", async () => {
  const stage = new LoopStage();
  stage.world.dirty = ["half.ts"];
  stage.world.agents = [{ code: 1 }];
  await run(stage);
  assert.deepEqual(eventOf(stage, "dirty_detected")?.files, ["half.ts"]);
  assert.ok(!stage.world.processes.ran.some((spec) => spec.argv.includes("stash")));
  assert.ok(stage.texts.some((text) => /1 uncommitted path left in the tree/.test(text)));
  await run(stage);
  const context = JSON.parse(stage.world.files.readText(`${logs}/round-context.json`)!);
  assert.deepEqual([context.previous.had_dirty_tree, context.previous.dirty_files], [true, ["half.ts"]]);
});

Deno.test("runRound() does not take a git that failed for a clean tree", async () => {
  const world = new FakeWorld();
  const stage = new LoopStage(world);
  world.agents = [{ onStart: () => world.hasNoGit = true }];
  await run(stage);
  assert.match(String(eventOf(stage, "dirty_check_failed")?.reason), /git/);
  assert.ok(stage.world.kinds.includes("round_end"));
});

Deno.test("runRound() signals fresh eyes to the agent and on record", async () => {
  const stage = new LoopStage();
  stage.runtime = "fresh_eyes_every_n = 2";
  await stage.serve({ maxRounds: 2 });
  assert.deepEqual(stage.world.processes.spawned.map((spec) => spec.environment.AGENT_RUNNER_FRESH_EYES), ["0", "1"]);
  assert.equal(eventOf(stage, "fresh_eyes_round_triggered")?.round_num, 2);
});

Deno.test("runRound() samples the machine at start and end", async () => {
  const stage = await run(new LoopStage());
  const lines = stage.world.files.readText(`${logs}/metrics-2026-11.jsonl`)!.trimEnd().split("\n");
  assert.deepEqual(lines.map((line) => JSON.parse(line).event), ["round_start", "round_end"]);
});

Deno.test("runRound() writes private files only", async () => {
  const stage = await run(new LoopStage());
  for (const path of stage.world.files.paths().filter((name) => name.startsWith(logs))) {
    const mode = stage.world.files.modeOf(path);
    assert.ok(mode === null || mode === 0o600, `${path} ${mode?.toString(8)}`);
  }
});

Deno.test("runRound() masks secrets in the agent's last lines wherever they are kept", async () => {
  const stage = new LoopStage();
  const secret = `sk-ant-api03-${"a1B2".repeat(20)}`;
  stage.world.agents = [{ seconds: 1, code: 1, concludes: `bad key ${secret}` }];
  await stage.serve();
  assert.ok(stage.world.kinds.includes("crash_loop"));
  assert.ok(!stage.texts.join("\n").includes("a1B2a1B2"));
  assert.ok(!JSON.stringify(stage.world.events).includes("a1B2a1B2"));
});
