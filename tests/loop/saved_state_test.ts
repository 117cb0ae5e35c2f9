// Guards what the loop remembers against other versions: saved files of this one and of a later one are read and gone on with.
import assert from "node:assert/strict";
import { readText } from "../../scripts/tree.ts";
import { LoopFiles } from "../../src/loop/memory.ts";
import { tellNewerState } from "../../src/loop/newer_state.ts";
import { PaceFile } from "../../src/loop/pace_file.ts";
import { readLedger } from "../../src/loop/ledger.ts";
import type { EventSink } from "../../src/ports/records.ts";
import { parseList } from "../../src/vcs/orphan_format.ts";
import { memoryFiles } from "../fakes/memory_files.ts";

function load(folder: string, ...names: string[]) {
  const read = (name: string) => readText(`tests/golden/log-folders/${folder}/${name}`)!;
  return memoryFiles(Object.fromEntries(names.map((name) => [`/log/${name}`, read(name)])));
}

/** The same file as a version wrote it that numbered nothing. */
function unnumbered(folder: string, name: string) {
  const { schema, ...rest } = JSON.parse(readText(`tests/golden/log-folders/${folder}/${name}`)!);
  assert.equal(schema, 1);
  return memoryFiles({ [`/log/${name}`]: JSON.stringify(rest) });
}

Deno.test("what this version saved is read with and without its number", () => {
  for (const files of [load("agent-runner-0.1.0", "loop.json"), unnumbered("agent-runner-0.1.0", "loop.json")]) {
    const { failures, backoff } = new LoopFiles("/log", files).readMemory();
    assert.deepEqual([failures, backoff], [2, { api_transient_5xx: 2 }]);
  }
  for (const files of [load("agent-runner-0.1.0", "wait.json"), unnumbered("agent-runner-0.1.0", "wait.json")]) {
    const wait = new LoopFiles("/log", files).readWait();
    assert.deepEqual([wait?.classification, wait?.exponent, Object.hasOwn(wait!, "schema")], [
      "api_transient_5xx",
      2,
      false,
    ]);
  }
  for (const files of [load("agent-runner-0.1.0", "pace.json"), unnumbered("agent-runner-0.1.0", "pace.json")]) {
    assert.equal(new PaceFile("/log", files).read().history[0]?.utilization, 0.42);
  }
  for (const files of [load("agent-runner-0.1.0", "orphans.json"), unnumbered("agent-runner-0.1.0", "orphans.json")]) {
    const { entries, isSound } = parseList(files.readBytes("/log/orphans.json", { offset: 0, length: 9999 }));
    assert.deepEqual([entries.length, isSound], [1, true]);
  }
  const ledger = readLedger("/log/budget.json", load("agent-runner-0.1.0", "budget.json"));
  assert.equal(ledger.kind === "ok" && ledger.ledger.lastRound, 5);
});

Deno.test("what a later version saved is used as far as it is understood", () => {
  const loop = new LoopFiles("/log", load("later-version", "loop.json", "wait.json"));
  assert.deepEqual([loop.readMemory().failures, loop.readMemory().backoff], [3, { api_transient_5xx: 2 }]);
  assert.equal(loop.readWait(), null);
  const pace = new PaceFile("/log", load("later-version", "pace.json")).read();
  assert.deepEqual([pace.history.length, pace.pause], [1, null]);
});

Deno.test("tellNewerState() tells each newer file once, on record and to people, with where its copy is", () => {
  const files = load("later-version", "loop.json", "pace.json");
  const emitted: unknown[] = [];
  const told: string[] = [];
  const sink = { emit: (kind: string, fields: unknown) => emitted.push([kind, fields]) } as unknown as EventSink;
  tellNewerState("/log", { files, sink, tell: ({ text }) => told.push(text) });
  assert.deepEqual(
    emitted,
    ["loop.json", "pace.json"].map((file) => [
      "state_newer",
      { file, schema: 9, known: 1, kept_as: `${file}.schema-9` },
    ]),
  );
  assert.equal(
    told[0],
    "loop.json is of a newer version (format 9; 1 is known here): a copy is kept as loop.json.schema-9",
  );
});

Deno.test("a newer file that cannot be copied is told all the same", () => {
  const files = load("later-version", "loop.json");
  files.failWith("/log/loop.json.schema-9", "full");
  const told: string[] = [];
  const sink = { emit() {} } as unknown as EventSink;
  tellNewerState("/log", { files, sink, tell: ({ text }) => told.push(text) });
  assert.match(told[0]!, /no copy of it can be kept$/);
});
