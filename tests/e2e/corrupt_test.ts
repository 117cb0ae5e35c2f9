// Proves that no file of the log folder can stop the work, whatever it holds, and that readers stay upright.
import assert from "node:assert/strict";
import { testAbreast } from "./crash_abreast.ts";
import { agentStarts, checkRounds, checkSettled, overlaps } from "./crash_checks.ts";
import { eventFiles, stateFiles, statusFiles, valid } from "./crash_corruptions.ts";
import { exists, names, Project, signal } from "./project.ts";

async function peek(project: Project) {
  const { code, stdout, stderr } = await project.run(["peek", "--json"]);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

/** Every reading verb gives an answer and no stack. */
async function checkReaders(project: Project): Promise<void> {
  for (const words of [["peek"], ["peek", "--round", "latest", "--log"], ["events"], ["events", "--window", "9999"]]) {
    const { code, stdout, stderr } = await project.run(words);
    assert.equal(code, 0, `${words.join(" ")}: ${stderr}`);
    assert.equal(/\bat .*\.[jt]s:\d+/.test(stderr + stdout), false, `${words.join(" ")}: ${stderr}`);
  }
}

function eventsFile(project: Project): string {
  return `${project.logs}/${names(project.logs).find((name) => name.startsWith("events-"))}`;
}

/** A project with one round on record. */
async function withRound(): Promise<Project> {
  const project = await Project.make({});
  assert.equal((await project.run(["round"])).code, 0);
  return project;
}

for (const [name, content] of Object.entries(statusFiles)) {
  testAbreast(`serve goes on with the next number when status.json holds ${name}`, async () => {
    await using project = await withRound();
    const path = `${project.logs}/status.json`;
    if (typeof content === "string") Deno.writeTextFileSync(path, content);
    else Deno.writeFileSync(path, content);
    await peek(project);
    const { code, stdout, stderr } = await project.run(["serve", "--max-rounds", "1"]);
    assert.equal(code, 0, stderr);
    assert.deepEqual(agentStarts(project), [1, 2], stdout);
    if (name !== "a wait without an end") {
      assert.equal(project.ofKind("status_recovered").length, 1, "nobody was told");
      assert.equal(exists(`${path}.corrupt`), true);
    }
    await checkSettled(project, { atLeast: 2 });
  });
}

testAbreast("serve keeps to the higher number when status.json is older than the rounds", async () => {
  await using project = await withRound();
  await project.run(["round"]);
  Deno.writeTextFileSync(`${project.logs}/status.json`, JSON.stringify({ ...valid, round_num: 0, unknown: [{}] }));
  assert.equal((await project.run(["serve", "--once"])).code, 0);
  assert.deepEqual(agentStarts(project), [1, 2, 3]);
  assert.deepEqual(project.ofKind("status_recovered"), []);
  await checkSettled(project, { atLeast: 3 });
});

testAbreast("serve goes on when status.json is a folder", async () => {
  await using project = await withRound();
  Deno.removeSync(`${project.logs}/status.json`);
  Deno.mkdirSync(`${project.logs}/status.json`);
  await peek(project);
  assert.equal((await project.run(["serve", "--once"])).code, 0);
  assert.deepEqual(agentStarts(project), [1, 2]);
  await checkSettled(project, { atLeast: 2 });
});

for (const [name, loss] of [["torn", '{"round_num": 1, "cur'], ["gone", null]] as const) {
  testAbreast(`serve starts no second agent beside one whose status.json is ${name}`, async () => {
    await using project = await Project.make({
      plan: ["late", "clean"],
      agentEnv: { FAKE_END: "result", FAKE_SLEEP: 2, FAKE_CHILD: 1 },
    });
    const first = project.start("serve");
    await project.untilAgent();
    await project.until("the start to be on record", () => project.ofKind("agent_spawn")[0]);
    first.kill();
    await first.settled();
    if (loss === null) Deno.removeSync(`${project.logs}/status.json`);
    else Deno.writeTextFileSync(`${project.logs}/status.json`, loss);
    const { code, stdout } = await project.run(["serve", "--max-rounds", "2"]);
    assert.equal(code, 0, stdout);
    assert.deepEqual(overlaps(project), [], "two agents ran at once");
    await checkSettled(project, { atLeast: 2 });
  });
}

testAbreast("serve ends an agent of which no record tells before it starts its own", async () => {
  await using project = await Project.make({
    plan: ["late", "clean"],
    agentEnv: { FAKE_END: "result", FAKE_SLEEP: 60, FAKE_CHILD: 1 },
  });
  const first = project.start("serve");
  await project.untilAgent();
  await project.until("the start to be on record", () => project.ofKind("agent_spawn")[0]);
  first.kill();
  await first.settled();
  Deno.removeSync(eventsFile(project));
  Deno.removeSync(`${project.logs}/status.json`);
  const { code, stdout } = await project.run(["serve", "--once"]);
  assert.equal(code, 0);
  assert.match(stdout, /a round that no record tells of runs here \(pid \d+\) and is being ended/);
  assert.deepEqual(overlaps(project), []);
  assert.deepEqual(await project.processes(), []);
  assert.deepEqual(agentStarts(project), [1, 2]);
});

for (const [name, { content, bad }] of Object.entries(eventFiles)) {
  testAbreast(`serve and readers go on when the events hold ${name}`, async () => {
    await using project = await withRound();
    const path = eventsFile(project);
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    Deno.writeFileSync(path, bytes, { append: true });
    await checkReaders(project);
    const { code, stderr } = await project.run(["serve", "--once"]);
    assert.equal(code, 0, stderr);
    await checkReaders(project);
    assert.equal(project.ofKind("serve_started").length, 1, "the first event was swallowed");
    const { bad_lines } = await peek(project);
    // Only the newest 256 KiB are looked at: of a line that is longer nothing is known.
    const isSeen = bytes.length < 256 * 1024;
    assert.ok(bad_lines >= (isSeen ? 1 : 0) && bad_lines <= bad, `${bad_lines} bad lines`);
    const ends = (await project.run(["events", "--kind", "round_end", "--json"])).stdout.trimEnd().split("\n");
    assert.deepEqual(ends.map((line) => JSON.parse(line).round_num), [1, 2]);
    assert.deepEqual(checkRounds(project), [1, 2]);
  });
}

testAbreast("serve and readers go on when the events are gone", async () => {
  await using project = await withRound();
  Deno.removeSync(eventsFile(project));
  await checkReaders(project);
  assert.equal((await project.run(["serve", "--once"])).code, 0);
  assert.deepEqual(agentStarts(project), [1, 2]);
  assert.deepEqual(project.ofKind("round_end").map(({ round_num }) => round_num), [2]);
});

for (const file of new Set(stateFiles.map((state) => state.file))) {
  testAbreast(`serve goes on whatever ${file} holds`, async () => {
    await using project = await withRound();
    const cases = stateFiles.filter((state) => state.file === file);
    for (const { name, content } of cases) {
      Deno.writeTextFileSync(`${project.logs}/${file}`, content, { mode: 0o600 });
      await peek(project);
      const { code, stdout, stderr } = await project.run(["serve", "--once"], { timeoutMs: 10_000 });
      assert.equal(code, 0, `${name}: ${stdout}${stderr}`);
      assert.match(stdout, /\(1 round completed\)/, name);
    }
    assert.equal(agentStarts(project).length, cases.length + 1);
    checkRounds(project);
  });
}

testAbreast("serve is refused with a fix when the folder of rounds is a file", async () => {
  await using project = await withRound();
  Deno.removeSync(`${project.logs}/rounds`, { recursive: true });
  Deno.writeTextFileSync(`${project.logs}/rounds`, "not a folder");
  await peek(project);
  const { code, stderr } = await project.run(["serve", "--once"]);
  assert.equal(code, 78);
  assert.match(stderr, /^agent-runner: The log folder '.*' cannot be used: .*\n {2}fix: .*\n$/);
  assert.deepEqual(agentStarts(project), [1]);
});

testAbreast("serve does its rounds when the file of events is a folder, and says what it could not write", async () => {
  await using project = await withRound();
  const path = eventsFile(project);
  Deno.removeSync(path);
  Deno.mkdirSync(path);
  const { code, stdout, stderr } = await project.run(["serve", "--max-rounds", "2"]);
  assert.equal(code, 0, stderr);
  assert.deepEqual(agentStarts(project), [1, 2, 3]);
  assert.match(stdout + stderr, /events/, "nobody was told");
  assert.equal(project.status().round_num, 3);
});

testAbreast("serve finishes its round when the log folder is deleted under it, and goes on", async () => {
  await using project = await Project.make({ mode: "slow", agentEnv: { FAKE_SLEEP: 1 } });
  const serve = project.start("serve", "--max-rounds", "2");
  await project.untilAgent();
  await project.until("the start to be on record", () => project.ofKind("agent_spawn")[0]);
  // Moved away first: the program may write into it while it is being emptied.
  Deno.renameSync(project.logs, `${project.root}/gone`);
  await project.until("the folder to be gone", () => {
    try {
      Deno.removeSync(`${project.root}/gone`, { recursive: true });
      return true;
    } catch {
      return false;
    }
  });
  const { code, stdout, stderr } = await serve.ended();
  assert.equal(code, 0, stdout + stderr);
  assert.match(stdout, /round 1 ended/);
  assert.match(stdout, /round 2 ended: ok/);
  assert.deepEqual(agentStarts(project), [1, 2]);
  assert.deepEqual(project.ofKind("round_end").map(({ round_num }) => round_num), [1, 2]);
  assert.equal(project.status().round_num, 2);
  assert.deepEqual(await project.processes(), []);
});

testAbreast("serve settles its round and leaves with a reason when the work folder is deleted under it", async () => {
  await using project = await Project.make({ mode: "slow", agentEnv: { FAKE_SLEEP: 1 } });
  const serve = project.start("serve");
  await project.untilAgent();
  await project.until("the start to be on record", () => project.ofKind("agent_spawn")[0]);
  Deno.renameSync(project.work, `${project.root}/elsewhere`);
  Deno.removeSync(`${project.root}/elsewhere`, { recursive: true });
  const { code, stdout, stderr } = await serve.ended();
  Deno.mkdirSync(project.work);
  assert.equal(code, 0, stdout + stderr);
  assert.match(stdout, /stopped: the start-up battery failed: .*git/);
  assert.deepEqual(project.ofKind("dirty_check_failed").map(({ round_num }) => round_num), [1]);
  assert.equal(project.ofKind("config_broken").length, 1);
  await checkSettled(project, { atLeast: 1 });
});

testAbreast("serve finishes its round when the agent's log is deleted under it", async () => {
  await using project = await Project.make({ mode: "slow", agentEnv: { FAKE_SLEEP: 1 } });
  const serve = project.start("serve", "--once");
  await project.untilAgent();
  await project.until("the start to be on record", () => project.ofKind("agent_spawn")[0]);
  for (const name of names(`${project.logs}/rounds`)) Deno.removeSync(`${project.logs}/rounds/${name}`);
  const { code, stdout } = await serve.ended();
  assert.equal(code, 0, stdout);
  assert.deepEqual(project.ofKind("agent_exit").map(({ exit_code, ending }) => [exit_code, ending]), [[0, "exited"]]);
  assert.equal(signal(serve.pid, "SIGCONT"), false);
});
