// Proves that every request to stop is heard at once and ends in order, whatever serve is doing.
import assert from "node:assert/strict";
import { testAbreast } from "./crash_abreast.ts";
import { agentStarts, checkSettled } from "./crash_checks.ts";
import { inDelay, inWait, reasonOf, shellQuote } from "./crash_stops.ts";
import { program } from "./program.ts";
import { exists, Project, Running, signal } from "./project.ts";

const stopSignals = ["SIGTERM", "SIGINT", "SIGHUP"] as const;
/** Stays below what a look at stop files every half second would take; the best of some attempts counts. */
const promptMs = 300;
const attempts = 5;

/** Milliseconds from a signal to the end of serve. */
async function timeToLeave(serve: Running, name: Deno.Signal): Promise<number> {
  const sent = performance.now();
  serve.signal(name);
  const { code, stderr } = await serve.ended();
  const took = performance.now() - sent;
  assert.equal(code, 0, stderr);
  return took;
}

for (const name of stopSignals) {
  testAbreast(`serve leaves at once on ${name} in a delay`, async () => {
    let best = Infinity;
    for (let attempt = 0; attempt < attempts && best > promptMs / 2; attempt++) {
      const { project, serve } = await inDelay();
      await using _ = project;
      best = Math.min(best, await timeToLeave(serve, name));
      assert.equal(reasonOf(project), name);
      assert.match(serve.stdout, new RegExp(`stopped: ${name} received \\(1 round completed\\)`));
      await checkSettled(project, { atLeast: 1 });
    }
    assert.ok(best < promptMs, `${best} ms at best`);
  });
}

testAbreast("serve leaves in order however many signals come while it leaves", async () => {
  const { project, serve } = await inDelay();
  await using _ = project;
  while (!serve.isOver && signal(serve.pid, "SIGTERM")) await new Promise((resolve) => setTimeout(resolve, 1));
  const { code, stdout } = await serve.ended();
  assert.equal(code, 0, stdout);
  assert.match(stdout, /stopped: SIGTERM received \(1 round completed\)/);
  await checkSettled(project, { atLeast: 1 });
});

testAbreast("serve leaves at once in a wait for a limit, and the next one waits for the rest", async () => {
  const { project, serve } = await inWait();
  await using _ = project;
  const wait = Deno.readTextFileSync(`${project.logs}/wait.json`);
  const took = await timeToLeave(serve, "SIGTERM");
  assert.ok(took < 3 * promptMs, `${took} ms`);
  assert.equal(Deno.readTextFileSync(`${project.logs}/wait.json`), wait);
  await checkSettled(project, { atLeast: 1 });
  const next = project.start("serve");
  await project.until("the wait to go on", () => /waiting .* until /.test(next.stdout));
  await timeToLeave(next, "SIGINT");
  assert.deepEqual(agentStarts(project), [1]);
  assert.equal(Deno.readTextFileSync(`${project.logs}/wait.json`), wait);
});

testAbreast("serve lets the round finish at the first request and starts no other", async () => {
  await using project = await Project.make({ mode: "slow", agentEnv: { FAKE_SLEEP: 1 } });
  const serve = project.start("serve");
  await project.untilAgent();
  const { code } = (serve.signal("SIGTERM"), await serve.ended());
  assert.equal(code, 0);
  assert.deepEqual(project.ofKind("agent_exit").map(({ ending, exit_code }) => [ending, exit_code]), [["exited", 0]]);
  assert.equal(project.ofKind("round_verdict")[0]?.verdict, "ok");
  assert.equal(reasonOf(project), "SIGTERM");
  await checkSettled(project, { atLeast: 1 });
});

testAbreast("serve stops a deaf round by the ladder at the second request and settles it", async () => {
  await using project = await Project.make({ mode: "deaf" });
  const serve = project.start("serve");
  await project.untilAgent();
  serve.signal("SIGINT");
  await project.until("the first request to be told", () => serve.stdout.includes("SIGINT: no further round"));
  serve.signal("SIGINT");
  const sent = performance.now();
  const { code, stdout } = await serve.ended();
  const took = performance.now() - sent;
  assert.equal(code, 0);
  // Its grace is 1 s.
  assert.ok(took > 900 && took < 10_000, `${took} ms`);
  assert.match(stdout, /is being ended: the operator asked for it/);
  assert.equal(project.ofKind("agent_exit")[0]?.ending, "stopped");
  assert.deepEqual(project.ofKind("round_verdict").map(({ verdict }) => verdict), ["interrupted"]);
  await checkSettled(project, { atLeast: 1 });
});

