// Proves what becomes of an agent that has said it is done and does not leave.
import assert from "node:assert/strict";
import { endOf, oneRound } from "./one_round.ts";
import { Project } from "./project.ts";

const lingered = { exit_code: -15, exit_cause: "timeout", ending: "lingered", timed_out: true, verdict: "ok" };

for (const key of ["linger_s", "max_grace_after_result_s"]) {
  Deno.test(`round ends an agent that hangs after its result, by ${key}`, async () => {
    await using project = await Project.make({ mode: "result_hang", runtime: { [key]: 1 } });
    const round = await oneRound(project);
    assert.deepEqual(endOf(round), lingered);
    assert.deepEqual(await project.processes(), []);
    const took = Number(round.exit.duration_s);
    assert.ok(took >= 1 && took < 3, `${took} s`);
    const [kill] = project.ofKind("round_grace_kill");
    assert.deepEqual([kill?.round_num, kill?.grace_s, kill?.live_children], [1, 1, []]);
    assert.deepEqual(project.ofKind("round_timeout_kill"), []);
    assert.deepEqual(project.ofKind("round_grace_extended"), []);
    assert.equal(project.ofKind("agent_usage_recorded")[0]?.success, true);
  });
}

Deno.test("round waits for a worker after the result, and ends the agent once the worker has left", async () => {
  const runtime = { linger_s: 1 };
  const agentEnv = { FAKE_SLEEP: 3 };
  await using leaving = await Project.make({ mode: "result_worker", runtime, agentEnv });
  await using staying = await Project.make({ mode: "result_worker_hang", runtime, agentEnv });
  const [left, ended] = await Promise.all([oneRound(leaving), oneRound(staying)]);
  assert.deepEqual([left.exit.ending, left.exit.exit_code, left.verdict.verdict], ["exited", 0, "ok"]);
  assert.ok(Number(left.exit.duration_s) >= 3);
  assert.deepEqual(leaving.ofKind("round_grace_kill"), []);
  assert.deepEqual(endOf(ended), lingered);
  const took = Number(ended.exit.duration_s);
  assert.ok(took >= 3 && took < 6, `${took} s`);
  for (const project of [leaving, staying]) {
    const extended = project.ofKind("round_grace_extended");
    assert.equal(extended.length, 1);
    const { grace_s, live_children, ignored_children } = extended[0]!;
    const [worker, ...others] = live_children as { name: string; pid: number }[];
    assert.deepEqual([grace_s, worker?.name, others, ignored_children], [1, "sleep", [], []]);
    assert.deepEqual(Object.keys(worker!), ["name", "pid"]);
    assert.deepEqual(await project.processes(), []);
  }
});

Deno.test("round does not wait for a helper that an ignore pattern names", async () => {
  const runtime = { linger_s: 1, grace_kill_ignore_patterns: ["fake-helper-\\w+"] };
  await using project = await Project.make({ mode: "result_helper", runtime });
  const round = await oneRound(project);
  assert.deepEqual(endOf(round), lingered);
  assert.ok(Number(round.exit.duration_s) < 3, `${round.exit.duration_s} s`);
  assert.deepEqual(project.ofKind("round_grace_extended"), []);
  assert.deepEqual(await project.processes(), []);
});

Deno.test("round takes a quoted record inside a tool's output for no result", async () => {
  await using project = await Project.make({
    mode: "quoted_result",
    agentEnv: { FAKE_SLEEP: 3 },
    runtime: { linger_s: 1 },
  });
  const round = await oneRound(project);
  assert.deepEqual([round.exit.ending, round.exit.exit_code, round.verdict.verdict], ["exited", 0, "ok"]);
  assert.deepEqual(project.ofKind("round_grace_extended"), []);
  assert.ok(Number(round.exit.duration_s) >= 3);
});
