// Guards the verb of the witness: what it shows and records, how it ends, and that it stops what does harm.
import assert from "node:assert/strict";
import { runApp } from "../../../src/cli/app.ts";
import { isoTime } from "../../../src/core/text.ts";
import { spellHello, spellLook } from "../../../src/monitor/frame.ts";
import { withLines } from "../../config/sample.ts";
import type { FakeChannel } from "../../fakes/fake_channels.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { FakeStream, FakeWorld } from "../../fakes/fake_world.ts";
import { until } from "../../fakes/until.ts";

const toml = "/home/me/shop/agent-runner.toml";
const logs = "/home/me/shop/logs";
const lock = `${logs}/agent-runner.lock`;

class Scene {
  readonly world: FakeWorld;
  readonly #month: string;

  constructor(config: Readonly<Record<string, string>> = {}, screen?: FakeStream, clock?: FakeClock) {
    this.world = new FakeWorld(clock);
    this.write(config);
    this.#month = isoTime(this.world.clock.now()).slice(0, 7);
    if (screen !== undefined) Object.defineProperty(this.world, "stdout", { value: screen });
  }

  get out(): string {
    return this.world.stdout.text;
  }

  get err(): string {
    return this.world.stderr.text;
  }

  write(config: Readonly<Record<string, string>>): void {
    this.world.files.writeAtomic(toml, withLines(config));
  }

  disk(percent: number): void {
    this.#append("metrics", { event: "periodic", disk_used_pct: percent });
  }

  event(event: string, fields: Readonly<Record<string, unknown>> = {}): void {
    this.#append("events", { event, ...fields });
  }

  #append(kind: string, row: Readonly<Record<string, unknown>>): void {
    const line = JSON.stringify({ ts: isoTime(this.world.clock.now()), ...row });
    this.world.files.append(`${logs}/${kind}-${this.#month}.jsonl`, new TextEncoder().encode(`${line}\n`));
  }

  run(...words: string[]): Promise<number> {
    return runApp(["monitor", ...words], this.world, () => {});
  }

  /** Runs until `isSo`, then sends Ctrl-C. */
  async runUntil(isSo: () => boolean, ...words: string[]): Promise<number> {
    const running = this.run(...words);
    await until(`${isSo}\n${this.out}${this.err}`, isSo);
    this.world.signals.send("SIGINT");
    return await running;
  }
}

Deno.test("monitor --once is silent and 0 when all is well, 1 with what is wrong, and leaves nothing behind", async () => {
  const well = new Scene();
  well.disk(40);
  assert.equal(await well.run("--once"), 0, well.err);
  assert.deepEqual([well.out, well.err], ["", ""]);

  const ill = new Scene();
  ill.disk(97);
  const before = ill.world.files.paths();
  assert.equal(await ill.run("--once"), 1);
  assert.match(
    ill.out,
    /^\[CRIT\] disk_critical — The disk is 97% full \(limit 95%\)\n {2}fix: Make room [^\n]*\n {2}look: agent-runner doctor\n$/,
  );
  assert.deepEqual(ill.world.files.paths(), before);
  assert.equal(await ill.run("--once", "--json"), 1);
  const alert = JSON.parse(ill.world.stdout.lines.at(-1)!);
  assert.deepEqual(Object.keys(alert).slice(0, 6), [
    "severity",
    "detector",
    "message",
    "context",
    "ts",
    "auto_action",
  ]);
  assert.deepEqual([alert.severity, alert.detector, alert.auto_action, alert.state, alert.host], [
    "critical",
    "disk_critical",
    "stop_service",
    "raised",
    null,
  ]);
  assert.deepEqual(ill.world.processes.signals, [], "a single look stops nothing");
});

Deno.test("monitor --once counts what is only worth knowing as no trouble, and tells a terminal that all is well", async () => {
  const scene = new Scene();
  scene.event("agent_version_changed", { agent: "claude", from: "1.0.0", to: "1.1.0" });
  assert.equal(await scene.run("--once"), 0);
  assert.match(scene.out, /^\[OK\] version_changed — claude is now 1\.1\.0, it was 1\.0\.0\n/);
  const screen = new Scene({}, new FakeStream({ hasColor: true }));
  assert.equal(await screen.run("--once"), 0);
  assert.ok(screen.out.startsWith("\u001b[32m[OK]\u001b[39m nothing is wrong ("), screen.out);
});

