// Proves what becomes of a round when its supervisor, its terminal, its folder or its program is taken away under it.
import assert from "node:assert/strict";
import { hasExitFile, killed, shimPid } from "./crash_abandoned.ts";
import { testAbreast } from "./crash_abreast.ts";
import { agentStarts, checkSettled, overlaps } from "./crash_checks.ts";
import { hiddenPids, hide, scripted, stopFor, timeOf, untilHidden } from "./containment.ts";
import { exists, Project, signal } from "./project.ts";
import type { Running } from "./project.ts";

async function untilStarted(project: Project): Promise<void> {
  await project.untilAgent();
  await project.until("the start to be on record", () => project.ofKind("agent_spawn")[0]);
}

/** As the kernel does it when memory runs out: no last word. */
async function outOfMemory(serve: Running): Promise<void> {
  await killed(serve);
}

testAbreast("serve ends what an agent left that ended while nobody watched", async () => {
  const script = `setsid bash -c 'exec -a left-behind sleep 600' </dev/null >/dev/null 2>&1 &
begin; [ $round = 1 ] && sleep 1; result`;
  await using project = await Project.make(scripted(script));
  const first = project.start("serve");
  await untilStarted(project);
  await outOfMemory(first);
  await project.until("the agent's end", () => hasExitFile(project));
  assert.ok((await project.processes()).length > 0, "its child lives on");
  const { code, stdout } = await project.run(["serve", "--max-rounds", "1"]);
  assert.equal(code, 0, stdout);
  const exits = project.ofKind("agent_exit");
  assert.deepEqual(exits.map(({ ending, exit_code }) => [ending, exit_code]), [["exited", 0], ["exited", 0]]);
  assert.equal(exits[0]?.leftovers_ended, 1);
  assert.deepEqual(overlaps(project), []);
  await checkSettled(project, { atLeast: 2 });
});

testAbreast("serve ends what recorded rounds left that nothing leads any more, before its first round", async () => {
  const script = `trap '' TERM
begin; setsid bash -c 'trap "" TERM; exec -a left-behind sleep 600' </dev/null >/dev/null 2>&1 & [ $round = 1 ] && sleep 600; result`;
  await using project = await Project.make(scripted(script));
  const first = project.start("serve");
  await untilStarted(project);
  await outOfMemory(first);
  signal(shimPid(project), "SIGKILL");
  // The round is over on record: only its id in the environment tells whose these processes are.
  const status = project.status();
  const { current: _, ...rest } = status;
  Deno.writeTextFileSync(`${project.logs}/status.json`, JSON.stringify({ ...rest, running: false }));
  const before = await project.processes();
  assert.ok(before.length >= 2, JSON.stringify(before));
  const { code, stdout } = await project.run(["serve", "--max-rounds", "1"]);
  assert.equal(code, 0, stdout);
  assert.match(stdout, /round 1 left \d+ processes running, which are being ended/);
  const [left] = project.ofKind("leftovers_ended");
  assert.deepEqual([left?.round_num, left?.survivors], [1, 0]);
  assert.ok(Number(left?.processes) >= before.length, JSON.stringify(left));
  const kinds = project.events().map(({ event }) => event);
  assert.ok(kinds.indexOf("leftovers_ended") < kinds.lastIndexOf("round_start"), "the next round began first");
  assert.deepEqual(await project.processes(), []);
});

testAbreast("serve leaves alone what only descends from a round it runs in itself", async () => {
  await using project = await Project.make({});
  assert.equal((await project.run(["round"])).code, 0);
  const [start] = project.ofKind("round_start");
  project.env.AGENT_RUNNER_LOG_DIR = project.logs;
  project.env.AGENT_RUNNER_ROUND_ID = String(start?.round_id);
  const { code, stdout } = await project.run(["serve", "--max-rounds", "1"]);
  assert.equal(code, 0, stdout);
  assert.deepEqual(project.ofKind("leftovers_ended"), []);
  assert.equal(project.ofKind("round_end").length, 2);
});

