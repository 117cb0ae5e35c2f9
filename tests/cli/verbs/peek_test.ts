// Guards peek: the page, the document, the selected parts and the exit codes.
import assert from "node:assert/strict";
import peek from "../../../src/cli/verbs/peek.ts";
import { defenses } from "../../../src/defenses/registry.ts";
import { detectors } from "../../../src/monitor/registry.ts";
import type { MemoryFiles } from "../../fakes/memory_files.ts";
import { eventLineOf } from "../../store/log_folder.ts";
import { eventsText, logDir, projectFiles, roundLines } from "../../view/sample_project.ts";
import { callWith, errorOf, screen, type ScreenOptions } from "./screen.ts";

type Flags = Parameters<typeof peek.run>[0]["flags"];
const absent: Flags = {
  round: undefined,
  log: false,
  events: undefined,
  select: undefined,
  window: undefined,
};

function project(): MemoryFiles {
  return projectFiles({
    "events-2026-11.jsonl": eventsText([
      ...roundLines(1, { at: 0, phase: "plan" }),
      ...roundLines(2, { at: 60, phase: "bu\u001b[31mild" }),
    ]),
    "rounds/R2-20261121T100100.log": "the agent's last words\n",
  });
}

async function peekAt(flags: Partial<Flags>, options: ScreenOptions & { isJson?: boolean; files?: MemoryFiles } = {}) {
  const view = screen(options.files ?? project(), options);
  const code = await peek.run(callWith(absent, flags, options.isJson ?? false), view.world);
  assert.equal(code, 0);
  return view.out();
}

Deno.test("peek shows a page with the rounds, newest first, and nothing that moves a terminal", async () => {
  const page = await peekAt({});
  assert.match(page, /^shop {2}stopped: /);
  const lines = page.split("\n");
  assert.ok(lines.findIndex((line) => /^ *2 /.test(line)) < lines.findIndex((line) => /^ *1 /.test(line)));
  assert.match(page, /ok +clean +4\.2s +10:01:00/);
  assert.match(page, /config +\/home\/me\/shop\/agent-runner\.toml/);
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  assert.doesNotMatch(page, /[\u0000-\u0009\u000b-\u001f]/);
  assert.ok(page.endsWith("\n") && lines.every((line) => line.length <= 80), page);
});

Deno.test("peek --json gives the whole document", async () => {
  const view = JSON.parse(await peekAt({ events: 2 }, { isJson: true }));
  assert.equal(view.schema_version, "2.0");
  assert.deepEqual(view.recent_events.map((event: { event: string }) => event.event), ["round_verdict", "round_end"]);
  assert.ok(view.defenses.length >= 12);
});

