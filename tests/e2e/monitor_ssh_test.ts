// Proves that the monitor watches other machines in all its modes, over cuts and silences, and stops what does harm there.
import assert from "node:assert/strict";
import { testAbreast } from "./crash_abreast.ts";
import { FarWatch, printed } from "./far_watch.ts";
import type { FarWatchOptions, Line } from "./far_watch.ts";
import { program } from "./program.ts";
import type { Running } from "./project.ts";
import { sshdObstacle } from "./sshd.ts";
import { testWhere } from "./test_where.ts";

const real = program().map((word) => `'${word}'`).join(" ");
const waitMs = 60_000;

const testWithSshd = testWhere(sshdObstacle, testAbreast);

function onFar(name: string, use: (watch: FarWatch) => Promise<void>, options: FarWatchOptions = {}): void {
  testWithSshd(name, async () => {
    await using watch = await FarWatch.make(options);
    await use(watch);
  });
}

async function untilSaid(watch: FarWatch, monitor: Running, pattern: RegExp): Promise<RegExpMatchArray> {
  const said = () => pattern.exec(monitor.stdout) ?? pattern.exec(monitor.stderr);
  try {
    return await watch.near.until(String(pattern), said, waitMs);
  } catch (thrown) {
    throw new Error(`${thrown}\n${monitor.stdout}${monitor.stderr}`);
  }
}

async function untilAlert(watch: FarWatch, monitor: Running, wanted: Line): Promise<Line> {
  const isIt = (line: Line) => Object.entries(wanted).every(([key, value]) => line[key] === value);
  try {
    return await watch.near.until(JSON.stringify(wanted), () => printed(monitor).find(isIt), waitMs);
  } catch (thrown) {
    throw new Error(`${thrown}\n${monitor.stdout}${monitor.stderr}`);
  }
}

async function endWell(monitor: Running): Promise<void> {
  monitor.signal("SIGINT");
  const { code, stderr } = await monitor.ended(20_000);
  assert.equal(code, 0, stderr);
}

/** What was told of alerts, in short. */
function lives(monitor: Running): string[] {
  return printed(monitor).map(({ detector, state }) => `${detector} ${state}`);
}