testAbreast("serve finishes its round when its terminal is closed, and stops it when it is asked again", async () => {
  await using project = await Project.make(scripted("begin; trap '' HUP; sleep 600"));
  const serve = project.start("serve");
  await untilStarted(project);
  serve.signal("SIGHUP");
  await project.until("the request to be told", () => serve.stdout.includes("SIGHUP: no further round"));
  assert.equal(project.ofKind("agent_exit").length, 0, "the agent heard it");
  serve.signal("SIGHUP");
  assert.equal((await serve.ended()).code, 0);
  assert.equal(project.ofKind("agent_exit")[0]?.ending, "stopped");
  await checkSettled(project, { atLeast: 1 });
});

testAbreast(
  "a supervisor that was stopped for a while ends a round at once whose time was over meanwhile",
  async () => {
    await using project = await Project.make(scripted("begin; sleep 600", { runtime: { round_timeout_s: 3 } }));
    const serve = project.start("serve", "--once");
    await untilStarted(project);
    await stopFor(serve.pid, 4500);
    const woken = Date.now();
    assert.equal((await serve.ended()).code, 0);
    const [exit] = project.ofKind("agent_exit");
    assert.deepEqual([exit?.ending, exit?.timed_out], ["timed_out", true]);
    assert.equal(project.ofKind("round_timeout_kill")[0]?.wall, "hard");
    assert.ok(timeOf(exit) - woken < 2900, `${timeOf(exit) - woken} ms after it went on`);
    await checkSettled(project, { atLeast: 1 });
  },
);

testAbreast("a supervisor that was stopped takes no silence of its own for the agent's", async () => {
  const script = "begin; for i in $(seq 30); do echo $i; sleep 0.25; done; result";
  const runtime = { idle_timeout_s: 3, first_byte_timeout_s: 2, round_timeout_s: 30 };
  await using project = await Project.make(scripted(script, { runtime }));
  const serve = project.start("serve", "--once");
  await untilStarted(project);
  await stopFor(serve.pid, 4500);
  assert.equal((await serve.ended()).code, 0);
  const [exit] = project.ofKind("agent_exit");
  assert.deepEqual([exit?.ending, exit?.exit_code], ["exited", 0]);
  assert.equal(project.ofKind("round_verdict")[0]?.verdict, "ok");
  await checkSettled(project, { atLeast: 1 });
});

testAbreast("a supervisor that was stopped over the end of its agent records that end", async () => {
  const script = "begin; setsid sleep 600 </dev/null >/dev/null 2>&1 & sleep 1; exit 7";
  await using project = await Project.make(scripted(script));
  const serve = project.start("serve", "--once");
  await untilStarted(project);
  await stopFor(serve.pid, 3000);
  assert.equal((await serve.ended()).code, 0);
  const [exit] = project.ofKind("agent_exit");
  assert.deepEqual([exit?.ending, exit?.exit_code, exit?.leftovers_ended], ["exited", 7, 1]);
  await checkSettled(project, { atLeast: 1 });
});

testAbreast("a round whose work folder is deleted is settled, and serve leaves with what to mend", async () => {
  await using project = await Project.make(scripted("begin; sleep 1.5; result"));
  project.cwd = project.root;
  const serve = project.start("--config", `${project.work}/agent-runner.toml`, "serve");
  await untilStarted(project);
  Deno.removeSync(project.work, { recursive: true });
  const { code, stdout } = await serve.ended();
  const [exit] = project.ofKind("agent_exit");
  assert.deepEqual([exit?.ending, exit?.exit_code], ["exited", 0], stdout);
  assert.equal(project.ofKind("dirty_check_failed").length, 1, "a folder that is gone is not a clean one");
  assert.equal(code, 0, stdout);
  assert.match(stdout, /stopped: the start-up battery failed: .*work_dir_is_git_repo/);
  assert.deepEqual(agentStarts(project), [1]);
  await checkSettled(project, { atLeast: 1 });
});

testAbreast("a round whose log folder is deleted is finished, and serve starts no second agent beside it", async () => {
  await using project = await Project.make(scripted("begin; sleep 1.5; result"));
  const serve = project.start("serve", "--max-rounds", "2");
  await untilStarted(project);
  Deno.removeSync(project.logs, { recursive: true });
  const { code, stdout } = await serve.ended();
  assert.equal(code, 0, stdout);
  assert.match(stdout, /round 1 ended/);
  assert.deepEqual(agentStarts(project), [1, 2]);
  assert.deepEqual(overlaps(project), []);
  assert.deepEqual(await project.processes(), []);
  assert.equal(project.status().round_num, 2);
});

