// Guards what a new life makes of an old one: status files, numbers, and the round it was in.
import assert from "node:assert/strict";
import type { CurrentRound } from "../../src/store/status.ts";
import { logs, LoopStage } from "./loop_stage.ts";

const id = "00000000-0000-4000-8000-000000000009";
const marker = `AGENT_RUNNER_ROUND_ID=${id}`;
const stem = `${logs}/rounds/R4-20261121T095000`;

function currentOf(stage: LoopStage, changes: Partial<CurrentRound> = {}): CurrentRound {
  return {
    number: 4,
    id,
    phase: null,
    phase_index: null,
    state: "running",
    pid: null,
    started_at: new Date(stage.world.clock.now() - 600_000).toISOString(),
    started_uptime_s: stage.world.host.uptimeSeconds() - 600,
    log: "rounds/R4-20261121T095000.log",
    fresh_eyes: false,
    ...changes,
  };
}

/** A project whose supervisor died in round 4. */
function orphaned(changes: Partial<CurrentRound> = {}): LoopStage {
  const stage = new LoopStage();
  const status = { round_num: 4, running: true, schema: 2, current: currentOf(stage, changes) };
  stage.world.files.writeAtomic(`${logs}/status.json`, JSON.stringify(status));
  stage.world.files.writeAtomic(`${stem}.log`, "said before\n");
  return stage;
}

/** The round's shim and agent, still at work. */
function startRound(stage: LoopStage, script: { readonly obeysAfterMs?: number | null } = {}) {
  const { processes, files } = stage.world;
  const shim = processes.start({ command: "/bin/sh -c # agent-runner-shim", marker, obeysAfterMs: null });
  const agent = processes.start({
    command: "agent",
    marker,
    ppid: shim,
    pgid: shim,
    ...script,
    onEnd: (report) => {
      if (!processes.alive.includes(shim)) return;
      files.writeAtomic(
        `${stem}.exit`,
        `pid ${shim}\n${report.signal === null ? "" : "Terminated\n"}exit ${report.code}\n`,
      );
      processes.end(shim);
    },
  });
  return { shim, agent };
}

function numbersOf(stage: LoopStage, kind: string): unknown[] {
  return stage.world.events.filter((event) => event.event === kind).map((event) => event.round_num);
}

Deno.test("serve() adopts a round that still runs, under its number, and starts no agent beside it", async () => {
  const stage = orphaned();
  const { agent } = startRound(stage);
  stage.world.clock.after(60_000, () => stage.world.processes.end(agent, { code: 3, signal: null }));
  await stage.serve({ maxRounds: 1 });
  assert.equal(stage.world.processes.spawned.length, 0, "the adopted round counts as one of this life's");
  assert.deepEqual(numbersOf(stage, "round_adopted"), [4]);
  assert.deepEqual(numbersOf(stage, "round_end"), [4]);
  const exit = stage.world.events.find((event) => event.event === "agent_exit")!;
  assert.deepEqual([exit.exit_code, exit.ending], [3, "exited"]);
  assert.ok((exit.duration_s as number) >= 660 && (exit.duration_s as number) < 661, String(exit.duration_s));
  const status = JSON.parse(stage.world.files.readText(`${logs}/status.json`)!);
  assert.deepEqual([status.round_num, status.running, status.current, status.last_exit_code], [4, false, undefined, 3]);
  assert.equal(stage.world.files.readText(`${stem}.exit`), null, "its status file has done its work");
});

Deno.test("serve() counts the walls of an adopted round from its real start", async () => {
  const stage = orphaned();
  stage.runtime = "round_timeout_s = 900";
  startRound(stage);
  const before = stage.world.clock.monotonic();
  await stage.serve({ maxRounds: 1 });
  const seconds = (stage.world.clock.monotonic() - before) / 1000;
  assert.ok(seconds >= 300 && seconds < 300.5, `ended after ${seconds} s`);
  assert.equal(stage.world.events.find((event) => event.event === "agent_exit")?.ending, "timed_out");
  assert.deepEqual(stage.world.processes.alive, []);
});

