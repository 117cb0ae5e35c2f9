// Guards the document of `peek --json`: every key, their order, and that broken files never break it.
import assert from "node:assert/strict";
import { readProjectView } from "../../src/view/project_view.ts";
import { eventLineOf } from "../store/log_folder.ts";
import { eventsText, logDir, now, projectFiles, questionOn, roundLines } from "./sample_project.ts";

const holder = JSON.stringify({ pid: 4242, started_at: "2026-11-21T11:00:00Z", cmdline: "agent-runner serve" });

Deno.test("readProjectView() has every key in its order, also for an empty project", async () => {
  const view = await readProjectView(questionOn(projectFiles()));
  assert.deepEqual(Object.keys(view), [
    "schema_version",
    "plugins",
    "project",
    "status",
    "defenses",
    "current_round",
    "recent_rounds",
    "orphan",
    "system",
    "service",
    "recent_events",
    "recent_hook_failures",
    "recent_blips",
    "now",
    "bad_lines",
    "config_file",
    "config_changed",
  ]);
  assert.deepEqual(Object.keys(view.plugins), [
    "event_kinds",
    "context_enrichers",
    "detectors",
    "pre_round_hooks",
    "post_round_hooks",
    "owned_paths",
    "disabled",
  ]);
  assert.deepEqual(view.plugins.event_kinds, view.plugins.event_kinds.toSorted());
  assert.equal(view.schema_version, "2.0");
  assert.equal(view.project, "shop");
  assert.deepEqual(view.status, {});
  assert.equal(view.orphan, null);
  assert.deepEqual(view.system, {
    mem_total_mb: 0,
    mem_available_mb: 0,
    disk_used_pct: 0,
    disk_free_gb: 0,
    load_1m: null,
    cpu_pct: null,
    agent_process_count: 0,
  });
  assert.deepEqual(view.service, {
    mode: "none",
    active: false,
    pid: null,
    uptime_s: null,
    unit_file: null,
    rate_limit: null,
  });
  assert.deepEqual(view.now, { state: "stopped", since: null, until: null, why: "No supervisor runs" });
  assert.equal(view.config_changed, null);
});

Deno.test("readProjectView() shows the supervisor that holds the lock, and what it does", async () => {
  const files = projectFiles({
    "agent-runner.lock.holder": holder,
    "status.json": JSON.stringify({
      round_num: 8,
      current: { number: 9, phase: "plan", state: "running", pid: 77, started_at: "2026-11-21T11:58:00Z" },
    }),
  });
  const view = await readProjectView(questionOn(files, { isActive: true }));
  assert.deepEqual(view.service, {
    mode: "pid_file",
    active: true,
    pid: 4242,
    uptime_s: 3600,
    unit_file: null,
    rate_limit: null,
  });
  assert.deepEqual(view.now, {
    state: "running",
    since: "2026-11-21T11:58:00Z",
    until: null,
    why: "Round 9 (plan)",
  });
  assert.equal(view.status.round_num, 8);
});

Deno.test("readProjectView() says until when and why serve waits, and the limit while it lasts", async () => {
  const reset = now / 1000 + 600;
  const wait = { classification: "rate_limit_account", agent: "claude", reset_at_epoch: reset, since_round: 5 };
  const files = projectFiles({
    "agent-runner.lock.holder": holder,
    "wait.json": JSON.stringify(wait),
    "status.json": JSON.stringify({ round_num: 5, waiting: { until_epoch: reset, reason: "The plan's limit" } }),
  });
  const question = questionOn(files, { isActive: true });
  const view = await readProjectView(question);
  assert.deepEqual(view.service.rate_limit, {
    throttled_until_epoch: reset,
    limit_type: "rate_limit_account",
    agent: "claude",
    since_round: 5,
  });
  assert.deepEqual([view.now.state, view.now.until, view.now.why], [
    "waiting",
    "2026-11-21T12:10:00.000Z",
    "The plan's limit",
  ]);
  assert.equal((await readProjectView({ ...question, now: now + 700_000 })).service.rate_limit, null);
});

Deno.test("readProjectView() tells the limit of an agent that another one stands in for", async () => {
  const block = { until_epoch: now / 1000 + 600, reason: "limit", since_round: 5, classification: "rate_limit_model" };
  const over = { ...block, until_epoch: now / 1000 - 1 };
  const seats = {
    active: "spare",
    blocks: { old: over, down: { ...block, until_epoch: null }, claude: block, odd: 5 },
  };
  const files = projectFiles({ "seats.json": JSON.stringify(seats) });
  const { service } = await readProjectView(questionOn(files, { isActive: true }));
  assert.deepEqual(service.rate_limit, {
    throttled_until_epoch: block.until_epoch,
    limit_type: "rate_limit_model",
    agent: "claude",
    since_round: 5,
  });
  for (const blocks of [null, [], [5], 7, { claude: { until_epoch: "soon" } }, { claude: { until_epoch: 1e300 } }]) {
    const odd = projectFiles({ "seats.json": JSON.stringify({ active: "x", blocks }) });
    await readProjectView(questionOn(odd, { isActive: true }));
  }
});

Deno.test("readProjectView() does not take a stale process file or holder for a supervisor", async () => {
  const status = JSON.stringify({ round_num: 1, current: { number: 2, state: "running" } });
  const view = await readProjectView(
    questionOn(projectFiles({ "serve.pid": "1", "agent-runner.lock.holder": holder, "status.json": status })),
  );
  assert.deepEqual([view.service.active, view.service.pid, view.service.mode], [false, null, "pid_file"]);
  assert.equal(view.now.state, "stopped");
  assert.match(view.now.why, /round 2 was running/);
});

