// Guards retry-now: it ends a wait of a serve that waits, and says what is the matter everywhere else.
import assert from "node:assert/strict";
import { runApp } from "../../../src/cli/app.ts";
import retryNow from "../../../src/cli/verbs/retry_now.ts";
import { retryPath } from "../../../src/loop/requests.ts";
import { smallest } from "../../config/sample.ts";
import { plainVerdict } from "../../fakes/fake_reader.ts";
import { logs, LoopStage } from "../../loop/loop_stage.ts";

const path = retryPath(logs);

/** A project on which serve can run while the verb is called. */
function scene() {
  const stage = new LoopStage();
  const { world } = stage;
  world.files.writeAtomic("/home/me/shop/agent-runner.toml", smallest);
  const call = (...words: string[]) => runApp(["retry-now", ...words], world, () => {});
  /** Called while the clock runs by itself, which would not wait for a module to be loaded. */
  const callAtOnce = (isJson: boolean) => {
    return retryNow.run({ flags: {}, positional: [], configPath: "./agent-runner.toml", isJson }, world);
  };
  return { stage, world, call, callAtOnce };
}

type Scene = ReturnType<typeof scene>;

/** What another process, which holds the lock, left in its files. */
function heldElsewhere({ world }: Scene, files: Readonly<Record<string, unknown>>): void {
  world.lock.holdElsewhere(`${logs}/agent-runner.lock`);
  for (const [name, content] of Object.entries(files)) {
    world.files.writeAtomic(`${logs}/${name}`, JSON.stringify(content));
  }
}

function assertTwoLines(text: string, message: RegExp, fix: RegExp): void {
  const lines = text.split("\n");
  assert.equal(lines.length, 3, text);
  assert.match(lines[0]!, message);
  assert.match(lines[1]!, fix);
}

Deno.test("retry-now ends the wait of the serve that runs, which starts its round at once", async () => {
  const { stage, world, callAtOnce } = scene();
  const limit = plainVerdict("limit", { resetsAt: Math.floor(world.clock.now() / 1000) + 36_000 });
  const verdicts = [limit];
  stage.judge = () => verdicts.shift() ?? plainVerdict("ok");
  const codes: Promise<number>[] = [];
  const askedAt = world.clock.now() + 600_000;
  world.clock.after(600_000, () => codes.push(callAtOnce(false)));
  await stage.serve({ maxRounds: 2 });
  assert.deepEqual([codes.length, await codes[0]], [1, 0]);
  assert.equal(world.stdout.text, "The wait is over: the next round starts now (the round was limit)\n");
  const second = world.events.filter((event) => event.event === "round_start")[1];
  assert.ok(Date.parse(String(second?.ts)) - askedAt <= 300);
  assert.equal(world.files.readText(path), null);
});

Deno.test("retry-now --json says what was waited for, also for a pause", async () => {
  const { stage, world, callAtOnce } = scene();
  stage.runtime = "restart_delay_s = 600";
  const codes: Promise<number>[] = [];
  world.clock.after(100_000, () => codes.push(callAtOnce(true)));
  await stage.serve({ maxRounds: 2 });
  assert.equal(await codes[0], 0);
  const answer = JSON.parse(world.stdout.text);
  assert.deepEqual([answer.retried, answer.waited_for], [true, "pause between rounds"]);
  assert.equal(answer.until, "2026-11-21T10:10:10.000Z");
});

Deno.test("retry-now is 1 and leaves nothing where no supervisor runs", async () => {
  const { world, call } = scene();
  assert.equal(await call(), 1);
  assertTwoLines(world.stderr.text, /There is no wait to end, because no supervisor runs: /, /agent-runner serve/);
  assert.equal(world.files.readText(path), null);
});

Deno.test("retry-now is 1 and leaves nothing where a round runs", async () => {
  const at = scene();
  const current = { number: 7, phase: "build", state: "running", started_at: "2026-11-21T09:00:00Z" };
  heldElsewhere(at, { "status.json": { round_num: 7, running: true, current } });
  assert.equal(await at.call(), 1);
  assertTwoLines(at.world.stderr.text, /There is no wait to end: Round 7 \(build\)$/, /agent-runner peek/);
  assert.equal(at.world.files.readText(path), null);
});

Deno.test("retry-now knows a wait by its own file where status.json is lost", async () => {
  const at = scene();
  const until = Math.floor(at.world.clock.now() / 1000) + 600;
  heldElsewhere(at, { "wait.json": { classification: "api_timeout", agent: "fake", reset_at_epoch: until } });
  at.world.clock.after(200, () => void at.world.files.remove(path));
  assert.equal(await at.call(), 0, at.world.stderr.text);
  assert.match(at.world.stdout.text, /\(api_timeout\)/);
});

Deno.test("retry-now takes its request back where nobody takes it up", async () => {
  const at = scene();
  const waiting = { until_epoch: Math.floor(at.world.clock.now() / 1000) + 600, reason: "a limit" };
  heldElsewhere(at, { "status.json": { round_num: 7, waiting } });
  assert.equal(await at.call(), 1);
  assertTwoLines(at.world.stderr.text, /serve did not take up the request/, /agent-runner peek/);
  assert.equal(at.world.files.readText(path), null);
});

Deno.test("retry-now says in two lines that it may not write", async () => {
  const at = scene();
  const waiting = { until_epoch: Math.floor(at.world.clock.now() / 1000) + 600, reason: "a limit" };
  heldElsewhere(at, { "status.json": { round_num: 7, waiting } });
  at.world.files.failWith(`${logs}/requests`, "denied");
  assert.equal(await at.call(), 1);
  assertTwoLines(at.world.stderr.text, /The request cannot be left in/, /as the user that runs serve/);
});

Deno.test("retry-now takes state files of any content", async () => {
  for (const text of ["", "null", "[]", "\0\0", "{", '{"waiting": 5}', '{"waiting": {"until_epoch": "soon"}}']) {
    const at = scene();
    at.world.lock.holdElsewhere(`${logs}/agent-runner.lock`);
    for (const name of ["status.json", "wait.json"]) at.world.files.writeAtomic(`${logs}/${name}`, text);
    assert.equal(await at.call(), 1, text);
    assertTwoLines(at.world.stderr.text, /There is no wait to end: Between rounds/, /./);
  }
});

Deno.test("retry-now does not pretend to end a wait for a budget", async () => {
  const made = scene();
  const { world, call } = made;
  const until = Math.floor(world.clock.now() / 1000) + 3600;
  const waiting = { until_epoch: until, reason: "the budget of the day is used up", classification: "budget" };
  heldElsewhere(made, { "status.json": { round_num: 3, running: false, schema: 2, waiting } });
  assert.equal(await call(), 1);
  assertTwoLines(
    world.stderr.text,
    /cannot be ended: the budget of the day is used up/,
    /Raise the limit in \[budget\]/,
  );
  assert.equal(world.files.readText(path), null);
});