Deno.test("monitor --once is 1 when the project cannot be looked at", async () => {
  const scene = new Scene();
  scene.disk(40);
  scene.world.files.failWith(logs, "denied");
  assert.equal(await scene.run("--once"), 1);
  assert.match(
    scene.err,
    /the project cannot be watched: Cannot read '[^']+'.*\n {2}fix: See that its log folder can be read: .*\n$/,
  );
});

Deno.test("monitor refuses what makes no sense in two lines", async () => {
  const cases: readonly (readonly [number, RegExp, ...string[]])[] = [
    [2, /--once asks the detectors/, "--once", "--mode", "narrate"],
    [2, /--since belongs to --mode/, "--since", "10m"],
    [2, /--interval has no meaning/, "--interval", "5", "--mode", "events"],
    [2, /'-x' cannot be a host: ssh would take it for an option/, "--host=-x"],
    [2, /moment/, "--mode", "events", "--since", "soon"],
    [2, /--port belongs to --mode http/, "--port", "8765"],
    [2, /--allow-host belongs to --mode http/, "--mode", "events", "--allow-host", "pi"],
    [2, /--once asks the detectors, and --mode http goes on/, "--mode", "http", "--once"],
    [2, /--since has no meaning in --mode http/, "--mode", "http", "--since", "1h"],
    [2, /The token has fewer than 16 characters/, "--mode", "http", "--token", "short"],
    [2, /would show the page to the network without a token/, "--mode", "http", "--listen", "0.0.0.0"],
    [2, /'a b' is no host for --allow-host/, "--mode", "http", "--allow-host", "a b"],
    [1, /There is no token file '\/none'/, "--mode", "http", "--token-file", "/none"],
    [2, /Only --mode http shows several projects/, "--config", "a.toml", "--config", "b.toml"],
  ];
  for (const [code, message, ...words] of cases) {
    const scene = new Scene();
    assert.equal(await scene.run(...words), code, words.join(" "));
    assert.match(scene.err, message);
    assert.match(scene.err, /^agent-runner: [^\n]+\n {2}fix: [^\n]+\n$/);
  }
  assert.equal(await new Scene().run("--mode", "page"), 2);
  assert.equal(await new Scene().run("--interval", "0"), 2);
  const broken = new Scene({ runtime: "round_timeout_s = 'x'" });
  assert.equal(await broken.run(), 78);
});

Deno.test("monitor tells, records, and knows after a restart what it told; Ctrl-C is a good end", async () => {
  const scene = new Scene();
  scene.disk(91);
  assert.equal(await scene.runUntil(() => scene.out.includes("disk_warning")), 0);
  assert.match(scene.err, /watching 'shop' with \d+ detectors/);
  const [started, raised] = scene.world.events;
  assert.deepEqual([started?.event, started?.host, started?.interval_s, started?.mode], [
    "monitor_started",
    null,
    30,
    "anomaly",
  ]);
  assert.deepEqual([raised?.event, raised?.detector, raised?.state], [
    "monitor_alert_emitted",
    "disk_warning",
    "raised",
  ]);
  const next = scene.run();
  await until("the alert again", () => scene.out.includes("still so, told first at 2026-"));
  scene.disk(30);
  await until("its end", () => /\[OK\] disk_warning — over after /.test(scene.out));
  scene.world.signals.send("SIGTERM");
  assert.equal(await next, 0);
  assert.equal(scene.world.kinds.filter((kind) => kind === "monitor_alert_emitted").length, 1);
  assert.equal(scene.world.kinds.filter((kind) => kind === "monitor_alert_resolved").length, 1);
});

Deno.test("monitor begins anew with a memory file that holds anything", async () => {
  for (const text of ["", "null", '{"version":1,"alerts":[{"detector":7}]}', "\u0000"]) {
    const scene = new Scene();
    scene.disk(91);
    scene.world.files.writeAtomic(`${logs}/monitor.json`, text);
    assert.equal(await scene.runUntil(() => scene.out.includes("disk_warning")), 0);
    assert.ok(!scene.out.includes("still so"));
  }
});

Deno.test("monitor stops the supervisor for a full disk, and believes it when the lock is free", async () => {
  const scene = new Scene();
  const { world } = scene;
  const held = await world.lock.tryAcquire(lock);
  const pid = world.processes.start({ obeysAfterMs: 2000, onEnd: () => held!.release() });
  // The table of the fake counts from another moment.
  const since = isoTime(world.clock.now() + world.clock.monotonic());
  world.files.writeAtomic(`${lock}.holder`, JSON.stringify({ pid, started_at: since }));
  scene.disk(97);
  const done = () => world.kinds.includes("monitor_auto_stop_done");
  assert.equal(await scene.runUntil(done), 0);
  assert.deepEqual(world.processes.signals.map(({ target, signal }) => [target, signal]), [[pid, "SIGTERM"]]);
  assert.ok(world.kinds.indexOf("monitor_auto_stop_triggered") > world.kinds.indexOf("monitor_alert_emitted"));
  assert.match(scene.err, /stopping the service because of disk_critical\n[^]*the service is stopped/);
});

