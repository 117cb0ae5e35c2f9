// Guards what install, uninstall, restart and status say and leave, with service managers that are scripted.
import assert from "node:assert/strict";
import { runApp } from "../../../src/cli/app.ts";
import { isoTime } from "../../../src/core/text.ts";
import { withLines } from "../../config/sample.ts";
import { FakeWorld } from "../../fakes/fake_world.ts";
import { answerTo } from "../../service/keeper_stage.ts";
import type { Script } from "../../service/keeper_stage.ts";

const shop = "/home/me/shop";
const logs = `${shop}/logs`;
const unitFolder = "/home/me/.config/systemd/user";
const unitFile = `${unitFolder}/agent-runner@shop.service`;
const lockFile = `${logs}/agent-runner.lock`;

interface Options {
  readonly script?: Script;
  readonly system?: string;
  readonly uid?: number;
  readonly environment?: Readonly<Record<string, string>>;
  readonly toml?: string;
}

/** A machine whose manager starts a supervisor when it is asked to. */
function scene({ script = [], system = "Linux", uid = 1000, environment = {}, toml }: Options = {}) {
  const world = new FakeWorld();
  world.files.writeAtomic(`${shop}/agent-runner.toml`, toml ?? withLines({}));
  world.files.makeDir("/run/systemd/system");
  const host = {
    ...world.host,
    environment: () => ({
      PATH: "/bin",
      LANG: "C.UTF-8",
      SECRET_TOKEN: "x",
      XDG_RUNTIME_DIR: "/run/user/1000",
      ...environment,
    }),
  };
  Object.assign(world, { host });
  let isActive = false;
  const calls: string[] = [];
  const inherited = world.processes.answer;
  const all: Script = [
    ...script,
    [/uname -s/, { out: `${system}\n${uid}\n${uid === 0 ? "root" : "me"}\n` }],
    [/~me/, { out: "/home/me\n" }],
    [/^su - me/, { out: "/home/me/bin:/bin\n" }],
    [/--property=Version/, { out: "252.3" }],
    [/launchctl print gui\/501$/, { out: "ok" }],
  ];
  world.processes.answer = async (spec) => {
    const line = spec.argv.join(" ");
    calls.push(line);
    if (spec.argv[0] === "git") return await inherited(spec);
    const outcome = answerTo(spec, all);
    const isDone = outcome.kind === "exited" && outcome.code === 0;
    if (isDone && /systemctl .*\b(start|restart)\b|launchctl (bootstrap|kickstart)/.test(line)) await begin();
    if (isDone && /launchctl print gui\/501\//.test(line) && !isActive) {
      return answerTo(spec, [[/./, { code: 113, err: "Could not find service" }]]);
    }
    if (/ show --property=ActiveState/.test(line)) {
      return answerTo(spec, [[/./, {
        out: `ActiveState=${isActive ? "active" : "inactive"}\nSubState=x\nMainPID=0\n`,
      }]]);
    }
    return outcome;
  };
  async function begin() {
    if (isActive) return;
    isActive = true;
    const held = await world.lock.tryAcquire(lockFile);
    const pid = world.processes.start({ onEnd: () => (held!.release(), isActive = false) });
    const service = { mode: system === "Linux" ? "systemd_user" : "launchd_agent", unit_file: unitFile };
    const startedAt = isoTime(world.clock.now() + world.clock.monotonic());
    world.files.writeAtomic(`${lockFile}.holder`, JSON.stringify({ pid, started_at: startedAt, service }));
    world.files.writeAtomic(`${logs}/status.json`, JSON.stringify({ current: { number: 1, state: "running" } }));
  }
  const call = async (...words: string[]) => {
    world.stdout.text = "";
    world.stderr.text = "";
    calls.length = 0;
    return await runApp(words, world, () => {});
  };
  return { world, call, calls, begin };
}

Deno.test("install writes the unit, starts it, and shows what it runs with; secrets of the shell are none of it", async () => {
  const { world, call } = scene();
  assert.equal(await call("install"), 0, world.stderr.text);
  const text = world.files.readText(unitFile)!;
  assert.match(text, /^ExecStart="\/bin\/agent-runner" "--config" "\/home\/me\/shop\/agent-runner.toml" "serve"$/m);
  assert.doesNotMatch(text, /SECRET_TOKEN/);
  assert.match(world.stdout.text, /PATH +\/bin\nLANG +C\.UTF-8\nstarted +yes, pid \d+\n$/);
  assert.match(world.stderr.text, /note: The service ends with the last logout.*\n.*loginctl enable-linger me/);
});

