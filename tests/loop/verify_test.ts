// Guards the command an agent's "done" has to pass: believed, refused, ended, and what the next round is told.
import assert from "node:assert/strict";
import { runVerify } from "../../src/loop/verify.ts";
import { findVerifyCommand, requireVerifyCommand } from "../../src/loop/verify_command.ts";
import type { RunOutcome } from "../../src/ports/processes.ts";
import { configOf, withLines } from "../config/sample.ts";
import { FakeWorld } from "../fakes/fake_world.ts";
import { logs, LoopStage } from "./loop_stage.ts";

const sentinel = `${logs}/.agent-done`;
const verifyLines = 'verify = ["make", "test --all"]\nverify_timeout_s = 90';

function exited(code: number, stdout = "", isCut = false): RunOutcome {
  const encoder = new TextEncoder();
  return { kind: "exited", code, stdout: encoder.encode(stdout), stderr: new Uint8Array(), isCut };
}

function stageOf(...outcomes: (RunOutcome | (() => RunOutcome | Promise<RunOutcome>))[]) {
  const stage = new LoopStage();
  stage.progress = verifyLines;
  stage.world.processes.programs.set("make", "/usr/bin/make");
  stage.world.agents = [{ onStart: () => stage.world.files.writeAtomic(sentinel, "all is done") }];
  stage.world.shell = () => {
    const outcome = outcomes.length > 1 ? outcomes.shift()! : outcomes[0]!;
    return typeof outcome === "function" ? outcome() : outcome;
  };
  return stage;
}

function ran(stage: LoopStage) {
  return stage.world.processes.ran.filter(({ argv }) => argv[0] === "/bin/sh");
}

function kinds(stage: LoopStage): string[] {
  const own = ["done_verified", "done_refused", "agent_self_terminated", "human_needed", "serve_stopped"];
  return stage.world.kinds.filter((kind) => own.includes(kind));
}

function context(stage: LoopStage): Record<string, unknown> {
  return JSON.parse(stage.world.files.readText(`${logs}/round-context.json`)!);
}

