// Proves that a loop ends when nothing changes any more, and that "done" is believed only when it passes.
import assert from "node:assert/strict";
import { exists, names, Project } from "./project.ts";

/** A script in the project's root folder, outside of its work tree. */
function script(project: Project, name: string, body: string): string {
  const path = `${project.root}/${name}`;
  Deno.writeTextFileSync(path, `#!/bin/sh\n${body}\n`);
  Deno.chmodSync(path, 0o755);
  return path;
}

function progress(lines: Readonly<Record<string, unknown>>): string {
  const written = Object.entries(lines).map(([key, value]) => `${key} = ${JSON.stringify(value)}`);
  return ["[progress]", ...written].join("\n");
}

function changesOf(project: Project): unknown[] {
  return project.ofKind("round_changes").map((event) => [event.change, event.unchanged_rounds]);
}

/** The project with its configuration committed, so that rounds find a clean tree. */
async function configured(project: Project, options: Parameters<Project["writeConfig"]>[0]): Promise<void> {
  project.writeConfig(options);
  await project.git("commit", "-q", "-a", "-m", "config");
}

Deno.test("serve stops after rounds that changed nothing, and a round that changed something counts anew", async () => {
  const plan = ["clean", "clean", "commit", "clean", "dirty", "clean", "clean", "clean", "clean"];
  await using project = await Project.make({ plan, toml: progress({ stall_rounds: 3 }) });
  const { code, stdout } = await project.run(["serve"], { timeoutMs: 90_000 });
  assert.equal(code, 0, stdout);
  assert.deepEqual(changesOf(project), [
    ["none", 1],
    ["none", 2],
    ["some", 0],
    ["none", 1],
    ["some", 0],
    ["none", 1],
    ["none", 2],
    ["none", 3],
  ]);
  const [, , committed, , left] = project.ofKind("round_changes");
  assert.deepEqual([committed?.commits, committed?.files_changed, committed?.insertions], [1, 1, 1]);
  assert.notEqual(committed?.head_before, committed?.head_after);
  assert.deepEqual([left?.commits, left?.files_changed, left?.insertions], [0, 1, 1]);
  assert.match(
    stdout,
    /stopped: a person is needed: 3 ok rounds in a row changed nothing \(progress\.stall_rounds = 3\)/,
  );
  assert.deepEqual(project.ofKind("human_needed").map((event) => event.verdict), ["ok"]);
  assert.equal(project.ofKind("serve_stopped").at(-1)?.reason, "stalled");
  assert.equal(project.status().running, false);
});

Deno.test("serve counts rounds without a change on over a restart and over a kill", async () => {
  await using project = await Project.make({
    plan: ["clean", "slow", "clean", "clean"],
    toml: progress({ stall_rounds: 3 }),
  });
  assert.equal((await project.run(["serve", "--max-rounds", "1"])).code, 0);
  const second = project.start("serve");
  await project.untilKind("agent_spawn", 2);
  second.kill();
  await second.ended();
  const { code, stdout } = await project.run(["serve"]);
  assert.equal(code, 0, stdout);
  assert.deepEqual(changesOf(project), [["none", 1], ["none", 2], ["none", 3]]);
  assert.equal(project.ofKind("serve_stopped").at(-1)?.reason, "stalled");
});

Deno.test("serve takes work that stays uncommitted for a change once, and nothing git cannot tell for none", async () => {
  const plan = ["dirty", "clean", "clean", "clean", "clean"];
  const toml = `[vcs]\ndirty_action = "ignore"\n${progress({ stall_rounds: 2 })}`;
  await using project = await Project.make({ plan, toml });
  assert.equal((await project.run(["serve", "--max-rounds", "2"])).code, 0);
  assert.deepEqual(changesOf(project), [["some", 0], ["none", 1]]);
  assert.ok(exists(`${project.work}/left-1.txt`));
  const agentEnv = { FAKE_GATE: 1, FAKE_SLEEP: 0, FAKE_END: "result" };
  project.writeConfig({ plan: ["clean", "clean", "late", "clean"], toml, agentEnv });
  const serve = project.start("serve");
  await project.untilKind("agent_spawn", 3);
  Deno.renameSync(`${project.work}/.git`, `${project.root}/gone`);
  Deno.writeTextFileSync(`${project.out}/go`, "");
  await project.untilKind("round_end", 3);
  Deno.renameSync(`${project.root}/gone`, `${project.work}/.git`);
  await serve.ended();
  assert.deepEqual(changesOf(project)[2], ["unknown", 1]);
});

