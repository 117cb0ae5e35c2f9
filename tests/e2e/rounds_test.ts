// Proves how rounds of every plain ending are carried out and put on record.
import assert from "node:assert/strict";
import { endOf, oneRound } from "./one_round.ts";
import { fakeAgent } from "./paths.ts";
import { exists, names, Project } from "./project.ts";

/** An agent that says it streams records owes a terminal one: exit status 0 alone proves nothing. */
const streaming = { command: [fakeAgent, "--output-format", "stream-json"] };

/** Payload keys per kind: the contract's first, in its order, then those that were added. */
const payloads: Readonly<Record<string, readonly string[]>> = {
  round_substrate_before: ["round_num", "git_head", "paths_hash"],
  round_start: ["round_num", "phase"],
  agent_spawn: ["round_num", "timeout_s"],
  agent_exit: ["round_num", "exit_code", "duration_s", "timed_out", "exit_cause"],
  round_changes: ["round_num", "change", "head_before", "head_after", "commits", "files_changed"],
  round_end: ["round_num"],
  agent_usage_recorded: [
    "agent",
    "model",
    "round_num",
    "input_tokens",
    "output_tokens",
    "cached_tokens",
    "cost_usd",
    "duration_ms",
    "models_breakdown",
    "cache_creation_tokens",
    "tool_call_count",
    "phase",
    "success",
  ],
  round_substrate_after: ["round_num", "git_head", "paths_hash"],
};

