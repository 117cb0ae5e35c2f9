// Proves that from a scope nothing gets away, that its limits hold, and that a round goes on where none can be had.
import assert from "node:assert/strict";
import { killed } from "./crash_abandoned.ts";
import { agentStarts, checkSettled } from "./crash_checks.ts";
import { hiddenPids, hide, scripted, untilHidden } from "./containment.ts";
import { Project } from "./project.ts";
import type { ProjectOptions } from "./project.ts";
import { testWhere } from "./test_where.ts";
import { scopeObstacle, startManager } from "./user_manager.ts";
import type { UserManager } from "./user_manager.ts";

function test(name: string, body: (manager: UserManager) => Promise<void>): void {
  testWhere(scopeObstacle)(name, async () => {
    await using manager = await startManager();
    await body(manager);
  });
}

async function inScope(script: string, manager: UserManager, options: ProjectOptions = {}): Promise<Project> {
  const runtime = { round_scope: "always", ...options.runtime };
  return await Project.make(scripted(script, { ...options, env: manager.env, runtime }));
}

test("round ends a child without parent, session and environment that no snapshot ever saw", async (manager) => {
  await using project = await inScope(`${hide} hide; sleep 0.2; result`, manager);
  const { code, stdout } = await project.run(["round"]);
  assert.equal(code, 0, stdout);
  assert.deepEqual(hiddenPids(project), []);
  const [exit] = project.ofKind("agent_exit");
  assert.deepEqual([exit?.ending, exit?.exit_code, exit?.leftovers_ended], ["exited", 0, 1]);
  assert.deepEqual(project.ofKind("containment_degraded"), []);
});

test("serve ends such a child of a round that an earlier life was killed over", async (manager) => {
  await using project = await inScope(`${hide} if [ $round = 1 ]; then hide; begin; sleep 600; fi; result`, manager);
  const first = project.start("serve");
  await project.untilAgent();
  await untilHidden(project);
  await project.until("the start to be on record", () => project.ofKind("agent_spawn")[0]);
  await killed(first);
  const [agent] = await project.processes();
  assert.ok(agent, "the agent lives on");
  const serve = project.start("serve", "--max-rounds", "1");
  await project.untilKind("round_adopted");
  serve.signal("SIGTERM");
  await project.until("the first request to be told", () => serve.stdout.includes("a running round may finish"));
  serve.signal("SIGTERM");
  assert.equal((await serve.ended()).code, 0);
  assert.deepEqual(hiddenPids(project), []);
  await checkSettled(project, { atLeast: 1 });
});

test("a fork bomb stays below round_tasks_max, and all of it ends with its round", async (manager) => {
  // Of 255 processes and no more: where nothing bounds it, it must not take the machine with it.
  const bomb = `begin; bomb() { if [ $1 -gt 1 ]; then bomb $(($1 - 1)) & bomb $(($1 - 1)) & fi; sleep 600; }
bomb 7 2>/dev/null & sleep 600`;
  await using project = await inScope(bomb, manager, {
    runtime: { round_tasks_max: 60, round_timeout_s: 3, stop_grace_s: 1, round_scope: "auto" },
  });
  const serve = project.start("serve", "--once");
  await project.untilAgent();
  let most = 0;
  for (let look = 0; look < 6; look++) {
    most = Math.max(most, (await project.processes()).length);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  // The shim and serve with what it asks stand outside.
  assert.ok(most > 30 && most <= 60 + 5, `${most} processes`);
  const { code, stdout } = await serve.ended();
  assert.equal(code, 0, stdout);
  assert.deepEqual(await project.processes(), []);
  const [exit] = project.ofKind("agent_exit");
  assert.deepEqual([exit?.ending, exit?.timed_out], ["timed_out", true]);
  await checkSettled(project, { atLeast: 1 });
});

test("a tool that takes more than round_memory_max_mb is ended by the kernel, the round goes on", async (manager) => {
  const script = `tail -c 400M /dev/zero | tail >/dev/null; echo "tool: \${PIPESTATUS[1]}"; result`;
  await using project = await inScope(script, manager, { runtime: { round_memory_max_mb: 64, round_scope: "auto" } });
  const { code, stdout } = await project.run(["round"]);
  assert.equal(code, 0, stdout);
  assert.match(project.roundLog(1), /tool: 137/);
  assert.equal(project.ofKind("round_verdict")[0]?.verdict, "ok");
});

test("rounds go on without a scope, once each, when the user's systemd is gone", async (manager) => {
  await using project = await inScope("sleep 0.2; result", manager, { runtime: { restart_delay_s: 1 } });
  const serve = project.start("serve", "--max-rounds", "4");
  await project.untilKind("round_end");
  await manager.end();
  const { code, stdout } = await serve.ended();
  assert.equal(code, 0, stdout);
  assert.deepEqual(agentStarts(project), [1, 2, 3, 4]);
  assert.deepEqual(project.ofKind("agent_exit").map(({ ending, exit_code }) => [ending, exit_code]), [
    ["exited", 0],
    ["exited", 0],
    ["exited", 0],
    ["exited", 0],
  ]);
  const degraded = project.ofKind("containment_degraded");
  assert.deepEqual(degraded.map(({ part }) => part), ["scope"], stdout);
  assert.match(String(degraded[0]?.reason), /rounds run without a scope: Failed to/);
  await checkSettled(project, { atLeast: 4 });
});

Deno.test("round tells once that limits have no effect where there is no user's systemd", async () => {
  const env = { XDG_RUNTIME_DIR: "/nonexistent" };
  await using project = await Project.make({ env, runtime: { round_tasks_max: 100 } });
  const { code, stdout } = await project.run(["serve", "--max-rounds", "2"]);
  assert.equal(code, 0, stdout);
  const degraded = project.ofKind("containment_degraded");
  assert.deepEqual(degraded.map(({ round_num, part }) => [round_num, part]), [[1, "scope"]]);
  assert.match(String(degraded[0]?.reason), /^round_tasks_max without effect, because there is no scope: /);
  await checkSettled(project, { atLeast: 2 });
});

Deno.test("round asks for no scope where none was wanted and the login would end it", async () => {
  await using project = await Project.make({ env: { XDG_RUNTIME_DIR: "/nonexistent" } });
  assert.equal((await project.run(["round"])).code, 0);
  assert.deepEqual(project.ofKind("containment_degraded"), []);
});
