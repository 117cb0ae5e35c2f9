// Guards what is written into a unit, with systemd's own check of it where there is one.
import assert from "node:assert/strict";
import fc from "fast-check";
import { unitName } from "../../src/service/names.ts";
import { readUnitMark, unitText } from "../../src/service/unit_text.ts";
import type { ServiceSpec } from "../../src/service/spec.ts";
import { testWhere } from "../e2e/test_where.ts";
import { oddWords, sampleSpec } from "./spec_sample.ts";

const lines = (spec: ServiceSpec, version = 254) =>
  unitText(spec, version).split("\n").filter((line) => !line.startsWith("#"));

Deno.test("unitText() keeps a designed stop stopped, brings a crash back without limit, and spares the agent", () => {
  const text = lines(sampleSpec());
  const wanted = [
    "StartLimitIntervalSec=0",
    "Type=notify",
    "WatchdogSec=300",
    "Restart=on-failure",
    "RestartPreventExitStatus=2 78",
    "RestartForceExitStatus=75",
    "RestartSteps=8",
    "RestartMaxDelaySec=300",
    "KillMode=process",
    "RestartKillSignal=SIGUSR2",
    "TimeoutStopSec=1865",
    "OOMPolicy=continue",
    "WantedBy=default.target",
    'Environment="PATH=/home/me/bin:/usr/bin"',
    'Environment="AGENT_RUNNER_SERVICE=systemd_user"',
  ];
  assert.deepEqual(wanted.filter((line) => !text.includes(line)), []);
  const unwanted = /^(User|MemoryHigh|TasksMax|NoNewPrivileges|Protect|Private|Group)/;
  assert.deepEqual(text.filter((line) => unwanted.test(line)), []);
});

Deno.test("unitText() writes only keys that the version of systemd knows", () => {
  const keys = ["WatchdogSignal", "OOMPolicy", "RestartKillSignal", "RestartSteps", "RestartMaxDelaySec"];
  for (const [version, known] of [[0, 0], [239, 0], [241, 1], [243, 2], [247, 3], [253, 3], [254, 5]] as const) {
    const written = lines(sampleSpec(), version).flatMap((line) => line.split("=")[0]!).filter((key) =>
      keys.includes(key)
    );
    assert.deepEqual(written.toSorted(), keys.slice(0, known).toSorted(), `systemd ${version}`);
  }
});

Deno.test("unitText() of a system service names its user, and limits stand where the configuration has them", () => {
  const text = lines(sampleSpec({ mode: "systemd_system", user: "pi", memoryMb: 1280, tasksMax: 640 }));
  const wanted = ["User=pi", "MemoryHigh=1280M", "TasksMax=640", "OOMScoreAdjust=-100", "WantedBy=multi-user.target"];
  assert.deepEqual(wanted.filter((line) => !text.includes(line)), []);
});

Deno.test("unitText() of a monitor starts it after serve and never holds it up", () => {
  const text = lines(sampleSpec({ role: "monitor", argv: ["/bin/true", "monitor"] }));
  assert.ok(text.includes("After=agent-runner@shop.service") && text.includes("Type=simple"));
  assert.deepEqual(text.filter((line) => /^(Watchdog|TimeoutStop)/.test(line)), []);
});

Deno.test("readUnitMark() reads back whatever paths were written, and nothing of a foreign unit", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), fc.string(), (configFile, logDir) => {
    assert.deepEqual(readUnitMark(unitText(sampleSpec({ configFile, logDir }), 252)), { configFile, logDir });
  }));
  for (
    const text of [
      "",
      '[Service]\nConfig="/a"\n',
      "[X-Agent-Runner]\nConfig=/a\n",
      '[X-Agent-Runner]\nConfig="\\"\n',
      "[X-Agent-Runner]\nConfig=7",
    ]
  ) {
    assert.equal(readUnitMark(text), null, text);
  }
});

function verify(text: string, words: readonly string[], name = "agent-runner@shop.service"): string {
  const folder = Deno.makeTempDirSync();
  try {
    const path = `${folder}/${name}`;
    Deno.writeTextFileSync(path, text);
    const { code, stderr } = new Deno.Command("systemd-analyze", {
      args: [...words, "verify", "--man=no", path],
      env: { SYSTEMD_LOG_LEVEL: "warning", XDG_RUNTIME_DIR: folder, HOME: folder },
    }).outputSync();
    return `${code} ${new TextDecoder().decode(stderr).trim()}`;
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

function systemdVersion(): number {
  try {
    const { stdout } = new Deno.Command("systemd-analyze", { args: ["--version"] }).outputSync();
    return Number(/^systemd (\d+)/.exec(new TextDecoder().decode(stdout))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

const version = systemdVersion();
const testVerified = testWhere(version > 0 ? null : "there is no systemd-analyze");

testVerified("systemd-analyze verify finds nothing wrong with the units of a user and of the whole machine", () => {
  const limits = { memoryMb: 512, tasksMax: 200, project: oddWords, file: `/x/${oddWords}` };
  for (const role of ["serve", "monitor"] as const) {
    assert.equal(verify(unitText(sampleSpec({ role, ...limits }), version), ["--user"], unitName(role, "shop")), "0 ");
    const system = unitText(sampleSpec({ role, ...limits, mode: "systemd_system", user: "root" }), version);
    assert.equal(verify(system, ["--system"], unitName(role, "shop")), "0 ");
  }
  assert.match(verify("[Service]\nExecStart=/bin/true\nRestartWhenever=yes\n", ["--user"]), /RestartWhenever/);
  return Promise.resolve();
});