onFar(
  "monitor --host tells what the loop there causes and when it is over, and records it here alone",
  async (watch) => {
    const { place, near } = watch;
    const monitor = watch.start("--json");
    await near.until("the far end", () => near.ofKind("monitor_started").length > 0);
    place.play("degraded");
    place.project.start("serve");
    const raised = await untilAlert(watch, monitor, { detector: "degraded_start", state: "raised" });
    assert.deepEqual([raised.host, raised.severity, raised.auto_action], [place.label, "warning", "none"]);
    place.play("clean");
    await untilAlert(watch, monitor, { detector: "degraded_start", state: "resolved" });
    await endWell(monitor);
    assert.deepEqual(lives(monitor), ["degraded_start raised", "degraded_start resolved"]);
    assert.deepEqual(near.events().map(({ event, host }) => [event, host]), [
      ["monitor_started", "far"],
      ["monitor_alert_emitted", "far"],
      ["monitor_alert_resolved", "far"],
    ]);
    assert.ok(!place.project.events().some(({ event }) => event.startsWith("monitor_")), "nothing is written there");
    for (let i = 0; await place.ends() > 0; i++) {
      assert.ok(i < 100, "the far end stays");
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  },
);

onFar("monitor --host shows two machines in one view, in every mode", async (watch) => {
  const [pi, attic] = watch.places;
  const watches = [watch.start(), watch.start("--mode", "narrate"), watch.start("--mode", "events")];
  const [anomaly, narrate, events] = watches as [Running, Running, Running];
  pi!.disk(91);
  attic!.disk(97);
  await untilSaid(watch, anomaly, /^\[WARN\] pi:\S+: disk_warning — .*\n {2}fix: .*\n {2}look: /m);
  await untilSaid(watch, anomaly, /^\[CRIT\] attic:\S+: disk_critical — /m);
  let number = 0;
  const both = (monitor: Running, patterns: readonly RegExp[]) => () => {
    number++;
    pi!.append("events", { event: "round_end", round_num: 1000 + number, note: "a\u001b[31m" });
    attic!.append("events", { event: "round_end", round_num: 5000 + number });
    return patterns.every((pattern) => pattern.test(monitor.stdout));
  };
  const wanted = [
    /^pi:\S+ {2}\[[\d:.]+\] round_end +round=1\d{3} /m,
    /^attic:\S+ {2}\[[\d:.]+\] round_end +round=5\d{3}$/m,
  ];
  await watch.near.until("events for people", both(narrate, wanted), waitMs);
  await watch.near.until("events for programs", both(events, [/"from_host":"pi:/, /"from_host":"attic:/]), waitMs);
  assert.ok(!narrate.stdout.includes("\u001b"));
  for (const event of printed(events)) {
    assert.equal(event.from_host, Number(event.round_num) < 5000 ? pi!.label : attic!.label);
  }
  for (const monitor of watches) await endWell(monitor);
}, { names: ["pi", "attic"] });

onFar(
  "monitor --host --once is 0 and silent when all is well there, 1 with what is wrong, and records nothing",
  async (watch) => {
    const { place, near } = watch;
    place.disk(40);
    const well = await watch.run("--once");
    assert.deepEqual([well.code, well.stdout], [0, ""], well.stderr);
    place.disk(91);
    const ill = await watch.run("--once");
    assert.equal(ill.code, 1);
    assert.match(ill.stdout, /^\[WARN\] far:\S+: disk_warning — .*91% full/);
    const json = await watch.run("--once", "--json");
    assert.deepEqual([json.code, JSON.parse(json.stdout).host], [1, place.label]);
    assert.deepEqual(near.events(), []);
  },
);

onFar(
  "monitor --host stops the supervisor there for a disk that is too full, and sees that its lock is free",
  async (watch) => {
    const { place: { project, label }, near } = watch;
    const serve = project.start("serve");
    await project.untilKind("round_end");
    const monitor = watch.start("--json");
    assert.equal((await untilAlert(watch, monitor, { detector: "disk_critical" })).auto_action, "stop_service");
    const { code, stderr } = await serve.ended(waitMs);
    assert.equal(code, 0, stderr);
    const done = await near.untilKind("monitor_auto_stop_done", 1, waitMs);
    assert.deepEqual([done.detector, done.host, done.attempts], ["disk_critical", "far", 1]);
    assert.equal(project.ofKind("serve_stopped").length, 1);
    assert.equal(near.ofKind("monitor_auto_stop_triggered").length, 1);
    await untilSaid(watch, monitor, new RegExp(`the service on '${label}' is stopped`));
    await endWell(monitor);
  },
  { toml: "[monitor.disk_critical]\ndisk_pct = 0.1\n[monitor.disk_warning]\ndisk_pct = 0.1" },
);

onFar("monitor --host tries a stop again when the machine was away, until it has worked", async (watch) => {
  const { place: { far, project }, near } = watch;
  const serve = project.start("serve");
  await project.untilKind("round_end");
  // Whoever asks for a stop finds the machine gone at the first time.
  far.install(
    `for word; do if [ "$word" = stop ] && [ ! -e '${far.root}/refused' ]; then : >'${far.root}/refused'; exit 255; fi; done\n` +
      `exec ${real} "$@"`,
  );
  const monitor = watch.start("--json");
  const failed = await near.untilKind("monitor_auto_stop_failed", 1, waitMs);
  assert.deepEqual([failed.attempt, failed.next_try_s, serve.isOver], [1, 5, false]);
  const done = await near.untilKind("monitor_auto_stop_done", 1, waitMs);
  assert.equal(done.attempts, 2);
  assert.equal((await serve.ended()).code, 0);
  await untilSaid(watch, monitor, /"fix":"Run 'ssh far true' by hand/);
  await endWell(monitor);
}, { toml: "[monitor.disk_critical]\ndisk_pct = 0.1\n[monitor.disk_warning]\ndisk_pct = 0.1" });

onFar("monitor --host goes on after a cut, and tells what began and ended meanwhile once", async (watch) => {
  const { place, near } = watch;
  place.disk(91);
  const monitor = watch.start("--json");
  await untilAlert(watch, monitor, { detector: "disk_warning", state: "raised" });
  await place.far.cut();
  await near.untilKind("monitor_remote_blip", 1, waitMs);
  place.disk(40);
  await untilAlert(watch, monitor, { detector: "disk_warning", state: "resolved" });
  await place.far.down();
  await near.untilKind("monitor_remote_blip", 3, waitMs);
  place.disk(97);
  await place.far.up();
  await untilAlert(watch, monitor, { detector: "disk_critical", state: "raised" });
  await endWell(monitor);
  assert.deepEqual(lives(monitor), ["disk_warning raised", "disk_warning resolved", "disk_critical raised"]);
  assert.deepEqual(near.ofKind("monitor_remote_giveup"), []);
  const said = monitor.stderr.split("\n").filter((line) => line.includes('"monitor_remote_blip"'));
  assert.equal(said.length, near.ofKind("monitor_remote_blip").length);
});

onFar(
  "monitor --host hears that a machine hangs, calls no supervisor stale for it, and goes on when it answers",
  async (watch) => {
    const { place, near } = watch;
    place.project.start("serve");
    await place.project.untilKind("round_end");
    const monitor = watch.start("--json");
    await near.untilKind("monitor_started", 1, waitMs);
    for (let i = 0; await place.ends() === 0; i++) {
      assert.ok(i < 300, "no connection");
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    place.play("degraded");
    await untilAlert(watch, monitor, { detector: "degraded_start", state: "raised" });
    await place.far.freeze();
    const blip = await near.untilKind("monitor_remote_blip", 1, waitMs);
    assert.match(String(blip.error), /silent|timed out/i);
    place.play("clean");
    await place.far.thaw();
    await untilAlert(watch, monitor, { detector: "degraded_start", state: "resolved" });
    await endWell(monitor);
    assert.deepEqual(lives(monitor), ["degraded_start raised", "degraded_start resolved"]);
  },
  { toml: '[monitor.supervisor_stale]\nstale_s = 12\n[plugins]\ndisable = ["no_progress"]' },
);

onFar("monitor --host gives a machine up that stays away: exit 1 and two lines, in every mode", async (watch) => {
  await watch.place.far.down();
  const modes = [[], ["--once"], ["--mode", "narrate"], ["--mode", "events"]];
  const outcomes = await Promise.all(modes.map((words) => watch.run(...words)));
  for (const { code, stdout, stderr } of outcomes) {
    assert.equal(code, 1);
    assert.match(stdout, /^$|^\[WARN\] far:\S+: monitor_blind /);
    assert.match(
      stderr,
      /'far:\S+' cannot be watched: [^\n]*refused[^\n]*\n {2}fix: Run 'ssh far true' by hand[^\n]*\n$/,
    );
  }
  assert.equal(watch.near.ofKind("monitor_remote_giveup").length, 3, "--once records nothing");
}, { toml: "[monitor]\nremote_failure_tolerance_s = 2" });

onFar("monitor --host goes on with one machine when the other is given up", async (watch) => {
  const [pi, attic] = watch.places;
  await attic!.far.down();
  const monitor = watch.start();
  await untilSaid(watch, monitor, /'attic:\S+' cannot be watched: .*refused.*\n {2}fix: Run 'ssh attic true'/);
  pi!.disk(91);
  await untilSaid(watch, monitor, /^\[WARN\] pi:\S+: disk_warning/m);
  await endWell(monitor);
}, { names: ["pi", "attic"], toml: "[monitor]\nremote_failure_tolerance_s = 1" });

onFar("monitor --host leaves at once where there is no agent-runner", async (watch) => {
  const { code, stderr } = await watch.run();
  assert.equal(code, 1);
  assert.match(stderr, /has no agent-runner on PATH[^\n]*\n {2}fix: Install agent-runner on 'far'\n$/);
}, { script: null });

onFar("monitor --host leaves at once where the program is far too old", async (watch) => {
  const { code, stderr } = await watch.run("--mode", "narrate");
  assert.equal(code, 1);
  assert.match(stderr, /understands neither _feed nor peek: it is too old\n {2}fix: Install this version on 'far'\n$/);
}, { script: "echo 'usage: agent-runner serve' >&2; exit 2" });

onFar("monitor --host asks an older program that cannot stream, says so, and has all detectors look", async (watch) => {
  const monitor = watch.start();
  await untilSaid(watch, monitor, /cannot stream/);
  watch.place.disk(91);
  await untilSaid(watch, monitor, /^\[WARN\] far:\S+: disk_warning/m);
  await endWell(monitor);
}, { script: `if [ "$1" = _feed ]; then echo "There is no verb '_feed'" >&2; exit 2; fi; exec ${real} "$@"` });

onFar("monitor --host goes by the words of rounds there that have no verdict", async (watch) => {
  const { place } = watch;
  Deno.mkdirSync(`${place.project.logs}/rounds`, { recursive: true });
  for (const number of [1, 2, 3]) {
    const round = { round_num: number };
    const log = `${place.project.logs}/rounds/R${number}-20261121T10000${number}.log`;
    Deno.writeTextFileSync(log, "working\nconnect ECONNREFUSED 192.0.2.1:443\n");
    place.append("events", { event: "round_start", ...round, phase: null });
    place.append("events", { event: "agent_exit", ...round, exit_code: 1, duration_s: 3, timed_out: false });
    place.append("events", { event: "round_end", ...round });
  }
  const { code, stdout } = await watch.run("--once", "--json");
  assert.equal(code, 1);
  const alerts = stdout.trim().split("\n").map((line) => JSON.parse(line) as Line);
  const found = alerts.find(({ detector }) => detector === "network_fail");
  assert.match(String(found?.message), /3 of the last 3 rounds failed at the network: .*ECONNREFUSED/i);
});

Deno.test("monitor refuses a host without a name in two lines", async () => {
  await using watch = await FarWatch.make({ names: [] });
  const { code, stderr } = await watch.near.run(["monitor", "--host="]);
  assert.equal(code, 2);
  assert.equal(stderr, "agent-runner: '--host' lacks its value\n  fix: Write '--host HOST[:PATH]', or leave it out\n");
});

onFar("monitor --mode http --host shows the loop there, and says whose it is", async (watch) => {
  const { place } = watch;
  place.project.start("serve", "--max-rounds", "1");
  const monitor = watch.start("--mode", "http", "--port", "0");
  const [, url] = await untilSaid(watch, monitor, /page is at (\S+)/);
  const state = async () => await (await fetch(`${url}api/state`)).json();
  await untilAsync("the round there", async () => (await state()).recent_rounds?.[0]?.verdict === "ok");
  const page = await (await fetch(url!)).text();
  assert.ok(page.includes(`on ${place.label}`), "the page names the host");
  assert.match(page, /Round 1: ok/);
  await untilAsync("the picture from there", async () => Array.isArray((await state()).defenses));
  assert.equal((await state()).host, place.label);
  await endWell(monitor);
});

onFar(
  "the page of another machine has what the agent says there as it says it, and ends its connections",
  async (watch) => {
    const { place } = watch;
    place.play("hang");
    const serve = place.project.start("serve");
    const monitor = watch.start("--mode", "http", "--port", "0");
    const [, url] = await untilSaid(watch, monitor, /page is at (\S+)/);
    const state = async () => await (await fetch(`${url}api/state`)).json();
    await untilAsync("the round there", async () => (await state()).round_state.running === true);
    await untilAsync("the defenses", async () => /id="defenses-all"/.test(await (await fetch(url!)).text()));
    const log = `${place.project.logs}/round-current.log`;
    await untilAsync("the log there", () => Promise.resolve(exists(log)));
    Deno.writeTextFileSync(log, "the agent says <this>\n", { append: true });
    await untilAsync("its words", async () => /the agent says <this>$/.test((await state()).round_log_tail));
    assert.match(await (await fetch(url!)).text(), /the agent says &lt;this&gt;/);
    Deno.writeTextFileSync(`${place.project.logs}/narrative.md`, "# What was done\n");
    await untilAsync("the narrative", async () => (await state()).narrative === "# What was done");
    assert.equal(await place.ends("_details"), 1);
    await endWell(monitor);
    await untilAsync("the far end's end", async () => await place.ends("_details") === 0);
    // The first one lets the round finish.
    serve.signal("SIGTERM");
    await place.project.until("an answer", () => serve.stdout.includes("a running round may finish"));
    serve.signal("SIGTERM");
    await serve.ended();
  },
);

onFar("the page says so when the program there is one that tells no details", async (watch) => {
  const monitor = watch.start("--mode", "http", "--port", "0");
  const [, url] = await untilSaid(watch, monitor, /page is at (\S+)/);
  await untilAsync("the word", async () => /is of another version/.test(await (await fetch(url!)).text()));
  await endWell(monitor);
}, { script: `if [ "$1" = _details ]; then echo "There is no verb" >&2; exit 2; fi; exec ${real} "$@"` });

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

async function untilAsync(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + waitMs;
  while (!await isSo()) {
    if (Date.now() > end) throw new Error(`waited in vain for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