Deno.test("serve() takes the age of a round from the machine's uptime when the clock was set", async () => {
  const stage = orphaned({ started_at: "2020-01-01T00:00:00.000Z" });
  stage.runtime = "round_timeout_s = 900";
  startRound(stage);
  const before = stage.world.clock.monotonic();
  await stage.serve({ maxRounds: 1 });
  assert.ok(stage.world.clock.monotonic() - before >= 300_000);
});

Deno.test("serve() closes a round that ended meanwhile with its real exit status", async () => {
  const stage = orphaned();
  stage.world.files.writeAtomic(`${stem}.exit`, "pid 5\nexit 7\n");
  await stage.serve({ maxRounds: 1 });
  assert.deepEqual(numbersOf(stage, "round_end"), [4, 5], "it is not one of this life's rounds");
  assert.equal(stage.world.events.find((event) => event.event === "agent_exit")?.exit_code, 7);
});

Deno.test("serve() ends what is left of a round whose shim was killed, and calls it lost", async () => {
  const stage = orphaned();
  stage.world.processes.start({ command: "agent", marker, obeysAfterMs: null });
  stage.world.processes.start({ command: "tool", marker, obeysAfterMs: 0 });
  await stage.serve({ maxRounds: 1 });
  const exit = stage.world.events.find((event) => event.event === "agent_exit")!;
  assert.deepEqual([exit.ending, exit.leftovers_ended], ["lost", 2]);
  assert.deepEqual(stage.world.processes.alive, []);
  assert.deepEqual(numbersOf(stage, "round_start"), [4, 5]);
});

Deno.test("serve() removes the prompt of a round of an earlier life, wherever the disk had room for it", async () => {
  const stage = orphaned();
  const { TMPDIR = "/tmp" } = stage.world.host.environment();
  const prompts = [`${stem}.prompt`, `${TMPDIR}/agent-runner-${id}.prompt`];
  for (const path of prompts) stage.world.files.writeAtomic(path, "Go on.");
  await stage.serve({ maxRounds: 1 });
  assert.deepEqual(prompts.map((path) => stage.world.files.readText(path)), [null, null]);
});

Deno.test("serve() closes a round as lost after the machine restarted, and starts the next", async () => {
  const stage = orphaned({ pid: 4711, started_uptime_s: 9_999_999 });
  const stranger = stage.world.processes.start({ command: "postgres" }, 4711);
  await stage.serve({ maxRounds: 1 });
  assert.deepEqual(stage.world.processes.sentTo(stranger), []);
  assert.deepEqual(stage.world.processes.alive, [stranger]);
  assert.deepEqual(numbersOf(stage, "round_end"), [4, 5]);
  const adopted = stage.world.events.find((event) => event.event === "round_adopted");
  assert.deepEqual([adopted?.state, adopted?.age_s], ["lost", 600]);
});

Deno.test("serve() writes no event twice that the earlier life wrote", async () => {
  const stage = orphaned({ state: "settling" });
  const line = (kind: string) => `{"ts": "2026-11-21T09:55:00.000Z", "event": "${kind}", "round_num": 4}\n`;
  const written = ["round_start", "agent_spawn", "agent_exit", "round_verdict"];
  stage.world.files.writeAtomic(`${logs}/events-2026-11.jsonl`, written.map(line).join(""));
  stage.world.files.writeAtomic(`${stem}.exit`, "pid 5\nexit 0\n");
  await stage.serve({ isOnce: true });
  for (const kind of [...written, "round_end", "round_substrate_after"]) {
    assert.deepEqual(numbersOf(stage, kind).filter((number) => number === 4), [4], kind);
  }
});

Deno.test("serve() completes the record of a round that was only claimed", async () => {
  const stage = orphaned({ state: "claimed" });
  await stage.serve({ maxRounds: 1 });
  assert.deepEqual(numbersOf(stage, "round_start"), [4, 5]);
  assert.deepEqual(numbersOf(stage, "agent_spawn"), [5], "no agent was started in it");
  assert.deepEqual(numbersOf(stage, "round_end"), [4, 5]);
});

