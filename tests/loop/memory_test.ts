// Guards what the loop remembers over restarts, whatever became of its files.
import assert from "node:assert/strict";
import fc from "fast-check";
import { waitNames } from "../../src/loop/backoff.ts";
import { LoopFiles } from "../../src/loop/memory.ts";
import type { WaitRecord } from "../../src/loop/memory.ts";
import { freshMemory } from "../../src/loop/remembered.ts";
import type { LoopMemory } from "../../src/loop/remembered.ts";
import { MemoryFiles, memoryFiles } from "../fakes/memory_files.ts";

const wait: WaitRecord = {
  classification: "rate_limit_account",
  agent: "claude",
  reset_at_epoch: 1_800_000_100,
  since_round: 7,
  reason: "a 5-hour limit",
  exponent: 0,
  started_epoch: 1_800_000_000,
  started_uptime_s: 5_000,
};

Deno.test("LoopFiles keeps the memory", () => {
  const files = new MemoryFiles();
  const memory: LoopMemory = {
    failures: 4,
    shortFailures: 3,
    lastFailureAt: 1_800_000_000.5,
    authFailures: 1,
    needsFreshSession: true,
    backoff: { api_timeout: 2, error: 1 },
  };
  new LoopFiles("/log", files).writeMemory(memory);
  assert.deepEqual(new LoopFiles("/log", files).readMemory(), memory);
  assert.equal(files.modeOf("/log/loop.json"), 0o600);
});

Deno.test("LoopFiles keeps no file where there is nothing to remember", () => {
  const files = new MemoryFiles();
  const loop = new LoopFiles("/log", files);
  const somethings: readonly Partial<LoopMemory>[] = [
    { backoff: { api_timeout: 1 } },
    { authFailures: 1 },
    { needsFreshSession: true },
    { failures: 1, lastFailureAt: 5 },
  ];
  for (const something of somethings) {
    loop.writeMemory({ ...freshMemory, ...something });
    assert.deepEqual(files.paths(), ["/log/loop.json"]);
    loop.writeMemory(freshMemory);
    assert.deepEqual(files.paths(), []);
  }
  assert.deepEqual(loop.readMemory(), freshMemory);
});

Deno.test("LoopFiles keeps the wait until it is over", () => {
  const files = new MemoryFiles();
  const loop = new LoopFiles("/log", files);
  assert.equal(loop.readWait(), null);
  loop.writeWait(wait);
  assert.deepEqual(new LoopFiles("/log", files).readWait(), wait);
  loop.writeWait(null);
  assert.equal(loop.readWait(), null);
  assert.doesNotThrow(() => loop.writeWait(null));
});

Deno.test("LoopFiles goes on when nothing can be read, written or removed", () => {
  const files = memoryFiles({ "/log/loop.json": "{}", "/log/wait.json": JSON.stringify(wait) });
  files.failWith("/log", "denied");
  const loop = new LoopFiles("/log", files);
  assert.deepEqual(loop.readMemory(), freshMemory);
  assert.equal(loop.readWait(), null);
  loop.writeMemory({ ...freshMemory, shortFailures: 1, lastFailureAt: 5 });
  loop.writeMemory(freshMemory);
  loop.writeWait(wait);
  loop.writeWait(null);
});

const badWaits: readonly Record<string, unknown>[] = [
  { classification: "something_else" },
  { classification: 5 },
  { agent: null },
  { reset_at_epoch: "1800000100" },
  { reset_at_epoch: 1e300 },
  { reset_at_epoch: -1e300 },
  { reset_at_epoch: null },
  { reset_at_epoch: 8e12 },
  { started_epoch: 1e20 },
  { started_epoch: undefined },
  { since_round: 1.5 },
  { reason: ["x"] },
  { exponent: "2" },
  { exponent: 0.5 },
  { started_uptime_s: "5" },
];

for (const bad of badWaits) {
  Deno.test(`LoopFiles takes a wait with ${JSON.stringify(bad)} for none`, () => {
    const files = memoryFiles({ "/log/wait.json": JSON.stringify({ ...wait, ...bad }) });
    assert.equal(new LoopFiles("/log", files).readWait(), null);
  });
}

Deno.test("LoopFiles takes a wait as an older life wrote it", () => {
  const { exponent: _, started_uptime_s: __, ...older } = wait;
  const files = memoryFiles({ "/log/wait.json": JSON.stringify(older) });
  assert.deepEqual(new LoopFiles("/log", files).readWait(), { ...older, exponent: 0, started_uptime_s: null });
});

