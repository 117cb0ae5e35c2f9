// Proves that each thing a detector is for, done by the real loop, is told by the real monitor: once, and as over.
import assert from "node:assert/strict";
import { testAbreast } from "./crash_abreast.ts";
import { exists, names, Project, signal } from "./project.ts";
import type { ProjectOptions, Running } from "./project.ts";

type Line = Readonly<Record<string, unknown>>;

/** Alerts that a monitor has told so far. */
function alertsOf(monitor: Running): Line[] {
  return monitor.stdout.split("\n").slice(0, -1).map((line) => JSON.parse(line) as Line);
}

async function untilAlert(project: Project, monitor: Running, detector: string, state = "raised"): Promise<Line> {
  const isIt = (line: Line) => line.detector === detector && line.state === state;
  try {
    return await project.until(`${detector} ${state}`, () => alertsOf(monitor).find(isIt), 40_000);
  } catch (thrown) {
    throw new Error(`${thrown}\n${monitor.stdout}${monitor.stderr}`);
  }
}

/** Ends a monitor with Ctrl-C; every alert must have been told once, and be on record as often. */
async function endWell(project: Project, monitor: Running): Promise<void> {
  monitor.signal("SIGINT");
  const { code, stderr } = await monitor.ended(20_000);
  assert.equal(code, 0, stderr);
  const raised = alertsOf(monitor).filter(({ state }) => state === "raised");
  const keys = raised.map(({ detector, identity, severity, raised_ts }) =>
    JSON.stringify([detector, identity, severity, raised_ts])
  );
  assert.deepEqual(keys, [...new Set(keys)], "an alert was told twice");
  // Without a log folder nothing can be on record.
  if (!Deno.statSync(project.logs).isDirectory) return;
  const recorded = project.ofKind("monitor_alert_emitted").filter(({ state }) => state === "raised");
  assert.deepEqual(recorded.map(({ detector }) => detector), raised.map(({ detector }) => detector));
}

interface Cause extends ProjectOptions {
  readonly detector: string;
  /** What else the alert says. */
  readonly also?: Readonly<Record<string, unknown>>;
  /** Done once serve and monitor were started. */
  readonly act?: (project: Project, serve: Running) => void | Promise<void>;
}

const causes: readonly Cause[] = [
  {
    detector: "timeout_rate",
    mode: "mute",
    runtime: { round_timeout_s: 1 },
    toml: "[monitor.timeout_rate]\nwindow = 2",
  },
  { detector: "hung", mode: "hang", toml: "[monitor.hung]\nfactor = 0.03", also: { severity: "warning" } },
  { detector: "orphan_chain", mode: "dirty", toml: "[monitor.orphan_chain]\nrounds = 2" },
  { detector: "disk_warning", mode: "clean", toml: "[monitor.disk_warning]\ndisk_pct = 1" },
  { detector: "mem_pressure", mode: "clean", toml: "[monitor.mem_pressure]\navailable_mb = 90000000" },
  { detector: "smoke_fail_rate", prompt: "too short" },
  { detector: "config_broken", prompt: "too short", also: { severity: "critical" } },
  { detector: "oauth_fail", mode: "auth", also: { severity: "warning" } },
  { detector: "network_fail", mode: "network", toml: "[monitor.network_fail]\nrounds = 1" },
  { detector: "rate_limit_active", mode: "limit", agentEnv: { FAKE_RESET: 900 } },
  { detector: "limit_waiting", mode: "limit", agentEnv: { FAKE_RESET: 900 }, also: { severity: "info" } },
  {
    detector: "anomaly_repetitive_active",
    mode: "repeats",
    toml: "[monitor]\nanomaly_repetitive_window = 5\nanomaly_repetitive_threshold = 3",
  },
  { detector: "crash_loop", mode: "exit1", toml: "[monitor.crash_loop]\nfailures = 2" },
  { detector: "human_needed", mode: "billing", also: { severity: "critical" } },
  { detector: "no_progress", mode: "clean", toml: "[monitor.no_progress]\nrounds = 2" },
  { detector: "budget", mode: "clean", toml: "[budget.day]\nrounds = 1" },
  { detector: "leftovers", mode: "background", toml: "[monitor.leftovers]\nprocesses = 1" },
  { detector: "log_flood", mode: "chatter", toml: "[monitor.log_flood]\nlog_mb = 1", also: { identity: "round" } },
  { detector: "degraded_start", mode: "degraded" },
  { detector: "version_changed", mode: "updated", also: { severity: "info" } },
  {
    detector: "supervisor_stale",
    mode: "clean",
    toml: "[monitor.supervisor_stale]\ndead_s = 1",
    also: { identity: "dead" },
    async act(project, serve) {
      await project.untilKind("round_end");
      serve.kill();
    },
  },
  {
    detector: "monitor_blind",
    mode: "slow",
    toml: "[monitor.monitor_blind]\nafter_s = 1",
    async act(project) {
      await project.untilKind("round_end");
      await project.until("the monitor to be at work", () => project.ofKind("monitor_started").length > 0);
      Deno.renameSync(project.logs, `${project.root}/elsewhere`);
      // serve makes its log folder anew: the name must not be free.
      Deno.writeTextFileSync(project.logs, "");
    },
  },
];

