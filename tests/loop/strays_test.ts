// Guards against an agent that works on although no record tells of it.
import assert from "node:assert/strict";
import { endStrays } from "../../src/loop/strays.ts";
import { RoundScope } from "../../src/round/round_scope.ts";
import type { ScopeDesk } from "../../src/round/scope_desk.ts";
import { FakeScopes } from "../fakes/fake_bounds.ts";
import { logs, LoopStage } from "./loop_stage.ts";

const marker = `AGENT_RUNNER_LOG_DIR=${logs}`;
const shimCommand = "/bin/sh -c # agent-runner-shim trap";

async function opened(stage: LoopStage) {
  return (await stage.open()).tools;
}

Deno.test("endStrays() ends the group and the descendants of a round nobody knows of", async () => {
  const stage = new LoopStage();
  const { processes } = stage.world;
  const shim = processes.start({ command: shimCommand, marker, obeysAfterMs: null });
  const agent = processes.start({ command: "agent", ppid: shim, pgid: shim, obeysAfterMs: null });
  const tool = processes.start({ command: "tool", ppid: agent, obeysAfterMs: 10 });
  const stranger = processes.start({ command: "editor" });
  await endStrays(null, await opened(stage));
  assert.deepEqual(processes.alive, [stranger]);
  assert.ok(processes.sentTo(-shim).includes("SIGTERM"));
  assert.deepEqual(processes.sentTo(tool).filter((name) => name === "SIGTERM"), ["SIGTERM"]);
  assert.match(stage.texts.join("\n"), /no record tells of runs here/);
});

Deno.test("endStrays() leaves alone what only carries the log folder, and other projects' rounds", async () => {
  const stage = new LoopStage();
  const { processes } = stage.world;
  const shell = processes.start({ command: "bash", marker });
  const other = processes.start({ command: shimCommand, marker: "AGENT_RUNNER_LOG_DIR=/elsewhere" });
  await endStrays(null, await opened(stage));
  assert.deepEqual(processes.alive, [shell, other].sort((a, b) => a - b));
  assert.deepEqual(processes.signals, []);
});

Deno.test("endStrays() says that containment is weak when there is no process table", async () => {
  const stage = new LoopStage();
  stage.world.processes.hasNoTable = true;
  await endStrays(null, await opened(stage));
  assert.match(stage.texts.join("\n"), /install procps/);
});

const roundId = "00000000-0000-4000-8000-000000000005";

/** Puts the start of a round on record. */
function recordRound(stage: LoopStage, number: number, id: string): void {
  const line = JSON.stringify({
    ts: "2026-11-21T09:00:00.000Z",
    event: "round_start",
    round_num: number,
    round_id: id,
  });
  stage.world.files.append(`${logs}/events-2026-11.jsonl`, new TextEncoder().encode(`${line}\n`));
}

/** The table answers to both markers of one process, as a real environment does. */
function carryBoth(stage: LoopStage, pids: readonly number[], id: string): void {
  const { processes } = stage.world;
  const list = processes.list.bind(processes);
  processes.list = async (wanted) =>
    (await list(wanted))?.map((row) =>
      pids.includes(row.pid) && (wanted === marker || wanted === `AGENT_RUNNER_ROUND_ID=${id}`)
        ? { ...row, isMarked: true }
        : row
    ) ?? null;
}

Deno.test("endStrays() ends what a recorded round left that nothing leads, with its children, and tells of it", async () => {
  const stage = new LoopStage();
  const { processes } = stage.world;
  const left = processes.start({ command: "server" });
  const child = processes.start({ command: "worker", ppid: left, obeysAfterMs: null });
  const stranger = processes.start({ command: "editor" });
  const tools = await opened(stage);
  recordRound(stage, 4, crypto.randomUUID());
  recordRound(stage, 5, roundId);
  carryBoth(stage, [left], roundId);
  const ended = await endStrays(null, tools);
  assert.deepEqual(ended, [{ round_num: 5, round_id: roundId, processes: 2, survivors: 0 }]);
  assert.deepEqual(processes.alive, [stranger]);
  assert.deepEqual(processes.sentTo(child).filter((name) => name !== "SIGCONT"), ["SIGTERM", "SIGKILL"]);
  assert.match(stage.texts.join("\n"), /round 5 left a process running, which is being ended/);
});

Deno.test("endStrays() leaves the round on record to its own closing", async () => {
  const stage = new LoopStage();
  const { processes } = stage.world;
  const own = processes.start({ command: "agent" });
  const tools = await opened(stage);
  recordRound(stage, 5, roundId);
  carryBoth(stage, [own], roundId);
  assert.deepEqual(await endStrays(roundId, tools), []);
  assert.deepEqual(processes.signals, []);
});

