// Guards the upgrade of a compiled binary from a local server: afterwards exactly one version is in place, and it works.
import assert from "node:assert/strict";
import { MountedProject, mountObstacle } from "./crash_mount.ts";
import { binaryFile, releaseObstacle, ReleaseServer, TestKey, writeRelease } from "./release.ts";
import { testWhere } from "./test_where.ts";
import { newVersion, oldVersion, testBinary, testKey, UpgradeStage } from "./upgrade_stage.ts";

const test = testWhere(releaseObstacle);

const before = ["agent-runner"];
const after = ["agent-runner", "agent-runner.previous"];

/** It was refused in two lines, and all is as it was. */
async function assertRefused(
  stage: UpgradeStage,
  outcome: { readonly code: number; readonly stderr: string },
  words: RegExp,
) {
  assert.equal(outcome.code, 1, outcome.stderr);
  assert.match(outcome.stderr, words);
  assert.match(outcome.stderr, /\n {2}fix: .+\n$/);
  assert.deepEqual(stage.beside(), before);
  assert.equal(await stage.version(), oldVersion);
}

test("upgrade takes a good release, restarts what was started, and its running round goes on", async () => {
  await using stage = await UpgradeStage.make({ mode: "hang", runtime: { round_timeout_s: 600 } });
  await using server = new ReleaseServer(stage.releases);
  const { project } = stage;
  assert.equal((await stage.run("start")).code, 0);
  await project.untilKind("agent_spawn");
  const [agent] = project.ofKind("agent_spawn");
  const first = await stage.status();
  assert.equal(first.version, oldVersion);

  const check = await stage.run("upgrade", "--check", "--from", server.address, "--json");
  assert.deepEqual(JSON.parse(check.stdout), {
    current: oldVersion,
    available: newVersion,
    from: server.address,
    is_newer: true,
  });
  assert.deepEqual([stage.beside(), server.ranges], [before, []]);

  const outcome = await stage.run("upgrade", "--from", server.address);
  assert.equal(outcome.code, 0, outcome.stderr);
  assert.match(
    outcome.stdout,
    new RegExp(`^upgraded from version ${oldVersion} to ${newVersion}; .*the supervisor runs with it\n$`),
  );
  assert.match(outcome.stderr, /downloading agent-runner-\S+: .* of 8\d/);
  assert.deepEqual(stage.beside(), after);
  assert.equal(await stage.version(), newVersion);
  const second = await stage.status();
  assert.deepEqual([second.active, second.version], [true, newVersion]);
  assert.notEqual(second.pid, first.pid);
  await project.untilKind("round_adopted");
  assert.equal(project.ofKind("round_adopted")[0]!.state, "running");
  assert.equal(project.ofKind("agent_spawn").length, 1);
  Deno.kill(Number(agent!.pid), 0 as unknown as Deno.Signal);
  const [told] = project.ofKind("service_upgraded");
  assert.deepEqual([told!.from_version, told!.to_version, typeof told!.duration_s], [oldVersion, newVersion, "number"]);

  const again = await stage.run("upgrade", "--from", server.address);
  assert.deepEqual([again.code, again.stdout], [0, `version ${newVersion} is in place already\n`]);
  await writeRelease(`${stage.releases}/${oldVersion}`, {
    version: oldVersion,
    binary: await testBinary(oldVersion),
    key: await testKey(),
  });
  const back = await stage.run("upgrade", "--target", oldVersion, "--from", server.address, "--no-restart", "--json");
  assert.equal(back.code, 0, back.stderr);
  const answer = JSON.parse(back.stdout);
  assert.deepEqual([answer.to_version, answer.is_restarted], [oldVersion, false]);
  assert.equal(answer.restart_command, "agent-runner stop && agent-runner start");
  assert.deepEqual([await stage.version(), (await stage.status()).version], [oldVersion, newVersion]);
  assert.equal(project.ofKind("package_upgraded").length, 1);
});

test("upgrade refuses what is not signed, or is not what was signed, and changes nothing", async () => {
  await using stage = await UpgradeStage.make();
  await using server = new ReleaseServer(stage.releases);
  const upgrade = () => stage.run("upgrade", "--from", server.address);
  const binary = await testBinary(newVersion);
  const fresh = () => testKey().then((key) => writeRelease(stage.releases, { version: newVersion, binary, key }));

  await writeRelease(stage.releases, { version: newVersion, binary, key: await TestKey.make() });
  await assertRefused(stage, await upgrade(), /its signature was not made with the key this program trusts/);
  Deno.removeSync(`${stage.releases}/SHA256SUMS.sig`);
  await assertRefused(stage, await upgrade(), /it has no file 'SHA256SUMS.sig'/);

  await fresh();
  Deno.writeTextFileSync(`${stage.releases}/VERSION`, "9.9.9\n");
  await assertRefused(stage, await upgrade(), /its 'VERSION' is not the one that was signed/);

  await fresh();
  const spoilt = binary.slice();
  spoilt[spoilt.length >> 1]! ^= 1;
  Deno.writeFileSync(`${stage.releases}/${binaryFile}`, spoilt);
  await assertRefused(stage, await upgrade(), /its SHA-256 is not the one that was signed/);

  await fresh();
  server.cutAt = 10_000_000;
  await assertRefused(stage, await upgrade(), /its SHA-256 is not the one that was signed/);
  assert.equal((await stage.status()).active, false);
});

