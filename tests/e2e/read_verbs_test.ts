// Proves that a project at work can be watched from outside, and that only its user can.
import assert from "node:assert/strict";
import { exists, names, Project, signal } from "./project.ts";

/** As reference readers expect them, in this order; what was added comes after. */
const viewKeys = [
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
];

const partKeys: Readonly<Record<string, readonly string[]>> = {
  plugins: [
    "event_kinds",
    "context_enrichers",
    "detectors",
    "pre_round_hooks",
    "post_round_hooks",
    "owned_paths",
    "disabled",
  ],
  system: [
    "mem_total_mb",
    "mem_available_mb",
    "disk_used_pct",
    "disk_free_gb",
    "load_1m",
    "cpu_pct",
    "agent_process_count",
  ],
  service: ["mode", "active", "pid", "uptime_s", "unit_file", "rate_limit"],
  current_round: [
    "round_num",
    "phase",
    "started_at",
    "duration_so_far_s",
    "pid",
    "exit_code",
    "timed_out",
    "log_path",
    "log_tail",
    "recent_events",
  ],
};

function linesOf(text: string): Record<string, unknown>[] {
  return text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
}

/** A project whose second round is at work. */
async function inSecondRound() {
  const project = await Project.make({ plan: ["clean", "hang"] });
  const serve = project.start("serve");
  await project.untilKind("agent_spawn", 2);
  await project.until("the agent's first words", () => project.roundLog(2) !== "");
  return { project, serve };
}

Deno.test("peek shows a running round: page, document, parts, rounds and logs", async () => {
  const { project, serve } = await inSecondRound();
  await using _ = project;
  const json = async (...words: string[]) => {
    const { code, stdout, stderr } = await project.run(["peek", "--json", ...words]);
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout);
  };
  const plain = async (...words: string[]) => (await project.run(["peek", ...words])).stdout;
  const [view, page, pid, kinds, exits, round, log, unknown, missing] = await Promise.all([
    json("--round", "latest", "--log", "--events", "3"),
    plain(),
    plain("--select", "service.pid"),
    json("--select", "plugins.event_kinds"),
    json("--select", "events.agent_exit", "--window", "1"),
    json("--round", "1"),
    plain("--log"),
    project.run(["peek", "--select", "service.pdi"]),
    project.run(["peek", "--round", "77"]),
  ]);
  assert.deepEqual(Object.keys(view).slice(0, viewKeys.length), viewKeys);
  for (const [part, keys] of Object.entries(partKeys)) {
    assert.deepEqual(Object.keys(view[part]).slice(0, keys.length), keys, part);
  }
  assert.deepEqual([view.schema_version, view.project], ["2.0", "proj"]);
  assert.deepEqual([view.now.state, view.status.running, view.status.current.number], ["running", true, 2]);
  assert.deepEqual([view.service.active, view.service.pid, pid], [true, serve.pid, `${serve.pid}\n`]);
  assert.deepEqual([view.current_round.round_num, view.current_round.pid], [2, view.status.current.pid]);
  assert.ok(signal(view.current_round.pid, "SIGCONT"), "the pid is that of a live process");
  assert.match(view.current_round.log_tail[0], /"subtype":"init"/);
  assert.deepEqual(view.recent_events.map((event: Record<string, unknown>) => event.event), [
    "round_substrate_before",
    "round_start",
    "agent_spawn",
  ]);
  assert.deepEqual(view.recent_rounds.map((row: Record<string, unknown>) => [row.number, row.verdict]), [
    [1, "ok"],
    [2, null],
  ]);
  assert.ok(view.system.mem_total_mb > 0);
  assert.match(page, /^proj {2}running: Round 2, for /);
  assert.match(page, /\n +2 +running /);
  assert.ok(kinds.includes("agent_exit"));
  assert.deepEqual(exits.map((event: Record<string, unknown>) => [event.round_num, event.exit_code]), [[1, 0]]);
  assert.deepEqual([round.current_round.exit_code, round.current_round.timed_out, round.current_round.log_tail], [
    0,
    false,
    null,
  ]);
  assert.match(log, /"subtype":"init"/);
  assert.deepEqual([unknown.code, missing.code], [1, 1]);
  assert.match(unknown.stderr, /^agent-runner: [^\n]*pdi[^\n]*\n {2}fix: \S[^\n]*\n$/);
  assert.match(missing.stderr, /^agent-runner: There is no round 77 on record\n {2}fix: The newest round is 2\n$/);
});

