// Guards how the end of the agent is learned: from its shim, from the status file, or not at all.
import assert from "node:assert/strict";
import { foundLeader, ownLeader, readEnd } from "../../src/round/leader.ts";
import { FakeClock } from "../fakes/fake_clock.ts";
import { FakeProcesses } from "../fakes/fake_processes.ts";
import { memoryFiles } from "../fakes/memory_files.ts";

const exitFile = "/log/rounds/R1-a.exit";

function endOf(text: string | null) {
  return readEnd(exitFile, memoryFiles(text === null ? {} : { [exitFile]: text }));
}

Deno.test("readEnd() gives an exit code, or minus the signal's number", () => {
  assert.deepEqual(endOf("pid 5\nexit 0\n"), { code: 0, diedBySignal: false });
  assert.deepEqual(endOf("pid 5\nexit 143\n"), { code: 143, diedBySignal: false });
  assert.deepEqual(endOf("pid 5\nTerminated\nexit 143\n"), { code: -15, diedBySignal: true });
  assert.equal(endOf(null), null);
  assert.equal(endOf("pid 5\nex"), null);
});

Deno.test("readEnd() is null for a file that cannot be read", () => {
  const files = memoryFiles({ [exitFile]: "pid 5\nexit 0\n" });
  files.failWith(exitFile, "denied");
  assert.equal(readEnd(exitFile, files), null);
});

async function ownEnd(report: { code: number; signal: string | null }, text: string | null) {
  const files = memoryFiles(text === null ? {} : { [exitFile]: text });
  return await ownLeader({ pid: 5, exited: Promise.resolve(report), exitFile }, files).ended;
}

Deno.test("ownLeader() believes the status file before the shim's own exit", async () => {
  assert.deepEqual(await ownEnd({ code: 143, signal: null }, "pid 5\nexit 143\n"), { code: 143, diedBySignal: false });
  assert.deepEqual(await ownEnd({ code: 137, signal: "SIGKILL" }, "pid 5\nexit 3\n"), { code: 3, diedBySignal: false });
});

Deno.test("ownLeader() falls back on the shim's exit code when there is no status file", async () => {
  assert.deepEqual(await ownEnd({ code: 7, signal: null }, null), { code: 7, diedBySignal: false });
  assert.deepEqual(await ownEnd({ code: 137, signal: null }, null), { code: -9, diedBySignal: true });
  assert.deepEqual(await ownEnd({ code: 200, signal: null }, "pid 5\nexi"), { code: 200, diedBySignal: false });
});

Deno.test("ownLeader() cannot tell when the shim itself was killed", async () => {
  assert.deepEqual(await ownEnd({ code: 137, signal: "SIGKILL" }, null), { code: null, diedBySignal: false });
});

function found() {
  const clock = new FakeClock();
  const processes = new FakeProcesses(clock);
  const files = memoryFiles();
  const pid = processes.start();
  const shim = { pid, startedAt: Math.floor(clock.now() / 1000) };
  const abort = new AbortController();
  // The process table tells starts as the wall clock of the fake world does.
  return { clock, processes, files, shim, abort, pid };
}

async function shimOf(processes: FakeProcesses, pid: number) {
  const row = (await processes.list(null))!.find((process) => process.pid === pid)!;
  return { pid, startedAt: row.startedAt };
}

Deno.test("foundLeader() sees the status file within 200 ms", async () => {
  const { clock, processes, files, abort, pid } = found();
  const leader = foundLeader({ shim: await shimOf(processes, pid), exitFile, signal: abort.signal }, {
    clock,
    processes,
    files,
  });
  let end: unknown = null;
  void leader.ended.then((value) => end = value);
  await clock.advance(10_050);
  assert.equal(end, null);
  files.writeAtomic(exitFile, "pid 5\nexit 4\n");
  await clock.advance(200);
  assert.deepEqual(end, { code: 4, diedBySignal: false });
  assert.equal(leader.pid, pid);
});

Deno.test("foundLeader() notices within 2 s that the shim is gone without a word", async () => {
  const { clock, processes, files, abort, pid } = found();
  const leader = foundLeader({ shim: await shimOf(processes, pid), exitFile, signal: abort.signal }, {
    clock,
    processes,
    files,
  });
  let end: unknown = null;
  void leader.ended.then((value) => end = value);
  await clock.advance(5_000);
  assert.equal(end, null);
  processes.end(pid);
  await clock.advance(2_200);
  assert.deepEqual(end, { code: null, diedBySignal: false });
});

Deno.test("foundLeader() does not take a reused pid for the shim", async () => {
  const { clock, processes, files, abort, pid } = found();
  const shim = await shimOf(processes, pid);
  const leader = foundLeader({ shim, exitFile, signal: abort.signal }, { clock, processes, files });
  let end: unknown = null;
  void leader.ended.then((value) => end = value);
  await clock.advance(10_000);
  processes.end(pid);
  processes.start({}, pid);
  await clock.advance(2_200);
  assert.deepEqual(end, { code: null, diedBySignal: false });
});

Deno.test("foundLeader() takes a table that cannot be had for no news", async () => {
  const { clock, processes, files, abort, pid } = found();
  const shim = await shimOf(processes, pid);
  processes.hasNoTable = true;
  const leader = foundLeader({ shim, exitFile, signal: abort.signal }, { clock, processes, files });
  let end: unknown = null;
  void leader.ended.then((value) => end = value);
  await clock.advance(60_000);
  assert.equal(end, null);
  abort.abort();
  await clock.advance(0);
  assert.deepEqual(end, { code: null, diedBySignal: false });
});

Deno.test("foundLeader() keeps its shim when the wall clock is set", async () => {
  const { clock, processes, files, abort, pid } = found();
  processes.start({ command: "init" }, 1);
  const shim = await shimOf(processes, pid);
  let step = 0;
  const list = processes.list.bind(processes);
  processes.list = async (marker) =>
    (await list(marker))?.map((row) => ({ ...row, startedAt: row.startedAt + step })) ?? null;
  const leader = foundLeader({ shim, exitFile, signal: abort.signal }, { clock, processes, files });
  let end: unknown = null;
  void leader.ended.then((value) => end = value);
  await clock.advance(3_000);
  step = 7200;
  await clock.advance(10_000);
  assert.equal(end, null);
  processes.end(pid);
  await clock.advance(2_200);
  assert.deepEqual(end, { code: null, diedBySignal: false });
});
