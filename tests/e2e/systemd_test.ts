// Proves with a real systemd of a user that a service keeps the program's promises: what stops stays, what crashes returns.
import assert from "node:assert/strict";
import fc from "fast-check";
import { commandLine, pathValue, quotedWord } from "../../src/service/unit_words.ts";
import { agentStarts } from "./crash_checks.ts";
import { scripted } from "./containment.ts";
import { exists, names, signal } from "./project.ts";
import type { Project } from "./project.ts";
import { installed, ServiceStage, statusOf } from "./service_stage.ts";
import { testWhere } from "./test_where.ts";
import { scopeObstacle } from "./user_manager.ts";

function test(name: string, body: (stage: ServiceStage) => Promise<void>): void {
  testWhere(scopeObstacle)(name, async () => {
    await using stage = await ServiceStage.open();
    await body(stage);
  });
}

const gated = { mode: "late", agentEnv: { FAKE_GATE: 1, FAKE_SLEEP: 0.1, FAKE_END: "result" } } as const;
const verdicts = (project: Project) => project.ofKind("round_verdict").map(({ verdict }) => verdict);

/** Lets the agent of the running round end. */
function letEnd(project: Project): void {
  Deno.writeTextFileSync(`${project.out}/go`, "");
}

async function untilAtWork(project: Project): Promise<void> {
  await project.untilAgent();
  await project.until("the start to be on record", () => project.ofKind("agent_spawn")[0]);
}

test("install, status, three rounds, stop in mid-round: the round completes, and the unit stays stopped", async (stage) => {
  const project = await stage.project({ mode: "slow", agentEnv: { FAKE_SLEEP: 1 } });
  const unit = await installed(project);
  assert.equal(unit, "agent-runner@proj.service");
  const status = await statusOf(project);
  assert.deepEqual(
    [status.mode, status.active, status.unit_file, status.services[0].active, status.services[0].enabled],
    ["systemd_user", true, `${stage.units}/${unit}`, "active", true],
  );
  const shown = await stage.show(unit, "MainPID", "Type", "StatusText", "WatchdogUSec", "UnitFileState");
  assert.equal(Number(shown.MainPID), status.pid);
  assert.deepEqual([shown.Type, shown.WatchdogUSec, shown.UnitFileState], ["notify", "5min", "enabled"]);
  assert.match(shown.StatusText!, /^(serving 'proj'|round \d+ started)/);
  await project.untilKind("round_verdict", 3);
  await project.untilKind("agent_spawn", 4);
  const stop = await project.run(["stop"]);
  assert.equal(stop.code, 0, stop.stderr);
  assert.match(stop.stderr, /waiting for round 4/);
  assert.equal(await stage.state(unit), "inactive dead");
  assert.deepEqual(verdicts(project), ["ok", "ok", "ok", "ok"]);
  const { mode, active, services } = await statusOf(project);
  assert.deepEqual([mode, active, services[0].restarts], ["systemd_user", false, 0]);
  assert.equal(await stage.ctl("list-jobs", "--no-legend"), "", "no start is due");
  const started = await project.run(["start"]);
  assert.equal(started.code, 0, started.stderr);
  assert.match(started.stdout, /^started by agent-runner@proj\.service \(pid \d+\)/);
  assert.equal(await stage.state(unit), "active running");
});

test("systemctl stop lets the round finish, too", async (stage) => {
  const project = await stage.project({ mode: "slow", agentEnv: { FAKE_SLEEP: 2 } });
  const unit = await installed(project);
  await untilAtWork(project);
  await stage.ctl("stop", unit);
  assert.deepEqual([verdicts(project), agentStarts(project)], [["ok"], [1]]);
  assert.equal(await stage.state(unit), "inactive dead");
});

test("a designed stop stays stopped: after a loop of crashes nothing is started again", async (stage) => {
  const project = await stage.project({ mode: "exit1" });
  // The pauses between the first ones are long.
  for (let round = 1; round <= 4; round++) assert.equal((await project.run(["serve", "--once"])).code, 0);
  const unit = await installed(project);
  await project.untilKind("crash_loop");
  await stage.untilState(unit, "inactive dead");
  const { NRestarts, Result } = await stage.show(unit, "NRestarts", "Result");
  assert.deepEqual([NRestarts, Result], ["0", "success"]);
  assert.match((await statusOf(project)).why, /crash_loop/);
});

