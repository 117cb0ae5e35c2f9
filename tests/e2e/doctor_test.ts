// Proves on a real project that doctor finds what is broken, mends what is safe, loses nothing, and then rests.
import assert from "node:assert/strict";
import { exists, names, Project, signal } from "./project.ts";

interface Row {
  readonly name: string;
  readonly state: string;
  readonly found: string;
  readonly fix: string | null;
  readonly fixed: string | null;
}

/** The fields of a machine that a test cannot arrange. */
const ofMachine = new Set(["service_manager", "linger", "clock", "disk", "disk log_dir", "memory", "round_limits"]);

async function doctor(project: Project, ...words: string[]): Promise<{ code: number; rows: readonly Row[] }> {
  const { code, stdout, stderr } = await project.run(["doctor", "--json", ...words]);
  assert.equal(stderr, "");
  return { code, rows: JSON.parse(stdout).rows };
}

function rowOf(rows: readonly Row[], name: string): Row {
  const row = rows.find((candidate) => candidate.name === name);
  assert.ok(row, `${name}: ${JSON.stringify(rows, null, 1)}`);
  return row;
}

function modeOf(path: string): number {
  return (Deno.statSync(path).mode ?? 0) & 0o777;
}

/** Everything in the log folder with its rights and its text. */
function picture(project: Project): readonly string[] {
  return [project.logs, `${project.logs}/rounds`].flatMap((folder) =>
    names(folder).map((name) => {
      const path = `${folder}/${name}`;
      const info = Deno.lstatSync(path);
      return [path, info.mode, info.isFile ? Deno.readTextFileSync(path) : ""].join("|");
    })
  );
}

Deno.test("doctor finds a project in order after a round, and changes nothing", async () => {
  await using project = await Project.make({ mode: "clean" });
  assert.equal((await project.run(["round"])).code, 0);
  const before = picture(project);
  const { rows } = await doctor(project);
  const troubles = rows.filter(({ name, state }) => state !== "ok" && !ofMachine.has(name));
  assert.deepEqual(troubles, []);
  assert.deepEqual(picture(project), before);
  const page = await project.run(["doctor"]);
  assert.match(page.stdout, /^ok +permissions +nobody else reads the log folder/m);
  assert.match(page.stdout, /\d+ ok, \d+ warn, \d+ fail\n$/);
});

Deno.test("doctor --fix mends rights, broken files, torn records and leftovers, once, and the next round goes well", async () => {
  await using project = await Project.make({ mode: "clean" });
  assert.equal((await project.run(["round"])).code, 0);
  const { logs } = project;
  const [events] = names(logs).filter((name) => /^events-.*\.jsonl$/.test(name));
  const wholeLines = Deno.readTextFileSync(`${logs}/${events}`);
  Deno.writeTextFileSync(`${logs}/${events}`, `${wholeLines}{"ts":"20`);
  Deno.writeTextFileSync(`${logs}/status.json`, '{"round_num": 1, "runn');
  Deno.writeTextFileSync(`${logs}/loop.json`, "\u0000");
  Deno.writeTextFileSync(`${logs}/serve.pid`, "999999");
  Deno.chmodSync(logs, 0o755);
  Deno.chmodSync(`${logs}/rounds`, 0o750);
  Deno.chmodSync(`${logs}/status.json`, 0o644);
  const env = { ...project.env, AGENT_RUNNER_LOG_DIR: logs, AGENT_RUNNER_ROUND_ID: crypto.randomUUID() };
  const left = new Deno.Command("sleep", { args: ["300"], env, clearEnv: true, stdout: "null" }).spawn();

  const seen = await doctor(project);
  const broken = ["permissions", "lock", "leftovers", "state_files", "events"];
  for (const name of broken) {
    const { state, fix, fixed } = rowOf(seen.rows, name);
    assert.deepEqual([state, fixed], ["warn", null], name);
    assert.match(fix ?? "", /doctor --fix/);
  }
  assert.match(rowOf(seen.rows, "leftovers").found, new RegExp(`sleep \\(pid ${left.pid}\\)`));
  assert.ok(exists(`/proc/${left.pid}`) || signal(left.pid, "SIGCONT"), "looking ends nothing");

  const mended = await doctor(project, "--fix");
  for (const name of broken) {
    const { state, fixed } = rowOf(mended.rows, name);
    assert.equal(state, "ok", name);
    assert.notEqual(fixed, null, name);
  }
  assert.equal((await left.status).signal, "SIGTERM");
  assert.deepEqual([modeOf(logs), modeOf(`${logs}/rounds`)], [0o700, 0o700]);
  assert.equal(Deno.readTextFileSync(`${logs}/${events}`), wholeLines);
  const aside = names(logs).filter((name) => name.includes(".corrupt-"));
  assert.deepEqual(aside.map((name) => [name.split(".corrupt-")[0], Deno.readTextFileSync(`${logs}/${name}`)]), [
    [events, '{"ts":"20'],
    ["loop.json", "\u0000"],
    ["status.json", '{"round_num": 1, "runn'],
  ]);
  for (const name of names(logs)) {
    const path = `${logs}/${name}`;
    if (Deno.lstatSync(path).isFile) assert.equal(modeOf(path), 0o600, name);
  }

  const before = picture(project);
  const again = await doctor(project, "--fix");
  assert.deepEqual(again.rows.filter(({ fixed }) => fixed !== null), []);
  assert.deepEqual(picture(project), before);

  assert.equal((await project.run(["round"])).code, 0);
  assert.deepEqual(project.ofKind("round_start").map(({ round_num }) => round_num), [1, 2], "no number is given twice");
});

