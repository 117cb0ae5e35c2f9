// Guards what a new life of the supervisor makes of the round the earlier one was in.
import assert from "node:assert/strict";
import type { CurrentRound } from "../../src/store/status.ts";
import { findEarlier } from "../../src/round/adopt.ts";
import { FakeClock } from "../fakes/fake_clock.ts";
import { FakeProcesses } from "../fakes/fake_processes.ts";
import { MemoryFiles } from "../fakes/memory_files.ts";
import { marker, roundId } from "./stage.ts";

const shimCommand = "/bin/sh -c # agent-runner-shim trap";

function world() {
  const clock = new FakeClock({ isAutomatic: true });
  const processes = new FakeProcesses(clock);
  const files = new MemoryFiles();
  const find = async (changes: Partial<CurrentRound> = {}) =>
    (await findEarlier(current(changes), { logDir: "/log" }, { clock, files, processes })).earlier;
  return { processes, files, find };
}

function current(changes: Partial<CurrentRound>): CurrentRound {
  return {
    number: 4,
    id: roundId,
    phase: null,
    phase_index: null,
    state: "running",
    pid: null,
    started_at: "2026-11-21T09:00:00.000Z",
    started_uptime_s: 100,
    log: "rounds/R4-20261121T090000.log",
    fresh_eyes: false,
    ...changes,
  };
}

Deno.test("findEarlier() finds the shim of a round that still runs", async () => {
  const { processes, find } = world();
  const pid = processes.start({ command: shimCommand, marker });
  processes.start({ ppid: pid, pgid: pid, marker, command: "agent" });
  const earlier = await find({ pid });
  assert.equal(earlier.kind, "running");
  assert.equal(earlier.kind === "running" && earlier.shim.pid, pid);
});

Deno.test("findEarlier() finds the shim of a round that died before its pid was recorded", async () => {
  const { processes, find } = world();
  processes.start({ command: shimCommand, marker });
  assert.equal((await find({ state: "claimed", pid: null })).kind, "running");
});

Deno.test("findEarlier() believes the status file", async () => {
  const { files, processes, find } = world();
  processes.start({ marker, command: "left-over" });
  files.writeAtomic("/log/rounds/R4-20261121T090000.exit", "pid 1\nexit 7\n");
  assert.deepEqual(await find(), { kind: "ended", end: { code: 7, diedBySignal: false } });
});

Deno.test("findEarlier() calls a round headless when its processes live without the shim", async () => {
  const { processes, find } = world();
  const pid = processes.start({ marker, command: "agent" });
  assert.deepEqual(await find(), { kind: "headless", pids: [pid] });
});

Deno.test("findEarlier() calls a round lost when nothing is left", async () => {
  const { find } = world();
  assert.deepEqual(await find({ pid: 999 }), { kind: "lost" });
});

Deno.test("findEarlier() refuses to guess when there is no process table", async () => {
  const { processes, find } = world();
  processes.hasNoTable = true;
  await assert.rejects(find({ pid: 999 }), { name: "OperatorError", message: /cannot be read/ });
  assert.equal(processes.looks, 3);
});

Deno.test("findEarlier() is not fooled by a reused pid, another round's shim, or a zombie", async () => {
  const { processes, find } = world();
  const reused = processes.start({ command: "postgres" });
  processes.start({ command: shimCommand, marker: "AGENT_RUNNER_ROUND_ID=00000000-0000-4000-8000-000000000002" });
  const dead = processes.start({ command: shimCommand, marker });
  processes.makeZombie(dead);
  assert.deepEqual(await find({ pid: reused }), { kind: "lost" });
});

Deno.test("findEarlier() does not take a marked process under another pid for the recorded shim", async () => {
  const { processes, find } = world();
  const pid = processes.start({ command: shimCommand, marker });
  assert.deepEqual(await find({ pid: pid + 1 }), { kind: "headless", pids: [pid] });
});

Deno.test("findEarlier() does not take a member of a group for its leader", async () => {
  const { processes, find } = world();
  const pid = processes.start({ command: shimCommand, marker, pgid: 5 });
  assert.deepEqual(await find(), { kind: "headless", pids: [pid] });
});

Deno.test("findEarlier() takes a torn status file for none", async () => {
  const { files, find } = world();
  files.writeAtomic("/log/rounds/R4-20261121T090000.exit", "pid 1\nexi");
  assert.equal((await find()).kind, "lost");
});
