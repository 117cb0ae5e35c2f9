// Guards the start of a detached supervisor: believed when it holds its lock, ended when it never does.
import assert from "node:assert/strict";
import { startDetached } from "../../src/service/detach.ts";
import { serveLogPath } from "../../src/service/serve_log.ts";
import { FakeWorld } from "../fakes/fake_world.ts";

const logDir = "/home/me/shop/logs";
const lockFile = `${logDir}/agent-runner.lock`;

/** @param life what the process does once it runs; `end` ends it */
function scene(life: (world: FakeWorld, serve: { readonly pid: number; end(code: number): void }) => void) {
  const world = new FakeWorld();
  world.files.makeDir(logDir);
  world.files.append(serveLogPath(logDir), new TextEncoder().encode("of an earlier life\n"));
  world.processes.onSpawn = (_, serve) => life(world, serve);
  const argv = ["/bin/agent-runner", "--config", "/a b/$c.toml", "serve"];
  const start = () => startDetached({ argv, logDir, workDir: "/home/me/shop", environment: { A: "1" } }, world);
  return { world, start, argv };
}

function takeLock(world: FakeWorld, pid: number, status: unknown = { current: { number: 1 } }): void {
  world.lock.holdElsewhere(lockFile);
  world.files.writeAtomic(`${lockFile}.holder`, JSON.stringify({ pid, started_at: "2026-11-21T10:00:00Z" }));
  world.files.writeAtomic(`${logDir}/status.json`, JSON.stringify(status));
}

function say(world: FakeWorld, text: string): void {
  world.files.append(serveLogPath(logDir), new TextEncoder().encode(text));
}

Deno.test("startDetached() hands the words on as they are, and reports the process that holds the lock", async () => {
  const { world, start, argv } = scene((world, { pid }) => world.clock.after(700, () => takeLock(world, pid)));
  const before = world.clock.monotonic();
  const outcome = await start();
  assert.equal(outcome.kind, "running");
  assert.ok(world.clock.monotonic() - before < 800);
  const [spawned] = world.processes.spawned;
  assert.deepEqual(spawned?.argv.slice(-argv.length), argv);
  assert.deepEqual(spawned?.argv.slice(3, 5), ["sh", serveLogPath(logDir)]);
  assert.deepEqual([spawned?.workDir, spawned?.environment], ["/home/me/shop", { A: "1" }]);
});

Deno.test("startDetached() shows what a process that ends said, and nothing older", async () => {
  const { start } = scene((world, serve) => {
    world.clock.after(300, () => (say(world, "first\nsecond\n"), serve.end(78)));
  });
  assert.deepEqual(await start(), { kind: "ended", code: 78, lines: ["first", "second"] });
});

Deno.test("startDetached() sees that a start-up check ends what holds the lock already", async () => {
  const { start } = scene((world, serve) => {
    world.clock.after(300, () => takeLock(world, serve.pid, { running: false }));
    world.clock.after(2000, () => (say(world, "STARTUP FAIL\n"), serve.end(0)));
  });
  assert.deepEqual(await start(), { kind: "ended", code: 0, lines: ["STARTUP FAIL"] });
});

Deno.test("startDetached() does not wait for ever on one that holds the lock without a word", async () => {
  for (const status of [{}, [], { waiting: null }, "x"]) {
    const { world, start } = scene((world, { pid }) => takeLock(world, pid, status));
    const before = world.clock.monotonic();
    assert.equal((await start()).kind, "running");
    const took = world.clock.monotonic() - before;
    assert.ok(took >= 3000 && took < 3200, `${took}`);
  }
});

Deno.test("startDetached() does not take another supervisor for its own, and ends what never gets the lock", async () => {
  const { world, start } = scene((world) => takeLock(world, 4711));
  const outcome = await start();
  assert.deepEqual(outcome, { kind: "late", seconds: 60, lines: [] });
  assert.deepEqual(world.processes.alive, []);
});

Deno.test("startDetached() reports a process that cannot be started, and one that a signal ended", async () => {
  const { world, start } = scene(() => {});
  world.processes.spawnFault = "no memory";
  assert.deepEqual(await start(), { kind: "failed", reason: "no memory" });
  const killed = scene((world, { pid }) => {
    world.clock.after(100, () => world.processes.end(pid, { code: 137, signal: "SIGKILL" }));
  });
  assert.deepEqual(await killed.start(), { kind: "ended", code: 1, lines: [] });
});

Deno.test("startDetached() starts nothing where its log cannot be written", async () => {
  const { world, start } = scene(() => {});
  world.files.failWith(serveLogPath(logDir), "denied");
  await assert.rejects(start(), { name: "FileFault" });
  assert.deepEqual(world.processes.spawned, []);
});
