// Guards the numbers of state formats: saved folders of this and other versions are read, and what is newer is not lost.
import assert from "node:assert/strict";
import fc from "fast-check";
import { readText } from "../../scripts/tree.ts";
import { formats, keepNewer, keepNewerState, newerFormat, stateText } from "../../src/store/formats.ts";
import { parseSalvages } from "../../src/store/salvage_entries.ts";
import { openSalvageLedger } from "../../src/store/salvage_ledger.ts";
import { SessionTotals } from "../../src/store/session_totals.ts";
import { StatusFile } from "../../src/store/status.ts";
import { filesBelow } from "../../scripts/tree.ts";
import { MemoryFiles, memoryFiles } from "../fakes/memory_files.ts";

const golden = "tests/golden/log-folders";
const usage = {
  agent: "a",
  model: "m",
  reasoningTokens: 0,
  cachedTokens: 33,
  cacheCreationTokens: 44,
  durationMs: 5,
  toolCallCount: 0,
  modelsBreakdown: null,
};

function folderOf(name: string): MemoryFiles {
  const from = `${golden}/${name}`;
  return memoryFiles(
    Object.fromEntries(filesBelow(from).map((path) => [`/log${path.slice(from.length)}`, readText(path)!])),
  );
}

function statusOf(files: MemoryFiles): Record<string, unknown> {
  return JSON.parse(files.readText("/log/status.json")!);
}

Deno.test("stateText() puts the number of the format first, whatever number the content had", () => {
  assert.equal(stateText("pace.json", { pause: null }), '{"schema":1,"pause":null}\n');
  assert.equal(stateText("pace.json", { schema: 9, pause: null }), '{"schema":1,"pause":null}\n');
});

Deno.test("newerFormat() takes nothing but a larger whole number for a newer format", () => {
  assert.equal(newerFormat("status.json", { schema: formats["status.json"] + 1 }), formats["status.json"] + 1);
  for (const schema of [undefined, null, 0, 1, formats["status.json"], -9, 3.5, "9", [9], {}, Infinity]) {
    assert.equal(newerFormat("status.json", { schema }), null, String(schema));
  }
  assert.equal(newerFormat("status.json", null), null);
});

Deno.test("keepNewer() leaves alone what is no newer, and what is no state file, whatever it holds", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (content) => {
    const files = memoryFiles({ "/log/pace.json": content });
    assert.equal(keepNewer({ path: "/log/pace.json", kind: "pace.json" }, files), null);
    assert.deepEqual(files.paths(), ["/log/pace.json"]);
  }));
  assert.equal(keepNewer({ path: "/log/pace.json", kind: "pace.json" }, new MemoryFiles()), null);
});

Deno.test("keepNewerState() keeps a copy of each file of a later version, and changes none", () => {
  const files = folderOf("later-version");
  const before = new Map(files.paths().map((path) => [path, files.readText(path)]));
  const names = ["status", "loop", "wait", "seats", "pace", "sessions", "orphans", "hints", "salvage-ledger"];
  assert.deepEqual(
    keepNewerState("/log", files),
    names.map((name) => {
      const schema = name === "status" ? 3 : 9;
      const known = name === "status" ? 2 : 1;
      return { file: `${name}.json`, schema, known, keptAs: `${name}.json.schema-${schema}` };
    }),
  );
  for (const [path, text] of before) assert.equal(files.readText(path), text);
  for (const name of names) {
    const copy = `/log/${name}.json.schema-${name === "status" ? 3 : 9}`;
    assert.equal(files.readText(copy), before.get(`/log/${name}.json`));
  }
});

Deno.test("keepNewerState() finds nothing newer in folders of this version and of earlier ones", () => {
  for (const name of ["agent-runner-0.1.0", "cli-agent-runner-0.2.2/state"]) {
    assert.deepEqual(keepNewerState("/log", folderOf(name)), [], name);
  }
});

Deno.test("what a later version wrote into status.json outlives this version's writes", () => {
  const files = folderOf("later-version");
  const file = new StatusFile("/log", files);
  const { status } = file.read();
  file.write({ ...status!, round_num: 13 });
  const written = statusOf(files);
  assert.deepEqual([written.round_num, written.schema, written.moon], [13, 2, { phase: "full" }]);
  assert.deepEqual(written.last_verdict_detail, ["x"]);
});

Deno.test("unknown fields of a status.json that is no newer are dropped", () => {
  const files = memoryFiles({ "/log/status.json": '{"round_num": 3, "schema": 2, "junk": 1}' });
  const file = new StatusFile("/log", files);
  file.write(file.read().status!);
  assert.equal("junk" in statusOf(files), false);
});

Deno.test("of a later version's lists all is used that is understood", () => {
  const files = folderOf("later-version");
  const { entries, isSound } = parseSalvages(files.readBytes("/log/salvage-ledger.json", { offset: 0, length: 9999 }));
  assert.deepEqual([entries.map(({ round }) => round), isSound], [[11], false]);
  const taken = new SessionTotals("/log", files)
    .take("s-12", { ...usage, inputTokens: 20, outputTokens: 30, costUsd: 1, isCumulative: true }, 13);
  assert.deepEqual([taken.inputTokens, taken.outputTokens, taken.costUsd], [9, 8, 0.75]);
});

Deno.test("the ledger of salvages keeps a later version's copy whoever writes it", () => {
  const files = folderOf("later-version");
  const before = files.readText("/log/salvage-ledger.json");
  openSalvageLedger(files, "/log").mark(["a".repeat(40)], { state: "restored" });
  assert.equal(files.readText("/log/salvage-ledger.json.schema-9"), before);
  const { schema, entries } = JSON.parse(files.readText("/log/salvage-ledger.json")!);
  assert.deepEqual([schema, entries.length, entries[0].state], [1, 1, "restored"]);
});

Deno.test("sessions.json is read in the form without a number, too", () => {
  const { sessions } = JSON.parse(readText(`${golden}/agent-runner-0.1.0/sessions.json`)!);
  const files = memoryFiles({ "/log/sessions.json": JSON.stringify(sessions) });
  const taken = new SessionTotals("/log", files)
    .take("s-5", { ...usage, inputTokens: 20, outputTokens: 30, costUsd: 1, isCumulative: true }, 6);
  assert.deepEqual([taken.inputTokens, taken.outputTokens], [9, 8]);
});

Deno.test("each state file of the saved folder has the number of today's format: a new one needs a new folder", () => {
  for (const path of filesBelow(`${golden}/agent-runner-0.1.0`).filter((name) => name.endsWith(".json"))) {
    const name = path.slice(path.lastIndexOf("/") + 1);
    // It is the predecessor's, and has its form.
    if (name === "orphan-state.json") continue;
    const kind = name === "monitor.json" ? "monitor*.json" : name as keyof typeof formats;
    assert.equal(JSON.parse(readText(path)!).schema, formats[kind], name);
  }
});
