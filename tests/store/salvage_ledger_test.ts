// Guards the ledger of salvages: a list that is told before and after, and that survives whatever is in its file.
import assert from "node:assert/strict";
import fc from "fast-check";
import { parseSalvages } from "../../src/store/salvage_entries.ts";
import { openSalvageLedger, toOffer } from "../../src/store/salvage_ledger.ts";
import type { ConfirmedSalvage } from "../../src/store/salvage_ledger.ts";
import { FileFault } from "../../src/ports/files.ts";
import { memoryFiles } from "../fakes/memory_files.ts";

const path = "/log/salvage-ledger.json";
const atMs = Date.UTC(2026, 10, 21, 10);

function sha(n: number): string {
  return String(n).padStart(40, "0");
}

function salvage(round: number, given: Partial<ConfirmedSalvage> = {}): ConfirmedSalvage {
  const ref = `refs/agent-runner/salvage/${round}-20261121T100000Z`;
  return { ref, sha: sha(round), round, phase: null, why: "timed out", atMs: atMs + round, files: ["a"], ...given };
}

function open() {
  const files = memoryFiles();
  return { files, ledger: openSalvageLedger(files, "/log") };
}

Deno.test("SalvageLedger is a list that is written before the step and confirmed after it", () => {
  const { files, ledger } = open();
  assert.deepEqual(ledger.list(), []);
  assert.equal(ledger.announce(salvage(1)), null);
  assert.deepEqual(ledger.list().map(({ sha, state }) => [sha, state]), [[null, "announced"]]);
  const names = Array.from({ length: 60 }, (_, i) => `f${i}`);
  assert.equal(ledger.confirm(salvage(1, { files: names, phase: "build" }), salvage(1).ref), null);
  ledger.announce(salvage(2));
  ledger.confirm(salvage(2), salvage(2).ref);
  const [first, second] = ledger.list();
  assert.deepEqual([first!.state, first!.files.length, first!.count, first!.phase], ["saved", 50, 60, "build"]);
  assert.deepEqual([second!.sha, second!.at], [sha(2), "2026-11-21T10:00:00.002Z"]);
  const wire = JSON.parse(files.readText(path)!).entries[0];
  assert.deepEqual(Object.keys(wire).sort(), [
    "at",
    "count",
    "files",
    "offered_in",
    "phase",
    "ref",
    "round",
    "sha",
    "state",
    "why",
  ]);
});

Deno.test("SalvageLedger.withdraw() forgets what was announced and not made, and nothing else", () => {
  const { ledger } = open();
  ledger.confirm(salvage(1), null);
  ledger.announce(salvage(2));
  ledger.withdraw(salvage(2).ref);
  ledger.withdraw(salvage(1).ref);
  assert.deepEqual(ledger.list().map(({ round }) => round), [1]);
});

Deno.test("SalvageLedger.confirm() of one that is used again keeps its state, but what was restored is open again", () => {
  const { ledger } = open();
  for (const round of [1, 2, 3]) ledger.confirm(salvage(round), null);
  ledger.mark([sha(1), sha(2)], { state: "offered", round: 5 });
  ledger.mark([sha(2)], { state: "restored" });
  ledger.confirm(salvage(1), null);
  ledger.confirm(salvage(2), null);
  assert.deepEqual(ledger.list().map(({ round, state }) => `${round} ${state}`).sort(), [
    "1 offered",
    "2 saved",
    "3 saved",
  ]);
});

Deno.test("SalvageLedger.confirm() goes by the SHA when the ref had to be another than announced", () => {
  const { ledger } = open();
  ledger.announce(salvage(1));
  ledger.confirm(salvage(1, { ref: `${salvage(1).ref}-2` }), salvage(1).ref);
  assert.deepEqual(ledger.list().map(({ ref, state }) => [ref, state]), [[`${salvage(1).ref}-2`, "saved"]]);
});

Deno.test("SalvageLedger.mark() goes forward only", () => {
  const { ledger } = open();
  for (const round of [1, 2, 3]) ledger.confirm(salvage(round), null);
  ledger.mark([sha(1)], { state: "offered", round: 4 });
  ledger.mark([sha(1)], { state: "offered", round: 5 });
  ledger.mark([sha(2)], { state: "restored" });
  ledger.mark([sha(2)], { state: "offered", round: 5 });
  ledger.mark([sha(3)], { state: "dropped" });
  ledger.mark([sha(3)], { state: "restored" });
  ledger.mark([sha(9)], { state: "restored" });
  assert.deepEqual(ledger.list().map(({ state, offeredIn }) => [state, offeredIn]), [
    ["offered", 4],
    ["restored", null],
    ["dropped", null],
  ]);
});