Deno.test("LoopFiles takes of a memory what can be used", () => {
  const read = (content: unknown) =>
    new LoopFiles("/log", memoryFiles({ "/log/loop.json": JSON.stringify(content) })).readMemory();
  assert.deepEqual(read({ short_failures: 4 }), freshMemory, "failures of an unknown time");
  assert.deepEqual(read({ short_failures: -4, last_failure_epoch: 5 }), freshMemory);
  assert.deepEqual(read({ short_failures: "4", last_failure_epoch: 5, backoff: { api_timeout: 2 } }), {
    ...freshMemory,
    backoff: { api_timeout: 2 },
  });
  assert.deepEqual(read({ short_failures: 2, last_failure_epoch: 5 }), {
    ...freshMemory,
    failures: 2,
    shortFailures: 2,
    lastFailureAt: 5,
  }, "as an older life wrote it");
  assert.deepEqual(read({ auth_failures: 2, needs_fresh_session: true }), {
    ...freshMemory,
    authFailures: 2,
    needsFreshSession: true,
  });
  assert.deepEqual(read({ auth_failures: "2", needs_fresh_session: "true" }), freshMemory);
  assert.deepEqual(read({ backoff: { api_timeout: -1, rate_limit_model: 1.5, other: 3 } }), freshMemory);
  assert.deepEqual(read({ backoff: [1, 2] }), freshMemory);
});

function assertSaneMemory(memory: LoopMemory): void {
  assert.ok(Number.isSafeInteger(memory.shortFailures) && memory.shortFailures >= 0);
  assert.ok(memory.lastFailureAt === null || Number.isFinite(memory.lastFailureAt));
  assert.equal(memory.lastFailureAt === null, memory.failures === 0);
  assert.ok(memory.failures >= memory.shortFailures);
  assert.ok(Number.isSafeInteger(memory.authFailures) && memory.authFailures >= 0);
  assert.equal(typeof memory.needsFreshSession, "boolean");
  for (const [name, count] of Object.entries(memory.backoff)) {
    assert.ok((waitNames as readonly string[]).includes(name));
    assert.ok(Number.isSafeInteger(count) && count > 0);
  }
}

function assertSaneWait(record: WaitRecord | null): void {
  if (record === null) return;
  assert.ok(waitNames.includes(record.classification));
  assert.ok(typeof record.agent === "string" && typeof record.reason === "string");
  assert.ok(Number.isSafeInteger(record.since_round) && Number.isSafeInteger(record.exponent));
  assert.ok(record.started_uptime_s === null || Number.isFinite(record.started_uptime_s));
  new Date(record.reset_at_epoch * 1000).toISOString();
  new Date(record.started_epoch * 1000).toISOString();
}

Deno.test("LoopFiles never throws on arbitrary bytes, nor gives a value of a wrong type", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
    const files = new MemoryFiles();
    for (const name of ["loop", "wait"]) files.writeAtomic(`/log/${name}.json`, bytes);
    const loop = new LoopFiles("/log", files);
    assertSaneMemory(loop.readMemory());
    assertSaneWait(loop.readWait());
  }));
});

Deno.test("LoopFiles never gives a value of a wrong type, whatever the keys hold", () => {
  const any = fc.oneof(fc.jsonValue(), fc.double(), fc.integer(), fc.constantFrom(...waitNames));
  const memory = fc.record({
    short_failures: any,
    last_failure_epoch: any,
    auth_failures: any,
    needs_fresh_session: any,
    backoff: any,
  }, { requiredKeys: [] });
  const record = fc.record({
    classification: any,
    agent: any,
    reset_at_epoch: any,
    since_round: any,
    reason: any,
    exponent: any,
    started_epoch: any,
    started_uptime_s: any,
  }, { requiredKeys: [] });
  fc.assert(fc.property(memory, record, fc.jsonValue(), (first, second, third) => {
    for (const content of [first, second, third, { ...wait, ...second }]) {
      const text = JSON.stringify(content);
      const loop = new LoopFiles("/log", memoryFiles({ "/log/loop.json": text, "/log/wait.json": text }));
      assertSaneMemory(loop.readMemory());
      assertSaneWait(loop.readWait());
    }
  }));
});
