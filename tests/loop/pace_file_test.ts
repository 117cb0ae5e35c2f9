// Guards what pacing remembers over restarts, whatever the file holds.
import assert from "node:assert/strict";
import fc from "fast-check";
import { observationsKept } from "../../src/loop/pace.ts";
import { freshPace, PaceFile, type PaceMemory } from "../../src/loop/pace_file.ts";
import { MemoryFiles } from "../fakes/memory_files.ts";

const path = "/log/pace.json";
const memory: PaceMemory = {
  history: [{ name: "five_hour", utilization: 0.42, resetsAt: 1_800_000_000 }],
  pause: { until: 1_799_990_000, since: 1_799_980_000, reason: "pacing" },
};

function read(content: string): PaceMemory {
  const files = new MemoryFiles();
  files.writeAtomic(path, content);
  return new PaceFile("/log", files).read();
}

Deno.test("PaceFile reads what it wrote", () => {
  const files = new MemoryFiles();
  const file = new PaceFile("/log", files);
  assert.deepEqual(file.read(), freshPace);
  file.write(memory);
  assert.deepEqual(new PaceFile("/log", files).read(), memory);
  file.write({ ...memory, pause: null });
  assert.deepEqual(file.read(), { ...memory, pause: null });
});

Deno.test("PaceFile keeps what is good of a file that holds anything else", () => {
  for (const content of ["", "{", "null", "[]", "7", '"x"', '{"history":7,"pause":[]}', "\0\ufffd"]) {
    assert.deepEqual(read(content), freshPace, content);
  }
  const good = { name: "five_hour", utilization: 0.42, resets_at: 1_800_000_000 };
  const bad = [null, 7, [], {}, { ...good, name: 7 }, { ...good, utilization: -1 }, { ...good, utilization: "1" }, {
    ...good,
    resets_at: 1e300,
  }, { ...good, name: "x".repeat(1000) }];
  const pauses = [null, 7, {}, { until_epoch: "x", started_epoch: 1, reason: "r" }, {
    until_epoch: 1,
    started_epoch: 1e300,
    reason: "r",
  }];
  for (const pause of pauses) {
    const content = JSON.stringify({ history: [...bad, good, ...bad], pause });
    assert.deepEqual(read(content), { history: memory.history, pause: null }, content);
  }
  const many = JSON.stringify({ history: Array.from({ length: 500 }, () => good) });
  assert.equal(read(many).history.length, observationsKept);
});

Deno.test("PaceFile never throws, whatever the file holds", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (content) => {
    const { history, pause } = read(content);
    assert.ok(Array.isArray(history) && (pause === null || typeof pause.reason === "string"));
  }));
});

Deno.test("PaceFile goes on where nothing can be written", () => {
  const files = new MemoryFiles();
  files.failWith("/log", "full");
  new PaceFile("/log", files).write(memory);
  assert.deepEqual(new PaceFile("/log", files).read(), freshPace);
});