Deno.test("SalvageLedger remembers all that is there, and of what is dropped the newest", () => {
  const { ledger } = open();
  for (let round = 1; round <= 120; round++) {
    ledger.confirm(salvage(round), null);
    if (round % 2 === 0) ledger.mark([sha(round)], { state: "dropped" });
  }
  const entries = ledger.list();
  assert.deepEqual(
    [
      entries.filter(({ state }) => state === "saved").length,
      entries.filter(({ state }) => state === "dropped").length,
    ],
    [60, 50],
  );
  assert.ok(entries.some(({ round }) => round === 120) && !entries.some(({ round }) => round === 2));
});

Deno.test("SalvageLedger.replace() writes only what differs", () => {
  const { files, ledger } = open();
  ledger.confirm(salvage(1), null);
  const before = files.stat(path)!.inode;
  ledger.replace(ledger.list());
  assert.equal(files.stat(path)!.inode, before);
  ledger.replace([]);
  assert.deepEqual(ledger.list(), []);
});

Deno.test("SalvageLedger keeps a garbled file beside the new one", () => {
  for (const text of ["", "{", "[]", '{"entries": 3}', '{"entries": [{"sha": 1}]}', "\u0000\ufffd"]) {
    const { files, ledger } = open();
    files.writeAtomic(path, text);
    assert.deepEqual(ledger.list(), []);
    assert.equal(ledger.confirm(salvage(1), null), null);
    assert.equal(files.readText(`${path}.broken`), text);
    assert.equal(ledger.list().length, 1);
  }
});

Deno.test("SalvageLedger returns the fault of a disk that is full, and reads nothing where it may not", () => {
  const files = memoryFiles();
  const fault = new FileFault("full", { path, cause: "No space left" });
  files.writeAtomic = () => {
    throw fault;
  };
  files.readBytes = () => {
    throw new FileFault("denied", { path, cause: "x" });
  };
  const ledger = openSalvageLedger(files, "/log");
  assert.deepEqual(ledger.list(), []);
  assert.equal(ledger.announce(salvage(1)), fault);
});

Deno.test("parseSalvages() takes any bytes, and whatever it returns can be written and read again", () => {
  const row = fc.record({
    sha: fc.oneof(fc.constant(sha(1)), fc.anything()),
    ref: fc.oneof(fc.string(), fc.anything()),
    round: fc.oneof(fc.nat(), fc.anything()),
    state: fc.oneof(fc.constantFrom("saved", "announced", "offered"), fc.anything()),
    files: fc.anything(),
    at: fc.anything(),
    count: fc.anything(),
  });
  const text = fc.oneof(
    fc.uint8Array(),
    fc.json().map((json) => new TextEncoder().encode(json)),
    fc.array(row).map((entries) => new TextEncoder().encode(JSON.stringify({ entries }) ?? "")),
  );
  fc.assert(fc.property(text, (bytes) => {
    const { entries } = parseSalvages(bytes);
    for (const entry of entries) {
      assert.ok(!Number.isNaN(Date.parse(entry.at)) && (entry.sha !== null || entry.state === "announced"));
    }
    const files = memoryFiles();
    const ledger = openSalvageLedger(files, "/log");
    assert.equal(ledger.replace(entries), null);
    const dropped = entries.filter(({ state }) => state === "dropped").length;
    assert.equal(ledger.list().length, entries.length - Math.max(0, dropped - 50));
  }));
});

Deno.test("toOffer() names what is open of earlier rounds, newest first and never too many", () => {
  const { ledger } = open();
  for (const round of [1, 2, 3, 4, 5, 6, 7, 8]) ledger.confirm(salvage(round), null);
  ledger.announce(salvage(9));
  ledger.mark([sha(6)], { state: "offered", round: 7 });
  const rounds = (round: number, most?: number) =>
    toOffer(ledger.list(), { round, ...(most === undefined ? {} : { most }) }).map((entry) => entry.round);
  assert.deepEqual(rounds(8), [7, 5, 4, 3, 2]);
  assert.deepEqual(rounds(10, 2), [8, 7]);
  assert.deepEqual(rounds(1), []);
});
