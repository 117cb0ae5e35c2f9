// Guards the loop: every designed end is 0 and said, failures slow it down, and nothing makes it spin.
import assert from "node:assert/strict";
import { plainVerdict } from "../fakes/fake_reader.ts";
import { SpawnFault } from "../../src/ports/processes.ts";
import { logs, LoopStage } from "./loop_stage.ts";

const sentinel = `${logs}/.agent-done`;

Deno.test("serve() runs rounds with the pause between them until max_rounds", async () => {
  const stage = new LoopStage();
  const before = stage.world.clock.monotonic();
  assert.equal(await stage.serve({ maxRounds: 3 }), 0);
  assert.deepEqual(stage.world.kinds.filter((kind) => kind === "round_end").length, 3);
  assert.equal((stage.world.clock.monotonic() - before) / 1000, 36, "three rounds of 10 s, two pauses of 3 s");
  assert.match(stage.texts.at(-1)!, /^stopped: max_rounds = 3 reached \(3 rounds completed\)$/);
  assert.deepEqual(stage.world.kinds.slice(-2), ["max_rounds_reached", "serve_stopped"]);
});

Deno.test("serve() gives up garbage after its first round and every ten rounds", async () => {
  const stage = new LoopStage();
  await stage.serve({ maxRounds: 10 });
  assert.equal(stage.world.collections, 1);
  await stage.serve({ maxRounds: 21 });
  assert.equal(stage.world.collections, 1 + 3);
});

Deno.test("serve() writes the events of a healthy round in the order readers rely on", async () => {
  const stage = new LoopStage();
  await stage.serve({ isOnce: true });
  assert.deepEqual(stage.world.kinds, [
    "round_substrate_before",
    "round_start",
    "agent_spawn",
    "agent_exit",
    "round_verdict",
    "round_changes",
    "round_end",
    "round_substrate_after",
    "serve_stopped",
  ]);
  assert.match(stage.texts.at(-1)!, /one round was asked for \(1 round completed\)/);
});

Deno.test("serve() counts the rounds of one project on over lives", async () => {
  const stage = new LoopStage();
  await stage.serve({ isOnce: true });
  await stage.serve({ maxRounds: 2 });
  const numbers = stage.world.events.filter((event) => event.event === "round_start").map((event) => event.round_num);
  assert.deepEqual(numbers, [1, 2, 3]);
});

Deno.test("serve() leaves when the agent writes its sentinel, and clears one of an earlier run", async () => {
  const stage = new LoopStage();
  stage.world.files.writeAtomic(sentinel, "old");
  stage.world.agents = [{}, { onStart: () => stage.world.files.writeAtomic(sentinel, "all done") }];
  assert.equal(await stage.serve(), 0);
  assert.match(stage.texts[0]!, /removed \.agent-done/);
  assert.match(stage.texts.at(-1)!, /the agent wrote \.agent-done: all done \(2 rounds completed\)/);
  const event = stage.world.events.find((other) => other.event === "agent_self_terminated");
  assert.equal(event?.reason, "all done");
});

Deno.test("serve() leaves before the first round when the stop file exists", async () => {
  const stage = new LoopStage();
  stage.runtime = 'stop_file = "STOP"';
  stage.world.files.writeAtomic("/home/me/shop/STOP", "holiday");
  assert.equal(await stage.serve(), 0);
  assert.ok(!stage.world.kinds.includes("round_start"));
  const event = stage.world.events.find((other) => other.event === "stop_file_detected");
  assert.deepEqual([event?.content, event?.rounds_completed], ["holiday", 0]);
});

Deno.test("serve() leaves within half a second of a stop file in a pause", async () => {
  const stage = new LoopStage();
  stage.runtime = 'stop_file = "STOP"\nrestart_delay_s = 600';
  stage.world.clock.after(100_000, () => stage.world.files.writeAtomic("/home/me/shop/STOP", ""));
  const before = stage.world.clock.monotonic();
  assert.equal(await stage.serve(), 0);
  assert.ok(stage.world.clock.monotonic() - before <= 100_500);
});

