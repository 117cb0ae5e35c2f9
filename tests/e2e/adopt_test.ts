// Proves that a round outlives its supervisor: the next life takes it over with its number, its walls and its real end.
import assert from "node:assert/strict";
import { abandoned, hasExitFile, shimPid, startedAt } from "./crash_abandoned.ts";
import { testAbreast } from "./crash_abreast.ts";
import { agentStarts, checkSettled } from "./crash_checks.ts";
import { Project, signal } from "./project.ts";

const ends = [
  { end: "result", code: 0, ending: "exited", verdict: "ok" },
  { end: "7", code: 7, ending: "exited", verdict: "error" },
  { end: "143", code: 143, ending: "exited", verdict: "error" },
  { end: "SEGV", code: -11, ending: "signalled", verdict: "error" },
  { end: "KILL", code: -9, ending: "signalled", verdict: "error" },
] as const;

/** Lets the agent end. */
function letEnd(project: Project): void {
  Deno.writeTextFileSync(`${project.out}/go`, "");
}

/** Lets the agent end, now that somebody watches it. */
async function openGate(project: Project): Promise<void> {
  await project.untilKind("round_adopted");
  letEnd(project);
}

/** Lets the agent end while nobody watches it. */
async function endUnwatched(project: Project): Promise<void> {
  letEnd(project);
  await project.until("the shim to write its status", () => hasExitFile(project));
}

const endCases = ends.flatMap((end) => [{ ...end, isWatched: true }, { ...end, isWatched: false }]);

for (const { end, code, ending, isWatched } of endCases) {
  const how = isWatched ? "took over" : "found ended";
  testAbreast(`serve records the real end of a round it ${how} (${end})`, async () => {
    const FAKE_SLEEP = 0.4;
    await using project = await abandoned({ mode: "late", agentEnv: { FAKE_END: end, FAKE_SLEEP, FAKE_GATE: 1 } });
    const gateAt = Date.now();
    if (!isWatched) await endUnwatched(project);
    const serve = project.start("serve", "--max-rounds", "1");
    if (isWatched) await openGate(project);
    const openedAt = isWatched ? Date.now() : gateAt;
    const { code: left, stdout } = await serve.ended();
    assert.equal(left, 0, stdout);
    const [adopted] = project.ofKind("round_adopted");
    assert.equal(adopted?.state, isWatched ? "running" : "ended");
    const [exit] = project.ofKind("agent_exit");
    assert.deepEqual([exit?.round_num, exit?.exit_code, exit?.ending], [1, code, ending]);
    const duration = exit?.duration_s as number;
    const [start] = project.ofKind("round_start");
    const most = (openedAt - Date.parse(String(start?.ts))) / 1000 + FAKE_SLEEP + (isWatched ? 3 : 1);
    assert.ok(duration >= FAKE_SLEEP - 0.1 && duration < most, `${duration} s of ${most} s`);
    if (end === "result") {
      const usage = project.ofKind("agent_usage_recorded").filter(({ round_num }) => round_num === 1);
      assert.deepEqual(usage.map(({ input_tokens, output_tokens }) => [input_tokens, output_tokens]), [[11, 22]]);
      assert.equal(project.ofKind("round_verdict")[0]?.session_id, "s-1");
    }
    // A round that was still at work counts as one of this life's, one that is only put on record does not.
    assert.deepEqual(agentStarts(project), isWatched ? [1] : [1, 2]);
    await checkSettled(project, { atLeast: isWatched ? 1 : 2 });
  });
}

testAbreast("serve --once leaves after the round it took over", async () => {
  await using project = await abandoned({
    mode: "late",
    agentEnv: { FAKE_END: "result", FAKE_SLEEP: 0.1, FAKE_GATE: 1 },
  });
  const serve = project.start("serve", "--once");
  await openGate(project);
  const { code, stdout } = await serve.ended();
  assert.equal(code, 0);
  assert.match(stdout, /round 1 of an earlier life is still running/);
  assert.match(stdout, /stopped: one round was asked for \(1 round completed\)/);
  await checkSettled(project, { atLeast: 1 });
});

testAbreast("round takes over what an earlier life left before it carries out its own", async () => {
  await using project = await abandoned({
    plan: ["late", "clean"],
    agentEnv: { FAKE_END: "7", FAKE_SLEEP: 0.1, FAKE_GATE: 1 },
  });
  const serve = project.start("round", "--check-verdict");
  await openGate(project);
  const { code, stdout } = await serve.ended();
  assert.equal(code, 0, stdout);
  assert.deepEqual(project.ofKind("agent_exit").map(({ exit_code }) => exit_code), [7, 0]);
  assert.deepEqual(agentStarts(project), [1, 2]);
  await checkSettled(project, { atLeast: 2 });
});

testAbreast("serve counts the hard wall of a round it took over from the round's real start", async () => {
  await using project = await abandoned({ plan: ["hang", "clean"], runtime: { round_timeout_s: 8 } });
  // Whoever counted from the takeover would be so late at least.
  const before = 4000;
  await project.until("half of the time to pass", () => Date.now() > startedAt(project) + before);
  const serve = project.start("serve", "--max-rounds", "1");
  const kill = await project.untilKind("round_timeout_kill");
  const late = Date.parse(String((await project.untilKind("agent_exit")).ts)) - startedAt(project) - 8000;
  assert.ok(late > -700 && late < before, `ended ${late} ms past the wall`);
  assert.equal(kill.wall, "hard");
  assert.equal((await serve.ended()).code, 0);
  await checkSettled(project, { atLeast: 1 });
});

