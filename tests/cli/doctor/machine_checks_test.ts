// Guards the checks of the machine: git, clock, disk, memory, service manager and limits, each with what they say.
import assert from "node:assert/strict";
import type { DiskSample } from "../../../src/ports/host.ts";
import { smallest, withLines } from "../../config/sample.ts";
import { usableScope } from "../../fakes/fake_bounds.ts";
import { DoctorStage, logs } from "./doctor_stage.ts";

Deno.test("checkGit() wants a git that is there, answers and is not too old", async () => {
  const cases = [
    { answer: { out: "git version 2.43.0\n" }, state: "ok", found: /^2\.43\.0$/ },
    { answer: { out: "git version 2.39.5 (Apple Git-154)\n" }, state: "ok", found: /^2\.39\.5$/ },
    { answer: { out: "git version 3.0.0\n" }, state: "ok", found: /^3\.0\.0$/ },
    { answer: { out: "git version 2.25.9\n" }, state: "warn", found: /older than 2\.26/ },
    { answer: { out: "git version 1.99.0\n" }, state: "warn", found: /older/ },
    { answer: { code: 1, err: "xcrun: error" }, state: "fail", found: /names no version/ },
    { answer: null, state: "fail", found: /does not answer/ },
  ];
  for (const { answer, state, found } of cases) {
    const stage = new DoctorStage();
    stage.answers["git --version"] = answer;
    const row = await stage.row("git");
    assert.equal(row.state, state);
    assert.match(row.found, found);
  }
  const bare = new DoctorStage();
  delete bare.answers["git --version"];
  bare.world.hasNoGit = true;
  assert.match((await bare.row("git")).fix ?? "", /^Install git/);
});

Deno.test("checkWorkTree() tells what keeps git from saving work", async () => {
  const divider = "--agent-runner-divider\n";
  const place = (head: string) => `true\n/home/me/shop/.git\n${divider}/home/me/shop\n${divider}\n${divider}${head}\n`;
  const cases = [
    {
      answer: { code: 128, err: "fatal: not a git repository (or any of the parent directories): .git" },
      state: "fail",
    },
    { answer: { code: 128, out: `false\n/home/me/shop\n${divider}` }, state: "fail" },
    { answer: { code: 128, out: place("HEAD"), err: "fatal: ambiguous argument 'HEAD'" }, state: "warn" },
    { answer: null, state: "fail" },
  ];
  for (const { answer, state } of cases) {
    const stage = new DoctorStage();
    stage.answers["git rev-parse"] = answer;
    const row = await stage.row("work_tree");
    assert.equal(row.state, state, JSON.stringify(row));
    assert.notEqual(row.fix, null);
  }
});