/** As the runbook's greps want it: a space after each colon and comma outside of texts. */
function spaced(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return `{${Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)}: ${spaced(inner)}`).join(", ")}}`;
}

Deno.test("serve puts a healthy round on record in the contract's order, fields and spelling", async () => {
  await using project = await Project.make();
  const { code, stdout } = await project.run(["serve", "--once"]);
  assert.equal(code, 0, stdout);
  const events = project.events();
  assert.deepEqual(events.map((event) => event.event), [
    "serve_started",
    "round_substrate_before",
    "round_start",
    "agent_spawn",
    "agent_exit",
    "round_verdict",
    "round_changes",
    "round_end",
    "agent_usage_recorded",
    "round_substrate_after",
    "serve_stopped",
  ]);
  for (const event of events) {
    const wanted = ["ts", "event", ...payloads[event.event] ?? []];
    assert.deepEqual(Object.keys(event).slice(0, wanted.length), wanted);
    assert.match(String(event.ts), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  }
  const month = new Date().toISOString().slice(0, 7);
  const lines = Deno.readTextFileSync(`${project.logs}/events-${month}.jsonl`).split("\n");
  assert.equal(lines.pop(), "");
  assert.deepEqual(lines, events.map(spaced));
  assert.equal(
    lines.filter((line) => line.includes('"event": "agent_exit", "round_num": 1, "exit_code": 0')).length,
    1,
  );
});

Deno.test("serve leaves the files of the contract behind, and nothing that says it still runs", async () => {
  await using project = await Project.make();
  const { code, stdout } = await project.run(["serve", "--once", "--json"]);
  assert.equal(code, 0, stdout);
  const happenings = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(happenings.map(({ happening }) => happening), [
    "serving",
    "round_started",
    "round_ended",
    "stopped",
  ]);
  assert.ok(happenings.every(({ ts, text }) => !Number.isNaN(Date.parse(ts)) && text.length > 0));
  const status = project.status();
  assert.deepEqual(Object.keys(status).slice(0, 5), [
    "round_num",
    "running",
    "last_completed_at",
    "last_exit_code",
    "last_duration_s",
  ]);
  assert.deepEqual([status.round_num, status.running, status.current, status.last_verdict], [
    1,
    false,
    undefined,
    "ok",
  ]);
  const month = new Date().toISOString().slice(0, 7);
  assert.deepEqual(names(project.logs).filter((name) => !name.startsWith("agent-runner.lock")), [
    `events-${month}.jsonl`,
    `metrics-${month}.jsonl`,
    "round-1.log",
    "round-context.json",
    "round-current.log",
    "rounds",
    "status.json",
  ]);
  const [log, ...others] = names(`${project.logs}/rounds`);
  assert.match(log!, /^R1-\d{8}T\d{6}\.log$/);
  assert.deepEqual(others, []);
  assert.equal(Deno.readLinkSync(`${project.logs}/round-1.log`), `rounds/${log}`);
  assert.equal(Deno.readLinkSync(`${project.logs}/round-current.log`), `rounds/${log}`);
  const samples = Deno.readTextFileSync(`${project.logs}/metrics-${month}.jsonl`).trimEnd().split("\n")
    .map((line) => JSON.parse(line));
  assert.deepEqual(samples.map((sample) => [sample.event, sample.round_num]), [["round_start", 1], ["round_end", 1]]);
  assert.ok(samples.every((sample) => sample.mem_total_mb > 0 && sample.disk_total_gb > 0));
});

Deno.test("round tells exits, exit codes that look like signals, and deaths by signal apart", async () => {
  const plan = ["clean", "silent", "exit1", "exit7", "exit143", "termself", "segv", "killself", "closed"];
  await using project = await Project.make({ plan, agent: streaming });
  const ends: unknown[] = [];
  for (const mode of plan) {
    const round = await oneRound(project);
    ends.push({ mode, ...endOf(round) });
    // What a shell remarks on a death by signal is no output of the agent.
    if (mode === "segv" || mode === "killself" || mode === "termself") assert.equal(project.roundLog(round.number), "");
  }
  const end = (mode: string, exit_code: number, words: readonly [string, string, string]) => {
    const [exit_cause, ending, verdict] = words;
    return { mode, exit_code, exit_cause, ending, timed_out: false, verdict };
  };
  assert.deepEqual(ends, [
    end("clean", 0, ["clean", "exited", "ok"]),
    end("silent", 0, ["clean", "exited", "no_result"]),
    end("exit1", 1, ["error", "exited", "error"]),
    end("exit7", 7, ["error", "exited", "error"]),
    end("exit143", 143, ["signal:SIGTERM", "exited", "interrupted"]),
    end("termself", -15, ["signal:SIGTERM", "signalled", "interrupted"]),
    end("segv", -11, ["signal:SIGSEGV", "signalled", "error"]),
    end("killself", -9, ["signal:SIGKILL", "signalled", "interrupted"]),
    end("closed", 0, ["clean", "exited", "no_result"]),
  ]);
  assert.deepEqual(project.ofKind("round_start").map((event) => event.round_num), plan.map((_, i) => i + 1));
  assert.equal(exists(`${project.out}/overlaps`), false);
});

Deno.test("round records the commit and a fingerprint of the named files before and after", async () => {
  const runtime = { substrate_fingerprint_paths: ["*.txt"] };
  await using project = await Project.make({ plan: ["commit", "clean"], runtime });
  const base = (await project.git("rev-parse", "HEAD")).trim();
  for (let i = 0; i < 2; i++) await oneRound(project);
  const head = (await project.git("rev-parse", "HEAD")).trim();
  assert.notEqual(head, base);
  const before = project.ofKind("round_substrate_before");
  const after = project.ofKind("round_substrate_after");
  assert.deepEqual(before.map((event) => event.git_head), [base, head]);
  assert.deepEqual(after.map((event) => event.git_head), [head, head]);
  assert.equal(before[0]?.paths_hash, null, "no file matched yet");
  assert.match(String(after[0]?.paths_hash), /^[0-9a-f]{64}$/);
  assert.deepEqual([before[1]?.paths_hash, after[1]?.paths_hash], [after[0]?.paths_hash, after[0]?.paths_hash]);
});

Deno.test("round --check-verdict exits by the agent's outcome", async () => {
  await using project = await Project.make({ plan: ["clean", "exit1", "silent"], agent: streaming });
  const codes: number[] = [];
  for (let i = 0; i < 3; i++) codes.push((await project.run(["round", "--check-verdict"])).code);
  assert.deepEqual(codes, [0, 1, 1]);
});
