// Guards that whatever keeps a service from running is found and explained before anything is written.
import assert from "node:assert/strict";
import { checkLaunchd } from "../../src/service/launchd_ready.ts";
import { askMachine, homeOf, loginPathOf } from "../../src/service/machine.ts";
import type { Machine } from "../../src/service/machine.ts";
import { checkSystemd } from "../../src/service/systemd_ready.ts";
import { memoryFiles } from "../fakes/memory_files.ts";
import { scripted } from "./keeper_stage.ts";
import type { Script } from "./keeper_stage.ts";

const pi: Machine = { system: "linux", uid: 1000, user: "pi", caller: null, distribution: null, isContainer: false };
const answers: Script = [[/--property=Version/, { out: "252.38-1~deb12u1\n" }]];
const noBus: Script = [[/--property=Version/, { code: 1, err: "Failed to connect to bus: No medium found" }], [
  /--version/,
  { out: "systemd 252" },
]];

interface Scene {
  readonly script?: Script;
  readonly files?: Readonly<Record<string, string>>;
  readonly machine?: Partial<Machine>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly isSystem?: boolean;
  readonly limitsMemory?: boolean;
}

async function systemd({ script = answers, files = { "/run/systemd/system/x": "" }, ...rest }: Scene) {
  return await checkSystemd({
    isSystem: rest.isSystem ?? false,
    machine: { ...pi, ...rest.machine },
    environment: rest.environment ?? { XDG_RUNTIME_DIR: "/run/user/1000" },
    limitsMemory: rest.limitsMemory ?? false,
    files: memoryFiles(files),
    processes: scripted(script).processes,
  });
}

Deno.test("checkSystemd() finds the manager and its version, and offers the command for a user who does not linger", async () => {
  const found = await systemd({});
  assert.deepEqual([found.version, found.problems], [252, []]);
  assert.match(found.notes[0]!.fix, /loginctl enable-linger pi/);
  const lingering = await systemd({ files: { "/var/lib/systemd/linger/pi": "" } });
  assert.deepEqual(lingering.notes, []);
});

const obstacles: readonly (readonly [string, Scene, RegExp, RegExp])[] = [
  [
    "no bus after su",
    { script: noBus, environment: {} },
    /user 'pi' cannot be reached: .*No medium/,
    /XDG_RUNTIME_DIR is not set.*enable-linger pi.*\/run\/user\/1000/,
  ],
  ["no bus", { script: noBus }, /cannot be reached/, /dbus-user-session.*--system/],
  [
    "DietPi",
    { script: noBus, machine: { distribution: "dietpi" } },
    /cannot be reached/,
    /DietPi.*libpam-systemd dbus-user-session/,
  ],
  ["no answer", { script: [[/Version/, "silent"]] }, /does not answer/, /--system/],
  [
    "Alpine",
    { script: [[/./, "absent"]], machine: { distribution: "alpine" } },
    /Alpine Linux has no systemd/,
    /agent-runner start/,
  ],
  [
    "a container",
    { script: [[/./, "absent"]], machine: { isContainer: true } },
    /no systemd in this container/,
    /agent-runner serve/,
  ],
  ["no systemd", { script: [[/./, "absent"]] }, /no systemd on this machine/, /agent-runner start/],
  [
    "systemd is not running",
    { script: noBus, files: {} },
    /systemd does not run on this machine/,
    /agent-runner start/,
  ],
  [
    "sudo without --system",
    { machine: { uid: 0, user: "root", caller: "pi" } },
    /service of root, not of 'pi'/,
    /without sudo.*--system/,
  ],
  ["--system without root", { isSystem: true }, /only be installed by root/, /sudo agent-runner install --system/],
  [
    "--system from a login of root",
    { isSystem: true, machine: { uid: 0, user: "root" } },
    /SUDO_USER is not set/,
    /Log in as the user/,
  ],
];

for (const [name, scene, text, fix] of obstacles) {
  Deno.test(`checkSystemd() explains what stands in the way: ${name}`, async () => {
    const { problems } = await systemd(scene);
    assert.equal(problems.length, 1);
    assert.match(problems[0]!.text, text);
    assert.match(problems[0]!.fix, fix);
  });
}

