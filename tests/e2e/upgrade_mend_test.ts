// Guards what serve and doctor do about an upgrade that was killed half way.
import assert from "node:assert/strict";
import { releaseObstacle, writeRelease } from "./release.ts";
import { testWhere } from "./test_where.ts";
import { newVersion, oldVersion, testBinary, testKey, UpgradeStage } from "./upgrade_stage.ts";

const test = testWhere(releaseObstacle);
const after = ["agent-runner", "agent-runner.previous"];

test("serve and doctor bring an upgrade to its end that was killed when the new binary had taken the place", async () => {
  await using stage = await UpgradeStage.make({ mode: "hang", runtime: { round_timeout_s: 1200 } });
  await writeRelease(`${stage.releases}/${newVersion}`, {
    version: newVersion,
    binary: await testBinary(newVersion),
    key: await testKey(),
  });
  const account = `${stage.project.root}/account`;
  assert.equal((await stage.mortalUpgrade(oldVersion, newVersion, 0)).code, 0);
  const changes = Deno.readTextFileSync(account).trimEnd().split("\n");
  const swapAt = changes.findIndex((line) => line === "rename agent-runner") + 1;
  assert.ok(swapAt > 0, changes.join("\n"));
  for (const how of ["serve", "doctor"]) {
    await stage.install();
    assert.equal((await stage.mortalUpgrade(oldVersion, newVersion, swapAt + 1)).code, -1);
    assert.deepEqual(stage.beside().filter((name) => name.endsWith(".json") || name.endsWith(".old")).length, 2);
    assert.equal(await stage.version(), newVersion);
    if (how === "serve") {
      assert.equal((await stage.run("start")).code, 0);
      await stage.project.until("serve to tidy up", () => stage.beside().length === 2);
      assert.equal((await stage.run("kill")).code, 0);
    } else {
      const row = async (...flags: string[]) => {
        const { rows } = JSON.parse((await stage.run("doctor", "--json", ...flags)).stdout);
        return rows.find(({ name }: { readonly name: string }) => name === "upgrade");
      };
      assert.match((await row()).found, new RegExp(`the upgrade from ${oldVersion} to ${newVersion} was cut short`));
      assert.equal((await row("--fix")).fixed, `tidied up: version ${newVersion} is in place`);
      assert.equal((await row()).state, "ok");
    }
    assert.deepEqual([await stage.version(), stage.beside()], [newVersion, after]);
  }
});
