// Guards the file of the outbox: what is written is read, and whatever else it holds does no harm.
import assert from "node:assert/strict";
import fc from "fast-check";
import { emptyOutbox, idOf } from "../../src/notify/outbox.ts";
import type { Outbox } from "../../src/notify/outbox.ts";
import { outboxPath, readOutbox, writeOutbox } from "../../src/notify/outbox_file.ts";
import { emptyScene } from "../../src/notify/scene.ts";
import { type MemoryFiles, memoryFiles } from "../fakes/memory_files.ts";
import { message, noon } from "./sample.ts";

const waiting = { id: idOf("a"), sink: "s", message, acceptedAt: noon, attempts: 2, isHeld: false };
const outbox: Outbox = {
  waiting: [waiting],
  sinks: { s: { sent: [noon], told: { key: noon }, failures: 1, nextAt: noon } },
};
const scene = {
  ...emptyScene,
  state: "waiting" as const,
  round: { number: 3, verdict: "ok", change: null },
  waitsUntil: 7,
  waitsFor: "limit",
};
const state = { places: [{ name: "events-2026-11.jsonl", offset: 10, inode: 3 }], newestAt: noon, scene, outbox };

Deno.test("readOutbox() reads what writeOutbox() wrote", () => {
  const files = memoryFiles({ "/logs/keep": "" });
  assert.deepEqual(readOutbox("/logs", files), { state: null, damage: null });
  writeOutbox("/logs", state, files);
  assert.deepEqual(readOutbox("/logs", files), { state, damage: null });
  assert.equal((files as MemoryFiles).modeOf(outboxPath("/logs")), 0o600);
});

for (
  const [name, text, damage] of [
    ["an empty file", "", /could not be read/],
    ["a torn file", '{"schema":1,"waiting":[{"id":"', /could not be read/],
    ["a list", "[]", /could not be read/],
    ["bytes that are no text", "\xff\xfe\0", /could not be read/],
  ] as const
) {
  Deno.test(`readOutbox() begins anew on ${name}, and says so`, () => {
    const read = readOutbox("/logs", memoryFiles({ [outboxPath("/logs")]: text }));
    assert.equal(read.state, null);
    assert.match(read.damage ?? "", damage);
  });
}

Deno.test("readOutbox() keeps what is good of it, and counts the rest", () => {
  const bad = [null, 7, {}, { ...waiting, id: "../x" }, { ...waiting, message: { ...message, severity: "loud" } }];
  const raw = { schema: 1, waiting: [...bad, waiting], sinks: { s: 7, t: { failures: -1, sent: "x" } }, scene: [] };
  const read = readOutbox("/logs", memoryFiles({ [outboxPath("/logs")]: JSON.stringify(raw) }));
  assert.deepEqual(read.state?.outbox.waiting, [waiting]);
  assert.match(read.damage ?? "", /^5 messages/);
  assert.deepEqual(read.state?.scene, emptyScene);
  assert.deepEqual(read.state?.outbox.sinks.t, { sent: [], told: {}, failures: 0, nextAt: 0 });
});

Deno.test("readOutbox() never throws, whatever JSON it finds", () => {
  const entry = fc.record({
    schema: fc.constant(1),
    waiting: fc.anything(),
    sinks: fc.anything(),
    places: fc.anything(),
  });
  fc.assert(fc.property(entry, (raw) => {
    let text: string;
    try {
      text = JSON.stringify(raw, (_, value) => typeof value === "bigint" ? Number(value) : value);
    } catch {
      return;
    }
    const { state } = readOutbox("/logs", memoryFiles({ [outboxPath("/logs")]: text }));
    assert.ok(state === null || Array.isArray(state.outbox.waiting));
  }));
});

Deno.test("readOutbox() takes a file that may not be read for damage", () => {
  const files = memoryFiles({ [outboxPath("/logs")]: "{}" }) as MemoryFiles;
  files.failWith(outboxPath("/logs"), "denied");
  assert.match(readOutbox("/logs", files).damage ?? "", /could not be read/);
  assert.deepEqual(emptyOutbox, { waiting: [], sinks: {} });
});
