// Guards the count of what had to be ended with a round, whatever its ending, and that no stranger is ended for its number.
import assert from "node:assert/strict";
import { FakeScopes } from "../fakes/fake_bounds.ts";
import { FakeClock } from "../fakes/fake_clock.ts";
import { FakeProcesses } from "../fakes/fake_processes.ts";
import { Reach } from "../../src/round/reach.ts";
import { RoundScope } from "../../src/round/round_scope.ts";
import type { RunSpec } from "../../src/round/run_spec.ts";
import type { LeaderEnd } from "../../src/round/leader.ts";
import type { Walls } from "../../src/core/round.ts";
import { marker, paths, roundId, Stage } from "./stage.ts";

/** One in the group, one with the round's id, one that only its parent tells of: all obey at once. */
function startThree(stage: Stage): void {
  stage.startChild({ pgid: stage.shim, marker: null });
  stage.startChild();
  stage.startChild({ marker: null });
}

interface EndingCase {
  readonly walls?: Partial<Walls>;
  readonly changes?: (stage: Stage) => Partial<RunSpec>;
  readonly script?: (stage: Stage) => void;
  /** The agent itself outlived what led it. */
  readonly agentCounts?: boolean;
}

const bounds = (sign: "disk" | "runaway") => (stage: Stage): Partial<RunSpec> => ({
  bounds: {
    read: (_now, tap) => tap.read(),
    get end() {
      return stage.age >= 10 ? { sign, why: "a bound" } : null;
    },
    nextAt: Infinity,
  },
});

const endings: Readonly<Record<string, EndingCase>> = {
  exited: { script: (stage) => stage.exits(0, 10) },
  signalled: {
    script: (stage) => stage.later(10, () => stage.processes.end(stage.agent, { code: 139, signal: "SIGSEGV" })),
  },
  "timed_out hard": { walls: { hardSeconds: 10 } },
  "timed_out first_byte": { walls: { firstByteSeconds: 10 } },
  "timed_out idle": { walls: { idleSeconds: 10 }, script: (stage) => stage.says("hello\n", 1) },
  lingered: {
    walls: { lingerSeconds: 5 },
    changes: () => ({ ignorePatterns: ["tool"] }),
    script: (stage) => stage.says("RESULT\n", 5),
  },
  "stopped operator": { script: (stage) => stage.later(10, () => stage.stop.abort()) },
  "stopped supervisor by a disk": { changes: bounds("disk") },
  "stopped supervisor by a log": { changes: bounds("runaway") },
  "stopped supervisor by a budget": {
    changes: () => ({
      early: {
        isOn: true,
        longestWaitSeconds: 300,
        room: { usd: null, tokens: null, seconds: 10 },
        costOf: () => null,
      },
    }),
  },
  lost: {
    script: (stage) => stage.later(10, () => stage.processes.end(stage.shim, { code: 137, signal: "SIGKILL" })),
    agentCounts: true,
  },
};

for (const [name, { walls = {}, changes, script, agentCounts = false }] of Object.entries(endings)) {
  Deno.test(`watchRound() counts what it ended with a round, though all of it obeyed at once: ${name}`, async () => {
    const stage = new Stage();
    startThree(stage);
    script?.(stage);
    const outcome = await stage.watch(walls, changes?.(stage) ?? {});
    const { ending } = outcome;
    const detail = ending.kind === "timed_out" ? ` ${ending.wall}` : ending.kind === "stopped" ? ` ${ending.by}` : "";
    assert.ok(name.startsWith(`${ending.kind}${detail}`), `it was ${ending.kind}${detail}`);
    assert.deepEqual(stage.processes.alive, []);
    assert.equal(outcome.leftoversEnded, agentCounts ? 4 : 3);
    assert.equal(outcome.survivors, 0);
  });
}

Deno.test("watchRound() counts no agent, no shim and nothing that ended by itself", async () => {
  for (const obeysAfterMs of [0, 50, null]) {
    const alone = await new Stage({ obeysAfterMs }).watch({ hardSeconds: 5, stopGraceSeconds: 1 });
    assert.equal(alone.leftoversEnded, 0);
  }
  const stage = new Stage();
  const brief = stage.startChild();
  stage.later(3, () => stage.processes.end(brief));
  assert.equal((await stage.exits(0, 10).watch()).leftoversEnded, 0);
});

Deno.test("watchRound() counts a process once, however often it has to be told", async () => {
  const stage = new Stage({ obeysAfterMs: 50 });
  stage.startChild({ obeysAfterMs: null });
  stage.startChild({ obeysAfterMs: 500 });
  const outcome = await stage.watch({ hardSeconds: 5, stopGraceSeconds: 1 });
  assert.equal(outcome.leftoversEnded, 2);
});

