// Guards the words of `upgrade`: what it refuses before anything is touched, and what it says of what it finds.
import assert from "node:assert/strict";
import { runApp } from "../../../src/cli/app.ts";
import { FakeWeb, memoryBinaries } from "../../fakes/fake_upgrade.ts";
import { FakeWorld } from "../../fakes/fake_world.ts";
import { makeKey, platform, publish, releaseOf } from "../../service/release_stage.ts";

const bin = "/opt/bin/agent-runner";
const base = "https://a.example/r/";
const key = await makeKey();
const encoder = new TextEncoder();

/** A world in which a binary of version 0.0.0 runs; binaries are texts `binary VERSION`. */
function scene(options: { readonly toml?: string; readonly isSource?: boolean } = {}) {
  const world = new FakeWorld();
  const web = new FakeWeb();
  world.files.writeAtomic(bin, "binary 0.0.0");
  if (options.toml !== undefined) {
    const agent =
      '[agent]\ncommand = ["agent"]\nprompt_arg_template = ["{prompt}"]\n[prompt]\nfile = "main.md"\n[runtime]\nwork_dir = "."\nlog_dir = "logs"\n';
    world.files.writeAtomic("/home/me/shop/agent-runner.toml", agent + options.toml);
  }
  world.upgradeMeans = () =>
    Promise.resolve({
      web,
      binaries: memoryBinaries(world.files),
      program: { path: options.isSource ? null : bin, platform },
      keys: [key.publicKey],
    });
  const own = world.processes.answer;
  world.processes.answer = (spec) => {
    const version = /^binary (.*)$/.exec(world.files.readText(spec.argv[0]!) ?? "")?.[1];
    if (version === undefined) return own(spec);
    const out = spec.argv.includes("--version") ? `agent-runner ${version}\n` : '{"schema_version":"1.9"}';
    return { kind: "exited", code: 0, stdout: encoder.encode(out), stderr: new Uint8Array(), isCut: false };
  };
  const call = (...words: string[]) => runApp(["upgrade", ...words], world, () => {});
  return { world, web, call };
}

/** Two lines and a code, with nothing touched. */
async function assertRefused(made: ReturnType<typeof scene>, words: readonly string[], [code, text]: [number, RegExp]) {
  made.world.stderr.text = "";
  assert.equal(await made.call(...words), code, made.world.stderr.text);
  assert.match(made.world.stderr.text, /^agent-runner: .+\n {2}fix: .+\n$/);
  assert.match(made.world.stderr.text, text);
  assert.deepEqual(made.world.files.paths().filter((path) => path.startsWith("/opt")), [bin]);
}

Deno.test("upgrade refuses where there is nothing to upgrade, no place to look, and a version that is none", async () => {
  await assertRefused(scene({ isSource: true }), ["--from", base], [1, /runs from its source.*\n.*git/]);
  await assertRefused(scene(), [], [2, /No place is named.*\n.*--from.*\[upgrade\] from/]);
  for (const target of ["1", "latest", "../x", "1.2.3/.."]) {
    await assertRefused(scene(), ["--from", base, `--target=${target}`], [2, /is no version/]);
  }
  for (const from of ["ftp://a.example", "https://", "https://a.example/?a=b", "file:///srv"]) {
    await assertRefused(scene(), ["--from", from], [2, /is no place a release can come from/]);
  }
  await assertRefused(scene(), ["--from", "nowhere"], [1, /There is no release at '\/home\/me\/shop\/nowhere'/]);
  const broken = scene({ toml: "[upgrade]\nfrom = 3\n" });
  assert.equal(await broken.call("--from", base), 78);
  assert.match(broken.world.stderr.text, /upgrade\.from: found 3/);
});

Deno.test("upgrade refuses a second one, and a folder that is not to be written, without asking for a password", async () => {
  const busy = scene();
  busy.world.files.writeAtomic(`${bin}.upgrade.lock`, "");
  busy.world.lock.holdElsewhere(`${bin}.upgrade.lock`);
  assert.equal(await busy.call("--from", base), 1);
  assert.match(busy.world.stderr.text, /Another upgrade of '\/opt\/bin\/agent-runner' is under way\n {2}fix: /);
  const denied = scene();
  denied.world.files.failWith(`${bin}.upgrade.lock`, "denied");
  assert.equal(await denied.call("--from", base), 1);
  assert.match(
    denied.world.stderr.text,
    /'\/opt\/bin' cannot be written.*\n {2}fix: .*~\/\.local\/bin; .*never uses sudo/,
  );
});

Deno.test("upgrade --check says what there is and touches nothing; the place may stand in the configuration", async () => {
  const made = scene({ toml: `[upgrade]\nfrom = "${base}"\n` });
  for (const [version, text] of [["0.0.0", /in place, as at/], ["0.2.0", /0\.2\.0 is at .* is older/]] as const) {
    publish(made.web, base, await releaseOf({ version, key }));
    made.world.stdout.text = "";
    assert.equal(await made.call("--check"), 0, made.world.stderr.text);
    assert.match(made.world.stdout.text, text);
  }
  assert.equal(made.web.asked.some((line) => line.includes("agent-runner-")), false);
  assert.deepEqual(made.world.files.paths().filter((path) => path.startsWith("/opt")), [bin]);
});

Deno.test("upgrade puts a newer version in place; an older one only when it is named", async () => {
  const made = scene({ toml: "" });
  const { world, web, call } = made;
  publish(web, base, await releaseOf({ version: "0.2.0", key }));
  assert.equal(await call("--from", base), 0, world.stderr.text);
  assert.match(world.stdout.text, /^upgraded from version 0\.0\.0 to 0\.2\.0; the old one is kept as .*previous\n$/);
  assert.equal(world.files.readText(bin), "binary 0.2.0");
  assert.equal(world.files.readText(`${bin}.previous`), "binary 0.0.0");
  assert.deepEqual(world.kinds, ["package_upgraded"]);
  assert.equal(world.files.modeOf(bin), 0o755);

  const newer = Object.assign(Object.create(world) as FakeWorld, {});
  Object.defineProperty(newer, "version", { value: "0.3.0" });
  world.stdout.text = "";
  assert.equal(await runApp(["upgrade", "--from", base], newer, () => {}), 0);
  assert.match(world.stdout.text, /version 0\.3\.0 is newer than 0\.2\.0.*--target 0\.2\.0 goes back/);
});

Deno.test("upgrade outside a project upgrades the program alone", async () => {
  const { world, web, call } = scene();
  publish(web, base, await releaseOf({ version: "0.2.0", key }));
  assert.equal(await call("--from", base, "--json"), 0, world.stderr.text);
  const answer = JSON.parse(world.stdout.text);
  assert.deepEqual([answer.to_version, answer.is_restarted, answer.restart_command], ["0.2.0", false, null]);
  assert.deepEqual([world.kinds, world.stderr.text], [[], ""]);
});