Deno.test("endStrays() never ends what this process came from, nor what it started", async () => {
  const stage = new LoopStage();
  const { processes, host } = stage.world;
  const shell = processes.start({ command: "tmux: server" });
  processes.start({ command: "agent-runner serve", ppid: shell }, host.pid);
  const ps = processes.start({ command: "ps", ppid: host.pid });
  const tools = await opened(stage);
  recordRound(stage, 5, roundId);
  carryBoth(stage, [shell, host.pid, ps], roundId);
  assert.deepEqual(await endStrays(null, tools), []);
  assert.deepEqual(processes.signals, []);
});

Deno.test("endStrays() leaves alone what else lives of a round this process itself comes from", async () => {
  const stage = new LoopStage();
  const { processes, host } = stage.world;
  const shell = processes.start({ command: "tmux: server" });
  processes.start({ command: "agent-runner serve", ppid: shell }, host.pid);
  const pane = processes.start({ command: "bash", ppid: shell });
  const beside = processes.start({ command: "tmux: client" });
  const tools = await opened(stage);
  recordRound(stage, 5, roundId);
  carryBoth(stage, [shell, host.pid, pane, beside], roundId);
  assert.deepEqual(await endStrays(null, tools), []);
  assert.deepEqual(processes.signals, []);
});

Deno.test("endStrays() never signals a stranger that got the number of a process it had asked to end", async () => {
  const stage = new LoopStage();
  const { processes, clock } = stage.world;
  const left = processes.start({ command: "server" });
  const child = processes.start({ command: "scrubbed", ppid: left, obeysAfterMs: 50 });
  await clock.sleep(10_000);
  const tools = await opened(stage);
  recordRound(stage, 5, roundId);
  carryBoth(stage, [left], roundId);
  const signal = processes.signal.bind(processes);
  // The kernel gives the number away at once.
  processes.signal = (pid, name) => {
    const isAsked = pid === child && name === "SIGTERM";
    if (isAsked) clock.after(60, () => processes.start({ command: "editor", obeysAfterMs: null }, child));
    return signal(pid, name);
  };
  const [ended] = await endStrays(null, tools);
  assert.deepEqual([ended?.processes, ended?.survivors], [2, 0]);
  assert.deepEqual(processes.alive, [child], "the stranger was ended");
  assert.deepEqual(processes.sentTo(child), ["SIGTERM", "SIGCONT"]);
});

Deno.test("endStrays() leaves a process alone whose round is not on record", async () => {
  const stage = new LoopStage();
  const { processes } = stage.world;
  const other = processes.start({ command: "server" });
  const tools = await opened(stage);
  recordRound(stage, 5, roundId);
  carryBoth(stage, [other], crypto.randomUUID());
  assert.deepEqual(await endStrays(null, tools), []);
  assert.deepEqual([processes.alive, processes.signals], [[other], []]);
});

Deno.test("endStrays() counts what even SIGKILL does not end", async () => {
  const stage = new LoopStage();
  const { processes } = stage.world;
  const stuck = processes.start({ command: "stuck", isUnkillable: true });
  const tools = await opened(stage);
  recordRound(stage, 5, roundId);
  carryBoth(stage, [stuck], roundId);
  assert.deepEqual(await endStrays(null, tools), [
    { round_num: 5, round_id: roundId, processes: 1, survivors: 1 },
  ]);
});

Deno.test("endStrays() ends the scope of a stray round, which its status file names", async () => {
  const stage = new LoopStage();
  const { processes, files } = stage.world;
  const path = `/app.slice/agent-runner-${roundId}.scope`;
  const scopes = new FakeScopes();
  const shim = processes.start({ command: shimCommand, marker, obeysAfterMs: 10 });
  const hidden = processes.start({ command: "hidden", obeysAfterMs: 10 });
  scopes.inside.set(path, [hidden]);
  const tools = await opened(stage);
  files.writeAtomic(`${logs}/rounds/R7-20261121T100000.exit.tmp`, `pid ${shim}\nscope ${path}\n`);
  const scopeOf = (exitFile: string) => new RoundScope(exitFile, { files, scopes });
  const ended = await endStrays(null, { ...tools, scopes: { scopeOf } as unknown as ScopeDesk });
  assert.deepEqual(ended.map((left) => [left.processes, left.survivors]), [[2, 0]]);
  assert.deepEqual(processes.alive, []);
});