Deno.test("watchRound() ends a child without a mark that was started just before the wall", async () => {
  // Its parent obeys at once: who looks only afterwards finds a stranger.
  const stage = new Stage();
  let hidden = 0;
  stage.later(9.9, () => hidden = stage.startChild({ marker: null, obeysAfterMs: 10 }));
  const outcome = await stage.watch({ hardSeconds: 10 });
  assert.deepEqual(stage.processes.sentTo(hidden).slice(0, 1), ["SIGTERM"]);
  assert.deepEqual(stage.processes.alive, []);
  assert.equal(outcome.leftoversEnded, 1);
});

Deno.test("watchRound() counts what only the round's scope tells of", async () => {
  const stage = new Stage();
  const hidden = stage.processes.start({ command: "hidden" });
  const path = `/app.slice/agent-runner-${roundId}.scope`;
  const scopes = new FakeScopes();
  scopes.inside.set(path, [hidden]);
  stage.files.writeAtomic(`${paths.exit}.tmp`, `pid ${stage.shim}\nscope ${path}\n`);
  const scope = new RoundScope(paths.exit, { files: stage.files, scopes });
  const reach = new Reach({ roundId, leaderPid: stage.shim, scope }, stage.processes);
  const outcome = await stage.watch({ hardSeconds: 10 }, { reach });
  assert.deepEqual(stage.processes.alive, []);
  assert.equal(outcome.leftoversEnded, 1);
});

Deno.test("watchRound() never signals a stranger that got the number of a child it remembered", async () => {
  const stage = new Stage();
  const child = stage.startChild({ marker: null });
  stage.later(20, () => {
    stage.processes.end(child);
    stage.processes.start({ command: "editor", obeysAfterMs: null }, child);
  });
  await stage.watch({ hardSeconds: 40, stopGraceSeconds: 1 });
  assert.deepEqual(stage.processes.alive, [child]);
  assert.deepEqual(stage.processes.sentTo(child), []);
});

Deno.test("watchRound() never signals a stranger's group that got the number of a shim nobody waited for", async () => {
  const stage = new Stage({ obeysAfterMs: null });
  // Of an earlier life: its end is only noticed at the next poll.
  const ended = Promise.withResolvers<LeaderEnd>();
  stage.later(20, () => {
    stage.processes.end(stage.agent, { code: 0, signal: null });
    stage.processes.start({ command: "a stranger's server", obeysAfterMs: null }, stage.shim);
    stage.processes.start({ command: "its child", ppid: stage.shim, pgid: stage.shim, obeysAfterMs: null });
    stage.stop.abort();
  });
  stage.later(22, () => ended.resolve({ code: 0, diedBySignal: false }));
  const outcome = await stage.watch({ stopGraceSeconds: 1 }, { leader: { pid: stage.shim, ended: ended.promise } });
  assert.equal(stage.processes.alive.length, 2);
  assert.deepEqual(stage.processes.signals, []);
  assert.equal(outcome.leftoversEnded, 0);
});

Deno.test("watchRound() keeps its walls and knows its processes again when the machine's clock is set", async () => {
  for (const step of [7_200_000, -86_400_000]) {
    const stage = new Stage();
    const launcher = stage.startChild({ marker: null });
    const hidden = stage.processes.start({ command: "hidden", ppid: launcher });
    const stranger = stage.processes.start({ command: "editor" });
    stage.processes.start({ command: "init", ppid: 0 }, 1);
    let shift = 0;
    stage.later(20, () => {
      stage.clock.stepWall(step);
      stage.processes.end(launcher);
      // ps counts the starts back from the clock: all of them move.
      shift = step / 1000;
    });
    const list = stage.processes.list.bind(stage.processes);
    stage.processes.list = async (wanted) =>
      (await list(wanted))?.map((row) => ({ ...row, startedAt: row.startedAt + shift })) ?? null;
    const outcome = await stage.watch({ hardSeconds: 40 });
    assert.equal(stage.processes.signals[0]!.at - stage.origin, 40_000, "the wall moved");
    assert.equal(outcome.leftoversEnded, 1);
    assert.deepEqual(stage.processes.alive, [1, stranger]);
    assert.ok(stage.processes.sentTo(hidden).includes("SIGTERM"));
    assert.deepEqual(stage.processes.sentTo(stranger), []);
  }
});

Deno.test("lookWithin() gives up on a table that does not come, and the group is told all the same", async () => {
  const clock = new FakeClock({ isAutomatic: true });
  const processes = new FakeProcesses(clock);
  const shim = processes.start({ marker, obeysAfterMs: null });
  const reach = new Reach({ roundId, leaderPid: shim }, processes);
  assert.deepEqual((await reach.lookWithin(1000, clock)).map(({ pid }) => pid), [shim]);
  assert.equal(clock.sleeps, 1);
  processes.list = () => new Promise(() => {});
  const began = clock.monotonic();
  assert.deepEqual(await reach.lookWithin(1000, clock), []);
  assert.equal(clock.monotonic() - began, 1000);
  void reach.tell("SIGTERM");
  assert.deepEqual(processes.sentTo(-shim), ["SIGTERM", "SIGCONT"]);
});
