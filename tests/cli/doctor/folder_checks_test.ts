// Guards the checks of the log folder: its place, its rights, its lock, and who works on it.
import assert from "node:assert/strict";
import { smallest } from "../../config/sample.ts";
import { DoctorStage, logs } from "./doctor_stage.ts";

Deno.test("checkLogFolder() fails where the folder is none or may not be written", async () => {
  const stage = new DoctorStage();
  stage.world.files.failWith(`${logs}/.write_probe`, "read_only");
  const row = await stage.row("log_folder");
  assert.equal(row.state, "fail");
  assert.match(row.found, /cannot be written: Read-only file system/);
  stage.world.files.failWith(`${logs}/.write_probe`, "full");
  assert.equal((await stage.row("log_folder")).state, "ok", "the disk is a row of its own");
  stage.world.files.failWith(`${logs}/.write_probe`, null);
  stage.world.files.remove(logs, { isRecursive: true });
  stage.world.files.writeAtomic(logs, "a file");
  assert.match((await stage.row("log_folder")).found, /is no folder/);
});

Deno.test("checkLogFolder() warns where git would take the logs, and names the line that helps", async () => {
  const stage = new DoctorStage();
  stage.answers["git check-ignore"] = { code: 1 };
  const row = await stage.row("log_folder");
  assert.equal(row.state, "warn");
  assert.equal(row.fix, "Add the line '/logs/' to '/home/me/shop/.gitignore'");
  const asked = stage.asked.find(({ argv }) => argv.includes("check-ignore"));
  assert.deepEqual(asked?.argv.slice(-2), ["--", "./logs/status.json"]);
  const outside = new DoctorStage(smallest.replace('"logs"', '"/srv/logs"'));
  outside.world.files.makeDir("/srv/logs");
  outside.answers["git check-ignore"] = { code: 1 };
  assert.equal((await outside.row("log_folder")).state, "ok");
});

Deno.test("checkPermissions() takes the rights of others away from its own files, and from nothing else", async () => {
  const stage = new DoctorStage();
  const { files } = stage.world;
  const open = [logs, `${logs}/metrics-2026-11.jsonl`, `${logs}/rounds/R1-x.log`];
  for (const path of open.slice(1)) files.writeAtomic(path, "");
  files.writeAtomic(`${logs}/.agent-done`, "");
  files.writeAtomic(`${logs}/notes/private.txt`, "");
  files.link(`${logs}/round-current.log`, "/etc/passwd");
  for (const path of [...open, `${logs}/notes/private.txt`]) files.chmod(path, 0o644);
  stage.answers.find = { out: [...open, "/etc/passwd", ""].join("\n") };
  const row = await stage.row("permissions");
  assert.deepEqual([row.state, row.found], [
    "warn",
    "others may get at 3 paths: logs, metrics-2026-11.jsonl, R1-x.log",
  ]);
  const argv = stage.asked.find(({ argv }) => argv[0] === "find")?.argv ?? [];
  for (const path of [".agent-done", "notes", "round-current.log"]) assert.ok(!argv.join(" ").includes(path), path);
  assert.ok(argv.includes("-prune"), "no folder is gone into");
  const { chmod } = files;
  files.chmod = (path, mode) => {
    chmod.call(files, path, mode);
    stage.answers.find = {};
  };
  const fixed = await stage.row("permissions", { isFixing: true });
  assert.deepEqual([fixed.state, fixed.fixed], ["ok", "took the rights of others away from 3 paths"]);
  assert.deepEqual([...open, `${logs}/notes/private.txt`].map((path) => files.modeOf(path)), [
    0o700,
    0o600,
    0o600,
    0o644,
  ]);
});

