// Guards who is signalled, in which order, and who is spared.
import assert from "node:assert/strict";
import { Reach } from "../../src/round/reach.ts";
import { FakeClock } from "../fakes/fake_clock.ts";
import { FakeProcesses } from "../fakes/fake_processes.ts";
import type { ProcessScript } from "../fakes/fake_processes.ts";
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