Deno.test("monitor reads a changed configuration, and keeps the old one beside a broken one with one warning", async () => {
  const scene = new Scene();
  scene.disk(50);
  const running = scene.run();
  await until("the first look", () => scene.err.includes("watching"));
  scene.world.files.writeAtomic(toml, "[agent\n");
  scene.disk(50);
  await until("the warning", () => scene.err.includes("the configuration is broken, the old one stays"));
  scene.disk(51);
  scene.write({ "monitor.disk_warning": "disk_pct = 20", monitor: 'auto_stop_on = ["hung"]' });
  await until("the alert", () => scene.out.includes("(limit 20%)"));
  scene.world.signals.send("SIGINT");
  assert.equal(await running, 0);
  assert.equal(scene.err.split("the old one stays").length, 2);
  assert.equal(scene.err.split("was read anew").length, 2);
});

Deno.test("monitor says which of auto_stop_on can stop nothing", async () => {
  const scene = new Scene({ monitor: 'auto_stop_on = ["disk_critical", "hung"]' });
  assert.equal(await scene.runUntil(() => scene.err.includes("names 'hung', which stops nothing")), 0);
  assert.ok(!scene.err.includes("names 'disk_critical'"));
});

Deno.test("monitor --mode events writes each event on one line as it comes, from now on", async () => {
  const scene = new Scene();
  scene.event("round_start", { round_num: 1, phase: null });
  const running = scene.run("--mode", "events");
  await until("an event that is new", () => {
    if (scene.out.includes('"round_num":2')) return true;
    scene.event("round_start", { round_num: 2, phase: "a\u001b[31m" });
    return false;
  });
  scene.world.signals.send("SIGINT");
  assert.equal(await running, 0);
  assert.ok(!scene.out.includes('"round_num":1'));
  assert.deepEqual(Object.keys(JSON.parse(scene.world.stdout.lines[0]!)), ["ts", "event", "round_num", "phase"]);
  const past = new Scene();
  past.event("round_end", { round_num: 1 });
  assert.equal(await past.runUntil(() => past.out.includes('"round_num":1'), "--mode", "events", "--since", "1h"), 0);
});

Deno.test("monitor --mode narrate shows the newest ten first, and obeys nothing that is in them", async () => {
  const scene = new Scene();
  for (let i = 1; i <= 12; i++) {
    await scene.world.clock.advance(1000);
    scene.event("round_end", { round_num: i, note: "a\u001b]0;x\u0007\nb" });
  }
  assert.equal(await scene.runUntil(() => scene.out.includes("round=12"), "--mode", "narrate"), 0);
  assert.deepEqual(
    scene.world.stdout.lines.map((line) => /^\[[\d:.]{12}\] round_end {12}round=(\d+) note=/.exec(line)?.[1]),
    ["3", "4", "5", "6", "7", "8", "9", "10", "11", "12"],
  );
  // deno-lint-ignore no-control-regex -- they are what must not be there
  assert.ok(!/[\u0000-\u0009\u000b-\u001f]/.test(scene.out));
});

Deno.test("monitor --mode narrate ends well when its reader has gone", async () => {
  const scene = new Scene();
  scene.event("round_end", { round_num: 1 });
  scene.world.stdout.write = () => false;
  assert.equal(await scene.run("--mode", "narrate"), 0);
});

/** On other machines time passes by itself only when nobody waits for them. */
function farScene(config: Readonly<Record<string, string>> = {}): Scene {
  return new Scene(config, undefined, new FakeClock());
}

/** A far agent-runner that says how things stand. */
function answering(scene: Scene, look: Parameters<typeof spellLook>[0]) {
  return (channel: FakeChannel) => {
    channel.say(spellHello(scene.world.version));
    for (const frame of spellLook(look, { events: [], metrics: [] })) channel.say(frame);
  };
}

function farLook(scene: Scene, percent: number): Parameters<typeof spellLook>[0] {
  const at = scene.world.clock.now();
  const event = { ts: isoTime(at), event: "round_end", round_num: percent };
  return {
    kind: "seen",
    at,
    events: [{ event, line: JSON.stringify(event) }],
    metrics: [{ ts: isoTime(at), disk_used_pct: percent }],
    status: {},
    isActive: false,
    roundLogBytes: null,
  };
}