testAbreast(
  "an agent that is replaced in mid-round finishes as it was, and the next round runs the new one",
  async () => {
    await using project = await Project.make({ agent: { command: ["../agent"], reader: "plain" } });
    const agent = `${project.root}/agent`;
    const write = (word: string) => {
      const text = `#!/bin/sh\necho $AGENT_RUNNER_ROUND_NUM $$ 0 >>"$FAKE_OUT/starts"; : >"$FAKE_OUT/started"
sleep 1; echo I am ${word}\n`;
      Deno.writeTextFileSync(`${agent}.new`, text, { mode: 0o755 });
      Deno.renameSync(`${agent}.new`, agent);
    };
    write("old");
    const serve = project.start("serve", "--max-rounds", "2");
    await untilStarted(project);
    write("new");
    assert.equal((await serve.ended()).code, 0);
    assert.deepEqual([project.roundLog(1), project.roundLog(2)], ["I am old\n", "I am new\n"]);
    await checkSettled(project, { atLeast: 2 });
  },
);

testAbreast("an agent that is removed in mid-round finishes, and serve leaves with what to mend", async () => {
  await using project = await Project.make({ agent: { command: ["../agent"], reader: "plain" } });
  const agent = `${project.root}/agent`;
  Deno.writeTextFileSync(agent, `#!/bin/sh\n: >"$FAKE_OUT/started"\nsleep 1; echo done\n`, { mode: 0o755 });
  const serve = project.start("serve", "--max-rounds", "2");
  await untilStarted(project);
  Deno.removeSync(agent);
  const { code, stdout } = await serve.ended();
  assert.equal(project.ofKind("agent_exit")[0]?.ending, "exited");
  assert.equal(code, 0, stdout);
  assert.match(stdout, /agent_cli_in_path/);
  await checkSettled(project, { atLeast: 1 });
});

testAbreast(
  "a child without environment and session is ended once a snapshot saw it, whatever became of its parent",
  async () => {
    const script = `${hide}
setsid bash -c "env -i bash -c 'exec -a E2E_TAG=$E2E_TAG sleep 600' & exec sleep 5" </dev/null >/dev/null 2>&1 &
begin; sleep 7; result`;
    await using project = await Project.make(scripted(script));
    const serve = project.start("serve", "--once");
    await untilHidden(project);
    assert.equal((await serve.ended()).code, 0);
    assert.deepEqual(hiddenPids(project), []);
    assert.equal(project.ofKind("agent_exit")[0]?.leftovers_ended, 1);
    await checkSettled(project, { atLeast: 1 });
  },
);

testAbreast("what comes later from the group of such a child is ended, too", async () => {
  // The tool's shell is seen once; what it starts as its last act has neither its parent nor its environment.
  const tool = `sleep 4; env -i bash -c 'exec -a E2E_TAG=$E2E_TAG sleep 600' &`;
  const script = `setsid bash -c "${tool}" </dev/null >/dev/null 2>&1 &
begin; sleep 6; result`;
  await using project = await Project.make(scripted(script));
  const serve = project.start("serve", "--once");
  await untilHidden(project);
  assert.equal((await serve.ended()).code, 0);
  assert.deepEqual(hiddenPids(project), []);
  await checkSettled(project, { atLeast: 1 });
});

testAbreast("a child that ignores every signal it can is ended, and so is a stopped one", async () => {
  const deaf = `trap "" TERM INT HUP QUIT USR1 USR2 ALRM PIPE TSTP TTIN TTOU; exec sleep 600`;
  const script = `setsid bash -c '${deaf}' </dev/null >/dev/null 2>&1 &
setsid bash -c 'trap "" TERM HUP; kill -STOP $$; sleep 600' </dev/null >/dev/null 2>&1 &
begin; sleep 0.5; result`;
  await using project = await Project.make(scripted(script));
  const { code, stdout } = await project.run(["round"]);
  assert.equal(code, 0, stdout);
  assert.deepEqual(await project.processes(), []);
  assert.ok(Number(project.ofKind("agent_exit")[0]?.leftovers_ended) >= 2);
  assert.equal(exists(`${project.logs}/serve.pid`), false);
});