for (const { detector, also = {}, act, ...options } of causes) {
  testAbreast(`monitor tells of ${detector} when the loop causes it`, async () => {
    await using project = await Project.make(options);
    const serve = project.start("serve");
    const monitor = project.start("monitor", "--json", "--interval", "0.5");
    await act?.(project, serve);
    const alert = await untilAlert(project, monitor, detector);
    assert.deepEqual({ ...alert, ...also }, alert);
    assert.equal(typeof alert.message, "string");
    await endWell(project, monitor);
  });
}

testAbreast("monitor stops serve for a disk that is too full, and sees that its lock is free", async () => {
  await using project = await Project.make({
    mode: "slow",
    toml: "[monitor.disk_critical]\ndisk_pct = 0.1\n[monitor.disk_warning]\ndisk_pct = 0.1",
  });
  const serve = project.start("serve");
  const monitor = project.start("monitor", "--json");
  const { code, stderr } = await serve.ended();
  assert.equal(code, 0, stderr);
  assert.equal((await untilAlert(project, monitor, "disk_critical")).auto_action, "stop_service");
  const done = await project.untilKind("monitor_auto_stop_done");
  assert.deepEqual([done.detector, done.host, done.attempts], ["disk_critical", null, 1]);
  assert.equal(project.ofKind("serve_stopped")[0]?.reason, "SIGTERM");
  assert.equal(project.ofKind("monitor_auto_stop_triggered").length, 1);
  await endWell(project, monitor);
});

testAbreast("monitor leaves serve alone when auto_stop_on is empty", async () => {
  const toml =
    "[monitor]\nauto_stop_on = []\n[monitor.disk_critical]\ndisk_pct = 0.1\n[monitor.disk_warning]\ndisk_pct = 0.1";
  await using project = await Project.make({ mode: "clean", toml });
  const serve = project.start("serve");
  const monitor = project.start("monitor", "--json");
  assert.equal((await untilAlert(project, monitor, "disk_critical")).auto_action, "none");
  await project.untilKind("round_end", 3);
  assert.equal(serve.isOver, false);
  assert.deepEqual(project.ofKind("monitor_auto_stop_triggered"), []);
  await endWell(project, monitor);
});

testAbreast(
  "monitor tells of a supervisor that was frozen, and of its end, whatever the monitor writes itself",
  async () => {
    await using project = await Project.make({ mode: "clean", toml: "[monitor.supervisor_stale]\nstale_s = 4" });
    const serve = project.start("serve");
    const monitor = project.start("monitor", "--json", "--interval", "0.5");
    await project.untilKind("round_end");
    await project.until("the monitor to be at work", () => project.ofKind("monitor_started").length > 0);
    serve.signal("SIGSTOP");
    const alert = await untilAlert(project, monitor, "supervisor_stale");
    assert.equal(alert.identity, "silent");
    serve.signal("SIGCONT");
    await untilAlert(project, monitor, "supervisor_stale", "resolved");
    assert.equal(project.ofKind("monitor_alert_resolved").at(-1)?.detector, "supervisor_stale");
    await endWell(project, monitor);
  },
);

