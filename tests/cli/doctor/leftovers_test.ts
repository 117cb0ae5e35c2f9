// Guards the search for processes of rounds that are over: it ends those, and never what anybody owns.
import assert from "node:assert/strict";
import { DoctorStage, logs, roundId } from "./doctor_stage.ts";

Deno.test("checkLeftovers() ends what is left of rounds that are over, and nothing else", async () => {
  const stage = new DoctorStage();
  const { processes } = stage.world;
  const marker = `AGENT_RUNNER_LOG_DIR=${logs}`;
  const polite = processes.start({ marker, command: "/usr/bin/node --token secret" });
  const deaf = processes.start({ marker, command: "deaf", obeysAfterMs: null });
  const child = processes.start({ ppid: deaf, command: "scrubbed" });
  const stopped = processes.start({ marker, command: "stopped", isStopped: true });
  const stranger = processes.start({ marker: "AGENT_RUNNER_LOG_DIR=/home/me/other/logs", command: "other" });
  const zombie = processes.start({ marker, command: "zombie" });
  processes.makeZombie(zombie);
  const row = await stage.row("leftovers");
  assert.equal(row.state, "warn");
  assert.match(row.found, /^4 processes of rounds that are over: node \(pid \d+\), deaf/);
  assert.ok(!row.found.includes("secret"));
  assert.deepEqual(processes.signals, [], "looking signals nobody");
  const fixed = await stage.row("leftovers", { isFixing: true });
  assert.deepEqual([fixed.state, fixed.fixed], ["ok", "ended 4 processes of rounds that are over"]);
  assert.deepEqual(processes.alive, [stranger]);
  assert.deepEqual(processes.sentTo(polite), ["SIGTERM", "SIGCONT"]);
  assert.equal(processes.sentTo(deaf).at(-1), "SIGKILL");
  assert.ok(processes.sentTo(child).length > 0 && processes.sentTo(stopped).includes("SIGCONT"));
  assert.equal((await stage.row("leftovers", { isFixing: true })).fixed, null);
});

Deno.test("checkLeftovers() never signals a stranger that got the number of a process it had asked to end", async () => {
  const stage = new DoctorStage();
  const { processes, clock } = stage.world;
  const parent = processes.start({ marker: `AGENT_RUNNER_LOG_DIR=${logs}`, command: "parent" });
  const child = processes.start({ ppid: parent, command: "scrubbed", obeysAfterMs: 50 });
  await clock.sleep(10_000);
  const signal = processes.signal.bind(processes);
  // The kernel gives the number away at once.
  processes.signal = (pid, name) => {
    const isAsked = pid === child && name === "SIGTERM";
    if (isAsked) clock.after(60, () => processes.start({ command: "editor", obeysAfterMs: null }, child));
    return signal(pid, name);
  };
  const fixed = await stage.row("leftovers", { isFixing: true });
  assert.deepEqual([fixed.state, fixed.fixed], ["ok", "ended 2 processes of rounds that are over"]);
  assert.deepEqual(processes.alive, [child], "the stranger was ended");
  assert.deepEqual(processes.sentTo(child), ["SIGTERM", "SIGCONT"]);
});

Deno.test("checkLeftovers() leaves a round alone that the next serve takes over", async () => {
  for (const isOnStatus of [true, false]) {
    const stage = new DoctorStage();
    const { processes, files } = stage.world;
    const shim = processes.start({ marker: `AGENT_RUNNER_ROUND_ID=${roundId}`, command: "sh" });
    if (isOnStatus) files.writeAtomic(`${logs}/status.json`, JSON.stringify(statusOfRound()));
    else {
      const start = {
        ts: "2026-11-21T09:00:00.000Z",
        event: "round_start",
        round_num: 3,
        phase: null,
        round_id: roundId,
      };
      const end = { ts: "2026-11-21T08:00:00.000Z", event: "round_end", round_num: 2 };
      files.writeAtomic(`${logs}/events-2026-11.jsonl`, [end, start].map((e) => `${JSON.stringify(e)}\n`).join(""));
    }
    const row = await stage.row("leftovers", { isFixing: true });
    assert.deepEqual([row.state, row.fixed], ["warn", null]);
    assert.match(row.found, /^a round goes on without a supervisor: sh \(pid/);
    assert.deepEqual(processes.alive, [shim]);
    stage.world.lock.holdElsewhere(`${logs}/agent-runner.lock`);
    assert.match((await stage.row("leftovers")).found, /^none; the round that runs has 1 process$/);
  }
});

Deno.test("checkLeftovers() ends nothing beside a supervisor, and not itself, what called it, or what it started", async () => {
  const stage = new DoctorStage();
  const { processes, host, lock } = stage.world;
  const marker = `AGENT_RUNNER_LOG_DIR=${logs}`;
  const shell = processes.start({ marker, command: "bash" }, 70);
  processes.start({ marker, ppid: shell, command: "agent-runner doctor" }, host.pid);
  processes.start({ marker, ppid: host.pid, command: "ps" }, 80);
  assert.deepEqual([(await stage.row("leftovers", { isFixing: true })).state, processes.signals], ["ok", []]);
  processes.start({ marker, command: "left" });
  lock.holdElsewhere(`${logs}/agent-runner.lock`);
  const row = await stage.row("leftovers", { isFixing: true });
  assert.deepEqual([row.state, row.fixed, processes.signals], ["warn", null, []]);
  assert.match(row.fix ?? "", /restart serve/);
  processes.hasNoTable = true;
  assert.match((await stage.row("leftovers")).fix ?? "", /procps/);
});

Deno.test("checkLeftovers() spares what only shares a process group with a leftover", async () => {
  const stage = new DoctorStage();
  const { processes } = stage.world;
  const editor = processes.start({ command: "editor" });
  processes.start({ marker: `AGENT_RUNNER_LOG_DIR=${logs}`, pgid: editor, command: "left", obeysAfterMs: null });
  assert.match((await stage.row("leftovers", { isFixing: true })).fixed ?? "", /^ended 1 process /);
  assert.deepEqual(processes.alive, [editor]);
  assert.deepEqual(processes.sentTo(editor), []);
});

function statusOfRound() {
  return {
    round_num: 3,
    running: true,
    schema: 2,
    current: {
      number: 3,
      id: roundId,
      phase: null,
      phase_index: null,
      state: "running",
      pid: 1000,
      started_at: "2026-11-21T09:00:00.000Z",
      started_uptime_s: 1,
      log: "rounds/R3-20261121T090000.log",
      fresh_eyes: false,
    },
  };
}