Deno.test("readProjectView() tells why serve left", async () => {
  const lines = [
    eventLineOf("serve_started", { pid: 1 }),
    eventLineOf("serve_stopped", { reason: "Three rounds were asked for" }, 60),
  ];
  const view = await readProjectView(questionOn(projectFiles({ "events-2026-11.jsonl": eventsText(lines) })));
  assert.deepEqual([view.now.since, view.now.why], ["2026-11-21T10:01:00.000Z", "Three rounds were asked for"]);
  const silent = await readProjectView(
    questionOn(projectFiles({ "events-2026-11.jsonl": eventsText([...lines, lines[0]!]) })),
  );
  assert.equal(silent.now.why, "The supervisor ended without a word");
});

Deno.test("readProjectView() collects rounds, failures, blips, samples and leftovers", async () => {
  const lines = [
    ...Array.from({ length: 12 }, (_, i) => eventLineOf("hook_failed", { hook_name: `hook-${i}` })),
    ...Array.from({ length: 7 }, (_, i) => eventLineOf("agent_network_blip", { round_num: i })),
    ...roundLines(1, { at: 10 }),
    ...roundLines(2, { at: 20, phase: "plan" }),
  ];
  const files = projectFiles({
    "events-2026-11.jsonl": `${eventsText(lines)}torn line\nnull\n`,
    "metrics-2026-11.jsonl": '{"ts": "x", "mem_total_mb": 800, "disk_free_gb": 2.5, "cpu_pct": null, "load_1m": 0.5}\n',
    "orphan-state.json": '{"round_num": 2, "files": ["a"], "stashed_ref": "abc"}',
  });
  const view = await readProjectView({ ...questionOn(files), eventCount: 3 });
  assert.deepEqual(view.recent_rounds.map(({ number, verdict }) => [number, verdict]), [[1, "ok"], [2, "ok"]]);
  assert.deepEqual(view.recent_hook_failures.map((event) => event.hook_name).slice(-2), ["hook-10", "hook-11"]);
  assert.equal(view.recent_hook_failures.length, 10);
  assert.equal(view.recent_blips.length, 5);
  assert.deepEqual(view.recent_events.map(({ event }) => event), ["agent_exit", "round_verdict", "round_end"]);
  assert.deepEqual([view.system.mem_total_mb, view.system.disk_free_gb, view.system.cpu_pct], [800, 2.5, null]);
  assert.equal(view.orphan?.stashed_ref, "abc");
  assert.equal(view.bad_lines, 2);
});

Deno.test("readProjectView() takes files of any content", async () => {
  const names = [
    "status.json",
    "orphan-state.json",
    "wait.json",
    "seats.json",
    "agent-runner.lock.holder",
    "metrics-2026-11.jsonl",
  ];
  const texts = ["", "null", "[]", "\0\0", "{", '{"current": 5, "waiting": [], "pid": "x", "reset_at_epoch": "soon"}'];
  for (const text of texts) {
    for (const isActive of [true, false]) {
      const files = projectFiles(Object.fromEntries(names.map((name) => [name, text])));
      const view = await readProjectView(questionOn(files, { isActive }));
      assert.equal(view.service.rate_limit, null);
      assert.equal(view.now.state, isActive ? "idle" : "stopped", text);
    }
  }
  const far = projectFiles({ "status.json": '{"waiting": {"until_epoch": 1e300, "reason": "x"}}' });
  assert.equal((await readProjectView(questionOn(far, { isActive: true }))).now.until, null);
});

Deno.test("readProjectView() says whether the configuration was changed after serve read it", async () => {
  const files = projectFiles({ "agent-runner.lock.holder": holder });
  const question = questionOn(files, { isActive: true });
  assert.equal((await readProjectView(question)).config_changed, false);
  files.now = Date.parse("2026-11-21T11:30:00Z");
  files.writeAtomic(question.config.file, "changed");
  assert.equal((await readProjectView(question)).config_changed, true);
});

Deno.test("readProjectView() shows a round in detail, with its log when asked", async () => {
  const files = projectFiles({
    "events-2026-11.jsonl": eventsText([...roundLines(1, { at: 0 }), ...roundLines(2, { at: 10 })]),
    "rounds/R1-20261121T100000.log": "one\ntwo\n",
    "rounds/R2-20261121T100010.log": "three\n",
  });
  const first = await readProjectView({ ...questionOn(files), round: 1, wantsLog: true });
  assert.deepEqual(first.current_round, {
    round_num: 1,
    phase: null,
    started_at: "2026-11-21T10:00:00.000Z",
    duration_so_far_s: 4.2,
    pid: 1001,
    exit_code: 0,
    timed_out: false,
    log_path: `${logDir}/rounds/R1-20261121T100000.log`,
    log_tail: ["one", "two"],
    recent_events: roundLines(1, { at: 0 }).map((line) => JSON.parse(line)),
    verdict: "ok",
    summary: "It worked",
  });
  const latest = await readProjectView({ ...questionOn(files), round: "latest" });
  assert.deepEqual([latest.current_round?.round_num, latest.current_round?.log_tail], [2, null]);
  assert.equal((await readProjectView({ ...questionOn(files), round: 3 })).current_round, null);
  assert.equal((await readProjectView({ ...questionOn(projectFiles()), round: "latest" })).current_round, null);
});

Deno.test("readProjectView() counts the time of a running round", async () => {
  const files = projectFiles({
    "rounds/R9-20261121T115800.log": "",
    "status.json": JSON.stringify({
      current: { number: 9, phase: "plan", state: "running", pid: 77, started_at: "2026-11-21T11:58:00Z" },
    }),
  });
  const view = await readProjectView({ ...questionOn(files, { isActive: true }), round: 9 });
  const round = view.current_round!;
  assert.deepEqual([round.duration_so_far_s, round.pid, round.phase, round.exit_code], [120, 77, "plan", null]);
});