test("upgrade goes on where a dying server left it, within one call and from one call to the next", async () => {
  await using stage = await UpgradeStage.make();
  await using server = new ReleaseServer(stage.releases);
  server.breaks = [10_000_000, 20_000_000];
  const outcome = await stage.run("upgrade", "--from", server.address);
  assert.equal(outcome.code, 0, outcome.stderr);
  assert.deepEqual(server.ranges.map((range) => range !== null), [false, true, true]);
  assert.deepEqual([await stage.version(), stage.beside()], [newVersion, after]);

  await stage.install();
  server.ranges.length = 0;
  server.stallsAt = 30_000_000;
  const cut = stage.start("upgrade", "--from", server.address);
  const part = () => stage.beside().find((name) => name.endsWith(".part"));
  await stage.project.until("a part of the binary", () => {
    const name = part();
    return name !== undefined && Deno.statSync(`${stage.project.root}/bin/${name}`).size > 1_000_000;
  });
  const second = await stage.run("upgrade", "--from", server.address);
  assert.equal(second.code, 1);
  assert.match(second.stderr, /Another upgrade of '.*' is under way/);
  cut.kill();
  await cut.ended();
  server.stallsAt = null;
  const kept = Deno.statSync(`${stage.project.root}/bin/${part()}`).size;
  const rest = await stage.run("upgrade", "--from", server.address);
  assert.equal(rest.code, 0, rest.stderr);
  assert.equal(server.ranges.at(-1), `bytes=${kept}-`);
  assert.deepEqual([await stage.version(), stage.beside()], [newVersion, after]);
});

test("a release that does not work is not taken, and the round that runs does not notice", async () => {
  await using stage = await UpgradeStage.make({ mode: "hang", runtime: { round_timeout_s: 600 } });
  const { project } = stage;
  assert.equal((await stage.run("start")).code, 0);
  await project.untilKind("agent_spawn");
  const first = await stage.status();
  const key = await testKey();
  const scripts = {
    "it says that it is '3.0.0', not version 0.1.9": "echo agent-runner 3.0.0",
    "'config check' ended with exit code 3: no good":
      'case "$*" in --version) echo agent-runner 0.1.9;; *) echo no good >&2; exit 3;; esac',
    "'peek --json' answers with something else":
      'case "$*" in *check) ;; *peek*) echo "{}";; *) echo agent-runner 0.1.9;; esac',
  };
  for (const [words, script] of Object.entries(scripts)) {
    const binary = new TextEncoder().encode(`#!/bin/sh\n${script}\n`);
    await writeRelease(stage.releases, { version: "0.1.9", binary, key });
    await assertRefused(stage, await stage.run("upgrade", "--from", stage.releases), new RegExp(words));
  }
  assert.deepEqual(await stage.status().then(({ pid, version }) => [pid, version]), [first.pid, oldVersion]);
  assert.equal(project.ofKind("service_upgrade_rolled_back").length, 3);

  // It passes every trial, and then does not serve.
  const script =
    `case "$*" in --version) echo agent-runner 0.1.9;; *start*) echo broken >&2; exit 1;; *) exec "${stage.project.root}/old" "$@";; esac`;
  Deno.copyFileSync(stage.bin, `${stage.project.root}/old`);
  const binary = new TextEncoder().encode(`#!/bin/sh\n${script}\n`);
  await writeRelease(stage.releases, { version: "0.1.9", binary, key });
  const outcome = await stage.run("upgrade", "--from", stage.releases);
  await assertRefused(
    stage,
    outcome,
    /the supervisor does not run with it: broken/,
  );
  const last = await stage.status();
  assert.deepEqual([last.active, last.version], [true, oldVersion]);
  await project.untilKind("round_adopted");
  assert.equal(project.ofKind("agent_spawn").length, 1);
  const told = project.ofKind("service_upgrade_rolled_back")[3]!;
  assert.deepEqual([told.attempted_version, told.restored_version], ["0.1.9", oldVersion]);
});

testWhere(releaseObstacle ?? mountObstacle)("upgrade on a disk without room changes and leaves nothing", async () => {
  await using stage = await UpgradeStage.make();
  await using mounted = await MountedProject.make({}, { megabytes: 120 });
  const point = mounted.project.logs;
  Deno.writeFileSync(`${point}/agent-runner`, await testBinary(oldVersion), { mode: 0o755 });
  const enter = ["nsenter", "-t", /^\/proc\/(\d+)/.exec(point)![1]!, "-m"];
  const call = [...enter, `${mounted.point}/agent-runner`, "upgrade", "--from", stage.releases];
  const spec = { cwd: stage.project.root, env: stage.project.env };
  const names = () => [...Deno.readDirSync(point)].map(({ name }) => name).sort();
  const early = await stage.startArgv(call, spec).ended();
  assert.equal(early.code, 1, early.stderr);
  assert.match(early.stderr, /The download cannot be written .* are needed and .* free\n {2}fix: .*Make room/);
  assert.deepEqual(names(), before);
  // A server that does not tell how much comes: the disk is full in the middle of it.
  const handler = (request: Request) => {
    const file = Deno.openSync(`${stage.releases}${new URL(request.url).pathname}`);
    return new Response(file.readable);
  };
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, handler);
  const late = await stage.startArgv([...call.slice(0, -1), `http://127.0.0.1:${server.addr.port}/`], spec).ended();
  assert.equal(late.code, 1, late.stderr);
  assert.match(late.stderr, /The download cannot be written .*(No space|os error 28)/);
  assert.deepEqual(names(), before);
});
