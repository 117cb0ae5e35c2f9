// Guards the note beside a log that was cut: whatever is in it, no reader is led astray.
import assert from "node:assert/strict";
import fc from "fast-check";
import { cutPath, readCut, removeCut, writeCut } from "../../src/store/log_cut.ts";
import { parseRoundFile } from "../../src/store/round_log.ts";
import { memoryFiles } from "../fakes/memory_files.ts";

const log = "/log/rounds/R1-20261121T100000.log";

Deno.test("readCut() gives what writeCut() wrote, until it is removed", () => {
  const files = memoryFiles();
  assert.equal(readCut(log, files), null);
  assert.ok(writeCut(log, { from: 4096, to: 8192 }, files));
  assert.deepEqual(readCut(log, files), { from: 4096, to: 8192 });
  removeCut(log, files);
  assert.equal(readCut(log, files), null);
  removeCut(log, files);
});

Deno.test("cutPath() is a file of its round, which retention removes with the log", () => {
  assert.equal(parseRoundFile(cutPath(log).replace("/log/rounds/", ""))?.number, 1);
});

for (
  const text of [
    "",
    "{",
    "null",
    "[1,2]",
    "3",
    '{"from":1}',
    '{"from":"1","to":2}',
    '{"from":-1,"to":2}',
    '{"from":2,"to":2}',
    '{"from":3,"to":2}',
    '{"from":1.5,"to":2}',
    '{"from":1,"to":1e300}',
    `{"from":1,"to":2,"x":"${"y".repeat(2000)}"}`,
  ]
) {
  Deno.test(`readCut() is null for ${JSON.stringify(text.slice(0, 40))}`, () => {
    assert.equal(readCut(log, memoryFiles({ [cutPath(log)]: text })), null);
  });
}

Deno.test("readCut() never throws, and gives a range or nothing", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
    const cut = readCut(log, memoryFiles({ [cutPath(log)]: text }));
    assert.ok(cut === null || (cut.from >= 0 && cut.from < cut.to));
  }));
});

Deno.test("a note that cannot be read, written or removed is no fault of the round", () => {
  const files = memoryFiles({ [cutPath(log)]: '{"from":1,"to":2}' });
  files.failWith("/log", "full");
  assert.equal(readCut(log, files), null);
  assert.equal(writeCut(log, { from: 1, to: 2 }, files), false);
  removeCut(log, files);
});
