// Guards the move of a project of the predecessor: said before it is done, and its own folder stays as it was.
import assert from "node:assert/strict";
import { runApp } from "../../../src/cli/app.ts";
import { filesBelow, readText } from "../../../scripts/tree.ts";
import { FakeWorld } from "../../fakes/fake_world.ts";

const golden = "tests/golden/log-folders/cli-agent-runner-0.2.2";
const shop = "/home/me/shop";
const events = `${shop}/state/events-2026-10.jsonl`;

/** A project as version 0.2.2 of the predecessor left it. */
function scene() {
  const world = new FakeWorld();
  for (const path of filesBelow(golden)) {
    world.files.writeAtomic(shop + path.slice(golden.length), readText(path)!);
  }
  world.files.link(`${shop}/state/round-current.log`, "round-3.log");
  const call = async (...words: string[]) => {
    world.stdout.text = "";
    world.stderr.text = "";
    return await runApp(["import", ...words], world, () => {});
  };
  const contents = () =>
    Object.fromEntries(
      world.files.paths().filter((path) => world.files.lstat(path)?.isFile).map((
        path,
      ) => [path, world.files.readText(path)]),
    );
  return { world, call, contents };
}

Deno.test("import says what it would do and does nothing", async () => {
  const { world, call, contents } = scene();
  const before = contents();
  for (const words of [["."], [shop, "--dry-run"]]) {
    assert.equal(await call(...words), 0, world.stderr.text);
    assert.match(world.stdout.text, /^would take over 'shop'.*\n[^]*22 events, 3 logs of rounds\n[^]*round 4\n/);
    assert.match(
      world.stdout.text,
      /left out .*round-current\.log, serve\.pid\nNothing was changed\. To do it: .*--apply\n$/,
    );
    assert.deepEqual(contents(), before);
  }
});

Deno.test("import --apply copies the records, and the old folder and text stay for the old program", async () => {
  const { world, call, contents } = scene();
  const before = contents();
  assert.equal(await call(".", "--apply", "--json"), 0, world.stderr.text);
  const facts = JSON.parse(world.stdout.text);
  assert.deepEqual([facts.is_applied, facts.to_logs, facts.events, facts.last_round], [true, `${shop}/records`, 22, 3]);
  const after = contents();
  for (const [path, text] of Object.entries(before)) {
    if (path.endsWith("agent-runner.toml")) continue;
    assert.equal(after[path], text, path);
  }
  assert.equal(after[`${shop}/agent-runner.toml.before-import`], before[`${shop}/agent-runner.toml`]);
  const changed = before[`${shop}/agent-runner.toml`]!.replace('"./state"', `"${shop}/records"`);
  assert.equal(after[`${shop}/agent-runner.toml`], changed);
  const copied = Object.keys(after).filter((path) => path.startsWith(`${shop}/records/`));
  assert.equal(copied.length, 9);
  for (const path of copied) assert.equal(after[path], before[path.replace("/records/", "/state/")], path);
  assert.ok(!copied.some((path) => /lock|pid|round-\d/.test(path)));
  assert.equal(await call(".", "--apply"), 1);
  assert.match(world.stderr.text, /was taken over before/);
});

Deno.test("import refuses what is at work, what is broken and what is in the way, in two lines", async () => {
  const refused = async (made: ReturnType<typeof scene>, words: string[], [code, told]: [number, RegExp]) => {
    const before = made.contents();
    assert.equal(await made.call(...words), code, made.world.stderr.text);
    assert.match(made.world.stderr.text, told);
    assert.match(made.world.stderr.text, /\n {2}fix: .+\n$/);
    assert.deepEqual(made.contents(), before);
  };
  await refused(scene(), [], [2, /No project is named/]);
  await refused(scene(), [".", "--apply", "--dry-run"], [2, /both given/]);
  await refused(scene(), ["nowhere"], [78, /There is no project in 'nowhere'/]);
  await refused(scene(), [".", "--logs", "state"], [2, /is the old log folder/]);
  const own = scene();
  own.world.files.writeAtomic(`${shop}/state/status.json`, '{"schema": 2}');
  await refused(own, [".", "--apply"], [1, /This project is agent-runner's already/]);
  const busy = scene();
  busy.world.lock.holdElsewhere(`${shop}/state/agent-runner.lock`);
  await refused(busy, [".", "--apply"], [75, /A supervisor is at work/]);
  const full = scene();
  full.world.files.writeAtomic(`${shop}/records/x`, "");
  await refused(full, [".", "--apply"], [1, /There is something at .*records' already/]);
  const odd = scene();
  const toml = odd.world.files.readText(`${shop}/agent-runner.toml`)!;
  odd.world.files.writeAtomic(`${shop}/agent-runner.toml`, toml.replace('"./state"', '"""./state"""'));
  await refused(odd, [".", "--apply"], [1, /does not write runtime\.log_dir on a line of its own/]);
});

Deno.test("import on a full disk leaves nothing half done, and the next one begins anew", async () => {
  const { world, call, contents } = scene();
  const before = contents();
  world.files.roomBytes = 1500;
  assert.equal(await call(".", "--apply"), 1);
  assert.match(world.stderr.text, /cannot be written[^]*the old project is as it was/);
  assert.deepEqual(contents(), before);
  world.files.roomBytes = null;
  world.files.writeAtomic(`${shop}/records.importing/rounds/half`, "of a call that was killed");
  assert.equal(await call(".", "--apply"), 0, world.stderr.text);
  assert.ok(!world.files.paths().some((path) => path.includes("importing")));
  assert.equal(world.files.readText(events.replace("state", "records")), before[events]);
});
