// Proves that a log folder has one supervisor, that the second one disturbs nothing, and that a dead one blocks nobody.
import assert from "node:assert/strict";
import { testAbreast } from "./crash_abreast.ts";
import { agentStarts, checkSettled } from "./crash_checks.ts";
import { exists, names, Project, signal } from "./project.ts";

/** Every file of the log folder with what would change if it was touched. */
function picture(project: Project): string[] {
  const folders = [project.logs, `${project.logs}/rounds`];
  return folders.flatMap((folder) =>
    names(folder).map((name) => {
      const path = `${folder}/${name}`;
      const info = Deno.lstatSync(path);
      const content = info.isFile ? Deno.readTextFileSync(path) : "";
      return [path, info.ino, info.mode, info.mtime?.getTime(), content].join("|");
    })
  );
}

async function peek(project: Project) {
  const { code, stdout, stderr } = await project.run(["peek", "--json"]);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

for (const [verb, holder] of [["serve", "serve"], ["round", "serve"], ["serve", "round"]] as const) {
  testAbreast(`${verb} is refused at once while another ${holder} works, and touches nothing`, async () => {
    await using project = await Project.make({ mode: "hang" });
    const first = project.start(holder);
    await project.untilAgent();
    await project.untilKind("agent_spawn");
    await project.until("the agent's first words", () => project.roundLog(1).endsWith("\n"));
    const before = picture(project);
    const { code, stdout, stderr } = await project.run([verb]);
    assert.equal(code, 75);
    assert.equal(stdout, "");
    const [what, fix, ...rest] = stderr.trimEnd().split("\n");
    assert.match(what!, new RegExp(`^agent-runner: Another supervisor works on '.*': pid ${first.pid}, since 20`));
    assert.match(fix!, /^ {2}fix: Stop that one first/);
    assert.deepEqual(rest, []);
    assert.deepEqual(picture(project), before);
    assert.deepEqual(agentStarts(project), [1]);
    const told = await project.run([verb, "--json"]);
    assert.equal(JSON.parse(told.stderr).error.exit_code, 75);
    first.signal("SIGTERM");
    await project.until("the request to be told", () => first.stdout.includes("no further round"));
    first.signal("SIGTERM");
    await first.ended();
    await checkSettled(project, { atLeast: 1 });
  });
}

testAbreast("many supervisors that start in one moment leave exactly one at work", async () => {
  await using project = await Project.make({ mode: "slow", agentEnv: { FAKE_SLEEP: 2 } });
  const all = Array.from({ length: 5 }, () => project.start("serve", "--max-rounds", "1"));
  const codes = (await Promise.all(all.map((one) => one.ended()))).map(({ code }) => code);
  assert.deepEqual(codes.toSorted((a, b) => a - b), [0, 75, 75, 75, 75]);
  assert.deepEqual(agentStarts(project), [1]);
  await checkSettled(project, { atLeast: 1 });
});

for (const content of ["own", "1", "", "\0\0\0", "99999999999999999999", "-1"]) {
  testAbreast(
    `serve is not blocked by what a dead supervisor left behind (pid ${JSON.stringify(content)})`,
    async () => {
      await using project = await Project.make({});
      Deno.mkdirSync(project.logs, { recursive: true });
      // A pid that has another owner by now: this test's, or the machine's first process.
      const pid = content === "own" ? String(Deno.pid) : content;
      Deno.writeTextFileSync(`${project.logs}/serve.pid`, pid, { mode: 0o600 });
      const holder = `{"pid": ${pid}, "started_at": "2026-01-01T00:00:00.000Z"}`;
      Deno.writeTextFileSync(`${project.logs}/agent-runner.lock.holder`, holder, { mode: 0o600 });
      Deno.writeTextFileSync(`${project.logs}/agent-runner.lock`, "", { mode: 0o600 });
      const view = await peek(project);
      assert.deepEqual([view.service.active, view.service.pid], [false, null]);
      const { code, stderr } = await project.run(["serve", "--max-rounds", "1"]);
      assert.equal(code, 0, stderr);
      await checkSettled(project, { atLeast: 1 });
    },
  );
}

testAbreast("serve takes the lock of a supervisor that was killed, while that one's agent still runs", async () => {
  await using project = await Project.make({ mode: "slow", agentEnv: { FAKE_SLEEP: 1.5 } });
  const first = project.start("serve");
  await project.untilAgent();
  await project.until("the start to be on record", () => project.ofKind("agent_spawn")[0]);
  first.kill();
  await first.settled();
  assert.equal(exists(`${project.logs}/serve.pid`), true);
  assert.equal((await peek(project)).service.active, false);
  const { code, stdout } = await project.run(["serve", "--max-rounds", "1"]);
  assert.equal(code, 0, stdout);
  await checkSettled(project, { atLeast: 1 });
});

testAbreast("serve waits for nobody who only looks", async () => {
  await using project = await Project.make({ mode: "clean" });
  await project.run(["round"]);
  const watching = project.start("watch", "--interval", "0.2");
  await project.until("watch to show something", () => watching.stdout !== "");
  for (let i = 0; i < 3; i++) assert.equal((await project.run(["round"])).code, 0);
  watching.signal("SIGINT");
  await watching.ended();
  await checkSettled(project, { atLeast: 4 });
});

testAbreast("peek says who holds the lock and what it does", async () => {
  await using project = await Project.make({ mode: "hang" });
  const idle = await peek(project);
  assert.deepEqual([idle.service.active, idle.service.mode, idle.service.pid], [false, "none", null]);
  assert.equal(idle.now.state, "stopped");
  const serve = project.start("serve");
  await project.untilAgent();
  await project.until("status.json", () => exists(`${project.logs}/status.json`));
  const busy = await peek(project);
  assert.deepEqual([busy.service.active, busy.service.mode, busy.service.pid], [true, "pid_file", serve.pid]);
  assert.ok(busy.service.uptime_s >= 0 && busy.service.uptime_s < 60);
  assert.equal(busy.now.state, "running");
  serve.kill();
  await serve.settled();
  const dead = await peek(project);
  assert.deepEqual([dead.service.active, dead.service.pid], [false, null]);
  assert.match(dead.now.why, /supervisor is gone; round 1 was running/);
});

testAbreast("projects side by side do not know of each other", async () => {
  await using one = await Project.make({ plan: ["slow", "clean"], agentEnv: { FAKE_SLEEP: 1 } });
  await using two = await Project.make({ plan: ["deaf_few", "clean"], runtime: { round_timeout_s: 1 } });
  await using three = await Project.make({ plan: ["exit7", "clean"] });
  const all = [one, two, three];
  const runs = all.map((project) => project.run(["serve", "--max-rounds", "2"]));
  assert.deepEqual((await Promise.all(runs)).map(({ code }) => code), [0, 0, 0]);
  const ends = all.map((project) => project.ofKind("agent_exit").map(({ ending }) => ending));
  assert.deepEqual(ends, [["exited", "exited"], ["timed_out", "exited"], ["exited", "exited"]]);
  for (const project of all) await checkSettled(project, { atLeast: 2 });
});

testAbreast("two configurations with one log folder count as one project", async () => {
  await using one = await Project.make({ mode: "hang" });
  await using two = await Project.make({ logDir: one.logs });
  const serve = one.start("serve");
  await one.untilAgent();
  assert.equal((await two.run(["serve", "--once"])).code, 75);
  assert.deepEqual(agentStarts(two), []);
  assert.equal(signal(serve.pid, "SIGCONT"), true);
});
