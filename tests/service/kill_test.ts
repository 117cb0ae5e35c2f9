// Guards that killing is quick, reaches everything of the rounds and nobody else, and claims only what it saw.
import assert from "node:assert/strict";
import { killAll } from "../../src/service/kill.ts";
import type { KillParts, KnownHolder } from "../../src/service/kill.ts";
import type { ProcessScript } from "../fakes/fake_processes.ts";
import { FakeWorld } from "../fakes/fake_world.ts";

const logDir = "/log";
const lockFile = `${logDir}/agent-runner.lock`;
const ofRound: ProcessScript = {
  marker: `AGENT_RUNNER_LOG_DIR=${logDir}`,
  markers: ["AGENT_RUNNER_ROUND_ID=00000000-0000-4000-8000-000000000001"],
  obeysAfterMs: null,
};

function scene() {
  const world = new FakeWorld();
  const graces: number[] = [];
  let holder: KnownHolder = { kind: "unsure", why: "nobody says" };
  const kill = (changes: Partial<KillParts> = {}) =>
    killAll({
      ...world,
      clock: world.clock,
      logDir,
      ownPid: world.host.pid,
      findHolder: () => Promise.resolve(holder),
      sweep: (grace) => {
        graces.push(grace);
        return Promise.resolve(0);
      },
      ...changes,
    });
  const supervise = async (script: ProcessScript) => {
    world.files.makeDir(logDir);
    const held = await world.lock.tryAcquire(lockFile);
    const pid = world.processes.start({ ...script, onEnd: () => held!.release() });
    for (const name of ["serve.pid", "agent-runner.lock", "agent-runner.lock.holder"]) {
      world.files.writeAtomic(`${logDir}/${name}`, "{}");
    }
    holder = { kind: "sure", pid };
    return pid;
  };
  return { world, kill, supervise, graces };
}

Deno.test("killAll() has nothing to end where nothing runs", async () => {
  const { kill, world } = scene();
  const report = await kill();
  assert.deepEqual([report.supervisor, report.ended, report.left], ["none", 0, []]);
  assert.deepEqual(world.processes.signals, []);
  assert.equal(await world.lock.isHeld(lockFile), false, "no lock is made where there was none");
});

Deno.test("killAll() asks twice, so that the round is stopped and put on record", async () => {
  const { kill, supervise, world, graces } = scene();
  const pid = await supervise({ obeysAfterMs: 1500 });
  const report = await kill();
  assert.deepEqual([report.supervisor, report.supervisorPid, report.left], ["asked", pid, []]);
  assert.deepEqual(world.processes.sentTo(pid), ["SIGTERM", "SIGCONT", "SIGTERM"]);
  const [first, , second] = world.processes.signals;
  assert.ok(second!.at - first!.at >= 200, "two signals at once would be one");
  assert.deepEqual(graces, [0.2]);
});

Deno.test("killAll() is through within 5 s with a deaf supervisor and deaf processes, and clears its name", async () => {
  const { kill, supervise, world } = scene();
  const pid = await supervise({ obeysAfterMs: null });
  for (let count = 0; count < 4; count++) world.processes.start(ofRound);
  const report = await kill();
  assert.deepEqual([report.supervisor, report.supervisorPid, report.ended], ["killed", pid, 4]);
  assert.deepEqual(report.left, []);
  assert.ok(report.seconds <= 5, `${report.seconds}`);
  assert.deepEqual(world.processes.alive, []);
  assert.deepEqual(world.files.paths().filter((path) => path.startsWith("/log/")), [lockFile]);
  assert.equal(await world.lock.isHeld(lockFile), false);
});

Deno.test("killAll() is through within 5 s where a slow machine takes long to list its processes", async () => {
  const { kill, supervise, world } = scene();
  const pid = await supervise({ obeysAfterMs: null });
  for (let count = 0; count < 4; count++) world.processes.start(ofRound);
  const list = world.processes.list.bind(world.processes);
  world.processes.list = async (marker) => {
    await world.clock.sleep(550);
    return await list(marker);
  };
  const report = await kill();
  assert.deepEqual([report.supervisor, report.supervisorPid, report.left], ["killed", pid, []]);
  assert.ok(report.seconds <= 5, `${report.seconds}`);
});

Deno.test("killAll() spares strangers, the operator's shells and what it comes from itself", async () => {
  const { kill, world } = scene();
  const { marker } = ofRound;
  const spared = [
    world.processes.start({ command: "editor" }),
    world.processes.start({ marker: marker!, command: "bash" }),
    world.processes.start({ marker: "AGENT_RUNNER_LOG_DIR=/other", markers: ofRound.markers! }),
  ];
  const parent = world.processes.start(ofRound);
  world.processes.start({ ...ofRound, ppid: parent }, world.host.pid);
  const child = world.processes.start({ ...ofRound, ppid: world.host.pid });
  const victim = world.processes.start(ofRound);
  const report = await kill();
  assert.deepEqual([report.ended, report.left], [1, []]);
  assert.deepEqual(world.processes.alive, [...spared, parent, world.host.pid, child].sort((a, b) => a - b));
  assert.deepEqual([...new Set(world.processes.signals.map(({ target }) => target))], [victim]);
});

Deno.test("killAll() says what it could not end", async () => {
  const { kill, supervise, world } = scene();
  await supervise({ isUnkillable: true });
  const rock = world.processes.start({ ...ofRound, isUnkillable: true });
  const report = await kill();
  assert.equal(report.ended, 0);
  assert.match(report.left.join("; "), new RegExp(`process ${rock} of a round still lives; the lock .* is still held`));
  assert.ok(report.seconds <= 6, `${report.seconds}`);
  assert.notEqual(world.files.readText(`${lockFile}.holder`), null, "the name of one that lives is left");
});

Deno.test("killAll() signals no supervisor it is not sure of, but ends what rounds left", async () => {
  const { kill, world } = scene();
  world.lock.holdElsewhere(lockFile);
  world.processes.start(ofRound);
  const report = await kill({ findHolder: () => Promise.resolve({ kind: "unsure", why: "process 5 is another one" }) });
  assert.deepEqual([report.supervisor, report.ended, report.left], ["none", 1, ["process 5 is another one"]]);
});

Deno.test("killAll() says so when the supervisor is somebody else's", async () => {
  const { kill, supervise, world } = scene();
  const pid = await supervise({ obeysAfterMs: null });
  world.processes.signal = () => false;
  const report = await kill();
  assert.deepEqual(report.left, [`process ${pid} takes no signal from this user`]);
});

Deno.test("killAll() does not claim that nothing is left where no process table can be had", async () => {
  const { kill, world } = scene();
  world.processes.hasNoTable = true;
  assert.match((await kill()).left.join(), /ps shows no process table/);
});