testAbreast("serve ends a round at once whose time was over before it was taken over", async () => {
  await using project = await abandoned({ plan: ["hang", "clean"], runtime: { round_timeout_s: 4 } });
  await project.until("the time to pass", () => Date.now() > startedAt(project) + 5200);
  const began = Date.now();
  const serve = project.start("serve", "--max-rounds", "1");
  const exit = await project.untilKind("agent_exit");
  assert.ok(Date.now() - began < 4000, `${Date.now() - began} ms: its time began anew`);
  assert.deepEqual([exit.ending, exit.timed_out], ["timed_out", true]);
  await serve.ended();
  await checkSettled(project, { atLeast: 1 });
});

testAbreast("status.json tells of a round that was taken over like of any other", async () => {
  await using project = await abandoned({
    mode: "late",
    agentEnv: { FAKE_END: "result", FAKE_SLEEP: 0.1, FAKE_GATE: 1 },
  });
  const before = project.status().current as Record<string, unknown>;
  const serve = project.start("serve", "--max-rounds", "1");
  await project.untilKind("round_adopted");
  const current = project.status().current as Record<string, unknown>;
  assert.deepEqual(current, before);
  assert.equal(current.state, "running");
  assert.equal(current.pid, shimPid(project));
  assert.equal(
    Deno.realPathSync(`${project.logs}/round-current.log`),
    Deno.realPathSync(`${project.logs}/${current.log}`),
  );
  letEnd(project);
  await serve.ended();
  await checkSettled(project, { atLeast: 1 });
});

testAbreast("serve stops a round it took over at the second request", async () => {
  await using project = await abandoned({ mode: "hang" });
  const serve = project.start("serve");
  await project.untilKind("round_adopted");
  serve.signal("SIGTERM");
  await project.until("the first request to be told", () => serve.stdout.includes("a running round may finish"));
  serve.signal("SIGTERM");
  const { code } = await serve.ended();
  assert.equal(code, 0);
  assert.equal(project.ofKind("agent_exit")[0]?.ending, "stopped");
  assert.deepEqual(agentStarts(project), [1]);
  await checkSettled(project, { atLeast: 1 });
});

testAbreast("serve closes a round as lost when the machine restarted under it", async () => {
  await using project = await Project.make({});
  await project.run(["serve", "--max-rounds", "2"]);
  leaveCurrent(project, { pid: 999_999_999, started_uptime_s: Deno.osUptime() + 5_000_000 });
  const { code, stdout } = await project.run(["serve", "--max-rounds", "1"]);
  assert.equal(code, 0, stdout);
  assert.match(stdout, /round 3 of an earlier life left nothing behind and is closed as lost/);
  assert.deepEqual(project.ofKind("agent_exit").map(({ round_num, ending }) => [round_num, ending]), [
    [1, "exited"],
    [2, "exited"],
    [3, "lost"],
    [4, "exited"],
  ]);
  await checkSettled(project, { atLeast: 4 });
});

for (const shape of ["plain", "like a shim"] as const) {
  testAbreast(`serve never signals a stranger that has the pid of an earlier round (${shape})`, async () => {
    await using project = await Project.make({});
    await project.run(["serve", "--max-rounds", "1"]);
    const script = shape === "plain" ? "exec sleep 600" : "# agent-runner-shim\nsleep 600";
    const stranger = new Deno.Command("setsid", {
      args: ["/bin/sh", "-c", script],
      env: { PATH: Deno.env.get("PATH") ?? "", AGENT_RUNNER_ROUND_ID: crypto.randomUUID() },
      clearEnv: true,
    }).spawn();
    try {
      leaveCurrent(project, { pid: stranger.pid, started_uptime_s: Deno.osUptime() - 5 });
      const { code, stdout } = await project.run(["serve", "--max-rounds", "1"]);
      assert.equal(code, 0, stdout);
      assert.equal(signal(stranger.pid, "SIGCONT"), true, "the stranger is gone");
      assert.deepEqual(project.ofKind("agent_exit").map(({ ending }) => ending), ["exited", "lost", "exited"]);
      await checkSettled(project, { atLeast: 3 });
    } finally {
      for (const pid of [-stranger.pid, stranger.pid]) signal(pid, "SIGKILL");
      await stranger.status;
    }
  });
}

/** Writes a status file as a life leaves it that dies in mid-round. */
function leaveCurrent(project: Project, over: Readonly<Record<string, unknown>>): void {
  const status = project.status();
  const number = (status.round_num as number) + 1;
  const current = {
    number,
    id: crypto.randomUUID(),
    phase: null,
    phase_index: null,
    state: "running",
    pid: null,
    started_at: new Date(Date.now() - 5000).toISOString(),
    started_uptime_s: 0,
    log: `rounds/R${number}-20261101T000000.log`,
    fresh_eyes: false,
    ...over,
  };
  Deno.writeTextFileSync(`${project.logs}/status.json`, JSON.stringify({ ...status, round_num: number, current }));
}

testAbreast("serve ends what an unwatched round left in a session of its own before the next one starts", async () => {
  await using project = await abandoned({
    plan: ["late", "clean"],
    agentEnv: { FAKE_END: "result", FAKE_SLEEP: 0.1, FAKE_CHILD: 1, FAKE_GATE: 1 },
  });
  await endUnwatched(project);
  assert.equal((await project.processes()).length, 1, "the leftover is not there");
  const { code, stdout } = await project.run(["serve", "--max-rounds", "1"]);
  assert.equal(code, 0, stdout);
  const [exit] = project.ofKind("agent_exit");
  assert.deepEqual([exit?.ending, exit?.exit_code, exit?.leftovers_ended], ["exited", 0, 1]);
  await checkSettled(project, { atLeast: 2 });
});