test("kill -9 of serve: it comes back and adopts the round", async (stage) => {
  const project = await stage.project(gated);
  const unit = await installed(project);
  await untilAtWork(project);
  const { pid } = await statusOf(project);
  signal(pid, "SIGKILL");
  await stage.untilState(unit, "activating auto-restart");
  const between = await statusOf(project);
  assert.deepEqual([between.active, between.services[0].sub], [false, "auto-restart"]);
  await project.untilKind("round_adopted", 1, 30_000);
  assert.equal((await stage.show(unit, "NRestarts")).NRestarts, "1");
  letEnd(project);
  await project.untilKind("round_verdict");
  assert.deepEqual([verdicts(project), agentStarts(project).slice(0, 1)], [["ok"], [1]]);
});

test("stop between a crash and the next start: that start does not come", async (stage) => {
  const project = await stage.project(gated);
  const unit = await installed(project);
  await untilAtWork(project);
  signal((await statusOf(project)).pid, "SIGKILL");
  await stage.untilState(unit, "activating auto-restart");
  const { code, stdout } = await project.run(["stop"]);
  assert.equal(code, 0);
  assert.match(stdout, /'agent-runner@proj\.service' was about to start one: it does not any more/);
  assert.equal(await stage.state(unit), "inactive dead");
});

test("restart applies a changed configuration, keeps the round, and refuses a broken one", async (stage) => {
  const project = await stage.project(gated);
  const unit = await installed(project);
  await untilAtWork(project);
  const file = `${project.work}/agent-runner.toml`;
  const before = Deno.readTextFileSync(file);
  Deno.writeTextFileSync(file, "[agent]\n");
  const refused = await project.run(["restart"]);
  assert.equal(refused.code, 78, refused.stderr);
  Deno.writeTextFileSync(file, before.replace("restart_delay_s = 1", "restart_delay_s = 2"));
  const old = await statusOf(project);
  assert.deepEqual([old.active, old.config_changed], [true, true], "the old one works on as before");
  const restart = await project.run(["restart"]);
  assert.equal(restart.code, 0, restart.stderr);
  assert.match(restart.stdout, /^restarted \(pid \d+\); round 1 goes on\n$/);
  const after = await statusOf(project);
  assert.deepEqual([after.active, after.config_changed, after.round], [true, false, 1]);
  assert.notEqual(after.pid, old.pid);
  await stage.ctl("restart", unit);
  await project.untilKind("round_adopted", 2);
  letEnd(project);
  await project.untilKind("round_verdict");
  assert.deepEqual([verdicts(project), agentStarts(project).slice(0, 1)], [["ok"], [1]]);
  assert.deepEqual(project.ofKind("serve_stopped").map(({ reason }) => reason), ["handover", "handover"]);
});

test("restart --force ends the round first; kill ends all, and nothing comes back", async (stage) => {
  const project = await stage.project({ mode: "deaf_few" });
  const unit = await installed(project);
  await untilAtWork(project);
  const { pid } = await statusOf(project);
  const forced = await project.run(["restart", "--force"]);
  assert.equal(forced.code, 0, forced.stderr);
  assert.deepEqual(verdicts(project), ["interrupted"]);
  assert.notEqual((await statusOf(project)).pid, pid);
  await project.untilKind("agent_spawn", 2);
  signal((await statusOf(project)).pid, "SIGSTOP");
  const kill = await project.run(["kill", "--json"]);
  assert.equal(kill.code, 0, kill.stderr);
  // systemd wakes what it asks to leave: the supervisor may still do so in order.
  assert.notEqual(JSON.parse(kill.stdout).killed.supervisor, "none");
  assert.equal(await stage.state(unit), "inactive dead");
  assert.deepEqual(await project.processes(), []);
});

test("a serve that hangs is ended by the watchdog, and its successor adopts the round", async (stage) => {
  const project = await stage.project(gated);
  const dropIn = `${stage.units}/agent-runner@proj.service.d`;
  Deno.mkdirSync(dropIn, { recursive: true });
  Deno.writeTextFileSync(`${dropIn}/fast.conf`, "[Service]\nWatchdogSec=2\nRestartSec=1\n");
  const unit = await installed(project);
  await untilAtWork(project);
  const begunAt = Date.now();
  await project.until("three times the watchdog's time", () => Date.now() - begunAt > 6000);
  assert.equal((await stage.show(unit, "NRestarts")).NRestarts, "0", "the loop beats in time");
  signal((await statusOf(project)).pid, "SIGSTOP");
  await project.untilKind("round_adopted");
  assert.deepEqual([await stage.state(unit), agentStarts(project)], ["active running", [1]]);
});