Deno.test("checkSystemd() tells of a limit on memory that has no effect, as on Raspberry Pi OS", async () => {
  const files = { "/var/lib/systemd/linger/pi": "" };
  const script: Script = [[/cgroup.controllers/, { code: 1 }], ...answers];
  const found = await systemd({ script, files, limitsMemory: true, machine: { distribution: "raspberry_pi_os" } });
  assert.match(found.notes[0]!.fix, /cgroup_enable=memory.*cmdline\.txt/);
  assert.deepEqual((await systemd({ files, limitsMemory: true })).notes, []);
  assert.deepEqual((await systemd({ files, script, limitsMemory: false })).notes, []);
});

Deno.test("checkLaunchd() wants a session on the screen for an agent, root for a daemon, and tells of keychain and sleep", async () => {
  const mac: Machine = { ...pi, system: "macos", uid: 501, user: "me" };
  const check = (machine: Machine, isSystem: boolean, script: Script = []) =>
    checkLaunchd({ isSystem, machine, processes: scripted(script).processes });
  const agent = await check(mac, false);
  assert.deepEqual(agent.problems, []);
  assert.match(agent.notes.map(({ text, fix }) => `${text} ${fix}`).join(" "), /keychain.*sleeps.*pmset/);
  const remote = await check(mac, false, [[/print gui\/501/, {
    code: 125,
    err: "Domain does not support specified action",
  }]]);
  assert.match(remote.problems[0]!.fix, /Log in on the Mac itself/);
  assert.match((await check(mac, true)).problems[0]!.fix, /sudo agent-runner install --system/);
  const root: Machine = { ...mac, uid: 0, user: "root", caller: "me" };
  assert.match((await check(root, false)).problems[0]!.text, /service of root/);
  const daemon = await check(root, true);
  assert.deepEqual(daemon.problems, []);
  assert.match(daemon.notes[0]!.text, /keychain is locked/);
});

Deno.test("askMachine() knows who called sudo, and the distributions with ways of their own", async () => {
  const ask = (out: string, environment = {}, files = {}) =>
    askMachine(environment, { files: memoryFiles(files), processes: scripted([[/uname/, { out }]]).processes });
  const root = await ask("Linux\n0\nroot\n", { SUDO_USER: "pi" }, { "/boot/dietpi/.version": "" });
  assert.deepEqual([root.system, root.uid, root.caller, root.distribution], ["linux", 0, "pi", "dietpi"]);
  const user = await ask("Linux\n1000\npi\n", { SUDO_USER: "pi" }, { "/etc/rpi-issue": "", "/.dockerenv": "" });
  assert.deepEqual([user.caller, user.distribution, user.isContainer], [null, "raspberry_pi_os", true]);
  assert.equal((await ask("Linux\n0\nroot\n", { SUDO_USER: "root" })).caller, null);
  assert.deepEqual(await ask("Darwin\n501\nme\n").then(({ system, user: name }) => [system, name]), ["macos", "me"]);
  assert.deepEqual(await ask("").then(({ system, uid }) => [system, uid]), ["other", -1]);
});

Deno.test("homeOf() and loginPathOf() believe only what can be true", async () => {
  assert.equal(await homeOf("pi", scripted([[/~pi/, { out: "/home/pi\n" }]]).processes), "/home/pi");
  assert.equal(await homeOf("pi", scripted([[/~pi/, { out: "~pi\n" }]]).processes), null);
  const asked = scripted();
  assert.equal(await homeOf("a;reboot", asked.processes), null);
  assert.deepEqual(asked.calls(), [], "such a name never comes before a shell");
  const said = "Welcome to this machine\n/home/pi/bin:/usr/bin\n";
  assert.equal(await loginPathOf("pi", scripted([[/^su - pi/, { out: said }]]).processes), "/home/pi/bin:/usr/bin");
  assert.equal(await loginPathOf("pi", scripted([[/^su/, { code: 1 }]]).processes), null);
});