Deno.test("serve tells agents, hooks and peek what a round changed", async () => {
  const plan = ["commit", "record"];
  await using project = await Project.make({ plan });
  const hook = script(project, "after", `cat >>"${project.out}/told"; echo '{"protocol":1}'`);
  const toml = `[hooks.after]\ncommand = ["${hook}"]\npoints = ["round_after"]`;
  await configured(project, { plan, toml });
  assert.equal((await project.run(["serve", "--max-rounds", "2"])).code, 0);
  const [first, second] = Deno.readTextFileSync(`${project.out}/told`).trim().split("\n").map((line) =>
    JSON.parse(line)
  );
  assert.deepEqual([first.result.changes.change, first.result.changes.commits, first.result.unchanged_rounds], [
    "some",
    1,
    0,
  ]);
  assert.deepEqual([second.result.changes.change, second.result.unchanged_rounds], ["none", 1]);
  const prompt = Deno.readTextFileSync(`${project.out}/prompt-2`);
  assert.match(prompt, /"changes": \{\s*"change": "some",\s*"commits": 1,\s*"files_changed": 1/);
  const { status } = JSON.parse((await project.run(["peek", "--json"])).stdout);
  assert.deepEqual([status.last_change.change, status.last_change.unchanged_rounds], ["none", 1]);
  assert.match((await project.run(["peek"])).stdout, /changed +nothing in round 2/);
});

Deno.test("serve does not take for the agent's what a hook changes before the round", async () => {
  const plan = ["clean", "clean"];
  await using project = await Project.make({ plan });
  const hook = script(project, "before", `echo "task $AGENT_RUNNER_ROUND_NUM" >>tasks.txt; echo '{"protocol":1}'`);
  const hooks = `[hooks.before]\ncommand = ["${hook}"]\npoints = ["round_before"]`;
  await configured(project, { plan, toml: `${progress({ stall_rounds: 2 })}\n${hooks}` });
  assert.equal((await project.run(["serve"])).code, 0);
  assert.deepEqual(changesOf(project), [["none", 1], ["none", 2]]);
});

Deno.test("serve believes .agent-done only when verify agrees, and tells the next round what failed", async () => {
  await using project = await Project.make();
  const check = script(
    project,
    "check",
    `if [ -e fixed ]; then exit 0; fi; echo "1 of 9 failed: token=hunter2hunter2"; exit 3`,
  );
  const agent = script(
    project,
    "agent",
    `cat >"${project.out}/prompt-$AGENT_RUNNER_ROUND_NUM"
if [ "$AGENT_RUNNER_ROUND_NUM" = 2 ]; then touch fixed; git add fixed; git commit -q -m fixed; fi
echo "all is done" >"$AGENT_RUNNER_LOG_DIR/.agent-done"
echo '{"type":"result","subtype":"success","is_error":false,"num_turns":1,"session_id":"s","result":"done"}'`,
  );
  await configured(project, { agent: { command: [agent] }, toml: progress({ verify: [check, "--all"] }) });
  const { code, stdout } = await project.run(["serve", "--max-rounds", "4"]);
  assert.equal(code, 0, stdout);
  assert.equal(project.ofKind("round_end").length, 2);
  const [refused] = project.ofKind("done_refused");
  assert.deepEqual([refused?.round_num, refused?.outcome, refused?.exit_code], [1, "exit_code", 3]);
  assert.equal(refused?.output, "1 of 9 failed: token=<redacted>");
  assert.equal(Deno.readTextFileSync(String(refused?.file)), "all is done\n");
  assert.equal(Deno.statSync(String(refused?.file)).mode! & 0o777, 0o600);
  const prompt = Deno.readTextFileSync(`${project.out}/prompt-2`);
  assert.match(prompt, /"done_refused": \{\s*"round": 1,\s*"you_said": "all is done\\n"/);
  assert.match(prompt, /1 of 9 failed: token=<redacted>/);
  assert.deepEqual(project.ofKind("done_verified").map((event) => event.round_num), [2]);
  assert.match(stdout, /stopped: the agent wrote \.agent-done: all is done \(2 rounds completed\)/);
  assert.equal(project.status().done_refused, undefined);
});

Deno.test("serve ends a verify that hangs, with all it started, and does not believe the agent", async () => {
  await using project = await Project.make({ plan: ["done"] });
  const check = script(
    project,
    "check",
    `echo begun; trap '' TERM; (trap '' TERM; exec sleep 600) & setsid sleep 600 & while :; do sleep 600; done`,
  );
  await configured(project, { plan: ["done"], toml: progress({ verify: [check], verify_timeout_s: 2 }) });
  const { code, stdout } = await project.run(["serve", "--max-rounds", "1"]);
  assert.equal(code, 0, stdout);
  const [refused] = project.ofKind("done_refused");
  assert.deepEqual([refused?.outcome, refused?.exit_code, refused?.output], ["timed_out", null, "begun"]);
  assert.match(stdout, /does not agree: it did not end within 2 s/);
  assert.deepEqual(await project.processes(), []);
});

Deno.test("serve ends what a verify that agreed left running", async () => {
  await using project = await Project.make({ plan: ["done"] });
  const check = script(project, "check", "sleep 600 & setsid sleep 600 & exit 0");
  await configured(project, { plan: ["done"], toml: progress({ verify: [check] }) });
  const { code, stdout } = await project.run(["serve"]);
  assert.equal(code, 0, stdout);
  assert.match(stdout, /left 2 processes running, which had to be ended/);
  assert.equal(project.ofKind("serve_stopped").at(-1)?.reason, "agent_done");
  assert.deepEqual(await project.processes(), []);
});

Deno.test("serve obeys a signal while verify runs, at once, and leaves nothing of it", async () => {
  await using project = await Project.make({ plan: ["done"] });
  const check = script(project, "check", `touch "${project.out}/checking"; sleep 600`);
  await configured(project, { plan: ["done"], toml: progress({ verify: [check] }) });
  const serve = project.start("serve");
  await project.until("verify to run", () => exists(`${project.out}/checking`));
  const view = JSON.parse((await project.run(["peek", "--json"])).stdout);
  assert.deepEqual([view.now.state, /has to agree/.test(view.now.why)], ["waiting", true]);
  const before = performance.now();
  serve.signal("SIGTERM");
  const { code, stdout } = await serve.ended(10_000);
  assert.ok(performance.now() - before < 5_000, "at once");
  assert.equal(code, 0, stdout);
  assert.equal(project.ofKind("serve_stopped").at(-1)?.reason, "SIGTERM");
  assert.deepEqual([...project.ofKind("done_refused"), ...project.ofKind("done_verified")], []);
  assert.deepEqual(await project.processes(), []);
});

Deno.test("serve ends at its next start a verify that a killed serve left running", async () => {
  await using project = await Project.make({ plan: ["done", "clean"] });
  const check = script(project, "check", `touch "${project.out}/checking"; sleep 600`);
  await configured(project, { plan: ["done", "clean"], toml: progress({ verify: [check] }) });
  const serve = project.start("serve");
  await project.until("verify to run", () => exists(`${project.out}/checking`));
  serve.kill();
  await serve.ended();
  assert.notDeepEqual(await project.processes(), []);
  assert.equal((await project.run(["serve", "--max-rounds", "1"])).code, 0);
  assert.deepEqual(await project.processes(), []);
  assert.deepEqual(project.ofKind("leftovers_ended").map((event) => event.round_num), [1]);
});

Deno.test("serve does not begin with a verify command that is nowhere, and doctor names it", async () => {
  await using project = await Project.make({ toml: progress({ verify: ["no-such-make", "test"] }) });
  const { code, stdout, stderr } = await project.run(["serve", "--max-rounds", "1"]);
  assert.equal(code, 78);
  assert.equal(stdout, "");
  assert.match(
    stderr,
    /^agent-runner: The command of progress\.verify cannot be run: 'no-such-make' is not found on PATH .*\n {2}fix: .*\n$/,
  );
  assert.deepEqual(names(project.logs), []);
  const doctor = JSON.parse((await project.run(["doctor", "--json"])).stdout);
  const rows: readonly { readonly name: string; readonly state: string }[] = doctor.rows;
  assert.deepEqual(rows.filter((row) => row.name === "verify").map((row) => row.state), ["fail"]);
});

Deno.test("serve says that a verify command in the project is not there yet, and goes on", async () => {
  await using project = await Project.make({ plan: ["done"], toml: progress({ verify: ["./check.sh"] }) });
  const { code, stdout } = await project.run(["serve", "--max-rounds", "1"]);
  assert.equal(code, 0, stdout);
  assert.deepEqual(project.ofKind("done_refused").map((event) => event.outcome), ["not_found"]);
  assert.match(stdout, /'\.\/check\.sh' is no file that may be executed/);
});