test("a configuration that breaks before a start is not tried again", async (stage) => {
  const project = await stage.project({ mode: "slow" });
  const unit = await installed(project);
  assert.equal((await project.run(["stop"])).code, 0);
  Deno.writeTextFileSync(`${project.work}/agent-runner.toml`, "[agent]\n");
  await assert.rejects(stage.ctl("start", unit));
  const shown = await stage.show(unit, "ActiveState", "SubState", "NRestarts", "ExecMainStatus");
  assert.deepEqual(shown, { ActiveState: "failed", SubState: "failed", NRestarts: "0", ExecMainStatus: "78" });
  project.writeConfig({});
});

test("uninstall waits for the round and leaves nothing but the logs", async (stage) => {
  const project = await stage.project({ mode: "slow", agentEnv: { FAKE_SLEEP: 2 } });
  const unit = await installed(project, "--monitor");
  await untilAtWork(project);
  assert.deepEqual(
    (await statusOf(project)).services.map(({ role, active }: Record<string, string>) => [role, active]),
    [
      ["serve", "active"],
      ["monitor", "active"],
    ],
  );
  const { code, stdout, stderr } = await project.run(["uninstall"]);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^removed .*agent-runner@proj\.service\nremoved .*agent-runner-monitor@proj\.service\n$/);
  assert.deepEqual(verdicts(project), ["ok"]);
  assert.deepEqual(names(stage.units).filter((name) => name !== "default.target.wants"), []);
  assert.deepEqual(names(`${stage.units}/default.target.wants`), []);
  assert.equal((await stage.show(unit, "LoadState")).LoadState, "not-found");
  assert.equal(await stage.ctl("list-units", "--all", "--no-legend", "agent-runner*"), "");
  assert.deepEqual(await project.processes(), []);
  assert.equal(exists(`${project.logs}/status.json`), true);
  assert.match((await project.run(["uninstall"])).stdout, /nothing to take away/);
});

test("two projects of one name, one of them with odd characters in its path, run beside each other", async (stage) => {
  const plain = await stage.project({ mode: "slow", agentEnv: { FAKE_SLEEP: 1 } });
  const twin = await stage.project({ mode: "slow", agentEnv: { FAKE_SLEEP: 1 } });
  const odd = await stage.project({ mode: "slow", agentEnv: { FAKE_SLEEP: 1 } });
  const folder = `${odd.root}/my shop 100% "q" \\x $HOME ünï;`;
  Deno.renameSync(odd.work, folder);
  Object.assign(odd, { work: folder, cwd: folder });
  const units = [];
  for (const project of [plain, twin, odd]) units.push(await installed(project));
  assert.equal(units[0], "agent-runner@proj.service");
  assert.match(units[1]!, /^agent-runner@proj-[0-9a-f]{8}\.service$/);
  assert.equal(
    units[2],
    String.raw`agent-runner@my\x20shop\x20100\x25\x20\x22q\x22\x20\x5cx\x20\x24HOME\x20\xc3\xbcn\xc3\xaf\x3b.service`,
  );
  for (const project of [plain, twin, odd]) await project.untilKind("round_verdict", 2);
  const shown = await stage.show(units[2]!, "WorkingDirectory", "Description");
  assert.equal(shown.WorkingDirectory, Deno.realPathSync(folder));
  assert.ok(shown.Description!.startsWith('agent-runner serve: my shop 100% "q"'), shown.Description);
  assert.equal((await twin.run(["stop"])).code, 0);
  assert.deepEqual(await Promise.all(units.map((unit) => stage.state(unit))), [
    "active running",
    "inactive dead",
    "active running",
  ]);
  assert.equal((await plain.run(["uninstall"])).code, 0);
  assert.equal((await statusOf(odd)).active, true);
});

test("an install whose serve refuses to start is undone", async (stage) => {
  const project = await stage.project({ toml: '[progress]\nverify = ["no-such-program"]' });
  const { code, stderr } = await project.run(["install"]);
  assert.equal(code, 1);
  const [what, fix] = stderr.trimEnd().split("\n").slice(-2);
  assert.match(what!, /Cannot start 'agent-runner@proj\.service': .*; nothing of it is left$/);
  assert.match(fix!, /^ {2}fix: .*agent-runner serve/);
  assert.equal(exists(stage.units), false, "not even the folder");
  assert.equal((await stage.show("agent-runner@proj.service", "LoadState")).LoadState, "not-found");
});

