// Guards how commands are left and taken: each once, in order, none that is stale, foreign or hostile.
import assert from "node:assert/strict";
import fc from "fast-check";
import { CommandFiles, giveCommand } from "../../src/loop/commands.ts";
import type { Command } from "../../src/loop/commands.ts";
import { FileFault } from "../../src/ports/files.ts";
import { memoryFiles } from "../fakes/memory_files.ts";

const now = Date.parse("2026-11-21T10:00:00Z");
const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
const all: readonly Command[] = [
  { kind: "pause", reason: "deploy", untilEpoch: null },
  { kind: "pause", reason: "", untilEpoch: 1_800_000_000 },
  { kind: "resume" },
  { kind: "stop_after_round", reason: "reboot" },
  { kind: "hint", text: "two\nlines" },
  { kind: "clear_hints" },
];

Deno.test("CommandFiles takes every kind as it was given, oldest first, and once", () => {
  const files = memoryFiles();
  const given = all.map((command, i) => ({ id: uuid(i), at: now + i, by: "ann", command }));
  for (const one of given.toReversed()) giveCommand("/log", one, files);
  const taker = new CommandFiles("/log", files);
  assert.deepEqual(taker.take(now + 1000), given);
  assert.deepEqual(taker.take(now + 1000), []);
  assert.deepEqual(files.list("/log/requests"), []);
});

Deno.test("CommandFiles removes what is older than a minute, and what was there before, without a word", () => {
  const files = memoryFiles();
  const taker = new CommandFiles("/log", files);
  const give = (at: number) => giveCommand("/log", { id: uuid(1), at, by: "", command: { kind: "resume" } }, files);
  give(now - 60_001);
  assert.deepEqual(taker.take(now), []);
  assert.deepEqual(files.list("/log/requests"), []);
  give(now - 59_999);
  assert.equal(taker.take(now).length, 1);
  give(now);
  taker.clear();
  assert.deepEqual([taker.take(now), files.list("/log/requests")], [[], []]);
});

Deno.test("CommandFiles leaves the files of other requests alone, and what only looks like a command", () => {
  const files = memoryFiles({
    "/log/requests/retry-now.json": "{}",
    "/log/requests/command-1.json": "{}",
    [`/log/requests/command-000000000000001-${uuid(1)}.json.tmp`]: "{}",
  });
  assert.deepEqual(new CommandFiles("/log", files).take(now), []);
  assert.equal(files.list("/log/requests").length, 3);
});

Deno.test("CommandFiles does not obey what it cannot remove: it would be obeyed again and again", () => {
  const files = memoryFiles();
  giveCommand("/log", { id: uuid(1), at: now, by: "", command: { kind: "resume" } }, files);
  files.remove = () => {
    throw new FileFault("denied", { path: "/log", cause: "denied" });
  };
  assert.deepEqual(new CommandFiles("/log", files).take(now), []);
});

const bad: readonly unknown[] = [
  "no JSON {",
  null,
  [],
  { at: new Date(now).toISOString(), command: "reboot" },
  { at: "yesterday", command: "resume" },
  { command: "resume" },
  { at: new Date(now).toISOString(), command: "hint", text: "  \n" },
  { at: new Date(now).toISOString(), command: "hint", text: "x".repeat(8001) },
  { at: new Date(now).toISOString(), command: "hint", text: 7 },
  { at: new Date(now).toISOString(), command: "pause", until_epoch: 1e300 },
];
for (const content of bad) {
  Deno.test(`CommandFiles removes ${JSON.stringify(content).slice(0, 60)} and does not obey it`, () => {
    const path = `/log/requests/command-${String(now).padStart(15, "0")}-${uuid(1)}.json`;
    const files = memoryFiles({ [path]: typeof content === "string" ? content : JSON.stringify(content) });
    assert.deepEqual(new CommandFiles("/log", files).take(now), []);
    assert.deepEqual(files.list("/log/requests"), []);
  });
}

Deno.test("CommandFiles gives a hint back with every character, up to the longest", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", minLength: 1, maxLength: 300 }), (text) => {
    fc.pre(text.trim() !== "" && text.isWellFormed());
    const files = memoryFiles();
    giveCommand("/log", { id: uuid(1), at: now, by: "ann", command: { kind: "hint", text } }, files);
    const [given] = new CommandFiles("/log", files).take(now);
    assert.deepEqual(given?.command, { kind: "hint", text });
  }));
  const files = memoryFiles();
  const text = "\u0001".repeat(8000);
  giveCommand("/log", { id: uuid(1), at: now, by: "ann", command: { kind: "hint", text } }, files);
  assert.deepEqual(new CommandFiles("/log", files).take(now)[0]?.command, { kind: "hint", text });
});