Deno.test("monitor --host shows several hosts in one view, and records here which of them it was", async () => {
  const scene = farScene();
  const { channels } = scene.world;
  channels.onOpen = (channel, i) => answering(scene, farLook(scene, i === 0 ? 91 : 99))(channel);
  const both = () => scene.out.includes("pi: disk_warning") && scene.out.includes("attic: disk_critical");
  assert.equal(await scene.runUntil(both, "--host", "pi", "--host", "attic", "--host", "pi"), 0);
  assert.equal(channels.opened.length, 2, "a host that is named twice is watched once");
  const alerts = scene.world.events.filter(({ event }) => event === "monitor_alert_emitted");
  assert.deepEqual(alerts.map(({ host }) => host).sort(), ["attic", "pi"]);
  const started = scene.world.events.filter(({ event }) => event === "monitor_started");
  assert.deepEqual(started.map(({ host, interval_s }) => [host, interval_s]).sort(), [["attic", 60], ["pi", 60]]);
});

Deno.test("monitor --host narrates and writes events of hosts, too", async () => {
  const scene = farScene();
  scene.world.channels.onOpen = answering(scene, farLook(scene, 7));
  assert.equal(await scene.runUntil(() => scene.out.includes("round=7"), "--host", "pi", "--mode", "narrate"), 0);
  assert.match(scene.out, /^pi {2}\[[\d:.]+\] round_end {12}round=7\n$/);
  const events = farScene();
  events.world.channels.onOpen = answering(events, farLook(events, 8));
  const words = ["--host", "pi", "--mode", "events", "--since", "1h"];
  assert.equal(await events.runUntil(() => events.out.includes('"round_num":8'), ...words), 0);
  assert.equal(JSON.parse(events.out).from_host, "pi");
});

Deno.test("monitor --host is 1 with the reason when the host is given up, in every mode", async () => {
  for (const words of [[], ["--once"], ["--mode", "events"], ["--mode", "narrate"]]) {
    const scene = farScene({ monitor: "remote_failure_tolerance_s = 3" });
    scene.world.channels.onOpen = (channel) => channel.end(255, "ssh: connect to host pi port 22: No route to host\n");
    const running = scene.run("--host", "pi", ...words);
    await until("the end of the tolerance", async () => {
      await scene.world.clock.advance(1000);
      return /'pi' cannot be watched: /.test(scene.err);
    });
    assert.equal(await running, 1, words.join(" "));
    assert.match(scene.err, /'pi' cannot be watched \(attempt 1, the next one in 1s\): .*No route to host/);
    assert.match(scene.err, /'pi' cannot be watched: .*No route to host.*\n {2}fix: Run 'ssh pi true'/);
    const kinds = scene.world.kinds.filter((kind) => kind.startsWith("monitor_remote"));
    assert.deepEqual(
      [...new Set(kinds)],
      words[0] === "--once" ? [] : ["monitor_remote_blip", "monitor_remote_giveup"],
    );
  }
});

Deno.test("monitor goes on with the other hosts when one is given up", async () => {
  const scene = farScene({ monitor: "remote_failure_tolerance_s = 0" });
  const { channels } = scene.world;
  channels.onOpen = (channel) => {
    if (channel.argv.includes("dead")) channel.end(255, "No route to host");
    else answering(scene, farLook(scene, 91))(channel);
  };
  const isDone = () => scene.err.includes("'dead' cannot be watched") && scene.out.includes("pi: disk_warning");
  assert.equal(await scene.runUntil(isDone, "--host", "dead", "--host", "pi"), 0);
});

Deno.test("monitor says so when another one of the project records and acts already, and only shows", async () => {
  const scene = new Scene();
  scene.disk(91);
  const first = scene.run();
  await until("the alert", () => scene.world.kinds.includes("monitor_alert_emitted"));
  const second = scene.run();
  await until("the alert again", () => scene.out.includes("still so, told first at 2026-"));
  assert.match(scene.err, /another monitor watches this project: this one shows, and records and acts when/);
  scene.disk(97);
  await until("both to tell", () => scene.out.split("disk_critical — ").length === 3);
  scene.world.signals.send("SIGINT");
  assert.deepEqual(await Promise.all([first, second]), [0, 0]);
  const count = (kind: string) => scene.world.kinds.filter((known) => known === kind).length;
  assert.deepEqual([count("monitor_started"), count("monitor_alert_emitted")], [1, 2]);
});
