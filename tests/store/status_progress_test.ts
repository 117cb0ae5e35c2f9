// Guards status.json's parts on progress against whatever a file can hold.
import assert from "node:assert/strict";
import fc from "fast-check";
import { changeFields } from "../../src/core/change.ts";
import { isDoneRefused, isLastChange } from "../../src/store/status_progress.ts";
import { StatusFile } from "../../src/store/status.ts";
import { MemoryFiles } from "../fakes/memory_files.ts";
import { someChange } from "../fakes/round_change.ts";

const change = { round_num: 4, ...changeFields(someChange), unchanged_rounds: 0 };
const refused = {
  round_num: 4,
  at: "2026-11-21T10:00:00.000Z",
  command: ["make", "test"],
  outcome: "exit_code",
  exit_code: 2,
  reason: "it ended with exit code 2",
  output: "1 failed",
  output_file: "/log/rounds/R4-20261121T100000.verify.txt",
  said: "all is done",
  file: null,
};

function withoutEach(whole: Readonly<Record<string, unknown>>): Record<string, unknown>[] {
  return Object.keys(whole).map((key) => ({ ...whole, [key]: undefined }));
}

Deno.test("isLastChange() takes a whole one, and nothing that lacks a part or has one of another type", () => {
  assert.ok(isLastChange(change));
  assert.ok(isLastChange({ ...change, change: "unknown", commits: null, files_changed: null }));
  const bad = [
    ...withoutEach(change),
    { ...change, unchanged_rounds: -1 },
    { ...change, unchanged_rounds: 1e300 },
    { ...change, change: "much" },
    { ...change, commits: "1" },
    { ...change, round_num: 1.5 },
  ];
  for (const one of [...bad, null, [], "some"]) assert.equal(isLastChange(one), false, JSON.stringify(one));
});

Deno.test("isDoneRefused() takes a whole one, and nothing that lacks a part or has one of another type", () => {
  assert.ok(isDoneRefused(refused));
  assert.ok(isDoneRefused({ ...refused, exit_code: null, output_file: null }));
  const bad = [
    ...withoutEach(refused),
    { ...refused, command: "make test" },
    { ...refused, command: ["make", 1] },
    { ...refused, exit_code: "2" },
    { ...refused, said: null },
  ];
  for (const one of [...bad, null, [], 3]) assert.equal(isDoneRefused(one), false, JSON.stringify(one));
});

Deno.test("StatusFile keeps both parts, and drops what is none of theirs without losing the rest", () => {
  const files = new MemoryFiles();
  const file = new StatusFile("/log", files);
  const status = { round_num: 4, running: false, schema: 2, last_change: change, done_refused: refused };
  files.writeAtomic("/log/status.json", JSON.stringify(status));
  assert.deepEqual(file.read(), { status, recovered: null });
  fc.assert(fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
    const written = { round_num: 4, running: false, schema: 2, last_change: one, done_refused: other };
    files.writeAtomic("/log/status.json", JSON.stringify(written));
    const { status } = file.read();
    assert.equal(status?.round_num, 4);
    assert.ok(status.last_change === undefined || isLastChange(status.last_change));
    assert.ok(status.done_refused === undefined || isDoneRefused(status.done_refused));
  }));
});