Deno.test("checkWorkTree() tells of an index that a killed git still holds", async () => {
  const stage = new DoctorStage();
  const { files, clock } = stage.world;
  files.now = clock.now() - 60_000;
  files.writeAtomic("/home/me/shop/.git/index.lock", "");
  assert.equal((await stage.row("work_tree")).state, "ok", "a git may be at work");
  files.now = clock.now() - 3_600_000;
  files.writeAtomic("/home/me/shop/.git/index.lock", "");
  const row = await stage.row("work_tree");
  assert.equal(row.state, "warn");
  assert.match(row.found, /index\.lock' is 1h 00m old/);
});

Deno.test("checkClock() believes no impossible year, no time before the newest record, no clock that jumps", async () => {
  const impossible = new DoctorStage();
  impossible.world.clock.stepWall(Date.parse("1970-01-01T00:05:00Z") - impossible.world.clock.now());
  assert.equal((await impossible.row("clock")).state, "fail");

  const behind = new DoctorStage();
  const event = { ts: "2026-11-23T10:00:00.000Z", event: "round_end", round_num: 1 };
  behind.world.files.writeAtomic(`${logs}/events-2026-11.jsonl`, `${JSON.stringify(event)}\n`);
  const row = await behind.row("clock");
  assert.equal(row.state, "warn");
  assert.match(row.found, /is 2d 0h before the newest record/);

  const jumping = new DoctorStage();
  jumping.world.clock.after(50, () => jumping.world.clock.stepWall(3_600_000));
  assert.match((await jumping.row("clock")).found, /^it moved by 3600000 ms/);
});

Deno.test("checkClock() says whether something keeps it right, where that is known", async () => {
  const stage = new DoctorStage();
  assert.match((await stage.row("clock")).found, /, kept right by NTP$/);
  stage.answers["timedatectl show"] = { out: "no\n" };
  assert.equal((await stage.row("clock")).state, "warn");
  stage.answers["timedatectl show"] = { code: 1, err: "Failed to connect to bus" };
  assert.deepEqual([(await stage.row("clock")).state, (await stage.row("clock")).found.length], ["ok", 20]);
});

Deno.test("checkDisk() warns and fails at the configured shares, and below disk_floor_mb", async () => {
  const cases: readonly { readonly disk: Partial<DiskSample> | null; readonly state: string }[] = [
    { disk: {}, state: "ok" },
    { disk: { usedPercent: 89.9 }, state: "ok" },
    { disk: { usedPercent: 90 }, state: "warn" },
    { disk: { usedPercent: 95 }, state: "fail" },
    { disk: { freeBytes: 200 * 1024 * 1024 }, state: "ok" },
    { disk: { freeBytes: 199 * 1024 * 1024 }, state: "fail" },
    { disk: null, state: "warn" },
  ];
  for (const { disk, state } of cases) {
    const stage = new DoctorStage();
    const sample = disk === null ? null : { totalBytes: 1e11, freeBytes: 5e10, usedPercent: 50, ...disk };
    Object.assign(stage.world.host, { disk: () => Promise.resolve(sample) });
    assert.equal((await stage.row("disk")).state, state, JSON.stringify(disk));
  }
});

Deno.test("checkDisk() has a second row where the log folder lies on another disk, also before it is made", async () => {
  const stage = new DoctorStage(smallest.replace('log_dir = "logs"', 'log_dir = "/srv/logs/shop"'));
  stage.world.files.makeDir("/srv");
  const measured: string[] = [];
  const disk = (path: string) => {
    measured.push(path);
    const isLogs = path.startsWith("/srv");
    return Promise.resolve({ totalBytes: isLogs ? 1e10 : 1e11, freeBytes: 4e9, usedPercent: isLogs ? 96 : 50 });
  };
  Object.assign(stage.world.host, { disk });
  assert.equal((await stage.row("disk")).state, "ok");
  assert.equal((await stage.row("disk log_dir")).state, "fail");
  assert.deepEqual([...new Set(measured)], ["/home/me/shop", "/srv"]);
});

Deno.test("checkMemory() warns below [monitor.host_health] mem_avail_min_mb", async () => {
  const stage = new DoctorStage(withLines({ "monitor.host_health": "mem_avail_min_mb = 501" }));
  const row = await stage.row("memory");
  assert.deepEqual([row.state, row.found], ["warn", "500 MB available of 1000 MB"]);
});

Deno.test("checkService() tells systemd, containers and machines without either apart", async () => {
  const stage = new DoctorStage();
  assert.deepEqual([(await stage.row("service_manager")).found, (await stage.row("linger")).state], [
    "systemd 252 of this user",
    "ok",
  ]);
  stage.world.files.remove("/var/lib/systemd/linger/me");
  assert.deepEqual([(await stage.row("linger")).state, (await stage.row("linger")).fix], [
    "warn",
    "Run: loginctl enable-linger me",
  ]);
  stage.answers["systemctl --user show"] = { code: 1, err: "Failed to connect to bus: No medium found" };
  const row = await stage.row("service_manager");
  assert.equal(row.state, "warn");
  assert.match(row.found, /No medium found$/);
  assert.match(row.fix ?? "", /XDG_RUNTIME_DIR/);
  stage.world.files.writeAtomic("/.dockerenv", "");
  assert.deepEqual([(await stage.row("service_manager")).state], ["ok"]);
  assert.match((await stage.row("service_manager")).found, /^a container without one/);
  const bare = new DoctorStage();
  delete bare.answers["systemctl --user show"];
  assert.match((await bare.row("service_manager")).found, /^no systemd here/);
});

Deno.test("checkService() asks launchd on a Mac", async () => {
  const stage = new DoctorStage();
  stage.answers["uname -s"] = { out: "Darwin\n" };
  for (const [out, state] of [["Aqua\n", "ok"], ["Background\n", "warn"]] as const) {
    stage.answers["launchctl managername"] = { out };
    assert.equal((await stage.row("service_manager")).state, state);
  }
  delete stage.answers["launchctl managername"];
  assert.match((await stage.row("service_manager")).found, /does not answer/);
  assert.ok(!stage.asked.some(({ argv }) => argv[0] === "systemctl"));
});

Deno.test("checkLimits() says which limits would be without effect, and why", async () => {
  const stage = new DoctorStage();
  const { scopes } = stage.world;
  assert.equal((await stage.row("round_limits")).found, "rounds run in a scope of their own");
  const reasons = ["Failed to connect to bus: No medium found", "systemd-run did not answer within 3 s"];
  for (const reason of reasons) {
    scopes.finding = { kind: "absent", reason };
    stage.configure(smallest);
    const unset = await stage.row("round_limits");
    assert.deepEqual([unset.state, unset.fix], ["ok", null]);
    assert.equal(
      unset.found,
      `none is set; round_memory_max_mb and round_tasks_max would be without effect: ${reason}`,
    );
    stage.configure(withLines({ runtime: "round_memory_max_mb = 4096\nround_tasks_max = 512" }));
    const row = await stage.row("round_limits");
    assert.equal(row.state, "warn");
    assert.match(row.found, /^round_memory_max_mb and round_tasks_max without effect, because there is no scope: /);
    assert.ok(row.found.endsWith(reason));
    assert.match(row.fix ?? "", /cgroup v2/);
  }
  scopes.finding = usableScope;
  assert.equal((await stage.row("round_limits")).state, "ok");
  scopes.finding = { ...usableScope, limits: { memory: false, tasks: true } };
  const partly = await stage.row("round_limits");
  assert.deepEqual([partly.state, /^round_memory_max_mb without effect: /.test(partly.found)], ["warn", true]);
  stage.configure(smallest);
  const none = (await stage.row("round_limits")).found;
  assert.equal(none, "rounds run in a scope of their own; round_memory_max_mb would be without effect");
});

Deno.test("checkLimits() asks this program's own knowledge of scopes, and for none where none is wanted", async () => {
  const stage = new DoctorStage();
  const { scopes } = stage.world;
  scopes.finding = { ...usableScope, isLasting: false };
  assert.match((await stage.row("round_limits")).found, /^none is set, so rounds get no scope: .* the login$/);
  stage.configure(withLines({ runtime: "round_tasks_max = 512" }));
  assert.equal((await stage.row("round_limits")).found, "rounds run in a scope of their own");
  assert.deepEqual(scopes.asked, [{ isOnlyLasting: false }, { isOnlyLasting: false }]);
  stage.configure(withLines({ runtime: 'round_scope = "never"\nround_tasks_max = 512' }));
  const never = await stage.row("round_limits");
  assert.equal(never.state, "warn");
  assert.match(never.found, /^round_tasks_max without effect, .*round_scope is "never"$/);
  assert.match(never.fix ?? "", /round_scope to "auto"/);
  stage.configure(withLines({ runtime: 'round_scope = "never"' }));
  assert.equal((await stage.row("round_limits")).state, "ok");
  assert.equal(scopes.asked.length, 2, "nobody wanted a scope");
  assert.ok(!stage.asked.some(({ argv }) => argv[0] === "systemd-run"));
});
