// Guards what is left of a log that grew too large, with and without a hole that was made while it grew.
import assert from "node:assert/strict";
import { capLog } from "../../src/store/cap_log.ts";
import { cutPath, readCut, writeCut } from "../../src/store/log_cut.ts";
import { memoryFiles } from "../fakes/memory_files.ts";

const log = "/log/rounds/R1-20261121T100000.log";

/** A log of so many numbered lines of ten bytes. */
function lines(count: number): string {
  return Array.from({ length: count }, (_, i) => `${String(i).padStart(9, "0")}\n`).join("");
}

function cap(text: string, maxBytes: number, cut: { from: number; to: number } | null = null) {
  const files = memoryFiles({ [log]: text });
  if (cut !== null) {
    const bytes = new TextEncoder().encode(text);
    files.writeAtomic(log, bytes.fill(0, cut.from, cut.to));
    writeCut(log, cut, files);
  }
  return { taken: capLog(log, maxBytes, files), text: files.readText(log)!, files };
}

Deno.test("capLog() leaves a log within its bound, or without one, as it is", () => {
  assert.deepEqual([cap(lines(10), 100).taken, cap(lines(10), 0).taken], [0, 0]);
  assert.equal(cap(lines(10), 100).text, lines(10));
  assert.equal(capLog(log, 100, memoryFiles()), 0);
});

Deno.test("capLog() keeps the first and the last half, and marks what was cut", () => {
  const { taken, text } = cap(lines(100), 100);
  assert.equal(taken, 900);
  assert.equal(text, `${lines(5)}\n[agent-runner: 900 bytes cut out here]\n${lines(100).slice(-50)}`);
});

Deno.test("capLog() counts a hole to what is cut, and takes the note of it away", () => {
  const { taken, text, files } = cap(lines(100), 100, { from: 50, to: 900 });
  assert.equal(taken, 900);
  assert.equal(text, `${lines(5)}\n[agent-runner: 900 bytes cut out here]\n${lines(100).slice(-50)}`);
  assert.equal(readCut(log, files), null);
});

Deno.test("capLog() keeps no zeros of a hole, also where the bound was raised or taken away since", () => {
  for (const maxBytes of [500, 5000, 0]) {
    const { taken, text } = cap(lines(100), maxBytes, { from: 50, to: 900 });
    assert.equal(taken, 850, `${maxBytes}`);
    assert.equal(text, `${lines(5)}\n[agent-runner: 850 bytes cut out here]\n${lines(100).slice(-100)}`);
  }
});

Deno.test("capLog() does not believe a note beyond the end of the log", () => {
  assert.equal(cap(lines(10), 1000, { from: 500, to: 900 }).text, lines(10));
  const { text } = cap(lines(10), 1000, { from: 50, to: 900 });
  assert.equal(text, `${lines(5)}\n[agent-runner: 50 bytes cut out here]\n`);
});

Deno.test("capLog() leaves the log and its note where the disk has no room for the copy", () => {
  const files = memoryFiles({ [log]: lines(100) });
  writeCut(log, { from: 50, to: 900 }, files);
  files.roomBytes = 60;
  assert.equal(capLog(log, 100, files), 0);
  assert.equal(files.readText(log), lines(100));
  assert.deepEqual(files.paths(), [cutPath(log), log].sort());
});
