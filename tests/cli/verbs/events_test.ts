// Guards the events verb: its filters, its two forms, and following.
import assert from "node:assert/strict";
import events from "../../../src/cli/verbs/events.ts";
import type { MemoryFiles } from "../../fakes/memory_files.ts";
import { eventLineOf } from "../../store/log_folder.ts";
import { eventsText, logDir, projectFiles, roundLines } from "../../view/sample_project.ts";
import { callWith, errorOf, screen, type ScreenOptions } from "./screen.ts";

type Flags = Parameters<typeof events.run>[0]["flags"];
const absent: Flags = {
  kind: [],
  window: undefined,
  tail: false,
  since: undefined,
  until: undefined,
  round: undefined,
  phase: undefined,
  all: false,
};

const lines = [
  ...roundLines(1, { at: 0, phase: "plan" }),
  ...roundLines(2, { at: 3600, phase: "build" }),
  ...roundLines(3, { at: 7000, phase: "plan" }),
];

function project(): MemoryFiles {
  return projectFiles({ "events-2026-11.jsonl": eventsText(lines) });
}

async function eventsAt(
  flags: Partial<Flags>,
  options: ScreenOptions & { files?: MemoryFiles; isJson?: boolean } = {},
) {
  const view = screen(options.files ?? project(), options);
  assert.equal(await events.run(callWith(absent, flags, options.isJson ?? false), view.world), 0);
  return { out: view.out(), err: view.err() };
}

async function linesOf(flags: Partial<Flags>): Promise<string[]> {
  return (await eventsAt(flags)).out.split("\n").slice(0, -1);
}

Deno.test("events gives the newest ten, unchanged", async () => {
  assert.deepEqual(await linesOf({}), lines.slice(-10));
});

Deno.test("events filters by kind, window, time, round and phase", async () => {
  assert.deepEqual(await linesOf({ kind: ["round_end"], window: 2 }), [lines[9], lines[14]]);
  assert.deepEqual(await linesOf({ kind: ["round_end , round_start", "agent_spawn"], window: 2 }), [
    lines[11],
    lines[14],
  ]);
  assert.deepEqual(await linesOf({ all: true }), lines);
  assert.deepEqual(await linesOf({ round: 2 }), lines.slice(5, 10));
  assert.deepEqual(await linesOf({ since: "30m" }), lines.slice(10));
  assert.deepEqual(await linesOf({ until: "2026-11-21T10:30:00Z" }), lines.slice(0, 5));
  assert.deepEqual(await linesOf({ since: "2026-11-21T10:30", until: "2026-11-21 11:30" }), lines.slice(5, 10));
  assert.deepEqual(await linesOf({ phase: "plan", kind: ["agent_exit"] }), [lines[2], lines[12]]);
  assert.deepEqual(await linesOf({ round: 7 }), []);
});

Deno.test("events prints lines for people on a terminal, the original ones with --json", async () => {
  const { out } = await eventsAt({ kind: ["round_end"], window: 1 }, { isTerminal: true });
  assert.equal(out, "[11:56:45.000] round_end            round=3\n");
  assert.equal((await eventsAt({ window: 1 }, { isTerminal: true, isJson: true })).out, `${lines.at(-1)}\n`);
});

Deno.test("events warns of unknown kinds and goes on", async () => {
  const { out, err } = await eventsAt({ kind: ["round_ende,round_end"], window: 1 });
  assert.match(err, /'round_ende'.*did you mean 'round_end'/);
  assert.equal(out, `${lines.at(-1)}\n`);
});

Deno.test("events says on stderr how many lines could not be read", async () => {
  const files = projectFiles({ "events-2026-11.jsonl": `null\n${lines[0]}\ngarbage\n` });
  for (const flags of [{}, { all: true }]) {
    const { out, err } = await eventsAt(flags, { files });
    assert.equal(out, `${lines[0]}\n`);
    assert.match(err, /2 unreadable lines/);
  }
});

Deno.test("events is empty and well without a log folder", async () => {
  assert.deepEqual(await eventsAt({}, { files: projectFiles() }), { out: "", err: "" });
});

Deno.test("events refuses what excludes each other, empty kinds and moments that are none, with 2", async () => {
  for (
    const flags of [
      { tail: true, window: 3 },
      { tail: true, until: "1h" },
      { all: true, window: 3 },
      { kind: [""] },
      { kind: [" , "] },
      { since: "yesterday" },
      { until: "2026-13-45" },
      { since: "" },
    ]
  ) {
    const error = await errorOf(() => events.run(callWith(absent, flags), screen(project()).world));
    assert.equal(error.exitCode, 2, JSON.stringify(flags));
  }
});

Deno.test("events stops writing when its reader has gone", async () => {
  const many = Array.from({ length: 20_000 }, (_, i) => eventLineOf("round_end", { round_num: i }));
  const files = projectFiles({ "events-2026-11.jsonl": eventsText(many) });
  const { out } = await eventsAt({ all: true }, { files, writes: 1 });
  assert.ok(out.length < 200_000);
});

Deno.test("events --tail follows until Ctrl-C", async () => {
  const files = project();
  const path = `${logDir}/events-2026-11.jsonl`;
  const next = eventLineOf("round_end", { round_num: 4 });
  const other = eventLineOf("round_start", { round_num: 4, phase: null });
  const view = screen(files, { onWrite: (out) => out.includes('"round_num": 4') && view.interrupt() });
  const running = events.run(callWith(absent, { tail: true, kind: ["round_end"] }), view.world);
  for (let i = 0; i < 20; i++) await Promise.resolve();
  files.append(path, new TextEncoder().encode(`${other}\n${next}\n`));
  assert.equal(await running, 0);
  assert.equal(view.out(), `${next}\n`);
});

Deno.test("events --tail --since begins then, --tail --all with the first event", async () => {
  for (const [flags, wanted] of [[{ since: "30m" }, lines.slice(10)], [{ all: true }, lines]] as const) {
    const view = screen(project(), { onWrite: (out) => out.split("\n").length > wanted.length && view.interrupt() });
    assert.equal(await events.run(callWith(absent, { tail: true, ...flags }), view.world), 0);
    assert.equal(view.out(), eventsText(wanted));
  }
});

Deno.test("events --tail --phase knows the phase of a round that runs already", async () => {
  const files = projectFiles({
    "events-2026-11.jsonl": eventsText([eventLineOf("round_start", { round_num: 5, phase: "plan" })]),
  });
  const exit = eventLineOf("agent_exit", { round_num: 5 });
  const view = screen(files, { onWrite: () => view.interrupt() });
  const running = events.run(callWith(absent, { tail: true, phase: "plan" }), view.world);
  for (let i = 0; i < 20; i++) await Promise.resolve();
  files.append(`${logDir}/events-2026-11.jsonl`, new TextEncoder().encode(`${exit}\n`));
  assert.equal(await running, 0);
  assert.equal(view.out(), `${exit}\n`);
});

Deno.test("events --tail ends when its reader has gone", async () => {
  const view = screen(project(), { writes: 1 });
  assert.equal(await events.run(callWith(absent, { tail: true, all: true }), view.world), 0);
  assert.equal(view.out(), `${lines[0]}\n`);
});