Deno.test("serve() gives the sentinel precedence over the stop file, and both over max_rounds", async () => {
  const stage = new LoopStage();
  stage.runtime = 'stop_file = "STOP"';
  stage.world.agents = [{
    onStart: () => {
      stage.world.files.writeAtomic(sentinel, "");
      stage.world.files.writeAtomic("/home/me/shop/STOP", "");
    },
  }];
  await stage.serve({ maxRounds: 1 });
  const ends = ["agent_self_terminated", "stop_file_detected", "max_rounds_reached"];
  assert.deepEqual(stage.world.kinds.filter((kind) => ends.includes(kind)), ["agent_self_terminated"]);
  assert.match(stage.texts.at(-1)!, /no reason given/);
});

for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
  Deno.test(`serve() lets the round finish at the first ${signal}, and leaves`, async () => {
    const stage = new LoopStage();
    stage.world.clock.after(4_000, () => stage.world.signals.send(signal));
    const before = stage.world.clock.monotonic();
    assert.equal(await stage.serve(), 0);
    assert.equal(stage.world.clock.monotonic() - before, 10_000);
    assert.match(stage.texts.at(-1)!, new RegExp(`^stopped: ${signal} received \\(1 round completed\\)$`));
    assert.deepEqual(stage.world.processes.signals, []);
  });
}

Deno.test("serve() stops the round at the second request, settles it, and leaves", async () => {
  const stage = new LoopStage();
  stage.world.agents = [{ seconds: Infinity, process: { obeysAfterMs: 50 } }];
  stage.world.clock.after(4_000, () => stage.world.signals.send("SIGINT"));
  stage.world.clock.after(5_000, () => stage.world.signals.send("SIGINT"));
  const before = stage.world.clock.monotonic();
  assert.equal(await stage.serve(), 0);
  assert.ok(stage.world.clock.monotonic() - before < 5_200);
  const exit = stage.world.events.find((event) => event.event === "agent_exit");
  assert.equal(exit?.ending, "stopped");
  assert.ok(stage.world.kinds.includes("round_end"));
  assert.deepEqual(stage.world.processes.alive, []);
});

Deno.test("serve() leaves a pause at once on a signal", async () => {
  const stage = new LoopStage();
  stage.runtime = "restart_delay_s = 600";
  stage.world.clock.after(20_000, () => stage.world.signals.send("SIGTERM"));
  const before = stage.world.clock.monotonic();
  await stage.serve();
  assert.equal(stage.world.clock.monotonic() - before, 20_000);
});