Deno.test("doctor --fix touches neither the state nor the processes of a supervisor that works", async () => {
  await using project = await Project.make({ mode: "hang" });
  const serve = project.start("serve");
  await project.untilAgent();
  const { rows } = await doctor(project, "--fix");
  assert.match(rowOf(rows, "lock").found, new RegExp(`^held by pid ${serve.pid} since 20`));
  assert.match(rowOf(rows, "supervisor").found, /^version .*, with this configuration$/);
  assert.match(rowOf(rows, "leftovers").found, /^none; the round that runs has \d+ process/);
  assert.deepEqual(rows.filter(({ fixed }) => fixed !== null), []);
  assert.ok(!serve.isOver);
  project.writeConfig({ mode: "hang", runtime: { round_timeout_s: 61 } });
  assert.match(rowOf((await doctor(project)).rows, "supervisor").found, /was changed after it had read it$/);

  serve.kill();
  await serve.settled();
  const orphaned = await doctor(project, "--fix");
  assert.match(rowOf(orphaned.rows, "leftovers").found, /^a round goes on without a supervisor: /);
  assert.notEqual(rowOf(orphaned.rows, "lock").fixed, null);
  assert.ok((await project.processes()).length > 0, "the next serve takes the round over");
});

Deno.test("doctor leaves with 1 and says how to mend what keeps rounds from working", async () => {
  await using project = await Project.make({ agent: { command: ["/nowhere/claude"] }, prompt: "too short" });
  await Deno.remove(`${project.work}/.git`, { recursive: true });
  const { code, rows } = await doctor(project, "--fix");
  assert.equal(code, 1);
  for (const name of ["agent claude", "prompt", "work_tree"]) {
    const { state, fix } = rowOf(rows, name);
    assert.equal(state, "fail", name);
    assert.ok((fix ?? "").length > 10, name);
  }
  assert.equal(rowOf(rows, "log_folder").fixed, `made '${project.logs}'`);
});

Deno.test("defenses tells every state with its reason", async () => {
  await using project = await Project.make({ runtime: { idle_timeout_s: 60 } });
  const { code, stdout } = await project.run(["defenses", "--json"]);
  assert.equal(code, 0);
  const rows: readonly { name: string; state: string; reason: string | null }[] = JSON.parse(stdout).defenses;
  assert.ok(rows.length > 20);
  assert.equal(rows.find(({ name }) => name === "silence_walls")?.state, "degraded");
  assert.ok(rows.every(({ state, reason }) => (state === "active") === (reason === null)));
  assert.equal(exists(project.logs), false, "it only reads");
});