testAbreast("monitor tells of a clock that was set back between two lives", async () => {
  await using project = await Project.make({ mode: "clean" });
  assert.equal((await project.run(["serve", "--once"])).code, 0);
  const ahead = new Date(Date.now() + 3_600_000).toISOString();
  const file = names(project.logs).filter((name) => name.startsWith("events-")).at(-1)!;
  const line = `${JSON.stringify({ ts: ahead, event: "serve_stopped", reason: "SIGTERM" })}\n`;
  Deno.writeTextFileSync(`${project.logs}/${file}`, line, { append: true });
  const monitor = project.start("monitor", "--json", "--interval", "0.5");
  assert.equal((await project.run(["serve", "--once"])).code, 0);
  await untilAlert(project, monitor, "clock_jump");
  await endWell(project, monitor);
});

testAbreast("monitor asks a hook, and tells of it when the hook fails", async () => {
  const script = 'import json,sys\nview = json.load(sys.stdin)["view"]\n' +
    'alert = {"severity": "critical", "message": "round " + str(view["status"]["round_num"])}\n' +
    'print(json.dumps({"protocol": 1, "alert": alert}))\n';
  await using project = await Project.make({
    mode: "clean",
    toml: [
      "[hooks.queue]",
      'points = ["monitor_detect"]',
      'command = ["python3", "hook.py"]',
      "[hooks.lame]",
      'points = ["monitor_detect"]',
      'command = ["false"]',
    ].join("\n"),
  });
  Deno.writeTextFileSync(`${project.work}/hook.py`, script);
  await project.git("add", "-A");
  await project.git("commit", "-q", "-m", "hook");
  assert.equal((await project.run(["serve", "--once"])).code, 0);
  const monitor = project.start("monitor", "--json", "--interval", "0.5");
  const alert = await untilAlert(project, monitor, "queue");
  assert.deepEqual([alert.severity, alert.message, alert.auto_action], ["critical", "round 1", "none"]);
  const failure = await project.untilKind("hook_failed");
  assert.deepEqual([failure.hook_name, failure.hook_kind], ["lame", "detector"]);
  // Told once, however often it is asked.
  await project.until("some more looks", () => names(project.logs).includes("monitor.json"));
  await endWell(project, monitor);
  assert.equal(project.ofKind("hook_failed").length, 1);
});

testAbreast(
  "monitor --once is for cron: 0 and silent when all is well, 1 with what is wrong, nothing on record",
  async () => {
    await using project = await Project.make({ mode: "commit" });
    assert.equal((await project.run(["serve", "--once"])).code, 0);
    const before = project.events().length;
    const well = await project.run(["monitor", "--once"]);
    assert.deepEqual([well.code, well.stdout], [0, ""], well.stderr);
    project.writeConfig({ mode: "auth" });
    await project.run(["serve", "--once"]);
    const after = project.events().length;
    assert.ok(after > before);
    const ill = await project.run(["monitor", "--once"]);
    assert.equal(ill.code, 1);
    assert.match(ill.stdout, /^\[WARN\] oauth_fail — .*\n {2}fix: .*\n {2}look: agent-runner peek --round 2 --log$/m);
    assert.equal(project.events().length, after);
  },
);