Deno.test("install --json has the predecessor's keys first", async () => {
  const { world, call } = scene();
  assert.equal(await call("install", "--monitor", "--json"), 0, world.stderr.text);
  const result = JSON.parse(world.stdout.text);
  assert.deepEqual(Object.keys(result).slice(0, 4), ["unit_path", "monitor_unit_path", "enabled", "started"]);
  assert.deepEqual([result.unit_path, result.monitor_unit_path, result.started, result.mode], [
    unitFile,
    `${unitFolder}/agent-runner-monitor@shop.service`,
    true,
    "systemd_user",
  ]);
  assert.equal(world.stderr.text, "");
});

Deno.test("install --dry-run writes nothing and changes nothing, also where it would be refused", async () => {
  const { world, call, calls } = scene();
  const before = world.files.paths();
  assert.equal(await call("install", "--dry-run"), 0, world.stderr.text);
  assert.match(world.stdout.text, /KillMode=process[\s\S]*would start 'agent-runner@shop\.service'/);
  const refused = scene({ toml: withLines({}).replace('command = ["agent"', 'command = ["nowhere"') });
  assert.equal(await refused.call("install", "--dry-run"), 1);
  assert.match(refused.world.stdout.text, /ExecStart=/);
  assert.match(refused.world.stderr.text, /'nowhere' is not found on the PATH that the service would have: \/bin/);
  for (const one of [{ world, calls }, refused]) {
    assert.deepEqual(one.world.files.paths(), before);
    assert.deepEqual(one.calls.filter((line) => /enable|reload|start/.test(line)), []);
  }
});

Deno.test("install refuses flags that make no sense, and a page that serve does not know", async () => {
  const { world, call } = scene();
  assert.equal(await call("install", "--user", "--system"), 2);
  assert.equal(await call("install", "--page", "0"), 2);
  assert.equal(await call("install", "--page", "soon"), 2);
  assert.deepEqual(world.files.paths().filter((path) => path.startsWith(unitFolder)), []);
});

Deno.test("install of a service of the machine writes for the user who called sudo, and starts nothing", async () => {
  const { world, call, calls } = scene({ uid: 0, environment: { SUDO_USER: "me", HOME: "/var/empty" } });
  assert.equal(await call("install", "--system"), 0, world.stderr.text);
  const text = world.files.readText("/etc/systemd/system/agent-runner@shop.service")!;
  assert.match(text, /^User=me$/m);
  assert.match(text, /^Environment="PATH=\/home\/me\/bin:\/bin"$/m, "the PATH of that user's login, not of sudo");
  assert.match(world.stderr.text, /next: sudo systemctl start agent-runner@shop\.service/);
  assert.deepEqual(calls.filter((line) => /systemctl .*\bstart\b/.test(line)), []);
  const again = await call("install");
  assert.equal(again, 1);
  assert.match(
    world.stderr.text,
    /service of root, not of 'me'.*also: This project already has a service of another kind/,
  );
});

Deno.test("verbs for a service of the machine name the command where this is not root", async () => {
  const root = scene({ uid: 0, environment: { SUDO_USER: "me" } });
  assert.equal(await root.call("install", "--system"), 0);
  const { world, call } = scene();
  const path = "/etc/systemd/system/agent-runner@shop.service";
  world.files.makeDir("/etc/systemd/system");
  world.files.writeAtomic(path, root.world.files.readText(path)!);
  for (const [verb, action] of [["start", "start"], ["restart", "restart"], ["uninstall", "stop"]]) {
    assert.equal(await call(verb!), 1);
    assert.match(world.stderr.text, new RegExp(`this is not root\n.*sudo systemctl ${action} agent-runner@shop`));
  }
  assert.notEqual(world.files.readText(path), null);
});

Deno.test("a project whose folder is called like another one's gets a name of its own; one log folder is never shared", async () => {
  const { world, call } = scene();
  world.files.makeDir(unitFolder);
  const foreign = (logDir: string) => `[X-Agent-Runner]\nConfig="/other/shop/agent-runner.toml"\nLogDir="${logDir}"\n`;
  world.files.writeAtomic(unitFile, foreign("/other/logs"));
  assert.equal(await call("install", "--json"), 0, world.stderr.text);
  assert.match(JSON.parse(world.stdout.text).unit, /^agent-runner@shop-[0-9a-f]{8}\.service$/);
  assert.equal(world.files.readText(unitFile), foreign("/other/logs"), "the other one is as it was");
  const shared = scene();
  shared.world.files.makeDir(unitFolder);
  shared.world.files.writeAtomic(unitFile, foreign(logs));
  assert.equal(await shared.call("install"), 1);
  assert.match(shared.world.stderr.text, /has the same log folder.*\n.*runtime\.log_dir of its own/);
  const squatted = scene();
  squatted.world.files.makeDir(unitFolder);
  squatted.world.files.writeAtomic(unitFile, "[Service]\nExecStart=/bin/true\n");
  assert.equal(await squatted.call("install", "--json"), 0, "a unit that is not ours keeps its name");
  assert.notEqual(JSON.parse(squatted.world.stdout.text).unit_path, unitFile);
});

