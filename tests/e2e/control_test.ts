// Proves that a supervisor can be started, asked about, stopped, and killed from another terminal, and a round be cancelled.
import assert from "node:assert/strict";
import { testAbreast } from "./crash_abreast.ts";
import { agentStarts } from "./crash_checks.ts";
import { shellQuote } from "./crash_stops.ts";
import { program } from "./program.ts";
import { exists, Project, signal } from "./project.ts";
import type { Outcome, ProjectOptions } from "./project.ts";
import { testWhere } from "./test_where.ts";

async function started(options: ProjectOptions): Promise<{ readonly project: Project; readonly pid: number }> {
  const project = await Project.make(options);
  const { code, stdout, stderr } = await project.run(["start", "--json"]);
  assert.equal(code, 0, stderr);
  const { pid } = JSON.parse(stdout);
  await project.untilAgent();
  await project.until("the start to be on record", () => project.ofKind("agent_spawn")[0]);
  return { project, pid };
}

async function status(project: Project) {
  const { code, stdout, stderr } = await project.run(["status", "--json"]);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

function assertRefused({ code, stdout, stderr }: Outcome, wanted: number, message: RegExp, fix: RegExp): void {
  assert.equal(code, wanted, stderr);
  assert.equal(stdout, "");
  const lines = stderr.trimEnd().split("\n");
  assert.match(lines.at(-2)!, message);
  assert.match(lines.at(-1)!, fix);
}

const isAlive = (pid: number) => signal(pid, "SIGCONT");
const verdicts = (project: Project) => project.ofKind("round_verdict").map(({ verdict }) => verdict);
const endings = (project: Project) => project.ofKind("agent_exit").map(({ ending }) => ending);

testAbreast("start, status, stop in mid-round: the round completes, and status says so", async () => {
  const { project, pid } = await started({ mode: "slow", agentEnv: { FAKE_SLEEP: 3 } });
  await using _ = project;
  const running = await status(project);
  assert.deepEqual(Object.keys(running).slice(0, 6), ["mode", "active", "pid", "uptime_s", "unit_file", "rate_limit"]);
  assert.deepEqual(
    [running.mode, running.active, running.pid, running.round, running.state, running.longest_s],
    ["pid_file", true, pid, 1, "running", 60],
  );
  assert.equal(Deno.statSync(`${project.logs}/serve.log`).mode! & 0o777, 0o600);
  const again = await project.run(["start"]);
  assertRefused(again, 75, new RegExp(`already works on .* \\(pid ${pid}\\)`), /agent-runner stop/);
  const stop = await project.run(["stop"]);
  assert.equal(stop.code, 0, stop.stderr);
  assert.equal(stop.stdout, "");
  const lines = stop.stderr.trimEnd().split("\n");
  assert.equal(lines[0], "agent-runner: stopping service...");
  assert.match(lines[1]!, /^agent-runner: waiting for round 1, .* so far, at most 1m 00s$/);
  assert.match(lines.at(-1)!, /^agent-runner: stopped \(\d+\.\ds\)$/);
  assert.deepEqual([verdicts(project), endings(project)], [["ok"], ["exited"]]);
  const after = await status(project);
  assert.deepEqual([after.mode, after.active, after.pid, after.round, after.why], [
    "none",
    false,
    null,
    null,
    "SIGTERM",
  ]);
  await project.until("the process to be gone", () => !isAlive(pid));
  assert.match(Deno.readTextFileSync(`${project.logs}/serve.log`), /round 1 ended: ok/);
});

const hasScript = new Deno.Command("sh", { args: ["-c", "command -v script"], stdout: "null" }).outputSync().success;

const testOnTerminal = testWhere(hasScript ? null : "there is no script(1)", testAbreast);

testOnTerminal("what start starts outlives its terminal", async () => {
  await using project = await Project.make({ mode: "hang" });
  const line = [...program(), "start"].map(shellQuote).join(" ");
  const terminal = new Deno.Command("script", {
    args: ["-qfec", line, "/dev/null"],
    cwd: project.work,
    env: project.env,
    clearEnv: true,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  });
  assert.equal((await terminal.output()).code, 0);
  await project.untilAgent();
  const { active, pid, stopping_since: stopping } = await status(project);
  assert.deepEqual([active, stopping], [true, null]);
  const ps = new Deno.Command("ps", { args: ["-o", "sid=,tty=", "-p", String(pid)], stdout: "piped" });
  const [session, tty] = new TextDecoder().decode((await ps.output()).stdout).trim().split(/\s+/);
  assert.deepEqual([session, tty], [String(pid), "?"]);
  assert.doesNotMatch(Deno.readTextFileSync(`${project.logs}/serve.log`), /SIGHUP/);
  assert.equal((await project.run(["kill"])).code, 0);
});

testAbreast("start shows the last lines of a serve that leaves at once", async () => {
  await using project = await Project.make({ prompt: "short", runtime: { stop_file: "./STOP" } });
  const refused = await project.run(["start"]);
  assertRefused(refused, 1, /serve left at once with exit code 0$/, /fix: .*serve\.log/);
  assert.match(refused.stderr, /prompt_smoke_passes/);
  assert.equal((await status(project)).active, false);
  Deno.writeTextFileSync(`${project.work}/STOP`, "enough");
  const stopped = await project.run(["start", "--json"]);
  assert.equal(stopped.code, 1);
  assert.match(JSON.parse(stopped.stderr).error.message, /exit code 0: .*STOP/);
  assert.doesNotMatch(stopped.stderr, /prompt_smoke_passes/, "what an earlier one wrote is not shown again");
});

testAbreast("start tells what is wrong with the configuration and starts nothing", async () => {
  await using project = await Project.make();
  Deno.writeTextFileSync(`${project.work}/agent-runner.toml`, "[agent]\n");
  const { code, stderr } = await project.run(["start"]);
  assert.equal(code, 78, stderr);
  assert.equal(exists(`${project.logs}/serve.log`), false);
});

testAbreast("stop gives up waiting at its timeout; a second stop does not cut the round short", async () => {
  const { project } = await started({ mode: "slow", agentEnv: { FAKE_SLEEP: 4 } });
  await using _ = project;
  const first = await project.run(["stop", "--timeout", "0.3"]);
  assertRefused(first, 1, /still runs after .*: round 1, .* so far, at most/, /agent-runner cancel.*agent-runner kill/);
  assert.notEqual((await status(project)).stopping_since, null);
  assert.equal((await project.run(["stop"])).code, 0);
  assert.deepEqual([verdicts(project), endings(project), agentStarts(project)], [["ok"], ["exited"], [1]]);
  assert.equal(exists(`${project.logs}/requests/stop.json`), false);
});

testAbreast("cancel has an agent that obeys finish: interrupted by the operator, and the loop goes on", async () => {
  const { project, pid } = await started({ mode: "hang" });
  await using _ = project;
  const { code, stdout } = await project.run(["cancel"]);
  assert.equal(code, 0);
  assert.match(stdout, /^The agent of round 1 is asked to finish \(SIGINT\); after 30s it is ended; the loop goes on/);
  await project.untilKind("round_start", 2);
  const [exit] = project.ofKind("agent_exit");
  assert.deepEqual([exit?.ending, exit?.exit_code, exit?.timed_out], ["stopped", -2, false]);
  assert.deepEqual(verdicts(project), ["interrupted"]);
  assert.equal(project.ofKind("round_cancelled").length, 1);
  assert.equal((await status(project)).pid, pid);
  assert.equal((await project.run(["kill"])).code, 0);
});

testAbreast("cancel ends a deaf agent after its grace, with all it started, and the loop goes on", async () => {
  const { project } = await started({ mode: "deaf_few", runtime: { cancel_grace_s: 1 } });
  await using _ = project;
  assert.equal((await project.run(["cancel", "--json"])).code, 0);
  await project.untilKind("round_start", 2);
  const [exit] = project.ofKind("agent_exit");
  assert.deepEqual([exit?.ending, exit?.exit_code], ["stopped", -9]);
  assert.ok(Number(exit?.duration_s) >= 2, `${exit?.duration_s}: a second for the cancel, one for the stop`);
  assert.deepEqual(verdicts(project), ["interrupted"]);
  assert.equal((await project.run(["kill"])).code, 0);
});

testAbreast("kill ends a supervisor that hears nothing, its deaf agent and children in other sessions", async () => {
  const { project, pid } = await started({ mode: "deaf_few", runtime: { stop_grace_s: 600 } });
  await using _ = project;
  signal(pid, "SIGSTOP");
  const { code, stdout, stderr } = await project.run(["kill", "--json"]);
  assert.equal(code, 0, stderr);
  const { killed, active, mode } = JSON.parse(stdout);
  assert.deepEqual([killed.supervisor, killed.supervisor_pid, active, mode], ["killed", pid, false, "none"]);
  assert.ok(killed.processes >= 4, `${killed.processes}: shim, agent and two children`);
  assert.ok(killed.took_s <= 5, `${killed.took_s}`);
  assert.deepEqual(await project.processes(), []);
  assert.equal(exists(`${project.logs}/serve.pid`), false);
  // The round is closed by the next life, and is not held against the agent.
  project.start("serve");
  await project.untilKind("round_verdict");
  assert.deepEqual(verdicts(project), ["interrupted"]);
});

testAbreast("kill lets a supervisor that hears put the round on record before it leaves", async () => {
  const { project, pid } = await started({ mode: "hang" });
  await using _ = project;
  const { code, stdout } = await project.run(["kill"]);
  assert.equal(code, 0);
  assert.match(
    stdout,
    new RegExp(`the supervisor \\(pid ${pid}\\) left in order, \\d+ processes of rounds ended; nothing`),
  );
  assert.deepEqual([verdicts(project), endings(project)], [["interrupted"], ["stopped"]]);
  assert.deepEqual(await project.processes(), []);
});

testAbreast("kill ends what a dead supervisor left running", async () => {
  const { project, pid } = await started({ mode: "deaf_few" });
  await using _ = project;
  signal(pid, "SIGKILL");
  await project.until("the supervisor to be gone", () => !isAlive(pid));
  assertRefused(await project.run(["cancel"]), 1, /no supervisor runs/, /agent-runner kill/);
  const { code, stdout } = await project.run(["kill"]);
  assert.equal(code, 0);
  assert.match(stdout, /no supervisor ran, \d+ processes of rounds ended; nothing is left/);
  assert.deepEqual(await project.processes(), []);
});

testAbreast("every control verb says when nothing runs", async () => {
  await using project = await Project.make();
  const outcomes = await Promise.all([["stop"], ["kill"], ["cancel"], ["status"]].map((words) => project.run(words)));
  const [stop, kill, cancel, shown] = outcomes as [Outcome, Outcome, Outcome, Outcome];
  assert.deepEqual([stop.code, kill.code, cancel.code, shown.code], [0, 0, 1, 0]);
  assert.match(stop.stdout, /^No supervisor runs on '.*': there is nothing to stop\n$/);
  assert.match(kill.stdout, /^Nothing runs on '.*': there is nothing to kill\n$/);
  assertRefused(cancel, 1, /no round to cancel, because no supervisor runs/, /agent-runner status/);
  assert.match(shown.stdout, /^active {2}no\n/);
  assert.equal(exists(`${project.logs}/requests`), false, "nothing is left for a later supervisor");
});

/** A living stranger whose number stands beside the lock. */
function stranger(project: Project, startedAt: string) {
  const child = new Deno.Command("sleep", { args: ["600"], env: project.env, clearEnv: true }).spawn();
  Deno.mkdirSync(project.logs, { recursive: true });
  Deno.writeTextFileSync(`${project.logs}/serve.pid`, String(child.pid));
  const holder = { pid: child.pid, started_at: startedAt, version: "0.1.0" };
  Deno.writeTextFileSync(`${project.logs}/agent-runner.lock.holder`, JSON.stringify(holder));
  Deno.writeTextFileSync(`${project.logs}/agent-runner.lock`, "");
  return child;
}

testAbreast("a name that a dead supervisor left is neither believed nor signalled", async () => {
  await using project = await Project.make();
  const child = stranger(project, "2020-01-01T00:00:00Z");
  const { active, mode, pid } = await status(project);
  assert.deepEqual([active, mode, pid], [false, "none", null]);
  assert.match((await project.run(["stop"])).stdout, /No supervisor runs/);
  assert.equal((await project.run(["kill"])).code, 0);
  assert.equal(exists(`${project.logs}/serve.pid`), false);
  assert.equal(isAlive(child.pid), true);
  child.kill("SIGKILL");
  await child.status;
});

testAbreast("a number that was given out anew is not signalled although the lock is held", async () => {
  await using project = await Project.make();
  const child = stranger(project, "2020-01-01T00:00:00Z");
  using file = Deno.openSync(`${project.logs}/agent-runner.lock`, { read: true, write: true });
  file.lockSync(true);
  for (const verb of ["stop", "kill"]) {
    const outcome = await project.run([verb]);
    assertRefused(outcome, 1, new RegExp(`process ${child.pid} is another one by now`), /by hand/);
  }
  assert.equal(isAlive(child.pid), true);
  child.kill("SIGKILL");
  await child.status;
});

testAbreast("control verbs refuse words they do not know", async () => {
  await using project = await Project.make();
  const calls = [
    ["stop", "--timeout", "-1"],
    ["stop", "--timeout", "soon"],
    ["stop", "--timeout"],
    ["kill", "now"],
    ["cancel", "--round", "1"],
    ["status", "--watch"],
    ["start", "--once"],
  ];
  for (const words of calls) {
    const { code, stdout, stderr } = await project.run(words);
    assert.deepEqual([code, stdout, stderr.trimEnd().split("\n").length], [2, "", 2], `${words.join(" ")}: ${stderr}`);
  }
});

testAbreast(
  "a supervisor can be asked, hinted, paused and stopped when its configuration has been broken",
  async () => {
    const { project, pid } = await started({ mode: "hang" });
    await using _ = project;
    const path = `${project.work}/agent-runner.toml`;
    const good = Deno.readTextFileSync(path);
    for (const text of [good.replace("[agent]", "[agent"), `${good}\n[nonsense]\nx = 1\n`]) {
      Deno.writeTextFileSync(path, text);
      const seen = await project.run(["status", "--json"]);
      assert.deepEqual([seen.code, JSON.parse(seen.stdout).pid], [0, pid], seen.stderr);
      assert.match(
        seen.stderr,
        /^agent-runner: the configuration is broken, the one that serve runs with counts: .*\n {2}fix: /,
      );
      assert.equal((await project.run(["peek", "--json"])).code, 0);
    }
    for (const words of [["hint", "look at the tests"], ["pause"]]) assert.equal((await project.run(words)).code, 0);
    assertRefused(await project.run(["start"]), 78, /nonsense/, /fix: /);
    assert.equal((await project.run(["kill"])).code, 0);
    await project.until("the supervisor to be gone", () => !isAlive(pid));
    assert.equal(exists(`${project.logs}/agent-runner.lock.config`), false);
    assertRefused(await project.run(["status"]), 78, /nonsense/, /fix: /);
  },
);
