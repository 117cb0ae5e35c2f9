// Guards what the control verbs say and leave, with a supervisor elsewhere that is scripted.
import assert from "node:assert/strict";
import { runApp } from "../../../src/cli/app.ts";
import cancel from "../../../src/cli/verbs/cancel.ts";
import start from "../../../src/cli/verbs/start.ts";
import stop from "../../../src/cli/verbs/stop.ts";
import { isoTime } from "../../../src/core/text.ts";
import { cancelPath } from "../../../src/loop/requests.ts";
import { withLines } from "../../config/sample.ts";
import { FakeStream, FakeWorld } from "../../fakes/fake_world.ts";
import type { ProcessScript } from "../../fakes/fake_processes.ts";

const logs = "/home/me/shop/logs";
const lockFile = `${logs}/agent-runner.lock`;

interface SceneOptions {
  /** How the supervisor takes signals; absent: none runs. */
  readonly supervisor?: ProcessScript;
  readonly status?: unknown;
  readonly runtime?: string;
}

async function scene({ supervisor, status = {}, runtime = "" }: SceneOptions = {}) {
  const world = new FakeWorld();
  world.files.writeAtomic("/home/me/shop/agent-runner.toml", withLines({ runtime }));
  world.files.makeDir(logs);
  let pid = 0;
  if (supervisor !== undefined) {
    const held = await world.lock.tryAcquire(lockFile);
    pid = world.processes.start({ ...supervisor, onEnd: () => held!.release() });
    const holder = { pid, started_at: isoTime(world.clock.now() + world.clock.monotonic()), version: "1.2.3" };
    world.files.writeAtomic(`${lockFile}.holder`, JSON.stringify(holder));
    world.files.writeAtomic(`${logs}/status.json`, JSON.stringify(status));
  }
  const call = (...words: string[]) => runApp(words, world, () => {});
  return { world, pid, call };
}

const words = { positional: [], configPath: "./agent-runner.toml", isJson: false };
const atWork = (world: FakeWorld, state = "running") => ({
  round_num: 7,
  running: true,
  current: { number: 7, phase: null, state, started_at: isoTime(world.clock.now() - 60_000) },
});

Deno.test("stop --json is quiet on stderr and ends with the state of the service", async () => {
  const { world, call } = await scene({ supervisor: { obeysAfterMs: 5000 } });
  assert.equal(await call("stop", "--json"), 0);
  assert.equal(world.stderr.text, "");
  const { mode, active, pid } = JSON.parse(world.stdout.text);
  assert.deepEqual([mode, active, pid], ["none", false, null]);
});

Deno.test("stop tells on a terminal how the round gets on, and nothing of it is left at the end", async () => {
  const at = await scene({ supervisor: { obeysAfterMs: 20_000 }, status: atWork(new FakeWorld()) });
  const stderr = new FakeStream({ hasColor: true });
  const world = Object.assign(Object.create(at.world), { stderr });
  assert.equal(await stop.run({ ...words, flags: { timeout: undefined } }, world), 0);
  const shown = stderr.text.match(/waiting for round 7, 1m \d\ds so far, at most 30m 00s/g) ?? [];
  assert.ok(shown.length >= 10 && shown.length <= 25, `${shown.length} times in 20 s`);
  const last = stderr.text.split("\r\u001b[K").at(-1)!;
  assert.match(last, /^agent-runner: stopped \(20\.\ds\)\n$/);
});

Deno.test("stop gives up after --timeout, without a second signal, and says how to go on", async () => {
  const { world, pid, call } = await scene({ supervisor: { obeysAfterMs: null }, status: atWork(new FakeWorld()) });
  assert.equal(await call("stop", "--timeout", "90"), 1);
  assert.deepEqual(world.processes.sentTo(pid), ["SIGTERM"]);
  const [what, fix] = world.stderr.lines.slice(-2);
  assert.match(
    what!,
    /^agent-runner: The supervisor still runs after 1m 30s: round 7, 2m 30s so far, at most 30m 00s$/,
  );
  assert.match(fix!, /^ {2}fix: .*'agent-runner stop'.*'agent-runner cancel'.*'agent-runner kill'/);
});

