// Guards reset: it closes the breaker on record, and neither beside a supervisor nor without a reason.
import assert from "node:assert/strict";
import { runApp } from "../../../src/cli/app.ts";
import { smallest } from "../../config/sample.ts";
import { plainVerdict } from "../../fakes/fake_reader.ts";
import { logs, LoopStage } from "../../loop/loop_stage.ts";

const memory = `${logs}/loop.json`;
const opened = { short_failures: 5, last_failure_epoch: 1_795_255_200, auth_failures: 2, backoff: { api_timeout: 3 } };

function scene(loop: unknown = opened) {
  const stage = new LoopStage();
  const { world } = stage;
  world.files.writeAtomic("/home/me/shop/agent-runner.toml", smallest);
  if (loop !== null) world.files.writeAtomic(memory, typeof loop === "string" ? loop : JSON.stringify(loop));
  const call = (...words: string[]) => runApp(["reset", ...words], world, () => {});
  return { stage, world, call };
}

function assertTwoLines(text: string, message: RegExp, fix: RegExp): void {
  const lines = text.split("\n");
  assert.equal(lines.length, 3, text);
  assert.match(lines[0]!, message);
  assert.match(lines[1]!, fix);
}

Deno.test("reset forgets failures and refused logins, puts it on record, and leaves the provider's waits", async () => {
  const { world, call } = scene();
  assert.equal(await call("--reason", "logged in again"), 0);
  assert.match(world.stdout.text, /^Forgotten: 5 short failures in a row, 2 refused logins\. /);
  const [event] = world.events;
  assert.deepEqual([event?.event, event?.reason, event?.consecutive], ["breaker_reset", "logged in again", 5]);
  const after = JSON.parse(world.files.readText(memory)!);
  assert.deepEqual([after.short_failures, after.auth_failures, after.backoff], [0, 0, { api_timeout: 3 }]);
  assert.equal(await world.lock.isHeld(`${logs}/agent-runner.lock`), false);
});

Deno.test("reset lets the next failure count as the first", async () => {
  const { stage, world, call } = scene(null);
  stage.judge = () => plainVerdict("error");
  await stage.serve();
  assert.equal(await call("--reason", "mended", "--json"), 0);
  assert.deepEqual(JSON.parse(world.stdout.text), { consecutive: 5, auth_failures: 0, reason: "mended" });
  await stage.serve({ maxRounds: 2 });
  assert.ok(stage.texts.some((text) => text.includes("short failure 1 of 5 in a row")));
  assert.equal(world.kinds.filter((kind) => kind === "crash_loop").length, 1);
  const other = scene(null);
  other.stage.judge = () => plainVerdict("error");
  await other.stage.serve();
  await other.stage.serve();
  assert.equal(
    other.world.kinds.filter((kind) => kind === "crash_loop").length,
    2,
    "without it, the sixth is too many",
  );
});

Deno.test("reset is 75 while a supervisor holds the lock, and touches nothing", async () => {
  const { world, call } = scene();
  world.lock.holdElsewhere(`${logs}/agent-runner.lock`);
  world.files.writeAtomic(`${logs}/agent-runner.lock.holder`, '{"pid": 5}');
  assert.equal(await call("--reason", "x"), 75);
  assertTwoLines(world.stderr.text, /A supervisor works on '.*' \(pid 5\)/, /Stop it first; .*agent-runner retry-now/);
  assert.deepEqual([JSON.parse(world.files.readText(memory)!), world.kinds], [opened, []]);
});

for (const words of [[], ["--reason", ""], ["--reason", "  "]]) {
  Deno.test(`reset ${JSON.stringify(words)} is 2: it wants a reason`, async () => {
    const { world, call } = scene();
    assert.equal(await call(...words), 2);
    assertTwoLines(world.stderr.text, /'--reason' is missing/, /--reason 'logged in again'/);
    assert.deepEqual(JSON.parse(world.files.readText(memory)!), opened);
  });
}

Deno.test("reset makes no log folder where no loop has run", async () => {
  const { world, call } = scene(null);
  assert.equal(await call("--reason", "x"), 1);
  assertTwoLines(
    world.stderr.text,
    /There is nothing to reset: the log folder '\S+' does not exist/,
    /runtime\.log_dir/,
  );
  assert.equal(world.files.stat(logs), null);
});

for (const text of ["", "{", "null", "\0", '{"short_failures": "many"}']) {
  Deno.test(`reset clears a loop.json of ${JSON.stringify(text)}`, async () => {
    const { world, call } = scene(text);
    assert.equal(await call("--reason", "x"), 0);
    assert.match(world.stdout.text, /^Nothing was held against the agent/);
    assert.equal(world.files.readText(memory), null);
    assert.deepEqual(world.kinds, ["breaker_reset"]);
  });
}

Deno.test("reset does not say it forgot what it could not write", async () => {
  const { world, call } = scene();
  const write = world.files.writeAtomic.bind(world.files);
  world.files.writeAtomic = (path, content) => {
    if (path === memory) throw new Error("read only");
    write(path, content);
  };
  assert.equal(await call("--reason", "x"), 1);
  assertTwoLines(
    world.stderr.text,
    /Nothing could be forgotten in '.*': loop\.json stayed as it was/,
    /the user that runs/,
  );
  assert.deepEqual(world.kinds, []);
});

Deno.test("reset keeps secrets out of the record, and the reason short", async () => {
  const { world, call } = scene();
  const secret = `sk-ant-api03-${"a1B2".repeat(20)}`;
  assert.equal(await call("--reason", `new key ${secret} ${"x".repeat(500)}`), 0);
  const reason = String(world.events[0]?.reason);
  assert.ok(!reason.includes("a1B2a1B2") && reason.length <= 200, reason);
});
