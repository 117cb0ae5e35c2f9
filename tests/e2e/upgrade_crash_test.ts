// Guards the upgrade against sudden death: killed before each change that it makes, it is finished or undone afterwards.
import assert from "node:assert/strict";
import { releaseObstacle, writeRelease } from "./release.ts";
import { testWhere } from "./test_where.ts";
import { newVersion, oldVersion, testBinary, testKey, UpgradeStage } from "./upgrade_stage.ts";

const test = testWhere(releaseObstacle);
const after = ["agent-runner", "agent-runner.previous"];

/** Small programs that say who they are and leave the rest to real binaries: 80 MB need not be copied at every step. */
async function writeSmallReleases(stage: UpgradeStage): Promise<void> {
  for (const version of [oldVersion, newVersion]) {
    const real = `${stage.project.root}/real-${version}`;
    Deno.writeFileSync(real, await testBinary(version), { mode: 0o755 });
    const script = `#!/bin/sh\n[ "$*" = --version ] && echo agent-runner ${version} && exit\nexec ${real} "$@"\n`;
    const binary = new TextEncoder().encode(script);
    await writeRelease(`${stage.releases}/${version}`, { version, binary, key: await testKey() });
    if (version === oldVersion) Deno.writeFileSync(stage.bin, binary, { mode: 0o755 });
  }
}

test("upgrade killed before each of its changes leaves one whole binary, and the next one brings it to its end", async () => {
  await using stage = await UpgradeStage.make({ mode: "hang", runtime: { round_timeout_s: 1200 } });
  const { project } = stage;
  await writeSmallReleases(stage);
  assert.equal((await stage.run("start")).code, 0);
  await project.untilKind("agent_spawn");
  let [from, to] = [oldVersion, newVersion];
  let isOver = false;
  let step = 0;
  while (!isOver) {
    step++;
    const killed = await stage.mortalUpgrade(from, to, step);
    isOver = killed.code !== -1;
    const place = `step ${step}: ${killed.stderr}`;
    const inPlace = await stage.version();
    assert.ok(inPlace === from || inPlace === to, `${place}: '${inPlace}' is in place`);
    const rest = isOver ? killed : await stage.mortalUpgrade(inPlace, to, 0);
    assert.equal(rest.code, 0, `${place}\n${rest.stderr}`);
    assert.deepEqual([await stage.version(), stage.beside()], [to, after], place);
    const status = await stage.status();
    assert.equal(status.active, true, place);
    // Once all is in its place only the record is missing; the supervisor has been restarted before that.
    assert.equal(status.version, to, place);
    [from, to] = [to, from];
  }
  const account = Deno.readTextFileSync(`${project.root}/account`);
  for (const name of ["keep", "write", "rename agent-runner", "restart"]) {
    assert.ok(account.split("\n").some((line) => line.startsWith(name)), `'${name}' was never come by`);
  }
  assert.ok(step > 15, `only ${step} steps`);
  assert.equal(project.ofKind("agent_spawn").length, 1, "the round did not go on");
});