Deno.test("status asks the manager; restart has it restart what runs; uninstall takes it away", async () => {
  const { world, call, calls } = scene();
  await call("install");
  assert.equal(await call("status", "--json"), 0);
  const { mode, active, unit_file: file, services } = JSON.parse(world.stdout.text);
  assert.deepEqual([mode, active, file, services.length, services[0].active], [
    "systemd_user",
    true,
    unitFile,
    1,
    "active",
  ]);
  assert.equal(await call("status"), 0);
  assert.match(world.stdout.text, /mode +systemd user\n[\s\S]*unit +\/home\/me\/.*\n +serve: active/);
  assert.equal(await call("uninstall"), 0, world.stderr.text);
  assert.equal(world.files.readText(unitFile), null);
  assert.ok(calls.some((line) => line.includes("disable --quiet -- agent-runner@shop.service")));
  assert.equal(await call("status"), 0);
  assert.match(world.stdout.text, /mode +no service\n[\s\S]*unit +none/);
});

Deno.test("on a Mac the same verbs write an agent and ask launchd", async () => {
  const { world, call, calls } = scene({ system: "Darwin", uid: 501 });
  assert.equal(await call("install", "--json"), 0, world.stderr.text);
  const path = "/home/me/Library/LaunchAgents/agent-runner.shop.plist";
  assert.equal(JSON.parse(world.stdout.text).unit_path, path);
  assert.deepEqual(calls.filter((line) => /enable|bootstrap/.test(line)), [
    "launchctl enable gui/501/agent-runner.shop",
    `launchctl bootstrap gui/501 ${path}`,
  ]);
  assert.match(world.files.readText(path)!, /<key>Label<\/key>\n\t+<string>agent-runner\.shop<\/string>/);
  assert.equal(await call("uninstall"), 0, world.stderr.text);
  assert.ok(calls.includes("launchctl bootout gui/501/agent-runner.shop"));
  assert.equal(world.files.readText(path), null);
  const failing = scene({
    system: "Darwin",
    uid: 501,
    script: [[/bootstrap/, { code: 5, err: "Bootstrap failed: 5: Input/output error" }]],
  });
  assert.equal(await failing.call("install"), 1);
  assert.match(
    failing.world.stderr.text,
    /Cannot start 'agent-runner\.shop': Bootstrap failed.*; nothing of it is left/,
  );
  assert.equal(failing.world.files.readText(path), null);
});

Deno.test("restart starts what does not run, and says so", async () => {
  const { world, call } = scene();
  await call("install", "--json");
  world.processes.signal(JSON.parse(world.stdout.text).pid, "SIGKILL");
  assert.equal(await call("restart"), 0, world.stderr.text);
  assert.match(world.stdout.text, /^started, as nothing ran \(pid \d+\)\n$/);
});

Deno.test("restart refuses a supervisor that was started by other means, and a configuration that is broken", async () => {
  const { world, call } = scene();
  await call("install");
  world.files.writeAtomic(`${lockFile}.holder`, JSON.stringify({ pid: 5, started_at: isoTime(0), service: null }));
  assert.equal(await call("restart"), 75);
  assert.match(world.stderr.text, /was not started by agent-runner@shop\.service/);
  world.files.writeAtomic(`${shop}/agent-runner.toml`, "[agent]\n");
  assert.equal(await call("restart"), 78);
});

Deno.test("under launchd a start that can never succeed leaves with 0, since all else would be tried for ever", async () => {
  const { world, call } = scene({ environment: { AGENT_RUNNER_SERVICE: "launchd_agent" }, toml: "[agent]\n" });
  assert.equal(await call("monitor"), 0);
  assert.match(world.stderr.text, /agent\.command|\[agent\]/);
  assert.equal(await call("status"), 78, "only what launchd itself runs");
  const systemd = scene({ environment: { AGENT_RUNNER_SERVICE: "systemd_user" }, toml: "[agent]\n" });
  assert.equal(await systemd.call("monitor"), 78);
});