/** serve as a terminal or a service manager runs it: leader of a group of its own. */
function startInGroup(project: Project, argv: readonly string[], stdin: "null" | "piped" = "null") {
  const child = new Deno.Command("setsid", {
    args: ["--wait", ...argv],
    cwd: project.work,
    env: project.env,
    clearEnv: true,
    stdin,
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  return { child, serve: new Running(child) };
}

function servePid(project: Project): number {
  return Number(project.ofKind("serve_started")[0]?.pid);
}

testAbreast("serve finishes the round when its whole group is interrupted", async () => {
  await using project = await Project.make({ mode: "slow", agentEnv: { FAKE_SLEEP: 1 } });
  const { serve } = startInGroup(project, [...program(), "serve"]);
  await project.untilAgent();
  assert.ok(signal(-servePid(project), "SIGINT"));
  assert.equal((await serve.ended()).code, 0);
  assert.equal(project.ofKind("agent_exit")[0]?.exit_code, 0);
  assert.equal(reasonOf(project), "SIGINT");
  await checkSettled(project, { atLeast: 1 });
});

testAbreast("serve settles the round when every process of the tree gets SIGTERM", async () => {
  await using project = await Project.make({ mode: "hang" });
  const serve = project.start("serve");
  await project.untilAgent();
  await project.until("the start to be on record", () => project.ofKind("agent_spawn")[0]);
  for (const { pid } of await project.processes()) signal(pid, "SIGTERM");
  const { code, stdout } = await serve.ended();
  assert.equal(code, 0, stdout);
  const [exit] = project.ofKind("agent_exit");
  assert.deepEqual([exit?.ending, exit?.exit_code, exit?.exit_cause], ["signalled", -15, "signal:SIGTERM"]);
  assert.equal(reasonOf(project), "SIGTERM");
  await checkSettled(project, { atLeast: 1 });
});

testAbreast("serve settles the round when a deaf tree gets SIGTERM twice", async () => {
  await using project = await Project.make({ mode: "deaf_few" });
  const serve = project.start("serve");
  await project.untilAgent();
  await project.until("the start to be on record", () => project.ofKind("agent_spawn")[0]);
  await project.until(
    "the agent to be deaf",
    () => project.roundLog(1).includes("init"),
  );
  for (const { pid } of await project.processes()) signal(pid, "SIGTERM");
  await project.until("the request to be told", () => serve.stdout.includes("SIGTERM: no further round"));
  for (const { pid } of await project.processes()) signal(pid, "SIGTERM");
  assert.equal((await serve.ended()).code, 0);
  assert.equal(project.ofKind("agent_exit")[0]?.ending, "stopped");
  await checkSettled(project, { atLeast: 1 });
});

const hasScript = (() => {
  try {
    return new Deno.Command("script", { args: ["--version"], stdout: "null", stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
})();

/** serve on a terminal; what is written to `keys` is typed there. */
function startOnTerminal(project: Project, ...args: string[]) {
  const line = `exec ${[...program(), "serve", ...args].map(shellQuote).join(" ")}`;
  const { child, serve } = startInGroup(project, ["script", "-qfec", line, "/dev/null"], "piped");
  return { child, serve, keys: child.stdin.getWriter() };
}

const ctrlC = new Uint8Array([3]);

if (hasScript) {
  testAbreast("serve hears Ctrl-C on a terminal: first the round finishes, then the round is stopped", async () => {
    await using project = await Project.make({ mode: "hang" });
    const { serve, keys } = startOnTerminal(project);
    await project.untilAgent();
    await keys.write(ctrlC);
    await project.until("the first Ctrl-C to be told", () => serve.stdout.includes("SIGINT: no further round"));
    assert.equal(project.ofKind("agent_exit").length, 0, "the agent heard the Ctrl-C");
    await keys.write(ctrlC);
    const { code, stdout } = await serve.ended();
    await keys.close().catch(() => {});
    assert.equal(code, 0, stdout);
    assert.match(stdout, /stopped: SIGINT received/);
    assert.equal(project.ofKind("agent_exit")[0]?.ending, "stopped");
    await checkSettled(project, { atLeast: 1 });
  });

  testAbreast("serve finishes its round and leaves when its terminal is closed", async () => {
    await using project = await Project.make({ mode: "slow", agentEnv: { FAKE_SLEEP: 1 } });
    const { serve, keys } = startOnTerminal(project);
    await project.untilAgent();
    serve.kill();
    const terminal = (await project.processes()).find(({ command }) => command.startsWith("script "));
    if (terminal) signal(terminal.pid, "SIGKILL");
    await project.untilKind("serve_stopped");
    await keys.close().catch(() => {});
    await project.until("serve to leave", () => !exists(`${project.logs}/serve.pid`));
    assert.equal(reasonOf(project), "SIGHUP");
    assert.equal(project.ofKind("agent_exit")[0]?.exit_code, 0);
    await project.until("the process to be gone", () => !signal(servePid(project), "SIGCONT"));
    await checkSettled(project, { atLeast: 1 });
  });
}
