// Guards the words of salvages in git: what is written can be read again, and nothing hostile gets in between.
import assert from "node:assert/strict";
import fc from "fast-check";
import { readSalvageMessage, readSalvageRef, salvageMessage, salvageRef } from "../../src/vcs/salvage_message.ts";
import type { SalvageFacts } from "../../src/vcs/salvage_message.ts";
import {
  byteName,
  bytesOfName,
  exactText,
  joinNul,
  nameFromText,
  nameText,
  splitNul,
} from "../../src/vcs/byte_names.ts";
import { parseChanges } from "../../src/vcs/salvage_changes.ts";

const atMs = Date.UTC(2026, 10, 21, 10, 20, 30, 999);

const plain: SalvageFacts = {
  round: 12,
  moment: "after",
  phase: "build",
  verdict: "error",
  why: "the round crashed",
  count: 3,
  folder: "/home/me/shop",
  prefix: "",
  isUnborn: false,
  isUnfiltered: false,
  notCovered: [],
};

Deno.test("salvageRef() names round and time, and is read back", () => {
  const name = "refs/agent-runner/salvage/12-20261121T102030Z";
  assert.equal(salvageRef(12, { atMs, taken: new Set() }), name);
  assert.equal(salvageRef(12, { atMs, taken: new Set([name, `${name}-2`]) }), `${name}-3`);
  assert.deepEqual(readSalvageRef(`${name}-3`), { round: 12, atMs: Date.UTC(2026, 10, 21, 10, 20, 30) });
});

Deno.test("readSalvageRef() refuses every other name", () => {
  const start = "refs/agent-runner/salvage/";
  for (
    const ref of [
      "",
      "refs/heads/12-20261121T102030Z",
      start,
      `${start}x`,
      `${start}-1-20261121T102030Z`,
      `${start}1-20261121T102030Z/x`,
    ]
  ) {
    assert.equal(readSalvageRef(ref), null, ref);
  }
});

Deno.test("salvageMessage() is read back whatever its words hold", () => {
  const text = fc.string({ unit: "binary", maxLength: 80 });
  const facts = fc.record({
    round: fc.nat(1_000_000),
    moment: fc.constantFrom("before" as const, "after" as const),
    phase: fc.option(text),
    verdict: fc.option(text),
    why: text,
    count: fc.nat(),
    folder: text,
    prefix: text,
    isUnborn: fc.boolean(),
    isUnfiltered: fc.boolean(),
    notCovered: fc.array(fc.record({ path: text, why: text }, { noNullPrototype: true }), { maxLength: 5 }),
  });
  fc.assert(fc.property(facts, (given) => {
    const message = salvageMessage(given);
    assert.ok(!message.includes("\0"));
    const read = readSalvageMessage(message, given.round);
    const { phase, verdict, why, ...exact } = given;
    const { phase: _phase, verdict: _verdict, why: readWhy, ...rest } = read;
    assert.deepEqual(rest, exact);
    assert.equal(read.phase === null, phase === null);
    assert.equal(read.verdict === null, verdict === null);
    assert.ok(!/[\n\r]/.test(readWhy), why);
  }));
});

Deno.test("salvageMessage() lets no word stand for another field", () => {
  const why = "x\nPaths: 99\nContents: unfiltered";
  const read = readSalvageMessage(salvageMessage({ ...plain, why, phase: "p\nRound: 3" }), 12);
  assert.deepEqual([read.count, read.isUnfiltered, read.why], [3, false, "x\\nPaths: 99\\nContents: unfiltered"]);
});

Deno.test("readSalvageMessage() takes any message", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (message) => {
    assert.equal(readSalvageMessage(message, 4).round, 4);
  }));
  const read = readSalvageMessage("Paths: -1.5\nFolder: {\nNot-Covered: [1]\nNot-Covered: x", 4);
  assert.deepEqual([read.count, read.folder, read.notCovered, read.why], [0, "", [], "unknown"]);
});

Deno.test("names keep every byte on their way through", () => {
  fc.assert(fc.property(fc.array(fc.uint8Array({ minLength: 1 }).filter((bytes) => !bytes.includes(0))), (list) => {
    const names = list.map(byteName);
    assert.deepEqual(splitNul(joinNul(names)).map(bytesOfName), list);
  }));
  const name = nameFromText("ü\n");
  assert.deepEqual([nameText(name), exactText(name), exactText("bad\xff"), nameText("bad\xff")], [
    "ü\n",
    "ü\n",
    null,
    "bad\ufffd",
  ]);
  assert.deepEqual(splitNul(new TextEncoder().encode("a\0torn")), ["a"]);
});

Deno.test("parseChanges() takes any bytes and reads what git prints", () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => void parseChanges(bytes, "")));
  const id = "1".repeat(40);
  const zero = "0".repeat(40);
  const line =
    `:000000 100644 ${zero} ${id} A\0sub/new\0:100644 000000 ${id} ${zero} D\0other\0:100644 100644 ${id} ${zero} U\0sub/x\0`;
  assert.deepEqual(parseChanges(new TextEncoder().encode(line), "sub/"), [
    { name: "new", letter: "A", before: null, after: { mode: "100644", id } },
  ]);
});