Deno.test("stop waits as long as the longest round may take, and no longer", async () => {
  const { world } = await scene({ supervisor: { obeysAfterMs: null }, runtime: "round_timeout_s = 100" });
  const begun = world.clock.monotonic();
  await assert.rejects(stop.run({ ...words, flags: { timeout: undefined } }, world), { name: "OperatorError" });
  assert.equal(Math.round((world.clock.monotonic() - begun) / 1000), 165, "its wall, the grace of 5 s and a minute");
});

Deno.test("cancel leaves nothing where no round has an agent at work", async () => {
  for (const state of ["claimed", "settling"]) {
    const { world, call } = await scene({ supervisor: {}, status: atWork(new FakeWorld(), state) });
    assert.equal(await call("cancel"), 1);
    assert.match(world.stderr.text, /no round to cancel: round 7 has no agent at work/);
    assert.equal(world.files.readText(cancelPath(logs)), null);
  }
  const waiting = await scene({ supervisor: {}, status: { waiting: { until_epoch: 2e9, reason: "a limit" } } });
  assert.equal(await waiting.call("cancel"), 1);
  assert.match(waiting.world.stderr.text, /no round to cancel: a limit/);
});

Deno.test("cancel takes its request back when nobody takes it up", async () => {
  const { world } = await scene({ supervisor: {}, status: atWork(new FakeWorld()) });
  await assert.rejects(cancel.run({ ...words, flags: {} }, world), /did not take up the request/);
  assert.equal(world.files.readText(cancelPath(logs)), null);
});

Deno.test("cancel says what comes after the round, also in a supervisor that is to stop", async () => {
  const { world, pid } = await scene({ supervisor: {}, status: atWork(new FakeWorld()) });
  const note = { at: isoTime(world.clock.now() + world.clock.monotonic() + 1000), pid };
  world.files.writeAtomic(`${logs}/requests/stop.json`, JSON.stringify(note));
  world.clock.after(200, () => void world.files.remove(cancelPath(logs)));
  assert.equal(await cancel.run({ ...words, flags: {} }, world), 0);
  assert.match(
    world.stdout.text,
    /^The agent of round 7 is asked to finish .* after 30s it is ended; then the supervisor/,
  );
});

Deno.test("the control verbs say who may read a log folder that is closed to this user", async () => {
  for (const verb of ["status", "stop", "cancel", "start"]) {
    const { world, call } = await scene({ supervisor: {} });
    world.files.failWith(`${logs}/serve.pid`, "denied");
    assert.equal(await call(verb), 1, verb);
    assert.match(world.stderr.text, /Cannot read .*\n {2}fix: Run this as the user that runs serve/, verb);
  }
});

Deno.test("status shows nothing that a terminal obeys", async () => {
  const hostile = { current: { number: 7, phase: "\u001b[2J", state: "running", started_at: "\u001b]0;x\u0007" } };
  const { world, call } = await scene({ supervisor: {}, status: hostile });
  assert.equal(await call("status"), 0);
  // deno-lint-ignore no-control-regex -- control characters are what must not be there
  assert.doesNotMatch(world.stdout.text, /[\u0000-\u0009\u000b-\u001f]/);
});

Deno.test("start is refused where one runs, and starts nothing", async () => {
  const { world, call, pid } = await scene({ supervisor: {} });
  assert.equal(await call("start"), 75);
  assert.match(world.stderr.text, new RegExp(`already works on .* \\(pid ${pid}\\)`));
  assert.deepEqual(world.processes.spawned, []);
});

Deno.test("start gives the configuration's path from the root, and says why serve cannot be started", async () => {
  const { world } = await scene();
  world.processes.spawnFault = "no memory";
  await assert.rejects(start.run({ ...words, flags: {} }, world), /serve cannot be started: no memory/);
  const { argv } = world.processes.spawned[0]!;
  assert.deepEqual(argv.slice(-4), ["/bin/agent-runner", "--config", "/home/me/shop/agent-runner.toml", "serve"]);
  world.files.failWith(`${logs}/serve.log`, "full");
  await assert.rejects(start.run({ ...words, flags: {} }, world), { name: "OperatorError", exitCode: 78 });
});