Deno.test("serve() believes the agent when the command agrees, with the agent's environment and a deadline", async () => {
  const stage = stageOf(exited(0));
  stage.agent = 'env = { TOOL = "x" }';
  assert.equal(await stage.serve(), 0);
  assert.deepEqual(kinds(stage), ["done_verified", "agent_self_terminated", "serve_stopped"]);
  const [spec, ...rest] = ran(stage);
  assert.deepEqual(rest, []);
  assert.deepEqual(spec!.argv.slice(3), ["sh", "/usr/bin/make", "test --all"]);
  assert.deepEqual([spec!.timeoutMs, spec!.workDir, spec!.keeps], [90_000, "/home/me/shop", "end"]);
  const [start] = stage.world.events.filter((event) => event.event === "round_start");
  const { TOOL, AGENT_RUNNER_ROUND_ID: id, AGENT_RUNNER_LOG_DIR: folder } = spec!.environment!;
  assert.deepEqual([TOOL, id, folder], ["x", start!.round_id, logs]);
  assert.match(stage.texts.at(-1)!, /the agent wrote \.agent-done: all is done \(1 round/);
});

Deno.test("serve() asks no command where none is set", async () => {
  const stage = stageOf(exited(1));
  stage.progress = "";
  await stage.serve();
  assert.deepEqual(ran(stage), []);
  assert.deepEqual(kinds(stage), ["agent_self_terminated", "serve_stopped"]);
});

Deno.test("serve() goes on when the command does not agree, and tells the next round what failed", async () => {
  const secret = `ghp_${"a1B2".repeat(9)}`;
  const stage = stageOf(exited(2, `1 failed: token=${secret}\n`), exited(0));
  await stage.serve({ maxRounds: 5 });
  assert.deepEqual(kinds(stage), ["done_refused", "done_verified", "agent_self_terminated", "serve_stopped"]);
  const event = stage.world.events.find((other) => other.event === "done_refused")!;
  assert.deepEqual([event.round_num, event.outcome, event.exit_code, event.said], [1, "exit_code", 2, "all is done"]);
  assert.equal(event.output, "1 failed: token=<redacted>");
  assert.equal(stage.world.files.readText(String(event.file)), "all is done", "put aside, not lost");
  assert.match(String(event.file), /\/logs\/rounds\/R1-\d{8}T\d{6}\.done\.txt$/);
  const told = context(stage).done_refused as Record<string, unknown>;
  assert.deepEqual([told.round, told.you_said, told.what_happened, told.output], [
    1,
    "all is done",
    "it ended with exit code 2",
    "1 failed: token=<redacted>",
  ]);
  assert.deepEqual(told.command, ["make", "test --all"]);
  assert.equal(stage.world.files.readText(String(told.more_output)), "1 failed: token=<redacted>\n");
  assert.ok(
    stage.texts.some((text) => /'make test --all' does not agree: it ended with exit code 2 \(see /.test(text)),
  );
  const everything = stage.world.files.paths().map((path) => stage.world.files.readText(path) ?? "").join("\n");
  assert.ok(!everything.includes(secret));
});

Deno.test("serve() tells it until a round that was told of it ended well, also over a restart", async () => {
  const stage = stageOf(exited(2, "1 failed"));
  const say = stage.world.agents[0]!;
  stage.world.agents = [say, { code: 1, seconds: 100 }, {}, {}];
  await stage.serve({ maxRounds: 1 });
  await stage.serve({ maxRounds: 1 });
  assert.notEqual(context(stage).done_refused, undefined);
  await stage.serve({ maxRounds: 1 });
  assert.notEqual(context(stage).done_refused, undefined, "round 2 failed");
  await stage.serve({ maxRounds: 1 });
  assert.equal(context(stage).done_refused, undefined, "round 3 ended well");
});

for (
  const [what, outcome, reason] of [
    ["does not end in time", { kind: "timed_out", stdout: new TextEncoder().encode("stuck") }, /within 90 s/],
    ["dies of a signal", exited(-1), /died of a signal/],
    ["cannot be started", { kind: "absent", reason: "Permission denied" }, /could not be started: Permission denied/],
  ] as const
) {
  Deno.test(`serve() does not believe the agent when the command ${what}`, async () => {
    const stage = stageOf(outcome);
    await stage.serve({ maxRounds: 1 });
    assert.deepEqual(kinds(stage), ["done_refused", "serve_stopped"]);
    assert.match(String(stage.world.events.find((event) => event.event === "done_refused")!.reason), reason);
    assert.equal(stage.world.files.lstat(sentinel), null);
    assert.equal(stage.world.events.at(-1)?.reason, "max_rounds");
  });
}

Deno.test("serve() does not believe the agent while the command in the project is not there", async () => {
  const stage = stageOf(exited(0));
  stage.progress = 'verify = ["./check.sh"]';
  await stage.serve({ maxRounds: 1 });
  const refused = stage.world.events.find((event) => event.event === "done_refused")!;
  assert.deepEqual([refused.outcome, refused.exit_code], ["not_found", null]);
  assert.match(String(refused.reason), /'\.\/check\.sh' is no file that may be executed, seen from '\/home\/me\/shop'/);
  stage.world.processes.programs.set("./check.sh", "/home/me/shop/check.sh");
  await stage.serve();
  assert.equal(stage.world.events.at(-1)?.reason, "agent_done");
});

Deno.test("serve() ends the command at once on a signal, and says nothing about the work", async () => {
  const stage = stageOf();
  stage.world.shell = ({ stop }) =>
    new Promise((resolve) => {
      stop!.addEventListener("abort", () => resolve({ kind: "timed_out" }));
      stage.world.clock.after(5_000, () => stage.world.signals.send("SIGTERM"));
    });
  const before = stage.world.clock.monotonic();
  assert.equal(await stage.serve(), 0);
  assert.ok(stage.world.clock.monotonic() - before < 10_000 + 6_000);
  assert.deepEqual(kinds(stage), ["serve_stopped"]);
  assert.equal(stage.world.events.at(-1)?.reason, "SIGTERM");
});

Deno.test("serve() ends the command for the operator's stop file, and ends by it", async () => {
  const stage = stageOf();
  stage.runtime = 'stop_file = "STOP"';
  stage.world.shell = ({ stop }) =>
    new Promise((resolve) => {
      stop!.addEventListener("abort", () => resolve({ kind: "timed_out" }));
      stage.world.clock.after(5_000, () => stage.world.files.writeAtomic("/home/me/shop/STOP", ""));
    });
  await stage.serve();
  assert.deepEqual(kinds(stage), ["serve_stopped"]);
  assert.equal(stage.world.events.at(-1)?.reason, "stop_file");
});

Deno.test("serve() shows in status.json what it waits for while the command runs", async () => {
  let seen: unknown;
  const stage = stageOf(() => {
    seen = JSON.parse(stage.world.files.readText(`${logs}/status.json`)!).waiting;
    return exited(0);
  });
  await stage.serve();
  const { classification, reason } = seen as Record<string, unknown>;
  assert.deepEqual([classification, /'make test --all' has to agree/.test(String(reason))], ["verify", true]);
  assert.equal(JSON.parse(stage.world.files.readText(`${logs}/status.json`)!).waiting, undefined);
});

Deno.test("serve() keeps every done file that was not believed, also two of one second", async () => {
  const stage = stageOf(exited(1));
  stage.world.agents = [{ onStart: () => stage.world.files.writeAtomic(sentinel, "first") }, {}];
  let pauses = 0;
  stage.world.shell = () => {
    if (pauses++ === 0) stage.world.clock.after(0, () => stage.world.files.writeAtomic(sentinel, "second"));
    return exited(1);
  };
  await stage.serve({ maxRounds: 2 });
  const kept = stage.world.files.paths().filter((path) => path.endsWith(".done.txt"));
  assert.deepEqual(kept.map((path) => stage.world.files.readText(path)).sort(), ["first", "second"]);
});

Deno.test("serve() asks for a person when the done file can neither be put aside nor removed", async () => {
  const stage = stageOf(exited(1));
  const { files } = stage.world;
  const stuck = (path: string) =>
    path === sentinel
      ? (() => {
        throw new Error("denied");
      })()
      : null;
  const { rename, remove } = files;
  files.rename = (from, to) => stuck(from) ?? rename.call(files, from, to);
  files.remove = (path, options) => stuck(path) ?? remove.call(files, path, options);
  await stage.serve();
  assert.deepEqual(kinds(stage), ["done_refused", "human_needed", "serve_stopped"]);
  assert.match(stage.texts.at(-1)!, /'.*\.agent-done' was not believed and cannot be removed/);
});

Deno.test("runVerify() ends what the command left running, and counts it", async () => {
  const world = new FakeWorld();
  const roundId = "11111111-2222-4333-8444-555555555555";
  world.shell = () => {
    world.processes.start({ marker: `AGENT_RUNNER_ROUND_ID=${roundId}`, command: "daemon" });
    return exited(0);
  };
  const verified = await runVerify({
    command: ["make"],
    file: "/usr/bin/make",
    workDir: "/home/me/shop",
    environment: {},
    unset: [],
    timeoutSeconds: 5,
    roundId,
    stop: new AbortController().signal,
    hasStopFile: () => false,
  }, world);
  assert.deepEqual([verified.kind, verified.kind === "passed" && verified.leftovers], ["passed", 1]);
  assert.deepEqual(world.processes.alive, []);
});

Deno.test("runVerify() leaves out the line that a bound cut into", async () => {
  const world = new FakeWorld();
  world.shell = () => exited(1, "cret-tail\nwhole line\n", true);
  const verified = await runVerify({
    command: ["make"],
    file: "/usr/bin/make",
    workDir: "/",
    environment: {},
    unset: [],
    timeoutSeconds: 5,
    roundId: crypto.randomUUID(),
    stop: new AbortController().signal,
    hasStopFile: () => false,
  }, world);
  assert.equal(verified.kind === "failed" && verified.output, "whole line\n");
});

Deno.test("findVerifyCommand() tells what is missing from what the agent may still write", () => {
  const world = new FakeWorld();
  const config = configOf(withLines({}));
  assert.deepEqual(findVerifyCommand(config, ["agent"], world), { kind: "found", file: "/bin/agent" });
  assert.equal(findVerifyCommand(config, ["./check.sh"], world).kind, "later");
  const missing = findVerifyCommand(config, ["mkae"], world);
  assert.match(missing.kind === "missing" ? missing.reason : "", /'mkae' is not found on PATH \/bin/);
});

Deno.test("requireVerifyCommand() refuses a command that is nowhere, with what to do, and no other", () => {
  const world = new FakeWorld();
  const config = (lines: string) => configOf(withLines({ progress: lines }));
  requireVerifyCommand(config(""), world);
  requireVerifyCommand(config('verify = ["agent"]'), world);
  requireVerifyCommand(config('verify = ["./later.sh"]'), world);
  assert.throws(() => requireVerifyCommand(config('verify = ["mkae", "test"]'), world), {
    name: "OperatorError",
    exitCode: 78,
    message: /progress\.verify cannot be run: 'mkae' is not found on PATH/,
    fix: /progress\.verify/,
  });
});
