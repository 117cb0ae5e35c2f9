// Guards the offline judge: real recordings, two streams, every way of ending, and bad input in two lines.
import assert from "node:assert/strict";
import { runApp } from "../../../src/cli/app.ts";
import { golden } from "../../agents/golden.ts";
import { FakeWorld } from "../../fakes/fake_world.ts";

const home = "/home/me/shop";

function scene(cli = "claude-2.1.329", name = "e429_5h+sub") {
  const world = new FakeWorld();
  const recorded = golden(cli, name);
  world.files.writeAtomic(`${home}/out`, recorded.stdout);
  world.files.writeAtomic(`${home}/err`, recorded.stderr);
  const run = (...words: string[]) => runApp(["verdict", ...words], world, () => {});
  return { world, run };
}

async function judged(cli: string, name: string, ...words: string[]) {
  const { world, run } = scene(cli, name);
  const code = await run("--json", "--agent", cli.replace(/-\d.*/, ""), "--log", "out", "--log", "err", ...words);
  assert.equal(code, 0, world.stderr.text);
  return JSON.parse(world.stdout.text);
}

Deno.test("verdict judges a recording with its evidence", async () => {
  const found = await judged("claude-2.1.329", "e429_5h+sub", "--exit", "1");
  assert.equal(found.verdict, "limit");
  assert.equal(found.resets_at, 1795247402);
  assert.equal(found.agent, "claude");
  assert.equal(found.cli_version, "2.1.329");
  assert.deepEqual(found.ending, { kind: "exited", code: 1, cause: "error" });
  assert.ok(found.evidence.some((item: { field: string; value: string }) => item.value === "usage_limit_reached"));
});

Deno.test("verdict takes the way the round ended from its flags, and exits 0 whatever it finds", async () => {
  assert.equal((await judged("claude-2.1.329", "e401", "--wall", "hard")).verdict, "auth");
  assert.equal((await judged("claude-2.1.329", "hang", "--wall", "idle")).verdict, "hung");
  assert.equal((await judged("claude-2.1.329", "sigterm_slow", "--signal", "term")).verdict, "interrupted");
  assert.equal((await judged("claude-2.1.329", "sigterm_slow", "--exit", "143")).verdict, "interrupted");
  assert.equal((await judged("claude-2.1.329", "ok")).verdict, "ok");
});

Deno.test("verdict does not join the end of one stream with the beginning of the other", async () => {
  const { world, run } = scene("claude-2.1.329", "ok");
  const whole = world.files.readText(`${home}/out`)!.trimEnd();
  world.files.writeAtomic(`${home}/out`, whole.slice(0, -2));
  world.files.writeAtomic(`${home}/err`, `${whole.slice(-2)}\n`);
  assert.equal(await run("--json", "--agent", "claude", "--log", "out", "--log", "err"), 0);
  assert.equal(JSON.parse(world.stdout.text).verdict, "no_result");
});

Deno.test("verdict shows people what it rests on, without control characters", async () => {
  const { world, run } = scene();
  world.files.writeAtomic(
    `${home}/out`,
    `${world.files.readText(`${home}/out`)!.replaceAll("hit your", "hit \\u001b[31myour")}`,
  );
  assert.equal(await run("--agent", "claude", "--log", "out", "--exit", "1"), 0);
  assert.match(world.stdout.text, /^limit {2}The account's usage limit is reached/);
  assert.match(world.stdout.text, /because +result\.api_error_status = 429/);
  assert.match(world.stdout.text, /resets +2026-11-21T07:50:02/);
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  assert.doesNotMatch(world.stdout.text, /[\u0000-\u0009\u000b-\u001f]/);
});

const bad: readonly (readonly [words: readonly string[], message: RegExp])[] = [
  [["--log", "out"], /No agent is named/],
  [["--agent", "claud", "--log", "out"], /There is no reader 'claud'/],
  [["--agent", "claude"], /No log is given/],
  [["--agent", "claude", "--log", "nowhere"], /there is no such file/],
  [["--agent", "claude", "--log", "."], /it is a folder/],
  [["--agent", "claude", "--log", "out", "--exit", "1", "--wall", "idle"], /ends in one way/],
  [["--agent", "claude", "--log", "out", "--exit", "one"], /'one' is no exit status/],
  [["--agent", "claude", "--log", "out", "--exit", "999"], /'999' is no exit status/],
  [["--agent", "claude", "--log", "out", "--exit", "-65"], /'-65' is no exit status/],
  [["--agent", "claude", "--log", "out", "--signal", "SIGNOPE"], /'SIGNOPE' is no signal/],
  [["--agent", "claude", "--log", "out", "--wall", "soft"], /soft/],
  [["--agent", "claude", "--log", "out", "--now", "noon"], /'noon' is no moment/],
  [["--agent", "claude", "--log", "out", "--time-zone", "Berlin"], /'Berlin' is no time zone/],
  [["--agent", "claude", "--log", "out", "--bogus"], /bogus/],
];

for (const [words, message] of bad) {
  Deno.test(`verdict ${words.join(" ")} is refused with 2`, async () => {
    const { world, run } = scene();
    assert.equal(await run(...words), 2);
    assert.match(world.stderr.text.split("\n")[0]!, message);
    assert.match(world.stderr.text, /\n {2}fix: .+\n$/);
    assert.equal(world.stdout.text, "");
  });
}

Deno.test("verdict masks the values of secrets that its environment holds", async () => {
  const { world, run } = scene();
  const value = "plain-words-no-shape-tells";
  Object.assign(world.host, { environment: () => ({ PATH: "/bin", SHOP_API_KEY: value }) });
  world.files.writeAtomic(
    `${home}/out`,
    world.files.readText(`${home}/out`)!.replaceAll("hit your", `hit ${value}`),
  );
  assert.equal(await run("--json", "--agent", "claude", "--log", "out", "--exit", "1"), 0);
  assert.match(world.stdout.text, /"hit |hit /);
  assert.ok(!world.stdout.text.includes(value), world.stdout.text);
});

Deno.test("verdict does not open what has no end, such as a pipe or a device", async () => {
  const { world, run } = scene();
  const { stat } = world.files;
  world.files.stat = (path) => {
    const info = stat.call(world.files, path);
    return info === null ? null : { ...info, isFile: false };
  };
  world.files.openReader = () => assert.fail("it was opened");
  assert.equal(await run("--agent", "claude", "--log", "out"), 2);
  assert.match(world.stderr.text, /it is no regular file/);
});