Deno.test("serve() adopts once more when it is killed while it watches an adopted round", async () => {
  const stage = orphaned();
  const { agent } = startRound(stage);
  const first = await stage.open();
  // The first life never gets to the end: it is as if it were killed here.
  first.close();
  stage.world.clock.after(5_000, () => stage.world.processes.end(agent));
  await stage.serve({ maxRounds: 1 });
  assert.deepEqual(numbersOf(stage, "round_end"), [4]);
});

Deno.test("serve() stops an adopted round at the second request", async () => {
  const stage = orphaned();
  startRound(stage, { obeysAfterMs: 20 });
  stage.world.clock.after(2_000, () => stage.world.signals.send("SIGTERM"));
  stage.world.clock.after(3_000, () => stage.world.signals.send("SIGTERM"));
  await stage.serve();
  assert.equal(stage.world.events.find((event) => event.event === "agent_exit")?.ending, "stopped");
  assert.deepEqual(numbersOf(stage, "round_end"), [4]);
});

const broken: readonly [name: string, text: string][] = [
  ["torn", '{"round_num": 4, "runn'],
  ["binary", "\u0000\u0001\u0002"],
  ["a list", "[]"],
  ["of wrong types", '{"round_num": "4"}'],
];

for (const [name, text] of broken) {
  Deno.test(`open() recovers from a status.json that is ${name}, and reuses no number`, async () => {
    const stage = new LoopStage();
    stage.world.files.writeAtomic(`${logs}/status.json`, text);
    stage.world.files.writeAtomic(`${logs}/rounds/R11-20261121T090000.log`, "");
    stage.world.files.writeAtomic(
      `${logs}/events-2026-11.jsonl`,
      '{"ts": "2026-11-21T09:00:00.000Z", "event": "round_start", "round_num": 12}\ngarbage\n',
    );
    await stage.serve({ isOnce: true });
    assert.deepEqual(numbersOf(stage, "round_end"), [13]);
    assert.equal(stage.world.files.readText(`${logs}/status.json.corrupt`), text);
    assert.ok(stage.world.kinds.includes("status_recovered"));
    assert.ok(stage.texts.some((said) => said.startsWith("status.json")));
  });
}

Deno.test("open() goes on from the numbers of files where status.json is gone", async () => {
  const stage = new LoopStage();
  stage.world.files.writeAtomic(`${logs}/rounds/R7-20261121T090000.log`, "");
  await stage.serve({ isOnce: true });
  assert.deepEqual(numbersOf(stage, "round_end"), [8]);
  assert.ok(!stage.world.kinds.includes("status_recovered"));
});

Deno.test("open() does not believe status.json when files tell of a higher number", async () => {
  const stage = new LoopStage();
  stage.world.files.writeAtomic(`${logs}/status.json`, '{"round_num": 3, "running": false}');
  stage.world.files.writeAtomic(`${logs}/rounds/R9-20261121T090000.log`, "");
  await stage.serve({ isOnce: true });
  assert.deepEqual(numbersOf(stage, "round_end"), [10]);
});

Deno.test("serve() reaches no wall with a round that ended long before it was found", async () => {
  const stage = orphaned();
  stage.runtime = "round_timeout_s = 60";
  stage.world.files.writeAtomic(`${stem}.exit`, "pid 5\nexit 7\n");
  await stage.serve({ maxRounds: 1 });
  const exit = stage.world.events.find((event) => event.event === "agent_exit")!;
  assert.deepEqual([exit.ending, exit.exit_code, exit.timed_out], ["exited", 7, false]);
  assert.ok(!stage.texts.some((text) => /is being ended/.test(text)), stage.texts.join("\n"));
});

