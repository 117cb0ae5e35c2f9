// Guards the ledger of budgets: it survives restarts, and what cannot be trusted is refused.
import assert from "node:assert/strict";
import fc from "fast-check";
import { emptyLedger, type Ledger, ledgerPath, readLedger, writeLedger } from "../../src/loop/ledger.ts";
import { MemoryFiles, memoryFiles } from "../fakes/memory_files.ts";

const path = ledgerPath("/logs");

const spending = { usd: 1.25, estimatedUsd: 0.5, tokens: 1000, rounds: 3, seconds: 90.5, roundsWithoutCost: 1 };

const ledger: Ledger = {
  periods: {
    day: { key: "2026-11-21", ...spending },
    week: { key: "2026-11-16", ...spending },
    month: null,
  },
  total: spending,
  warned: ["day usd budget_warned 20"],
  lastRound: 7,
};

function written(): Record<string, unknown> {
  const files = new MemoryFiles();
  assert.equal(writeLedger(path, ledger, files), null);
  return JSON.parse(files.readText(path)!);
}

Deno.test("readLedger() gives back what writeLedger() wrote, private to the user", () => {
  const files = new MemoryFiles();
  assert.equal(writeLedger(path, ledger, files), null);
  assert.deepEqual(readLedger(path, files), { kind: "ok", ledger });
  assert.equal(files.modeOf(path), 0o600);
});

Deno.test("writeLedger() names everything as the documentation does", () => {
  const wire = {
    usd: 1.25,
    estimated_usd: 0.5,
    tokens: 1000,
    rounds: 3,
    seconds: 90.5,
    rounds_without_cost: 1,
  };
  assert.deepEqual(written(), {
    schema: 1,
    periods: { day: { key: "2026-11-21", ...wire }, week: { key: "2026-11-16", ...wire }, month: null },
    total: wire,
    warned: ["day usd budget_warned 20"],
    last_round: 7,
  });
});

Deno.test("readLedger() is empty when there is no file", () => {
  assert.deepEqual(readLedger(path, new MemoryFiles()), { kind: "ok", ledger: emptyLedger });
});

function refusalOf(files: MemoryFiles): { readonly reason: string; readonly fix: string } {
  const read = readLedger(path, files);
  assert.equal(read.kind, "refused");
  return (read as typeof read & { kind: "refused" }).refusal;
}

Deno.test("readLedger() refuses what it cannot trust, and says how to go on", () => {
  const good = written();
  const total = good.total as object;
  const periods = good.periods as Record<string, object>;
  const contents: readonly (string | Uint8Array)[] = [
    "",
    "{",
    "null",
    "[]",
    "3",
    '"text"',
    new Uint8Array([0x7b, 0xff, 0x7d]),
    " ".repeat(65_537),
    "[".repeat(50_000),
    ...[
      {},
      { ...good, schema: 2 },
      { ...good, schema: "1" },
      { ...good, schema: 0 },
      { ...good, total: null },
      { ...good, total: { ...total, usd: -1 } },
      { ...good, total: { ...total, usd: "1" } },
      { ...good, total: { ...total, usd: null } },
      { ...good, total: { ...total, tokens: undefined } },
      { ...good, periods: { day: null, week: null } },
      { ...good, periods: [] },
      { ...good, periods: { ...periods, day: { ...periods.day, key: "yesterday" } } },
      { ...good, periods: { ...periods, day: { ...periods.day, key: "2026-11" } } },
      { ...good, periods: { ...periods, week: 3 } },
      { ...good, warned: "day" },
      { ...good, warned: [1] },
      { ...good, last_round: 1.5 },
      { ...good, last_round: "7" },
    ].map((document) => JSON.stringify(document)),
    JSON.stringify(good).replace("1.25", "1e999"),
  ];
  for (const content of contents) {
    const files = new MemoryFiles();
    files.writeAtomic(path, content);
    const { reason, fix } = refusalOf(files);
    assert.ok(reason.includes(path) && !reason.includes("\n"), reason);
    assert.equal(fix, "Look at it, or remove it to start from zero: rm /logs/budget.json");
  }
  const newer = new MemoryFiles();
  newer.writeAtomic(path, JSON.stringify({ ...good, schema: 2 }));
  assert.match(refusalOf(newer).reason, /newer version/);
});

Deno.test("readLedger() refuses a file that cannot be read, or that is none", () => {
  const closed = memoryFiles({ [path]: "{}" });
  closed.failWith(path, "denied");
  assert.match(refusalOf(closed).reason, /cannot be read/);
  const folder = new MemoryFiles();
  folder.makeDir(path);
  assert.match(refusalOf(folder).reason, /no regular file/);
});

Deno.test("writeLedger() returns why it cannot write, and leaves the old file", () => {
  const files = memoryFiles({ [path]: "old" });
  files.failWith(path, "full");
  const refusal = writeLedger(path, ledger, files);
  assert.ok(refusal!.reason.includes(path) && refusal!.fix !== "");
  files.failWith(path, null);
  assert.equal(files.readText(path), "old");
});

Deno.test("readLedger() answers for any bytes", () => {
  const some = fc.oneof(fc.uint8Array({ maxLength: 60 }), fc.json().map((text) => new TextEncoder().encode(text)));
  fc.assert(fc.property(some, (bytes) => {
    const files = new MemoryFiles();
    files.writeAtomic(path, bytes);
    assert.equal(readLedger(path, files).kind, "refused");
  }));
});

Deno.test("readLedger() gives back any ledger, with as many marks as are kept", () => {
  const amount = fc.double({ min: 0, max: 1e12, noNaN: true }).map((value) => value + 0);
  const any = fc.record({
    usd: amount,
    estimatedUsd: amount,
    tokens: fc.nat(),
    rounds: fc.nat(),
    seconds: amount,
    roundsWithoutCost: fc.nat(),
  });
  const document = fc.record({ total: any, warned: fc.array(fc.string({ maxLength: 50 }), { maxLength: 150 }) });
  fc.assert(fc.property(document, ({ total, warned }) => {
    const files = new MemoryFiles();
    const all: Ledger = { ...ledger, total: { ...total }, warned };
    assert.equal(writeLedger(path, all, files), null);
    assert.deepEqual(readLedger(path, files), { kind: "ok", ledger: { ...all, warned: warned.slice(-100) } });
  }));
});
