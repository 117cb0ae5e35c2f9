// Guards against an agent that works on although no record tells of it.
import assert from "node:assert/strict";
import { endStrays } from "../../src/loop/strays.ts";
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
