// Guards the verb that shows the catalogue: every defense, its state with the reason, and nothing that moves a terminal.
import assert from "node:assert/strict";
import { runApp } from "../../../src/cli/app.ts";
import { defenses } from "../../../src/defenses/registry.ts";
import { smallest, withLines } from "../../config/sample.ts";
import { FakeStream, FakeWorld } from "../../fakes/fake_world.ts";

async function call(text: string, ...words: string[]) {
  const world = new FakeWorld();
  world.files.writeAtomic("/home/me/shop/agent-runner.toml", text);
  const before = world.files.paths();
  const code = await runApp(["defenses", ...words], world, () => {});
  assert.deepEqual(world.files.paths(), before, "it only reads");
  return { code, out: world.stdout.text, err: world.stderr.text };
}

Deno.test("defenses shows a line for each one, and why some are not at work", async () => {
  const { code, out, err } = await call(withLines({ runtime: "idle_timeout_s = 60" }));
  assert.equal(code, 0, err);
  const lines = out.split("\n");
  assert.match(lines[0]!, /^defense +state +value +incident +guarded by$/);
  for (const { name, incident } of defenses) {
    assert.ok(lines.some((line) => line.startsWith(`${name} `) && line.includes(` ${incident} `)), name);
  }
  assert.match(out, /^silence_walls +degraded +first_byte_timeout_s 0, idle_timeout_s 60, linger_s 0 /m);
  assert.match(out, /^silence_walls +first_byte_timeout_s, linger_s not set in \[runtime\]$/m);
  assert.match(out, /^fallback_seats +off /m);
});

Deno.test("defenses --json gives every field of every defense", async () => {
  const { code, out } = await call(smallest, "--json");
  assert.equal(code, 0);
  const document = JSON.parse(out);
  assert.equal(document.schema_version, "1.0");
  assert.deepEqual(document.defenses.map((row: { name: string }) => row.name), defenses.map(({ name }) => name));
  assert.deepEqual(document.defenses[0], {
    name: "round_timeout_s",
    state: "active",
    reason: null,
    value: 1800,
    protects_from: defenses[0].protectsFrom,
    incident: "endless-polling",
    guarded_by: "tests/e2e/walls_test.ts",
    guard_test: defenses[0].guardTest,
  });
});

Deno.test("defenses lets no name in the configuration move the terminal", async () => {
  const { code, out } = await call(withLines({ agent: 'env = { "A\\u001b[31mB" = "1" }' }));
  assert.equal(code, 0);
  assert.ok(!out.includes("\u001b"));
});

Deno.test("defenses fits a terminal and colours the states there", async () => {
  const world = new FakeWorld();
  world.files.writeAtomic("/home/me/shop/agent-runner.toml", smallest);
  const screen = new FakeStream({ hasColor: true });
  assert.equal(await runApp(["defenses"], { ...bound(world), stdout: screen }, () => {}), 0);
  assert.ok(screen.text.includes("\u001b[32mactive"));
  // deno-lint-ignore no-control-regex -- the colours are what is taken away
  const plain = screen.text.replaceAll(/\u001b\[\d+m/g, "").split("\n");
  assert.deepEqual(plain.filter((line) => [...line].length > 80), []);
});

Deno.test("defenses leaves with 78 where the configuration is broken", async () => {
  const { code, out, err } = await call("[agent]\n");
  assert.equal(code, 78);
  assert.equal(out, "");
  assert.match(err, /problems/);
});

/** The ports of a world as plain fields, so that one of them can be replaced. */
function bound(world: FakeWorld) {
  const { version, clock, files, processes, channels, holes, scopes, lock, host, http, signals, stdout, stderr } =
    world;
  return {
    version,
    clock,
    files,
    processes,
    channels,
    holes,
    scopes,
    lock,
    host,
    http,
    signals,
    stdout,
    stderr,
    upgradeMeans: world.upgradeMeans,
    asset: (path: string) => world.asset(path),
    assets: (folder: string) => world.assets(folder),
  };
}
