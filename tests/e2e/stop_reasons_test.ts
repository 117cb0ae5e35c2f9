// Proves that serve ends for each reason it is given and says so, whether or not anybody reads it.
import assert from "node:assert/strict";
import { testAbreast } from "./crash_abreast.ts";
import { agentStarts, checkSettled } from "./crash_checks.ts";
import { inDelay, inWait, reasonOf, shellQuote } from "./crash_stops.ts";
import { program } from "./program.ts";
import { Project, Running } from "./project.ts";

testAbreast("serve leaves within a delay when the agent's own stop file appears", async () => {
  const { project, serve } = await inDelay();
  await using _ = project;
  Deno.writeTextFileSync(`${project.logs}/.agent-done`, "all is\ndone");
  const { code, stdout } = await serve.ended(5_000);
  assert.equal(code, 0);
  assert.match(stdout, /stopped: the agent wrote \.agent-done: all is/);
  assert.equal(project.ofKind("agent_self_terminated")[0]?.reason, "all is\ndone");
  assert.equal(reasonOf(project), "agent_done");
});

testAbreast("serve leaves within a wait when the operator's stop file appears", async () => {
  const { project, serve } = await inWait({ runtime: { stop_file: "./STOP" } });
  await using _ = project;
  Deno.writeTextFileSync(`${project.work}/STOP`, "enough");
  const { code, stdout } = await serve.ended(5_000);
  assert.equal(code, 0);
  assert.match(stdout, /stopped: the stop file '.*STOP' exists/);
  const [event] = project.ofKind("stop_file_detected");
  assert.deepEqual([event?.content, event?.rounds_completed], ["enough", 1]);
  // It is the operator's: it stays, and no round begins while it is there.
  assert.equal((await project.run(["serve"])).code, 0);
  assert.deepEqual(agentStarts(project), [1]);
});

testAbreast(
  "serve leaves after the round in which the agent says that all is done, and forgets it at the next start",
  async () => {
    await using project = await Project.make({ plan: ["done", "clean"] });
    const { code, stdout } = await project.run(["serve"]);
    assert.equal(code, 0);
    assert.match(stdout, /stopped: the agent wrote \.agent-done: all is done \(1 round completed\)/);
    const next = await project.run(["serve", "--max-rounds", "1"]);
    assert.match(next.stdout, /removed \.agent-done of an earlier run/);
    assert.deepEqual(agentStarts(project), [1, 2]);
    await checkSettled(project, { atLeast: 2 });
  },
);

testAbreast("serve says why it ended for every bound on rounds", async () => {
  await using project = await Project.make({ runtime: { max_rounds: 2 } });
  const bound = await project.run(["serve"]);
  assert.equal(bound.code, 0);
  assert.match(bound.stdout, /stopped: max_rounds = 2 reached \(2 rounds completed\)/);
  const [event] = project.ofKind("max_rounds_reached");
  assert.deepEqual([event?.rounds_completed, event?.max_rounds], [2, 2]);
  const once = await project.run(["serve", "--once", "--json"]);
  assert.equal(once.code, 0);
  const last = JSON.parse(once.stdout.trimEnd().split("\n").at(-1)!);
  assert.deepEqual([last.happening, last.reason, last.rounds_completed], ["stopped", "once", 1]);
  await checkSettled(project, { atLeast: 3 });
});

testAbreast("serve goes on when the reader of its lines has gone", async () => {
  await using project = await Project.make({ runtime: { max_rounds: 2 } });
  const child = new Deno.Command("bash", {
    args: ["-o", "pipefail", "-c", `${[...program(), "serve"].map(shellQuote).join(" ")} | head -n 1`],
    cwd: project.work,
    env: project.env,
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const { code, stdout, stderr } = await new Running(child).ended();
  assert.equal(stdout.split("\n").length, 2, stdout);
  assert.equal(stderr, "");
  assert.equal(code, 0);
  await checkSettled(project, { atLeast: 2 });
});

testAbreast("serve goes on when nobody reads its lines", async () => {
  await using project = await Project.make({ runtime: { max_rounds: 2 } });
  // A pipe that is already full: the first line would block a program that waits for its reader.
  const stuff = 'head -c 65536 /dev/zero; exec "$@"';
  const child = new Deno.Command("bash", {
    args: ["-c", stuff, "bash", ...program(), "serve"],
    cwd: project.work,
    env: project.env,
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  await project.untilKind("serve_stopped");
  const status = await child.status;
  assert.equal(status.code, 0);
  await checkSettled(project, { atLeast: 2 });
  await child.stdout.cancel();
});