Deno.test("peek --round shows one round, --log its last lines, also without --round", async () => {
  assert.match(await peekAt({ round: "1" }), /round +1 \(plan\)/);
  assert.doesNotMatch(await peekAt({ round: "2" }), /last words/);
  assert.match(await peekAt({ round: "latest", log: true }), /the agent's last words/);
  const view = JSON.parse(await peekAt({ log: true }, { isJson: true }));
  assert.deepEqual(view.current_round.log_tail, ["the agent's last words"]);
});

Deno.test("peek --round latest is no error before the first round", async () => {
  const out = await peekAt({ round: "latest" }, { files: projectFiles(), isJson: true });
  assert.equal(JSON.parse(out).current_round, null);
});

Deno.test("peek refuses rounds that are none (2) or not on record (1)", async () => {
  for (const [round, code, words] of [["last", 2, /'last'/], ["-1", 2, /'-1'/], ["9", 1, /no round 9/]] as const) {
    const { world } = screen(project());
    const error = await errorOf(() => peek.run(callWith(absent, { round }), world));
    assert.equal(error.exitCode, code);
    assert.match(error.message, words);
  }
});

Deno.test("peek --select gives any part of the document, bare", async () => {
  assert.equal(await peekAt({ select: "schema_version" }), "2.0\n");
  assert.equal(await peekAt({ select: "recent_rounds.0.verdict" }), "ok\n");
  assert.equal(await peekAt({ select: "service.pid" }), "null\n");
  assert.equal(await peekAt({ select: "project" }, { isJson: true }), '"shop"\n');
  assert.ok((await peekAt({ select: "plugins.event_kinds" })).includes('"round_start"'));
  const names = JSON.parse(await peekAt({ select: "plugins.detectors" }, { isJson: true })) as string[];
  assert.deepEqual(names, detectors.map(({ name }) => name).sort());
  assert.equal(await peekAt({ select: "recent_rounds.1.phase" }, { isTerminal: true }), "bu\\u001b[31mild\n");
  assert.equal(await peekAt({ select: "recent_rounds.1.phase" }), "bu\u001b[31mild\n");
});

Deno.test("peek --select defenses gives each with its state, its incident, its test, and why it is not at work", async () => {
  const rows = JSON.parse(await peekAt({ select: "defenses" })) as Record<string, unknown>[];
  assert.deepEqual(rows.map(({ name }) => name), defenses.map(({ name }) => name));
  for (const [i, row] of rows.entries()) {
    assert.deepEqual([row.codifies, row.guarded_by], [defenses[i]!.incident, defenses[i]!.guardedBy]);
    assert.equal(row.current_state === "active", (row.reason ?? null) === null, String(row.name));
  }
  const states = new Set(rows.map(({ current_state }) => current_state));
  assert.deepEqual([...states].sort(), ["active", "degraded", "off"]);
});

Deno.test("peek --select names the segment that is not there, and what is", async () => {
  for (
    const [select, words, fix] of [
      ["service.actve", /'actve'.*'service'/, /'active'/],
      ["nothing", /'nothing'/, /schema_version, plugins/],
      ["recent_rounds.7", /'7'/, /0 to 1/],
      ["recent_events.0", /'0'/, /empty list/],
      ["project.name", /'name'/, /single value/],
      ["service.pid.x", /'x'/, /null/],
      ["status.__proto__", /__proto__/, /empty/],
      ["", /''/, /schema_version/],
    ] as const
  ) {
    const error = await errorOf(() => peek.run(callWith(absent, { select }), screen(project()).world));
    assert.equal(error.exitCode, 1);
    assert.match(error.message, words);
    assert.match(error.fix, fix, select);
  }
});

Deno.test("peek --select events.KIND gives the newest of a kind, as lines or as a list", async () => {
  const wanted = roundLines(2, { at: 60, phase: "bu\u001b[31mild" })[4];
  assert.equal(await peekAt({ select: "events.round_end", window: 1 }), `${wanted}\n`);
  assert.equal((await peekAt({ select: "events.round_end" })).split("\n").length, 3);
  assert.equal(JSON.parse(await peekAt({ select: "events.round_end" }, { isJson: true })).length, 2);
  assert.equal(await peekAt({ select: "events.crash_loop" }), "");
  assert.deepEqual(JSON.parse(await peekAt({ select: "events.crash_loop" }, { isJson: true })), []);
});

Deno.test("peek --select events.KIND takes a kind of a plug-in that was written", async () => {
  const files = projectFiles({ "events-2026-11.jsonl": `${eventLineOf("my_own_kind")}\n` });
  assert.match(await peekAt({ select: "events.my_own_kind" }, { files }), /my_own_kind/);
});

Deno.test("peek refuses kinds that do not exist (1), no kind and a lonely --window (2)", async () => {
  for (
    const [flags, code, fix] of [
      [{ select: "events.agent_exitt" }, 1, /events\.agent_exit/],
      [{ select: "events." }, 2, /agent_exit/],
      [{ window: 3 }, 2, /--select/],
      [{ window: 3, select: "project" }, 2, /--select/],
    ] as const
  ) {
    const error = await errorOf(() => peek.run(callWith(absent, flags), screen(project()).world));
    assert.equal(error.exitCode, code);
    assert.match(error.fix, fix);
  }
});

Deno.test("peek says which file it may not read", async () => {
  const files = project();
  files.failWith(`${logDir}/events-2026-11.jsonl`, "denied");
  const error = await errorOf(() => peek.run(callWith(absent, {}), screen(files).world));
  assert.match(error.message, /events-2026-11\.jsonl/);
  assert.equal(error.exitCode, 1);
});

Deno.test("peek keeps only rights to look", () => {
  assert.deepEqual(peek.needs, ["read", "env", "sys"]);
});
