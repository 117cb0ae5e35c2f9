// Guards who is signalled, in which order, and who is spared.
import assert from "node:assert/strict";
import { Reach } from "../../src/round/reach.ts";
import { RoundScope } from "../../src/round/round_scope.ts";
import { FakeScopes } from "../fakes/fake_bounds.ts";
import { FakeClock } from "../fakes/fake_clock.ts";
import { FakeProcesses } from "../fakes/fake_processes.ts";
import type { ProcessScript } from "../fakes/fake_processes.ts";
import { memoryFiles } from "../fakes/memory_files.ts";
import { marker, roundId } from "./stage.ts";

const deaf: ProcessScript = { obeysAfterMs: null };

function world() {
  const processes = new FakeProcesses(new FakeClock());
  const shim = processes.start({ ...deaf, marker });
  const inGroup = processes.start({ ...deaf, ppid: shim, pgid: shim });
  const escaped = processes.start({ ...deaf, ppid: inGroup, marker });
  const stranger = processes.start(deaf);
  return { processes, shim, inGroup, escaped, stranger, reach: new Reach({ roundId, leaderPid: shim }, processes) };
}

Deno.test("tell() signals the group first and once, then whoever left it, and wakes all of them", async () => {
  const { processes, reach, shim, escaped, stranger, inGroup } = world();
  await reach.tell("SIGTERM");
  assert.deepEqual(processes.sentTo(-shim), ["SIGTERM", "SIGCONT"]);
  assert.deepEqual(processes.sentTo(escaped), ["SIGTERM", "SIGCONT"]);
  assert.deepEqual([...processes.sentTo(inGroup), ...processes.sentTo(shim), ...processes.sentTo(stranger)], []);
  assert.equal(processes.signals[0]!.target, -shim);
});

Deno.test("kill() spares the shim when it is told to", async () => {
  const { processes, reach, shim, inGroup, escaped, stranger } = world();
  const met = await reach.kill({ sparesLeader: true });
  assert.deepEqual(met.map((row) => row.pid), [shim, inGroup, escaped]);
  assert.deepEqual(processes.alive, [shim, stranger]);
  await reach.kill({ sparesLeader: false });
  assert.deepEqual(processes.alive, [stranger]);
});

Deno.test("look() asks the group alone where there is no table", async () => {
  const { processes, reach, shim } = world();
  processes.hasNoTable = true;
  assert.deepEqual((await reach.look()).map((row) => row.pid), [shim]);
  await reach.kill({ sparesLeader: false });
  assert.deepEqual(await reach.look(), []);
});

Deno.test("look() finds nobody without table and leader, and tell() does no harm", async () => {
  const { processes } = world();
  processes.hasNoTable = true;
  const reach = new Reach({ roundId, leaderPid: null }, processes);
  assert.deepEqual(await reach.look(), []);
  await reach.tell("SIGTERM");
  await reach.kill({ sparesLeader: false });
  assert.deepEqual(processes.signals, []);
});

Deno.test("lookAtCommands() gives command lines as they are without environments", async () => {
  const { processes, reach } = world();
  const list = processes.list.bind(processes);
  processes.list = async (wanted) =>
    (await list(wanted))?.map((row) => ({ ...row, command: wanted === null ? "tool" : "tool SECRET=1" })) ?? null;
  assert.ok((await reach.lookAtCommands()).every((row) => row.command === "tool"));
});

Deno.test("look() counts CPU time, and the processes of the agent's name on the whole machine", async () => {
  const { processes, shim } = world();
  processes.start({ command: "/opt/bin/agent --flag" });
  processes.start({ command: "agent" });
  processes.start({ command: "agents" });
  const reach = new Reach({ roundId, leaderPid: shim, agentName: "agent" }, processes);
  const before = (await processes.list(null) ?? []).filter((row) => /^(\S*\/)?agent( |$)/.test(row.command)).length;
  await reach.look();
  assert.equal(reach.cpuSeconds, 0);
  assert.equal(reach.agentProcesses, before);
  assert.ok(before >= 2);
});

