// Proves that nothing an agent started outlives its round, also after a normal end.
import assert from "node:assert/strict";
import { oneRound } from "./one_round.ts";
import { exists, Project } from "./project.ts";

Deno.test("round ends what a normal end left behind: a child on its stdout, one in its own session, a deaf one", async () => {
  const plan = ["background", "setsid", "background_deaf"];
  await using project = await Project.make({ plan });
  for (const mode of plan) {
    const round = await oneRound(project);
    assert.deepEqual(await project.processes(), [], mode);
    assert.deepEqual([round.exit.ending, round.exit.exit_code, round.verdict.verdict], ["exited", 0, "ok"], mode);
    assert.equal(round.exit.leftovers_ended, 1, mode);
    assert.match(round.outcome.stdout, /round \d ended: ok .*1 of its processes had to be ended/, mode);
    // The child was open-ended: only the grace of a deaf one may be waited for.
    assert.ok(Number(round.exit.duration_s) < 60 && round.tookMs < 60_000, mode);
  }
  assert.equal(exists(`${project.out}/overlaps`), false);
});

Deno.test("round gives a child that a normal end left behind the time to clean up", async () => {
  await using project = await Project.make({ mode: "background_polite", runtime: { stop_grace_s: 8 } });
  const round = await oneRound(project);
  assert.ok(exists(`${project.out}/child_cleaned`), "the child was killed too early");
  assert.deepEqual(await project.processes(), []);
  assert.ok(round.tookMs < 4000, `${round.tookMs} ms`);
});

Deno.test("round remembers a child of its own session with an emptied environment", async () => {
  await using project = await Project.make({ mode: "scrubbed", agentEnv: { FAKE_SLEEP: 4 } });
  const running = project.start("round");
  await project.until("the child to run", () => project.roundLog(1) !== "");
  const before = await project.processes();
  assert.ok(before.some(({ command }) => command.startsWith("E2E_TAG=")), JSON.stringify(before));
  const { code, stdout } = await running.ended();
  assert.equal(code, 0, stdout);
  assert.deepEqual(await project.processes(), []);
  assert.equal(project.ofKind("agent_exit")[0]?.leftovers_ended, 1);
});
