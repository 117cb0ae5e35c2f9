// Proves that any process of a round may be killed at any moment seen from outside, and the next life makes everything right.
import assert from "node:assert/strict";
import { abandoned, agentPid, killed, shimPid } from "./crash_abandoned.ts";
import { testAbreast } from "./crash_abreast.ts";
import { agentStarts, checkSettled, overlaps } from "./crash_checks.ts";
import { exists, Project, signal } from "./project.ts";
import type { Running } from "./project.ts";

testAbreast("serve closes a round as lost and ends its agent when the shim is killed", async () => {
  await using project = await Project.make({ plan: ["hang", "clean"] });
  const serve = project.start("serve", "--max-rounds", "2");
  await project.untilAgent();
  await project.until("the shim to be on record", () => project.ofKind("agent_spawn")[0]);
  signal(shimPid(project), "SIGKILL");
  assert.equal((await serve.ended()).code, 0);
  assert.deepEqual(project.ofKind("agent_exit").map(({ ending }) => ending), ["lost", "exited"]);
  await checkSettled(project, { atLeast: 2 });
});

testAbreast("serve tells the signal when the agent is killed", async () => {
  await using project = await Project.make({ plan: ["hang", "clean"] });
  const serve = project.start("serve", "--max-rounds", "2");
  await project.untilAgent();
  while (!(await project.processes()).some(({ command }) => command.startsWith("sleep 600"))) {
    assert.ok(!serve.isOver, "it left before its agent's child was there");
  }
  signal(agentPid(project), "SIGKILL");
  assert.equal((await serve.ended()).code, 0);
  const [exit] = project.ofKind("agent_exit");
  assert.deepEqual([exit?.ending, exit?.exit_code, exit?.exit_cause], ["signalled", -9, "signal:SIGKILL"]);
  // Its child, a sleep, went on: it was ended with the round.
  assert.equal(exit?.leftovers_ended, 1);
  await checkSettled(project, { atLeast: 2 });
});

testAbreast(
  "serve ends the agent of a round that lost both supervisor and shim before the next one starts",
  async () => {
    await using project = await abandoned({ plan: ["deaf_few", "clean"] });
    signal(shimPid(project), "SIGKILL");
    assert.ok((await project.processes()).length >= 3);
    const { code, stdout } = await project.run(["serve", "--max-rounds", "1"]);
    assert.equal(code, 0, stdout);
    assert.match(stdout, /round 1 of an earlier life lost its leader/);
    assert.deepEqual(project.ofKind("agent_exit").map(({ ending }) => ending), ["lost", "exited"]);
    assert.deepEqual(overlaps(project), []);
    await checkSettled(project, { atLeast: 2 });
  },
);

testAbreast("serve goes on ending a round by force when it is killed over it", async () => {
  await using project = await Project.make({ plan: ["deaf", "clean"], runtime: { round_timeout_s: 1 } });
  const serve = project.start("serve");
  await project.until("the round to be ended", () => serve.stdout.includes("is being ended"));
  await killed(serve);
  const { code, stdout } = await project.run(["serve", "--max-rounds", "2"]);
  assert.equal(code, 0, stdout);
  const [exit] = project.ofKind("agent_exit");
  assert.deepEqual([exit?.ending, exit?.timed_out], ["timed_out", true]);
  await checkSettled(project, { atLeast: 2 });
});

/** Moments at which serve is killed, as they are seen from outside: an event of a round, or a line on stdout. */
const moments: readonly { readonly name: string; readonly has: (project: Project, serve: Running) => boolean }[] = [
  ...([1, 2] as const).flatMap((round) =>
    ["round_substrate_before", "round_start", "agent_spawn", "agent_exit", "round_verdict", "round_end"].map((
      kind,
    ) => ({
      name: `${kind} of round ${round}`,
      has: (project: Project) => project.ofKind(kind).some(({ round_num }) => round_num === round),
    }))
  ),
  { name: "serve_started", has: (project) => project.ofKind("serve_started").length > 0 },
  { name: "usage", has: (project) => project.ofKind("agent_usage_recorded").length > 0 },
  { name: "lock", has: (project) => exists(`${project.logs}/agent-runner.lock`) },
  { name: "delay", has: (_, serve) => serve.stdout.includes("pause between rounds") },
  { name: "last event", has: (project) => project.ofKind("max_rounds_reached").length > 0 },
];

for (const { name, has } of moments) {
  testAbreast(`serve makes everything right after it was killed at: ${name}`, async () => {
    await using project = await Project.make({ plan: ["slow", "dirty", "slow"], agentEnv: { FAKE_SLEEP: 0.3 } });
    const serve = project.start("serve", "--max-rounds", "2");
    while (!serve.isOver && !has(project, serve)) await new Promise((resolve) => setTimeout(resolve, 3));
    await killed(serve);
    const { code, stdout } = await project.run(["serve", "--max-rounds", "2"]);
    assert.equal(code, 0, stdout);
    assert.match(stdout, /\(2 rounds completed\)/);
    await checkSettled(project, { atLeast: 2 });
  });
}

testAbreast("serve goes on with the wait for a limit when it was killed in it", async () => {
  await using project = await Project.make({ plan: ["limit", "clean"], agentEnv: { FAKE_RESET: 100 } });
  const first = project.start("serve");
  await project.until("the wait", () => exists(`${project.logs}/wait.json`) && first.stdout.includes("waiting"));
  await killed(first);
  const path = `${project.logs}/wait.json`;
  const wait = { ...JSON.parse(Deno.readTextFileSync(path)), reset_at_epoch: Math.ceil(Date.now() / 1000) + 4 };
  Deno.writeTextFileSync(path, JSON.stringify(wait));
  const serve = project.start("serve", "--max-rounds", "1");
  await project.until("the wait to be told", () => /waiting .* until /.test(serve.stdout));
  const { reason, classification } = wait;
  assert.deepEqual(project.status().waiting, { until_epoch: wait.reset_at_epoch, reason, classification });
  assert.deepEqual(agentStarts(project), [1]);
  assert.equal((await serve.ended()).code, 0);
  const second = Number(Deno.readTextFileSync(`${project.out}/starts`).split("\n")[1]!.split(" ")[2]);
  assert.ok(second >= wait.reset_at_epoch, `round 2 began ${wait.reset_at_epoch - second} s before the reset`);
  assert.equal(project.ofKind("transient_error_recovered").length, 1);
  assert.equal(exists(path), false);
  await checkSettled(project, { atLeast: 2 });
});