Deno.test("events shows what happened, and follows it; watch tells in a pipe when something changes", async () => {
  await using project = await Project.make({ plan: ["clean", "clean"] });
  assert.equal((await project.run(["serve", "--once"])).code, 0);
  const window = await project.run(["events", "--window", "3"]);
  assert.deepEqual(linesOf(window.stdout).map((event) => event.event), [
    "agent_usage_recorded",
    "round_substrate_after",
    "serve_stopped",
  ]);
  assert.ok(
    Deno.readTextFileSync(`${project.logs}/events-${new Date().toISOString().slice(0, 7)}.jsonl`)
      .endsWith(window.stdout),
    "lines are given as they were written",
  );
  const kinds = await project.run(["events", "--kind", "agent_spawn,agent_exit", "--since", "1h"]);
  assert.deepEqual(linesOf(kinds.stdout).map((event) => event.event), ["agent_spawn", "agent_exit"]);
  assert.equal((await project.run(["events", "--since", "2099-01-01"])).stdout, "");

  const tail = project.start("events", "--tail", "--kind", "round_end,serve_stopped");
  const since = project.start("events", "--tail", "--since", "1h", "--kind", "round_end");
  const watch = project.start("watch", "--json");
  const page = project.start("watch");
  await project.until("the first picture", () => watch.stdout.includes("\n") && page.stdout.includes("stopped"));
  await project.until("the past", () => since.stdout.includes("\n"));
  // What is followed from now on can only be told from the past once it has begun: a line of a stranger says so.
  const month = new Date().toISOString().slice(0, 7);
  await project.until("the tail to follow", () => {
    if (tail.stdout.includes('"round_num": 0')) return true;
    const line = `{"ts": "${new Date().toISOString()}", "event": "round_end", "round_num": 0}\n`;
    Deno.writeTextFileSync(`${project.logs}/events-${month}.jsonl`, line, { append: true });
    return false;
  });
  assert.equal((await project.run(["serve", "--once"])).code, 0);
  await project.until("the new events", () => tail.stdout.includes("serve_stopped"));
  await project.until(
    "round 2 in all four",
    () =>
      since.stdout.includes('"round_num": 2') && page.stdout.includes("\n    2") && watch.stdout.includes('"number":2'),
  );
  for (const running of [tail, since, watch, page]) {
    running.signal("SIGINT");
    assert.equal((await running.ended(5000)).code, 0);
  }
  const followed = linesOf(tail.stdout).filter((event) => event.round_num !== 0);
  assert.deepEqual(followed.map((event) => [event.event, event.round_num]), [["round_end", 2], [
    "serve_stopped",
    undefined,
  ]]);
  assert.deepEqual(linesOf(since.stdout).map((event) => event.round_num).filter((number) => number !== 0), [1, 2]);
  const pictures = linesOf(watch.stdout);
  assert.ok(pictures.length >= 2 && pictures.every((view) => view.schema_version === "2.0"));
  assert.ok(!page.stdout.includes("\u001b"), "a pipe gets no control sequences");
});

Deno.test("round-current.log points at the running round's output from its first byte", async () => {
  const { project } = await inSecondRound();
  await using _ = project;
  const target = Deno.readLinkSync(`${project.logs}/round-current.log`);
  assert.match(target, /^rounds\/R2-\d{8}T\d{6}\.log$/);
  assert.equal(Deno.readLinkSync(`${project.logs}/round-2.log`), target);
  assert.match(Deno.readTextFileSync(`${project.logs}/round-current.log`), /"subtype":"init"/);
});

Deno.test("everything in the log folder is private to the user, while a round runs", async () => {
  await using project = await Project.make({
    plan: ["dirty", "exit1", "limit", "hang"],
    agentEnv: { FAKE_RESET: 600 },
  });
  assert.equal((await project.run(["round"])).code, 0);
  assert.equal((await project.run(["serve", "--once"])).code, 0);
  const waiting = project.start("serve");
  await project.until("the wait", () => exists(`${project.logs}/wait.json`) && waiting.stdout.includes("waiting"));
  waiting.signal("SIGTERM");
  await waiting.ended();
  project.start("round");
  await project.until("the fourth round to work", () => project.roundLog(4) !== "");
  const found = names(project.logs);
  for (const name of ["loop.json", "wait.json", "orphans.json", "agent-runner.lock.holder", "serve.pid"]) {
    assert.ok(found.includes(name), `${name} is not among ${found}`);
  }
  assert.ok(names(`${project.logs}/rounds`).some((name) => name.endsWith(".prompt")));
  assert.deepEqual(openTo(project.logs), []);
});

/** Files and folders from here on that anyone but the user may touch. */
function openTo(path: string): string[] {
  const info = Deno.lstatSync(path);
  if (info.isSymlink) return [];
  const mode = info.mode! & 0o7777;
  const own = mode === (info.isDirectory ? 0o700 : 0o600) ? [] : [`${path} has mode ${mode.toString(8)}`];
  return info.isDirectory ? [...own, ...names(path).flatMap((name) => openTo(`${path}/${name}`))] : own;
}
