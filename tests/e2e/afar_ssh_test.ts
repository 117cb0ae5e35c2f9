// Proves that a loop on another machine is paused, told something and stopped by an ordinary `ssh host agent-runner ...`.
import assert from "node:assert/strict";
import { Project } from "./project.ts";
import { FarHost, sshdObstacle } from "./sshd.ts";
import { testWhere } from "./test_where.ts";

const testWithSshd = testWhere(sshdObstacle, (name, body) => Deno.test(name, body));

testWithSshd("pause, hint, resume and stop-after-round work over ssh, and are on record as from there", async () => {
  await using far = await FarHost.start();
  far.install();
  await using project = await Project.make({ mode: "slow", agentEnv: { FAKE_SLEEP: 0 } });
  Deno.writeTextFileSync(`${project.out}/hold`, "");
  const serve = project.start("serve");
  await project.untilAgent();
  const call = async (...words: string[]) => {
    const config = `${project.work}/agent-runner.toml`;
    const { code, stdout, stderr } = await far.command(far.programPath, "--config", config, ...words).output();
    const texts = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    return { code, stdout: texts[0]!, stderr: texts[1]! };
  };
  const paused = await call("pause", "--for", "1h", "--reason", "deploy");
  assert.deepEqual([paused.code, paused.stderr], [0, ""]);
  assert.match(paused.stdout, /^No round begins after round 1, /);
  assert.equal((await call("hint", "'leave the parser alone'")).code, 0);
  Deno.removeSync(`${project.out}/hold`);
  await project.untilKind("round_end");
  const resumed = await call("resume", "--json");
  assert.deepEqual([resumed.code, JSON.parse(resumed.stdout).resumed], [0, true]);
  assert.deepEqual((await project.untilKind("hint_used")).round_num, 2);
  assert.equal((await call("stop-after-round")).code, 0);
  assert.equal((await serve.ended()).code, 0);
  for (const kind of ["paused", "hint_given", "resumed", "stop_requested"]) {
    assert.deepEqual(project.ofKind(kind).map(({ by }) => / over ssh$/.test(String(by))), [true], kind);
  }
  const again = await call("pause");
  assert.deepEqual([again.code, again.stderr.trimEnd().split("\n").length], [1, 2], again.stderr);
});
