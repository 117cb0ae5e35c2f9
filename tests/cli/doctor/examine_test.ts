// Guards the run of all checks: a healthy project is all ok and untouched, and mending twice changes nothing.
import assert from "node:assert/strict";
import { runApp } from "../../../src/cli/app.ts";
import { machineChecks, projectChecks } from "../../../src/cli/doctor/checks.ts";
import { spellDoctor } from "../../../src/cli/doctor_page.ts";
import { filesBelow, readText } from "../../../scripts/tree.ts";
import { DoctorStage, logs, troublesOf } from "./doctor_stage.ts";

Deno.test("examine() finds a healthy project in order and changes nothing", async () => {
  const stage = new DoctorStage();
  const before = stage.world.files.paths();
  const rows = await stage.rows();
  assert.deepEqual(troublesOf(rows), []);
  assert.ok(rows.every(({ fix, fixed }) => fix === null && fixed === null));
  assert.deepEqual(rows.map(({ name }) => name), [
    "config",
    "git",
    "clock",
    "service_manager",
    "linger",
    "upgrade",
    "log_folder",
    "work_tree",
    "agent agent",
    "prompt",
    "permissions",
    "disk",
    "memory",
    "lock",
    "leftovers",
    "round_limits",
    "budget",
  ]);
  assert.deepEqual(stage.world.files.paths(), before);
  assert.deepEqual(stage.world.processes.signals, []);
});

