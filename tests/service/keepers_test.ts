// Guards what systemctl and launchctl are asked, and how their answers are read.
import assert from "node:assert/strict";
import { launchdKeeper, readJob } from "../../src/service/launchd.ts";
import { readState, readVersion, systemdKeeper, userUnitFolder } from "../../src/service/systemd.ts";
import { answerTo, scripted } from "./keeper_stage.ts";
import type { Script } from "./keeper_stage.ts";

function systemd(script: Script = [], isSystem = false) {
  const { processes, calls } = scripted(script);
  const keeper = systemdKeeper({ isSystem, folder: "/units", version: 252, stopSeconds: 1865, processes });
  return { keeper, calls, processes };
}

function launchd(script: Script = [], isSystem = false) {
  const { processes, calls } = scripted(script);
  return { keeper: launchdKeeper({ isSystem, folder: "/agents", uid: 501, processes }), calls, processes };
}

Deno.test("systemdKeeper() waits for a stop as long as its unit may take, and asks the whole machine without --user", async () => {
  const { keeper, calls, processes } = systemd();
  await keeper.stop("a.service");
  assert.deepEqual(calls(), [
    "systemctl --user --no-ask-password stop --quiet -- a.service",
    "systemctl --user --no-ask-password reset-failed -- a.service",
  ]);
  assert.ok(processes.ran[0]!.timeoutMs > 1865_000);
  const system = systemd([], true);
  await system.keeper.restart("a.service");
  assert.deepEqual(system.calls(), ["systemctl --no-ask-password restart --quiet -- a.service"]);
  assert.equal(
    system.keeper.command("start", String.raw`agent-runner@a\x20b.service`),
    String.raw`sudo systemctl start 'agent-runner@a\x20b.service'`,
  );
});

Deno.test("readState() reads what systemd says, and knows nothing of what it does not say", () => {
  const text =
    "ActiveState=activating\nSubState=auto-restart\nMainPID=0\nUnitFileState=enabled\nNRestarts=3\nLoadState=loaded\n";
  assert.deepEqual(readState("u", text), {
    unit: "u",
    active: "activating",
    sub: "auto-restart",
    pid: null,
    enabled: true,
    restarts: 3,
  });
  for (const junk of ["", "\u0000\n=\n==", "MainPID=-1\nNRestarts=many", "ActiveState"]) {
    const { active, pid, restarts } = readState("u", junk);
    assert.deepEqual([active, pid, restarts], ["unknown", null, null]);
  }
  assert.deepEqual([readVersion("systemd 252 (252.38)\n+PAM"), readVersion("no"), readVersion("")], [252, 0, 0]);
});

Deno.test("a keeper that cannot be asked tells why, and its services are in a state that nobody knows", async () => {
  for (const [answer, reason] of [["absent", /'systemctl' cannot be run/], ["silent", /does not answer/]] as const) {
    const { keeper } = systemd([[/./, answer]]);
    const asked = await keeper.start("a.service");
    assert.equal(asked.kind, "failed");
    if (asked.kind === "failed") assert.match(asked.reason, reason);
    assert.equal((await keeper.state("a.service")).active, "unknown");
  }
});

Deno.test("userUnitFolder() obeys XDG_CONFIG_HOME where it is a whole path", () => {
  assert.equal(userUnitFolder("/home/me", {}), "/home/me/.config/systemd/user");
  assert.equal(userUnitFolder("/home/me", { XDG_CONFIG_HOME: "/c" }), "/c/systemd/user");
  assert.equal(userUnitFolder("/home/me", { XDG_CONFIG_HOME: "c" }), "/home/me/.config/systemd/user");
});

const absent = { code: 113, err: 'Could not find service "agent-runner.shop" in domain for user gui: 501' } as const;

Deno.test("launchdKeeper() loads what is not loaded, and kicks what is", async () => {
  const unloaded = launchd([[/ print /, absent]]);
  assert.deepEqual(await unloaded.keeper.start("agent-runner.shop"), { kind: "done" });
  assert.deepEqual(unloaded.calls(), [
    "launchctl print gui/501/agent-runner.shop",
    "launchctl bootstrap gui/501 /agents/agent-runner.shop.plist",
  ]);
  const loaded = launchd([[/ print /, { out: "state = running" }]]);
  await loaded.keeper.start("agent-runner.shop");
  assert.equal(loaded.calls().at(-1), "launchctl kickstart gui/501/agent-runner.shop");
});

Deno.test("launchdKeeper() lets go of a job, also of one that launchd does not know any more", async () => {
  const gone = { code: 3, err: "Boot-out failed: 3: No such process" };
  const { keeper, calls } = launchd([[/bootout/, gone]]);
  assert.deepEqual(await keeper.stop("agent-runner.shop"), { kind: "done" });
  assert.deepEqual(calls(), ["launchctl bootout gui/501/agent-runner.shop"]);
  const refused = launchd([[/bootout/, { code: 1, err: "Operation not permitted" }]]);
  assert.deepEqual(await refused.keeper.stop("x"), { kind: "failed", reason: "Operation not permitted" });
});

Deno.test("launchdKeeper() has a running job hand over, and loads it anew as its file is now; a daemon belongs to the system", async () => {
  const { keeper, calls } = launchd([], true);
  assert.deepEqual(await keeper.restart("agent-runner.shop"), { kind: "done" });
  assert.deepEqual(calls(), [
    "launchctl kill SIGUSR2 system/agent-runner.shop",
    "launchctl bootout system/agent-runner.shop",
    "launchctl bootstrap system /agents/agent-runner.shop.plist",
  ]);
  assert.equal(keeper.command("stop", "agent-runner.shop"), "sudo launchctl bootout system/agent-runner.shop");
  assert.deepEqual(await keeper.reload(), { kind: "done" });
});

Deno.test("launchdKeeper() waits while launchd still lets go of the job, but not for ever", async () => {
  let refusals = 3;
  const busy = { code: 37, err: "Bootstrap failed: 37: Operation already in progress" } as const;
  const at = launchd();
  const answer = at.processes.answer;
  at.processes.answer = (spec) =>
    spec.argv[1] === "bootstrap" && refusals-- > 0 ? answerTo(spec, [[/./, busy]]) : answer(spec);
  assert.deepEqual(await at.keeper.restart("x"), { kind: "done" });
  assert.equal(at.calls().filter((call) => call.startsWith("sleep")).length, 3);
  const never = launchd([[/bootstrap/, busy]]);
  assert.equal((await never.keeper.restart("x")).kind, "failed");
});

Deno.test("readJob() reads what launchctl prints for people", async () => {
  const running =
    "gui/501/agent-runner.shop = {\n\tactive count = 1\n\tstate = running\n\n\tprogram = /bin/x\n\truns = 4\n\tpid = 812\n\tlast exit code = (never exited)\n}\n";
  assert.deepEqual(readJob("l", running), {
    unit: "l",
    active: "active",
    sub: "running",
    pid: 812,
    enabled: true,
    restarts: 3,
  });
  const waiting = "\tstate = spawn scheduled\n\tlast exit code = 1\n";
  assert.deepEqual(readJob("l", waiting).active, "activating");
  const stopped = "\tstate = not running\n\truns = 1\n\tlast exit code = 0\n";
  assert.deepEqual([readJob("l", stopped).active, readJob("l", stopped).pid], ["inactive", null]);
  assert.deepEqual(readJob("l", "").active, "inactive");
  const { keeper } = launchd([[/ print /, absent]]);
  assert.equal((await keeper.state("agent-runner.shop")).active, "inactive");
});