test("install writes nothing where a supervisor runs by hand, where no manager is reached, and for a dry run", async (stage) => {
  const project = await stage.project({ mode: "hang" });
  const dry = await project.run(["install", "--dry-run"]);
  assert.equal(dry.code, 0, dry.stderr);
  assert.match(dry.stdout, /^Type=notify$/m);
  assert.match(dry.stdout, /^would start 'agent-runner@proj\.service'$/m);
  assert.equal((await project.run(["start"])).code, 0);
  const busy = await project.run(["install"]);
  assert.deepEqual([busy.code, /works here already, without a service/.test(busy.stderr)], [75, true]);
  const restart = await project.run(["restart"]);
  assert.equal(restart.code, 0, restart.stderr);
  assert.match(restart.stdout, /round 1 goes on/, "without a service manager, too");
  assert.equal((await project.run(["kill"])).code, 0);
  const { XDG_RUNTIME_DIR: _, ...env } = project.env;
  Object.assign(project, { env });
  const lost = await project.run(["install"]);
  assert.equal(lost.code, 1);
  assert.match(lost.stderr, /cannot be reached: .*\n {2}fix: .*(XDG_RUNTIME_DIR|enable-linger|libpam)/);
  assert.equal(exists(stage.units), false);
});

test("systemd hands on the words and variables of a unit as they were meant", async (stage) => {
  const hard = [
    "",
    " ",
    "%",
    "%n",
    "%%",
    "$",
    "$HOME",
    "${HOME}",
    "$$",
    "\\",
    "\\n",
    '"',
    "'",
    ";",
    "#",
    "-x",
    "a b",
    "ünï→",
    "\t",
    "a=b",
    "@x",
  ];
  const drawn = fc.sample(fc.string({ unit: "grapheme", maxLength: 12 }), { seed: 7, numRuns: 60 });
  const words = [...hard, ...drawn.filter((word) => !word.includes("\u0000"))];
  Deno.mkdirSync(stage.units, { recursive: true });
  const out = `${stage.units}/out`;
  const script = 'out=$1; shift; { printf "%s\\0" "$@"; printf "%s\\0" "$V1" "$V2"; pwd; } >"$out"';
  const folder = `${stage.units}/a "b" 100% $HOME \\x ü`;
  Deno.mkdirSync(folder);
  Deno.writeTextFileSync(
    `${stage.units}/words.service`,
    [
      "[Service]",
      "Type=oneshot",
      `WorkingDirectory=${pathValue(folder)}`,
      `Environment=${quotedWord(`V1=${hard.join("|")}`)}`,
      `Environment=${quotedWord('V2=%h $V1 \\\\ "')}`,
      `ExecStart=${commandLine(["/bin/sh", "-c", script, "sh", out, ...words])}`,
      "",
    ].join("\n"),
  );
  await stage.ctl("daemon-reload");
  await stage.ctl("start", "words.service");
  const found = Deno.readTextFileSync(out).split("\0");
  assert.deepEqual(found, [...words, hard.join("|"), '%h $V1 \\\\ "', `${folder}\n`]);
});

test("of a round and its supervisor the kernel would end the round first", async (stage) => {
  const project = await stage.project(scripted("cat /proc/self/oom_score_adj >$out/score; begin; sleep 600"));
  const unit = await installed(project);
  await project.untilAgent();
  const score = (path: string) => Number(Deno.readTextFileSync(path));
  const serve = score(`/proc/${(await stage.show(unit, "MainPID")).MainPID}/oom_score_adj`);
  assert.ok(score(`${project.out}/score`) >= Math.max(300, serve), `${score(`${project.out}/score`)}, serve ${serve}`);
});

test("a round in a scope of its own outlives a restart of its service, and ends with kill", async (stage) => {
  const project = await stage.project({ mode: "hang", runtime: { round_scope: "always" } });
  const unit = await installed(project);
  await untilAtWork(project);
  const scopes = async () =>
    (await stage.ctl("list-units", "--no-legend", "--plain", "agent-runner-*.scope")).split("\n");
  const [scope] = await scopes();
  assert.match(scope!, /^agent-runner-[0-9a-f-]{36}\.scope loaded active running/);
  const restart = await project.run(["restart"]);
  assert.match(restart.stdout, /round 1 goes on/, restart.stderr);
  await stage.ctl("stop", "--no-block", unit);
  assert.deepEqual(await scopes(), [scope], "neither ends it");
  assert.equal((await project.run(["kill"])).code, 0);
  assert.deepEqual(await scopes(), [""]);
  assert.deepEqual([await project.processes(), project.ofKind("containment_degraded")], [[], []]);
});