Deno.test("every file with a check is in the list of checks", () => {
  const inFiles = filesBelow("src/cli/doctor", ".ts").flatMap((path) =>
    [...(readText(path) ?? "").matchAll(/^export (?:async )?function (check\w+)\(/gm)].map((found) => found[1]!)
  ).filter((name) => name !== "checkLogin");
  const listed = [...machineChecks, ...projectChecks].map((check) => check.name);
  assert.deepEqual(listed.toSorted(), inFiles.toSorted());
});

Deno.test("examine() tells a broken configuration row by row, and still looks at the machine", async () => {
  const stage = new DoctorStage("[agent]\ncommand = 5\n[runtime]\nwork_dir = 1\n");
  const rows = await stage.rows({ isFixing: true });
  const problems = rows.filter(({ name }) => name === "config");
  assert.ok(problems.length >= 3, JSON.stringify(rows));
  assert.ok(problems.every(({ state, fix }) => state === "fail" && fix !== null));
  assert.match(problems.map(({ found }) => found).join("\n"), /agent-runner\.toml:2: agent\.command: found 5, wanted /);
  assert.deepEqual(rows.filter(({ name }) => name !== "config").map(({ name }) => name), [
    "git",
    "clock",
    "service_manager",
    "linger",
    "upgrade",
  ]);
});

Deno.test("examine() tells a missing configuration file", async () => {
  const stage = new DoctorStage();
  stage.world.files.remove("/home/me/shop/agent-runner.toml");
  assert.equal((await stage.row("config")).state, "fail");
});

Deno.test("examine() makes a row of a file it may not read, and goes on", async () => {
  const stage = new DoctorStage();
  stage.world.files.failWith(logs, "denied");
  const rows = await stage.rows({ isFixing: true });
  assert.ok(rows.some(({ state, found }) => state === "fail" && found.includes("Permission denied")));
  assert.ok(rows.some(({ name }) => name === "budget"));
  assert.ok(rows.every(({ fixed }) => fixed === null));
});

Deno.test("examine() makes the log folder when it may, and then has nothing left to do", async () => {
  const stage = new DoctorStage();
  stage.world.files.remove(logs, { isRecursive: true });
  const seen = await stage.row("log_folder");
  assert.deepEqual([seen.state, seen.fixed], ["warn", null]);
  assert.equal(stage.world.files.stat(logs), null);
  const mended = await stage.row("log_folder", { isFixing: true });
  assert.deepEqual([mended.state, mended.fixed], ["ok", `made '${logs}'`]);
  assert.ok((await stage.rows({ isFixing: true })).every(({ fixed }) => fixed === null));
});

Deno.test("examine() says why it could not mend", async () => {
  const stage = new DoctorStage();
  const { files } = stage.world;
  files.remove(logs, { isRecursive: true });
  files.makeDir = () => {
    files.failWith("/home/me/shop/x", "read_only");
    files.readText("/home/me/shop/x");
  };
  const row = await stage.row("log_folder", { isFixing: true });
  assert.deepEqual([row.state, row.fixed], ["warn", null]);
  assert.match(row.fix ?? "", /\(--fix could not: Read-only file system\)$/);
});

Deno.test("examine() holds the lock while it mends state, and gives it back", async () => {
  const stage = new DoctorStage();
  const { files, lock } = stage.world;
  files.writeAtomic(`${logs}/loop.json`, "{");
  const held: boolean[] = [];
  const { rename } = files;
  files.rename = (from, to) => {
    void lock.isHeld(`${logs}/agent-runner.lock`).then((isHeld) => held.push(isHeld));
    rename.call(files, from, to);
  };
  await stage.rows({ isFixing: true });
  assert.deepEqual(held, [true]);
  assert.equal(await lock.isHeld(`${logs}/agent-runner.lock`), false);
});

Deno.test("examine() mends nothing that belongs to a supervisor which runs", async () => {
  const stage = new DoctorStage();
  const { files, lock } = stage.world;
  lock.holdElsewhere(`${logs}/agent-runner.lock`);
  files.writeAtomic(`${logs}/status.json`, "{");
  files.writeAtomic(`${logs}/agent-runner.lock.holder`, JSON.stringify({ pid: 5, version: "0.0.0" }));
  const before = files.paths();
  const rows = await stage.rows({ isFixing: true });
  assert.deepEqual(files.paths(), before);
  assert.deepEqual(troublesOf(rows), ["state_files warn"]);
});

Deno.test("doctor leaves with 1 where something fails, and with 0 where it only warns", async () => {
  const stage = new DoctorStage();
  stage.answers["timedatectl show"] = { out: "no\n" };
  assert.equal(await runApp(["doctor"], stage.world, () => {}), 0, stage.world.stdout.text);
  assert.match(stage.world.stdout.text, /^warn {2}clock /m);
  assert.match(stage.world.stdout.text, /\n\n\d+ ok, 1 warn, 0 fail\n$/);
  const broken = new DoctorStage();
  broken.world.hasNoGit = true;
  delete broken.answers["git --version"];
  assert.equal(await runApp(["doctor", "--json"], broken.world, () => {}), 1);
  const document = JSON.parse(broken.world.stdout.text);
  assert.equal(document.schema_version, "1.0");
  assert.deepEqual(Object.keys(document.rows[0]), ["name", "state", "found", "fix", "fixed"]);
  assert.equal(document.rows.find((row: { name: string }) => row.name === "git").state, "fail");
});

Deno.test("spellDoctor() wraps beside the names, colours states, and moves no terminal", async () => {
  const rows = [
    { name: "git", state: "ok" as const, found: "2.43.0", fix: null, fixed: null },
    { name: "x", state: "fail" as const, found: "word ".repeat(30).trim(), fix: "Do \u001b[31mthis", fixed: null },
    { name: "y", state: "warn" as const, found: "odd", fix: "Look", fixed: "made it" },
  ];
  const plain = await spellDoctor(rows, { hasColor: false, columns: 60 });
  assert.ok(!plain.includes("\u001b"));
  assert.ok(plain.split("\n").every((line) => line.length <= 60), plain);
  assert.match(plain, /^ok {4}git {2}2\.43\.0\nfail {2}x {4}word /);
  assert.match(plain, /\n {11}fix: Do \\u001b\[31mthis\nwarn {2}y {4}odd\n {11}fixed: made it\n {11}fix: Look\n/);
  assert.match(plain, /\n\n1 ok, 1 warn, 1 fail; 1 fixed\n$/);
  const coloured = await spellDoctor(rows, { hasColor: true, columns: 60 });
  assert.ok(coloured.includes("\u001b[31mfail\u001b[39m"));
  assert.ok(coloured.includes("\u001b[33mwarn"));
});
