// Guards what is removed from the log folder, and above all what is not.
import assert from "node:assert/strict";
import { pruneMonths, pruneRounds } from "../../src/store/retention.ts";
import { memoryFiles } from "../fakes/memory_files.ts";

function folderOfRounds(numbers: readonly number[]) {
  const memory = memoryFiles({ "/log/status.json": "{}", "/log/rounds/notes.txt": "", "/log/rounds/Rx.log": "" });
  for (const n of numbers) {
    memory.writeAtomic(`/log/rounds/R${n}-20261121T100000.log`, "");
    memory.writeAtomic(`/log/rounds/R${n}-20261121T100000.exit`, "0");
    memory.link(`/log/round-${n}.log`, `rounds/R${n}-20261121T100000.log`);
  }
  memory.link("/log/round-current.log", `rounds/R${numbers.at(-1)}-20261121T100000.log`);
  return memory;
}

Deno.test("pruneRounds() keeps the newest rounds with all their files", () => {
  const memory = folderOfRounds([8, 9, 10, 11]);
  assert.equal(pruneRounds(memory, { logDir: "/log", keep: 2, running: null }), 6);
  assert.deepEqual(memory.paths(), [
    "/log/round-10.log",
    "/log/round-11.log",
    "/log/round-current.log",
    "/log/rounds/R10-20261121T100000.exit",
    "/log/rounds/R10-20261121T100000.log",
    "/log/rounds/R11-20261121T100000.exit",
    "/log/rounds/R11-20261121T100000.log",
    "/log/rounds/Rx.log",
    "/log/rounds/notes.txt",
    "/log/status.json",
  ]);
});

Deno.test("pruneRounds() never touches the running round", () => {
  const memory = folderOfRounds([1, 2, 3]);
  pruneRounds(memory, { logDir: "/log", keep: 1, running: 1 });
  assert.ok(memory.paths().includes("/log/rounds/R1-20261121T100000.log"));
  assert.ok(!memory.paths().includes("/log/rounds/R2-20261121T100000.log"));
});

Deno.test("pruneRounds() does nothing without a folder, and goes on past what it cannot remove", () => {
  assert.equal(pruneRounds(memoryFiles(), { logDir: "/log", keep: 1, running: null }), 0);
  const memory = folderOfRounds([1, 2]);
  memory.failWith("/log/rounds/R1-20261121T100000.log", "denied");
  assert.equal(pruneRounds(memory, { logDir: "/log", keep: 1, running: null }), 2);
});

Deno.test("pruneMonths() keeps so many months, this one included, and all for 0", () => {
  const months = ["2025-12", "2026-10", "2026-11", "2026-12", "2027-01"];
  const initial = months.flatMap((month) => [[`/log/events-${month}.jsonl`, ""], [`/log/metrics-${month}.jsonl`, ""]]);
  const memory = memoryFiles({ ...Object.fromEntries(initial), "/log/events-old.jsonl": "" });
  const now = Date.parse("2027-01-01T00:00:00Z");
  assert.equal(pruneMonths(memory, { logDir: "/log", keepMonths: 0, now }), 0);
  assert.equal(pruneMonths(memory, { logDir: "/log", keepMonths: 3, now }), 4);
  assert.deepEqual(memory.list("/log").filter((name) => name.startsWith("events-")), [
    "events-2026-11.jsonl",
    "events-2026-12.jsonl",
    "events-2027-01.jsonl",
    "events-old.jsonl",
  ]);
});