Deno.test("checkPermissions() mends beside a supervisor, too, and touches no log folder that holds the project", async () => {
  const stage = new DoctorStage();
  stage.world.lock.holdElsewhere(`${logs}/agent-runner.lock`);
  stage.answers.find = { out: `${logs}\n` };
  assert.match((await stage.row("permissions", { isFixing: true })).fixed ?? "", /1 path$/);
  const around = new DoctorStage(smallest.replace('"logs"', '".."'));
  around.answers.find = { out: "/home/me\n/home/me/shop\n" };
  assert.ok(
    (await around.rows({ isFixing: true })).every(({ name, fixed }) => name !== "permissions" && fixed === null),
  );
});

Deno.test("checkPermissions() says so where find does not tell, or where a file is not ours to change", async () => {
  const stage = new DoctorStage();
  stage.answers.find = { code: 1, err: "find: unrecognized: -perm" };
  assert.match((await stage.row("permissions")).fix ?? "", /chmod -R go= '\/home\/me\/shop\/logs'/);
  stage.answers.find = { out: `${logs}\n` };
  stage.world.files.chmod = () => {
    stage.world.files.failWith("/x", "denied");
    stage.world.files.readText("/x");
  };
  const row = await stage.row("permissions", { isFixing: true });
  assert.deepEqual([row.state, row.fixed], ["warn", null]);
  assert.match(row.fix ?? "", /\(--fix could not: Permission denied\)/);
});

Deno.test("checkLock() tells a supervisor that works from one that ended without a word, whose name it removes", async () => {
  const stage = new DoctorStage();
  const { files, lock } = stage.world;
  const holder = { pid: 4711, started_at: "2026-11-21T09:00:00Z", version: "0.0.0" };
  files.writeAtomic(`${logs}/agent-runner.lock.holder`, JSON.stringify(holder));
  files.writeAtomic(`${logs}/serve.pid`, "4711");
  const row = await stage.row("lock");
  assert.equal(row.state, "warn");
  assert.match(row.found, /^free, but the supervisor with pid 4711 ended without a word/);
  lock.holdElsewhere(`${logs}/agent-runner.lock`);
  assert.deepEqual((await stage.row("lock")).found, "held by pid 4711 since 2026-11-21T09:00:00Z");
  assert.equal((await stage.row("lock", { isFixing: true })).fixed, null);
  assert.ok(files.paths().includes(`${logs}/serve.pid`));

  const free = new DoctorStage();
  free.world.files.writeAtomic(`${logs}/serve.pid`, "4711");
  const fixed = await free.row("lock", { isFixing: true });
  assert.deepEqual([fixed.state, fixed.fixed], ["ok", "removed the name of a supervisor that is gone"]);
  assert.deepEqual([(await free.row("lock", { isFixing: true })).fixed], [null]);
});

Deno.test("checkSupervisor() compares what runs with this program and this configuration", async () => {
  const stage = new DoctorStage();
  const { files, lock } = stage.world;
  lock.holdElsewhere(`${logs}/agent-runner.lock`);
  const hold = (holder: Readonly<Record<string, unknown>>) =>
    files.writeAtomic(`${logs}/agent-runner.lock.holder`, JSON.stringify({ pid: 1, ...holder }));
  hold({});
  assert.equal((await stage.row("supervisor")).found, "its version is not on record");
  hold({ version: "0.0.0", config: "/home/me/shop/agent-runner.toml" });
  assert.equal((await stage.row("supervisor")).state, "ok");
  hold({ version: "0.0.1", config: "/home/me/shop/agent-runner.toml", config_fingerprint: "other" });
  const rows = (await stage.rows()).filter(({ name }) => name === "supervisor");
  assert.deepEqual(rows.map(({ found }) => found), [
    "it is version 0.0.1, this is 0.0.0",
    "'/home/me/shop/agent-runner.toml' was changed after it had read it",
  ]);
  hold({ version: "0.0.0", config: "/home/me/other.toml" });
  assert.match((await stage.row("supervisor")).found, /^it runs by '\/home\/me\/other\.toml', not by/);
});