const scopePath = `/app.slice/agent-runner-${roundId}.scope`;

/** The same world with a scope, in which a process hides that nothing else knows. */
function scopedWorld() {
  const { processes, shim, inGroup, escaped, stranger } = world();
  const hidden = processes.start(deaf);
  const scopes = new FakeScopes();
  scopes.inside.set(scopePath, [inGroup, escaped, hidden]);
  scopes.onKill = () => {
    for (const pid of scopes.inside.get(scopePath)!) processes.end(pid);
    scopes.inside.delete(scopePath);
  };
  const files = memoryFiles({ "/log/R1.exit.tmp": `pid ${shim}\nscope ${scopePath}\n` });
  const scope = new RoundScope("/log/R1.exit", { files, scopes });
  const reach = new Reach({ roundId, leaderPid: shim, scope }, processes);
  return { processes, scopes, reach, shim, inGroup, escaped, hidden, stranger };
}

Deno.test("look() asks the scope only when nothing else is left, and then finds who is in it", async () => {
  const { processes, scopes, reach, shim, inGroup, escaped, hidden } = scopedWorld();
  assert.deepEqual((await reach.look()).map((row) => row.pid), [shim, inGroup, escaped]);
  assert.equal(scopes.looks, 0);
  for (const pid of [shim, inGroup, escaped]) processes.end(pid);
  assert.deepEqual((await reach.look()).map((row) => row.pid), [hidden]);
  scopes.inside.set(scopePath, []);
  assert.deepEqual((await reach.look()).map((row) => row.pid), [hidden], "it is remembered");
  processes.end(hidden);
  assert.deepEqual(await reach.look(), []);
});

Deno.test("tell() signals what only the scope knows, once", async () => {
  const { processes, reach, shim, inGroup, hidden, escaped, stranger } = scopedWorld();
  const met = await reach.tell("SIGTERM");
  assert.deepEqual(met.map((row) => row.pid).sort((a, b) => a - b), [shim, inGroup, escaped, hidden].sort());
  assert.deepEqual(processes.sentTo(hidden), ["SIGTERM", "SIGCONT"]);
  assert.deepEqual(processes.sentTo(escaped), ["SIGTERM", "SIGCONT"]);
  assert.deepEqual(processes.sentTo(stranger), []);
});

Deno.test("kill() ends the scope in one step and spares the shim, which stands outside", async () => {
  const { processes, scopes, reach, shim, stranger } = scopedWorld();
  await reach.kill({ sparesLeader: true });
  assert.deepEqual(scopes.killed, [scopePath]);
  assert.deepEqual(processes.alive, [shim, stranger].sort((a, b) => a - b));
});

Deno.test("tell() never signals a group that was seen empty: its number may be another's by now", async () => {
  const { processes, reach, shim, inGroup, escaped } = world();
  await reach.look();
  for (const pid of [shim, inGroup]) processes.end(pid);
  assert.deepEqual((await reach.look()).map((row) => row.pid), [escaped]);
  const reused = processes.start({ command: "stranger" }, shim);
  await reach.tell("SIGTERM");
  await reach.kill({ sparesLeader: false });
  assert.deepEqual([...processes.sentTo(-shim), ...processes.sentTo(reused)], []);
  assert.ok(processes.alive.includes(reused));
  assert.deepEqual(processes.sentTo(escaped).slice(0, 1), ["SIGTERM"]);
});

Deno.test("look() asks once more where there was a table before: a stopped supervisor meets a late answer", async () => {
  const { processes, reach, escaped } = world();
  await reach.look();
  const list = processes.list.bind(processes);
  let isLate = true;
  processes.list = async (wanted) => {
    if (!isLate) return await list(wanted);
    isLate = false;
    return null;
  };
  assert.ok((await reach.look()).some((row) => row.pid === escaped));
});