Deno.test("serve() ends after five short failures, with the agent's own last line", async () => {
  const stage = new LoopStage();
  stage.world.agents = [{ seconds: 1, code: 1, concludes: "Error: no such model" }];
  const before = stage.world.clock.monotonic();
  assert.equal(await stage.serve(), 0);
  assert.equal((stage.world.clock.monotonic() - before) / 1000, 5 + 6 + 12 + 24 + 48);
  const event = stage.world.events.find((other) => other.event === "crash_loop");
  assert.deepEqual([event?.consecutive, event?.exit_code, event?.reason], [5, 1, "Error: no such model"]);
  assert.match(stage.texts.at(-1)!, /5 short failures in a row; the agent's last line: Error: no such model/);
});

Deno.test("serve() remembers failures over a restart, and forgets them after an hour", async () => {
  const stage = new LoopStage();
  stage.world.agents = [{ seconds: 1, code: 1 }];
  await stage.serve({ maxRounds: 4 });
  await stage.serve({ maxRounds: 3 });
  assert.equal(stage.world.kinds.filter((kind) => kind === "crash_loop").length, 1);
  assert.equal(stage.world.kinds.filter((kind) => kind === "round_end").length, 5);
  stage.world.clock.stepWall(3_700_000);
  await stage.serve({ maxRounds: 2 });
  assert.equal(stage.world.kinds.filter((kind) => kind === "crash_loop").length, 1);
});

Deno.test("serve() does not take long failures for a crash loop", async () => {
  const stage = new LoopStage();
  stage.world.agents = [{ seconds: 70, code: 1 }];
  await stage.serve({ maxRounds: 8 });
  assert.equal(stage.world.kinds.filter((kind) => kind === "round_end").length, 8);
});

Deno.test("serve() ends when the battery fails, says every failure, and takes no number", async () => {
  const stage = new LoopStage();
  stage.world.processes.programs.clear();
  stage.world.files.remove("/home/me/shop/main.md");
  assert.equal(await stage.serve(), 0);
  const failures = stage.texts.filter((text) => text.startsWith("STARTUP FAIL: "));
  assert.equal(failures.length, 2);
  assert.match(failures[0]!, /^STARTUP FAIL: agent_cli_in_path: .* \| how-to-fix: .+$/);
  assert.deepEqual(stage.world.kinds, ["smoke_check_failed", "smoke_check_failed", "config_broken", "serve_stopped"]);
  assert.equal(stage.world.files.readText(`${logs}/status.json`), null);
});

Deno.test("serve() waits until the provider's reset, however far, and then goes on", async () => {
  const stage = new LoopStage();
  const resetsAt = Math.floor(stage.world.clock.now() / 1000) + 36_000;
  let rounds = 0;
  stage.judge = () =>
    rounds++ === 0 ? plainVerdict("limit", { resetsAt, waitClass: "rate_limit_account" }) : plainVerdict("ok");
  await stage.serve({ maxRounds: 2 });
  assert.equal(Math.floor(stage.world.clock.now() / 1000), resetsAt + 7 + 10, "with its jitter, and the second round");
  assert.ok(
    stage.texts.some((text) => /^waiting 9h 59m until 2026-11-21T20:00:07Z: the round was limit$/.test(text)),
    stage.texts.join("\n"),
  );
  const recovered = stage.world.events.find((event) => event.event === "transient_error_recovered");
  assert.equal(recovered?.throttled_for_s, 35_997);
  assert.equal(stage.world.files.readText(`${logs}/wait.json`), null);
});

Deno.test("serve() goes on with the wait of an earlier life", async () => {
  const stage = new LoopStage();
  const resetsAt = Math.floor(stage.world.clock.now() / 1000) + 3_600;
  let rounds = 0;
  stage.judge = () => rounds++ === 0 ? plainVerdict("limit", { resetsAt }) : plainVerdict("ok");
  stage.world.clock.after(60_000, () => stage.world.signals.send("SIGTERM"));
  await stage.serve();
  assert.equal(stage.world.clock.now() / 1000, resetsAt - 3_540, "the signal ended the wait at once");
  assert.notEqual(stage.world.files.readText(`${logs}/wait.json`), null);
  await stage.serve({ maxRounds: 1 });
  const starts = stage.world.events.filter((event) => event.event === "round_start");
  assert.equal(Date.parse(String(starts[1]!.ts)) / 1000, resetsAt + 7);
});

Deno.test("serve() puts a limit on record also when it leaves after that round", async () => {
  const stage = new LoopStage();
  const resetsAt = Math.floor(stage.world.clock.now() / 1000) + 3_600;
  let rounds = 0;
  stage.judge = () => rounds++ === 0 ? plainVerdict("limit", { resetsAt }) : plainVerdict("ok");
  await stage.serve({ isOnce: true });
  assert.equal(stage.world.clock.now() / 1000, resetsAt - 3_590, "no wait before leaving");
  await stage.serve({ isOnce: true });
  const starts = stage.world.events.filter((event) => event.event === "round_start");
  assert.equal(Date.parse(String(starts[1]!.ts)) / 1000, resetsAt + 7, "the next life does not run into the limit");
});

Deno.test("serve() does not wait longer because the clock was set back", async () => {
  const stage = new LoopStage();
  const resetsAt = Math.floor(stage.world.clock.now() / 1000) + 600;
  let rounds = 0;
  stage.judge = () => rounds++ === 0 ? plainVerdict("limit", { resetsAt }) : plainVerdict("ok");
  stage.world.clock.after(100_000, () => stage.world.clock.stepWall(-86_400_000));
  const before = stage.world.clock.monotonic();
  await stage.serve({ maxRounds: 2 });
  assert.ok(stage.world.clock.monotonic() - before <= 630_000);
});

Deno.test("serve() survives a wait.json and a loop.json of anything", async () => {
  for (
    const text of ["", "{", "[]", '{"reset_at_epoch": 1e300}', '{"short_failures": 1e300, "last_failure_epoch": 1}']
  ) {
    const stage = new LoopStage();
    stage.world.files.writeAtomic(`${logs}/wait.json`, text);
    stage.world.files.writeAtomic(`${logs}/loop.json`, text);
    assert.equal(await stage.serve({ isOnce: true }), 0);
    assert.ok(stage.world.kinds.includes("round_end"));
  }
});

Deno.test("serve() does with limits what transient_error_action says", async () => {
  const stop = new LoopStage();
  stop.runtime = 'transient_error_action = "stop"';
  stop.judge = () => plainVerdict("limit", { resetsAt: 2_000_000_000 });
  assert.equal(await stop.serve(), 0);
  assert.equal(stop.world.events.find((event) => event.event === "agent_self_terminated")?.reason, "rate_limit");
  const skip = new LoopStage();
  skip.runtime = 'transient_error_action = "skip"';
  skip.judge = () => plainVerdict("transient", { waitClass: "api_timeout" });
  await skip.serve({ maxRounds: 3 });
  assert.equal(skip.world.kinds.filter((kind) => kind === "round_end").length, 3);
});

Deno.test("serve() goes on while nothing can be written, and records what it kept when it can", async () => {
  const stage = new LoopStage();
  stage.world.agents = [{
    onStart: () => {
      stage.world.files.failWith(logs, "full");
      stage.world.clock.after(60_000, () => stage.world.files.failWith(logs, null));
    },
  }, {}];
  assert.equal(await stage.serve({ maxRounds: 6 }), 0);
  assert.ok(stage.world.kinds.includes("write_failed"));
  const ends = stage.world.events.filter((event) => event.event === "round_end").map((event) => event.round_num);
  assert.deepEqual(ends, [1, 2, 3, 4, 5, 6]);
  assert.ok(stage.texts.some((text) => /status\.json cannot be written/.test(text)));
});

Deno.test("serve() is refused while another supervisor holds the lock, and disturbs nothing", async () => {
  const stage = new LoopStage();
  stage.world.lock.holdElsewhere(`${logs}/agent-runner.lock`);
  stage.world.files.writeAtomic(`${logs}/agent-runner.lock.holder`, '{"pid": 5, "started_at": "2026-11-21T09:00:00Z"}');
  const before = stage.world.files.paths();
  await assert.rejects(stage.serve(), (thrown: { exitCode?: number; message: string }) => {
    assert.equal(thrown.exitCode, 75);
    assert.match(thrown.message, /pid 5, since 2026-11-21T09:00:00Z/);
    return true;
  });
  assert.deepEqual(stage.world.files.paths(), before);
});

Deno.test("serve() refuses a log folder it cannot use with what to do", async () => {
  const stage = new LoopStage();
  stage.world.files.failWith(logs, "denied");
  await assert.rejects(stage.serve(), { name: "OperatorError", exitCode: 78 });
});

Deno.test("serve() gives the lock and its name back", async () => {
  const stage = new LoopStage();
  stage.world.agents = [{
    onStart: () => assert.equal(stage.world.files.readText(`${logs}/serve.pid`), "77"),
  }];
  await stage.serve({ isOnce: true });
  assert.equal(await stage.world.lock.isHeld(`${logs}/agent-runner.lock`), false);
  assert.equal(stage.world.files.readText(`${logs}/serve.pid`), null);
  assert.equal(stage.world.files.readText(`${logs}/agent-runner.lock.holder`), null);
  // A signal that comes now must not kill a process on its way out.
  assert.equal(stage.world.signals.isHeard, true);
});

Deno.test("serve() sleeps a few times a second and never spins", async () => {
  const stage = new LoopStage();
  stage.world.agents = [{ seconds: Infinity, process: { obeysAfterMs: null } }];
  stage.runtime = "round_timeout_s = 60";
  const before = stage.world.clock.monotonic();
  await stage.serve({ maxRounds: 3 });
  const seconds = (stage.world.clock.monotonic() - before) / 1000;
  assert.ok(stage.world.clock.sleeps < seconds * 6, `${stage.world.clock.sleeps} sleeps in ${seconds} s`);
});

Deno.test("serve() keeps the session of a round whose agent could not be started", async () => {
  const stage = new LoopStage();
  stage.agent = 'session = "resume"\nresume_arg_template = ["--resume", "{session_id}"]';
  const status = { round_num: 3, running: false, schema: 2, agent: "fake", session_id: "s-4", last_verdict: "ok" };
  stage.world.files.writeAtomic(`${logs}/status.json`, JSON.stringify(status));
  stage.world.processes.spawnGroup = () => {
    throw new SpawnFault("no memory");
  };
  await stage.serve({ isOnce: true });
  assert.ok(stage.world.kinds.includes("round_end"));
  assert.ok(!stage.world.kinds.includes("session_refused"), "nobody asked the agent");
  assert.equal(JSON.parse(stage.world.files.readText(`${logs}/status.json`)!).session_id, "s-4");
});
