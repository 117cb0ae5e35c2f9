// Guards that the state of a service comes from its lock, whatever files a dead one left or hold.
import assert from "node:assert/strict";
import { readServiceState } from "../../src/service/state.ts";
import { openEventSource } from "../../src/store/event_source.ts";
import { FakeWorld } from "../fakes/fake_world.ts";

const logDir = "/home/me/shop/logs";

function scene(files: Readonly<Record<string, unknown>>, { isHeld = true } = {}) {
  const world = new FakeWorld();
  for (const [name, content] of Object.entries(files)) {
    const text = typeof content === "string" ? content : JSON.stringify(content);
    world.files.writeAtomic(`${logDir}/${name}`, text);
  }
  if (isHeld) world.lock.holdElsewhere(`${logDir}/agent-runner.lock`);
  const holders: unknown[] = [];
  const read = (stoppingSince: number | null = null) =>
    readServiceState({
      files: world.files,
      lock: world.lock,
      events: openEventSource({ files: world.files, logDir }),
      logDir,
      configFile: "/home/me/shop/agent-runner.toml",
      fingerprint: "new",
      now: Date.parse("2026-11-21T10:10:00Z"),
    }, {
      longestSeconds: (phase) => phase === "build" ? 600 : 60,
      stoppingSince: (holder) => (holders.push(holder), stoppingSince),
    });
  return { read, holders };
}

const holder = { pid: 42, started_at: "2026-11-21T10:00:00Z", version: "1.2.3", config_fingerprint: "new" };
const current = { number: 7, phase: "build", state: "running", started_at: "2026-11-21T10:05:00Z" };
const busy = { "agent-runner.lock.holder": holder, "serve.pid": "42", "status.json": { round_num: 7, current } };

Deno.test("readServiceState() tells who runs, what it does, and since when; the predecessor's keys come first", async () => {
  const { read, holders } = scene(busy);
  const state = await read(Date.parse("2026-11-21T10:09:00Z"));
  const first = ["mode", "active", "pid", "uptime_s", "unit_file", "rate_limit"];
  assert.deepEqual(Object.keys(state).slice(0, 6), first);
  assert.deepEqual(state, {
    mode: "pid_file",
    active: true,
    pid: 42,
    uptime_s: 600,
    unit_file: null,
    rate_limit: null,
    state: "running",
    round: 7,
    phase: "build",
    since: "2026-11-21T10:05:00Z",
    next_wake: null,
    why: "Round 7 (build)",
    longest_s: 600,
    stopping_since: "2026-11-21T10:09:00.000Z",
    paused_since: null,
    started_at: "2026-11-21T10:00:00.000Z",
    version: "1.2.3",
    config_changed: false,
    config_file: "/home/me/shop/agent-runner.toml",
    log_dir: logDir,
  });
  assert.deepEqual(holders, [{ pid: 42, startedAt: Date.parse("2026-11-21T10:00:00Z") }]);
});

Deno.test("readServiceState() believes no file where the lock is free", async () => {
  const { read, holders } = scene(busy, { isHeld: false });
  const state = await read(5);
  const { mode, active, pid, uptime_s, round, state: word, longest_s, stopping_since, config_changed, version } = state;
  assert.deepEqual([mode, active, pid, uptime_s, round, word], ["none", false, null, null, null, "stopped"]);
  assert.deepEqual([longest_s, stopping_since, config_changed, version, holders], [null, null, null, null, []]);
});

Deno.test("readServiceState() tells when a wait ends, and that the configuration is another one", async () => {
  const { read } = scene({
    "agent-runner.lock.holder": { ...holder, config_fingerprint: "old" },
    "status.json": {
      round_num: 7,
      waiting: { until_epoch: Date.parse("2026-11-21T11:00:00Z") / 1000, reason: "limit" },
    },
  });
  const { state, next_wake, why, config_changed, longest_s } = await read();
  assert.deepEqual([state, next_wake, why], ["waiting", "2026-11-21T11:00:00.000Z", "limit"]);
  assert.deepEqual([config_changed, longest_s], [true, null]);
});

Deno.test("readServiceState() says what it can of a supervisor whose files are broken", async () => {
  for (const text of ["", "{", "null", "[]", '{"pid":"x","started_at":5,"current":7,"waiting":[]}', "\0\xff"]) {
    const { read } = scene({ "agent-runner.lock.holder": text, "status.json": text, "wait.json": text });
    const { active, mode, pid, round, uptime_s, config_changed } = await read();
    assert.deepEqual(
      [active, mode, pid, round, uptime_s, config_changed],
      [true, "pid_file", null, null, null, null],
      text,
    );
  }
});
