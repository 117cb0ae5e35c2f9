// Proves with a real systemd of a user that a service is upgraded in mid-round, and that a bad release leaves it as it was.
import assert from "node:assert/strict";
import { agentStarts } from "./crash_checks.ts";
import { releaseObstacle, writeRelease } from "./release.ts";
import { ServiceStage } from "./service_stage.ts";
import { testWhere } from "./test_where.ts";
import { newVersion, oldVersion, testKey, UpgradeStage } from "./upgrade_stage.ts";
import { scopeObstacle } from "./user_manager.ts";

const unit = "agent-runner@proj.service";
const after = ["agent-runner", "agent-runner.previous"];

/** An installed service of the old version in its first round, whose agent waits for a word of the test. */
async function withService(body: (stage: UpgradeStage, systemd: ServiceStage) => Promise<void>): Promise<void> {
  await using systemd = await ServiceStage.open();
  const agentEnv = { FAKE_GATE: 1, FAKE_SLEEP: 0.1, FAKE_END: "result" };
  await using stage = await UpgradeStage.make({ mode: "late", agentEnv, env: systemd.env });
  const { code, stderr } = await stage.run("install");
  assert.equal(code, 0, stderr);
  await stage.project.untilKind("agent_spawn");
  await stage.project.until("the agent to be at work", () => agentStarts(stage.project).length === 1);
  await body(stage, systemd);
}

/** The unit runs this version, in its first round still, and takes that to its end. */
async function assertRuns(version: string, lives: number, stage: UpgradeStage, systemd: ServiceStage): Promise<void> {
  const { project } = stage;
  await systemd.untilState(unit, "active running");
  await project.untilKind("round_adopted", lives);
  const status = await stage.status();
  assert.deepEqual([status.active, status.version], [true, version]);
  const { MainPID } = await systemd.show(unit, "MainPID");
  assert.equal(Number(MainPID), status.pid);
  assert.equal(Deno.readLinkSync(`/proc/${MainPID}/exe`), Deno.realPathSync(stage.bin));
  assert.deepEqual([await stage.version(), agentStarts(project)], [version, [1]]);
  Deno.writeTextFileSync(`${project.out}/go`, "");
  const verdict = await project.untilKind("round_verdict");
  assert.deepEqual([verdict.round_num, verdict.verdict], [1, "ok"]);
}

const test = testWhere(releaseObstacle ?? scopeObstacle);

test("a service is upgraded in mid-round: its unit runs the new version, which adopts the round", async () => {
  await withService(async (stage, systemd) => {
    const before = await stage.status();
    assert.deepEqual([before.active, before.version], [true, oldVersion]);
    const outcome = await stage.run("upgrade", "--from", stage.releases);
    assert.equal(outcome.code, 0, outcome.stderr);
    assert.match(
      outcome.stdout,
      new RegExp(`^upgraded from version ${oldVersion} to ${newVersion}; .*runs with it\n$`),
    );
    assert.notEqual((await stage.status()).pid, before.pid);
    assert.deepEqual(stage.beside(), after);
    await assertRuns(newVersion, 1, stage, systemd);
    const [told] = stage.project.ofKind("service_upgraded");
    assert.deepEqual([told?.from_version, told?.to_version], [oldVersion, newVersion]);
    assert.equal((await systemd.show(unit, "NRestarts")).NRestarts, "0", "it was restarted, and never crashed");
  });
});

/** They pass every trial, and then do not serve. */
const badServes = {
  "crashes": "echo broken >&2; exit 3",
  "is refused for good": "echo broken >&2; exit 78",
  "dies of a signal": "kill -ABRT $$",
};

for (const [how, script] of Object.entries(badServes)) {
  test(`a release whose serve ${how} is taken back: the unit runs the old version, and the round goes on`, async () => {
    await withService(async (stage, systemd) => {
      const old = `${stage.project.root}/old`;
      Deno.copyFileSync(stage.bin, old);
      const text = `#!/bin/sh\ncase "$*" in --version) echo agent-runner 0.1.9;; *serve*) ${script};; ` +
        `*) exec "${old}" "$@";; esac\n`;
      const binary = new TextEncoder().encode(text);
      await writeRelease(stage.releases, { version: "0.1.9", binary, key: await testKey() });
      const outcome = await stage.run("upgrade", "--from", stage.releases);
      assert.equal(outcome.code, 1, outcome.stdout + outcome.stderr);
      assert.match(outcome.stderr, /the supervisor does not run with it: .+\n {2}fix: .+\n$/);
      assert.deepEqual(stage.beside(), ["agent-runner"]);
      await assertRuns(oldVersion, 1, stage, systemd);
      const [told] = stage.project.ofKind("service_upgrade_rolled_back");
      assert.deepEqual([told?.attempted_version, told?.restored_version], ["0.1.9", oldVersion]);
      assert.deepEqual(stage.project.ofKind("service_upgraded"), []);
    });
  });
}
