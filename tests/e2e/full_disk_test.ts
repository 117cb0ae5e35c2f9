// Proves that a log folder without room, or without the right to write, costs no round, no number and no record that can be kept.
import assert from "node:assert/strict";
import { testAbreast } from "./crash_abreast.ts";
import { agentStarts, checkRounds, checkSettled, overlaps } from "./crash_checks.ts";
import { MountedProject, mountObstacle } from "./crash_mount.ts";
import { exists } from "./project.ts";
import type { ProjectOptions } from "./project.ts";
import { testWhere } from "./test_where.ts";

/** A command that needs no room for what it says. */
const quiet: ProjectOptions = { mode: "silent", agent: { reader: "plain" } };

const test = testWhere(mountObstacle, testAbreast);

test("serve does its rounds on a full disk and puts them on record when there is room again", async () => {
  await using mounted = await MountedProject.make(quiet);
  const { project } = mounted;
  mounted.fill();
  const serve = mounted.start("serve", "--max-rounds", "4");
  await project.until("two rounds", () => agentStarts(project).length >= 2);
  assert.deepEqual(project.events(), [], "there was room after all");
  const peek = await mounted.run("peek", "--json");
  assert.equal(peek.code, 0, peek.stderr);
  assert.equal(JSON.parse(peek.stdout).service.active, true);
  mounted.free();
  const { code, stdout, stderr } = await serve.ended();
  assert.equal(code, 0, stdout + stderr);
  assert.match(stdout, /events cannot be written for now: .*: full: /);
  assert.match(stdout, /status\.json cannot be written/);
  assert.deepEqual(agentStarts(project), [1, 2, 3, 4]);
  assert.deepEqual(project.ofKind("agent_exit").map(({ exit_code, ending }) => [exit_code, ending]), [
    [0, "exited"],
    [0, "exited"],
    [0, "exited"],
    [0, "exited"],
  ]);
  const [report] = project.ofKind("write_failed");
  assert.ok(Number(report?.events_delayed) >= 10, JSON.stringify(report));
  assert.deepEqual([report?.events_lost, String(report?.reason).startsWith("full: ")], [0, true]);
  assert.equal(project.events()[0]?.event, "serve_started");
  await checkSettled(project, { atLeast: 4 });
});

test("serve finishes a round under which the disk fills up, with its real end", async () => {
  await using mounted = await MountedProject.make({
    plan: ["late", "silent", "silent"],
    agentEnv: { FAKE_END: "7", FAKE_SLEEP: 1 },
    agent: { reader: "plain" },
  });
  const { project } = mounted;
  const serve = mounted.start("serve", "--max-rounds", "3");
  await project.untilAgent();
  await project.until("the start to be on record", () => project.ofKind("agent_spawn")[0]);
  mounted.fill();
  await project.until("round 2", () => agentStarts(project).length >= 2);
  mounted.free();
  assert.equal((await serve.ended()).code, 0);
  assert.deepEqual(project.ofKind("agent_exit").map(({ exit_code }) => exit_code), [7, 0, 0]);
  await checkSettled(project, { atLeast: 3 });
});

test("serve takes over on a full disk, starts no second agent and reuses no number", async () => {
  await using mounted = await MountedProject.make({
    plan: ["silent", "hang", "silent"],
    agent: { reader: "plain" },
    runtime: { round_timeout_s: 60 },
  });
  const { project } = mounted;
  mounted.fill();
  const first = mounted.start("serve");
  await project.until("round 2", () => agentStarts(project).length >= 2);
  first.kill();
  await first.settled();
  const { code, stdout, stderr } = await mounted.run("serve", "--max-rounds", "1");
  assert.equal(code, 0, stdout + stderr);
  assert.match(stdout, /a round that no record tells of runs here/);
  assert.match(stdout, /the last events are lost/);
  assert.deepEqual(agentStarts(project), [1, 2, 3]);
  assert.deepEqual(overlaps(project), []);
  assert.deepEqual(await project.processes(), []);
  mounted.free();
  assert.equal((await mounted.run("serve", "--max-rounds", "1")).code, 0);
  assert.deepEqual(agentStarts(project), [1, 2, 3, 4]);
  assert.equal(project.status().round_num, 4);
});

test("serve is refused with a fix when the log folder is read-only", async () => {
  await using mounted = await MountedProject.make(quiet);
  mounted.makeReadOnly();
  const { code, stdout, stderr } = await mounted.run("serve", "--once");
  assert.equal(code, 78, stdout + stderr);
  assert.match(
    stderr,
    /^agent-runner: The log folder '.*' cannot be used: .*\n {2}fix: Make it readable and writable.*\n$/,
  );
  assert.deepEqual(agentStarts(mounted.project), []);
});

test("serve finishes a round under which the log folder becomes read-only, and the next life closes it", async () => {
  await using mounted = await MountedProject.make({
    plan: ["late", "silent"],
    agentEnv: { FAKE_END: "0", FAKE_SLEEP: 1 },
    agent: { reader: "plain" },
  });
  const { project } = mounted;
  const serve = mounted.start("serve");
  await project.untilAgent();
  await project.until("the start to be on record", () => project.ofKind("agent_spawn")[0]);
  await project.until("the links", () => exists(`${project.logs}/round-current.log`));
  mounted.makeReadOnly();
  const { code, stdout, stderr } = await serve.ended();
  assert.equal(code, 0, stdout + stderr);
  assert.match(stdout, /round 1 ended: ok/);
  assert.match(stdout, /events cannot be written for now: .*: read_only: /);
  assert.match(stdout, /stopped: the start-up battery failed: log_dir_writable/);
  assert.deepEqual(agentStarts(project), [1]);
  mounted.makeWritable();
  assert.equal((await mounted.run("serve", "--max-rounds", "1")).code, 0);
  assert.deepEqual(checkRounds(project), [1, 2]);
  await checkSettled(project, { atLeast: 2 });
});