testAbreast("monitor --mode events prints an event within 50 ms, and narrate shows it to people", async () => {
  await using project = await Project.make({ mode: "clean" });
  assert.equal((await project.run(["serve", "--once"])).code, 0);
  const file = `${project.logs}/${names(project.logs).filter((name) => name.startsWith("events-")).at(-1)}`;
  const events = project.start("monitor", "--mode", "events");
  const narrator = project.start("monitor", "--mode", "narrate");
  let number = 0;
  const write = () => {
    const line = { ts: new Date().toISOString(), event: "round_end", round_num: ++number + 1000 };
    Deno.writeTextFileSync(file, `${JSON.stringify(line)}\n`, { append: true });
    return `"round_num":${line.round_num}`;
  };
  await project.until("the monitor to follow", () => {
    write();
    return events.stdout !== "" && /round=1\d{3}/.test(narrator.stdout);
  });
  let best = Infinity;
  for (let attempt = 0; attempt < 20 && best > 25; attempt++) {
    const mark = write();
    const written = performance.now();
    while (!events.stdout.includes(mark)) {
      assert.ok(performance.now() - written < 10_000, "it never came");
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    best = Math.min(best, performance.now() - written);
  }
  assert.ok(best < 50, `${best} ms at best`);
  for (const monitor of [events, narrator]) {
    signal(monitor.pid, "SIGINT");
    assert.equal((await monitor.ended(5000)).code, 0);
  }
});

testAbreast(
  "monitor leaves records and acts to another one of the project, and takes over when that is gone",
  async () => {
    await using project = await Project.make({ mode: "told", toml: '[plugins]\ndisable = ["no_progress"]' });
    const tell = (mode: string) => Deno.writeTextFileSync(`${project.out}/mode`, mode);
    tell("degraded");
    project.start("serve");
    const first = project.start("monitor", "--json", "--interval", "0.5");
    await untilAlert(project, first, "degraded_start");
    const second = project.start("monitor", "--json", "--interval", "0.5");
    await untilAlert(project, second, "degraded_start", "repeated");
    await project.until("a word on it", () => second.stderr.includes('"happening":"showing"'));
    assert.deepEqual(project.ofKind("monitor_started").length, 1);
    first.kill();
    // What ends while nobody records is made up for.
    tell("clean");
    await untilAlert(project, second, "degraded_start", "resolved");
    await project.untilKind("monitor_alert_resolved");
    assert.equal(project.ofKind("monitor_started").length, 2);
    tell("degraded");
    await project.untilKind("monitor_alert_emitted", 2);
    second.signal("SIGINT");
    assert.equal((await second.ended(20_000)).code, 0);
    assert.deepEqual(project.ofKind("monitor_alert_emitted").map(({ state }) => state), ["raised", "raised"]);
    assert.equal(project.ofKind("monitor_alert_resolved").length, 1);
  },
);

testAbreast("monitor has a hook deal with each alert, once, and tells of it when it fails", async () => {
  const page = "cat >>../pages; echo >>../pages; echo '{\"protocol\": 1}'";
  await using project = await Project.make({
    mode: "told",
    toml: [
      "[hooks.page]",
      'points = ["monitor_alert"]',
      `command = ["sh", "-c", ${JSON.stringify(page)}]`,
      "[hooks.lame]",
      'points = ["monitor_alert"]',
      'command = ["false"]',
      "[plugins]",
      'disable = ["no_progress", "orphan_chain"]',
    ].join("\n"),
  });
  Deno.writeTextFileSync(`${project.out}/mode`, "degraded");
  project.start("serve");
  const monitor = project.start("monitor", "--json", "--interval", "0.5");
  assert.equal((await untilAlert(project, monitor, "degraded_start")).auto_action, "hook");
  Deno.writeTextFileSync(`${project.out}/mode`, "clean");
  await untilAlert(project, monitor, "degraded_start", "resolved");
  const pages = () => {
    const lines = exists(`${project.root}/pages`) ? Deno.readTextFileSync(`${project.root}/pages`).split("\n") : [];
    return lines.filter((line) => line !== "").map((line) => JSON.parse(line).alert);
  };
  await project.until("both pages", () => pages().length >= 2);
  await endWell(project, monitor);
  assert.deepEqual(pages().map(({ detector, state, auto_action, host }) => [detector, state, auto_action, host]), [
    ["degraded_start", "raised", "hook", null],
    ["degraded_start", "resolved", "none", null],
  ]);
  const failures = project.ofKind("hook_failed").map(({ hook_name, hook_kind }) => [hook_name, hook_kind]);
  assert.deepEqual(failures, [["lame", "alert"], ["lame", "alert"]]);
});