Deno.test("serve() says of a round that ended meanwhile when it ended, not when it was found", async () => {
  const stage = orphaned();
  const { world } = stage;
  world.files.now = world.clock.now() - 500_000;
  world.files.writeAtomic(`${stem}.exit`, "pid 5\nexit 0\n");
  world.files.now = world.clock.now();
  let seen = "";
  world.agents = [{
    onStart: () => seen = JSON.parse(world.files.readText(`${logs}/status.json`)!).last_completed_at,
  }];
  const endedAt = new Date(world.clock.now() - 500_000).toISOString();
  await stage.serve({ maxRounds: 1 });
  assert.equal(seen, endedAt);
});

Deno.test("serve() has times of day in an earlier round's output read as seen from when they were written", async () => {
  const stage = orphaned();
  const { world } = stage;
  const writtenAt = world.clock.now() - 400_000;
  world.files.now = writtenAt;
  world.files.writeAtomic(`${stem}.log`, "limit reached, resets at 7:50am\n");
  world.files.now = world.clock.now();
  world.files.writeAtomic(`${stem}.exit`, "pid 5\nexit 1\n");
  const seen: (number | undefined)[] = [];
  stage.createReader = (options) => {
    seen.push(options?.now?.());
  };
  await stage.serve({ maxRounds: 1 });
  assert.equal(seen[0], writtenAt);
});

Deno.test("serve() holds an adopted round to what is left of the budgets, and counts it", async () => {
  const stage = orphaned();
  stage.budget = "total.hours = 0.25";
  startRound(stage);
  const before = stage.world.clock.monotonic();
  await stage.serve();
  const seconds = (stage.world.clock.monotonic() - before) / 1000;
  assert.ok(seconds >= 300 && seconds < 310, `ended after ${seconds} s`);
  assert.equal(stage.world.events.find(({ event }) => event === "round_ended_early")?.sign, "budget");
  assert.equal(stage.world.events.at(-1)?.reason, "budget");
  assert.equal(JSON.parse(stage.world.files.readText(`${logs}/budget.json`)!).total.rounds, 1);
});

Deno.test("serve() has counted a round against the budgets before it closes it", async () => {
  const stage = new LoopStage();
  stage.budget = "total.rounds = 9";
  const { files } = stage.world;
  const write = files.writeAtomic.bind(files);
  const counted: unknown[] = [];
  files.writeAtomic = (path, content, options) => {
    write(path, content, options);
    if (!path.endsWith("/status.json") || JSON.parse(String(content)).current !== undefined) return;
    counted.push(files.readText(`${logs}/budget.json`) !== null);
  };
  await stage.serve({ isOnce: true });
  assert.equal(counted[0], true, "a life that dies in between would forget what was spent");
});

for (const isHeldBack of [false, true]) {
  Deno.test(`serve() taking a round over ${isHeldBack ? "keeps a hint that was held back" : "takes its hint for told"}`, async () => {
    const stage = orphaned();
    const { files } = stage.world;
    const at = "2026-11-21T09:49:00.000Z";
    const hint = { id: "a", at, by: "ann", text: "leave the parser alone", round: 4 };
    files.writeAtomic(`${logs}/hints.json`, JSON.stringify({ schema: 1, hints: [hint] }));
    const kinds = ["round_start", ...(isHeldBack ? ["hint_held_back"] : []), "agent_spawn"];
    const lines = kinds.map((event) => `${JSON.stringify({ ts: "2026-11-21T09:50:00.000Z", event, round_num: 4 })}\n`);
    files.append(`${logs}/events-2026-11.jsonl`, new TextEncoder().encode(lines.join("")));
    files.writeAtomic(`${stem}.exit`, "pid 5\nexit 0\n");
    await stage.serve({ maxRounds: 1 });
    const told = stage.world.processes.spawned.map(({ argv }) => argv.at(-1)!.includes("leave the parser alone"));
    assert.deepEqual(told, [isHeldBack]);
    assert.deepEqual(numbersOf(stage, "hint_used"), [isHeldBack ? 5 : 4]);
  });
}
