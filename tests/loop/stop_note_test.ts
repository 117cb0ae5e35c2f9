// Guards the word of a supervisor that was asked to stop: it counts for that supervisor and for no other.
import assert from "node:assert/strict";
import { clearStopNote, leaveStopNote, readStopNote, stopNotePath } from "../../src/loop/stop_note.ts";
import { MemoryFiles } from "../fakes/memory_files.ts";

const startedAt = Date.parse("2026-11-21T10:00:00Z");
const askedAt = startedAt + 60_000;

function scene() {
  const files = new MemoryFiles();
  leaveStopNote("/log", { now: askedAt, pid: 42 }, files);
  return files;
}

Deno.test("readStopNote() tells when the supervisor was asked, until it leaves", () => {
  const files = scene();
  assert.equal(readStopNote("/log", { pid: 42, startedAt }, files), askedAt);
  assert.equal(files.modeOf(stopNotePath("/log")), 0o600);
  clearStopNote("/log", files);
  assert.equal(readStopNote("/log", { pid: 42, startedAt }, files), null);
  clearStopNote("/log", files);
});

Deno.test("readStopNote() does not take another supervisor's word, nor that of an earlier life with the same number", () => {
  const files = scene();
  assert.equal(readStopNote("/log", { pid: 43, startedAt }, files), null);
  assert.equal(readStopNote("/log", { pid: 42, startedAt: askedAt + 1 }, files), null);
});

Deno.test("readStopNote() takes nothing else for a word", () => {
  for (
    const text of [
      "",
      "{",
      "null",
      "[]",
      '{"pid":42}',
      '{"pid":"42","at":"2026-11-21T10:01:00Z"}',
      '{"pid":42,"at":"soon"}',
    ]
  ) {
    const files = scene();
    files.writeAtomic(stopNotePath("/log"), text);
    assert.equal(readStopNote("/log", { pid: 42, startedAt }, files), null, text);
  }
});

Deno.test("leaveStopNote() and clearStopNote() go on where the disk refuses", () => {
  const files = new MemoryFiles();
  files.failWith("/log/requests", "full");
  files.failWith(stopNotePath("/log"), "full");
  leaveStopNote("/log", { now: askedAt, pid: 42 }, files);
  clearStopNote("/log", files);
  assert.equal(readStopNote("/log", { pid: 42, startedAt }, files), null);
});
