// Guards that blocks from either end give exactly the lines of a file, whatever it holds.
import assert from "node:assert/strict";
import fc from "fast-check";
import type { FileReader } from "../../src/ports/files.ts";
import { blockBytes, blocksBackward, blocksForward, linesWith, longestRead } from "../../src/store/line_blocks.ts";

/** A reader over bytes that hands out at most 1000 at once, as a file may. */
function readerOf(bytes: Uint8Array): FileReader {
  return {
    readAt(offset, into) {
      const part = bytes.subarray(offset, offset + Math.min(1000, into.length));
      into.set(part);
      return part.length;
    },
    size: () => bytes.length,
    close() {},
  };
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function linesBackward(bytes: Uint8Array, floor = 0) {
  const blocks = [...blocksBackward(readerOf(bytes), { floor, to: bytes.length })];
  return {
    lines: blocks.reverse().flatMap((block) => linesWith(block.text, null)),
    skipped: blocks.reduce((sum, block) => sum + block.skipped, 0),
  };
}

function linesForward(bytes: Uint8Array) {
  const blocks = [...blocksForward(readerOf(bytes), { from: 0, to: bytes.length })];
  return {
    lines: blocks.flatMap((block) => linesWith(block.text, null)),
    skipped: blocks.reduce((sum, block) => sum + block.skipped, 0),
  };
}

Deno.test("blocks give every line once, from both ends, for any text", () => {
  const line = fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 40 }).map((text) => text.replaceAll("\n", " ")),
    fc.integer({ min: 1000, max: 300_000 }).map((length) => "y".repeat(length)),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 12 }), fc.boolean(), (lines, isEnded) => {
      const bytes = bytesOf(lines.join("\n") + (isEnded ? "\n" : ""));
      const wanted = lines.map((text) => new TextDecoder().decode(bytesOf(text))).filter((text) => text !== "");
      assert.deepEqual(linesBackward(bytes).lines, wanted);
      assert.deepEqual(linesForward(bytes).lines, wanted);
    }),
    { numRuns: 60 },
  );
});

Deno.test("blocksBackward() leaves out the line that its floor cuts", () => {
  assert.deepEqual(linesBackward(bytesOf("first\nsecond\nthird\n"), 3).lines, ["second", "third"]);
});

for (const position of ["first", "middle", "last"] as const) {
  Deno.test(`blocks skip and count a line over 4 MiB that is the ${position}`, () => {
    const long = "x".repeat(longestRead + blockBytes * 3);
    const lines = { first: [long, "a", "b"], middle: ["a", long, "b"], last: ["a", "b", long] }[position];
    const bytes = bytesOf(`${lines.join("\n")}\n`);
    assert.deepEqual(linesBackward(bytes), { lines: ["a", "b"], skipped: 1 });
    assert.deepEqual(linesForward(bytes), { lines: ["a", "b"], skipped: 1 });
  });
}

Deno.test("blocks mark lines that are not UTF-8, and only those", () => {
  const bytes = new Uint8Array([...bytesOf("good é\n"), 0x22, 0xff, 0xfe, 10, ...bytesOf("good \ufffd\n")]);
  for (const { lines } of [linesBackward(bytes), linesForward(bytes)]) {
    assert.equal(lines.length, 3);
    assert.equal(lines[0], "good é");
    assert.ok(lines[1]!.startsWith("\0"));
    assert.equal(lines[2], "good \ufffd");
  }
});

Deno.test("blocks say whether the last line is still open", () => {
  const open = [...blocksBackward(readerOf(bytesOf("a\nb")), { floor: 0, to: 3 })];
  assert.deepEqual(open.map((block) => block.isOpen), [true]);
  const closed = [...blocksForward(readerOf(bytesOf("a\nb\n")), { from: 0, to: 4 })];
  assert.deepEqual(closed.map((block) => block.isOpen), [false]);
  assert.equal([...blocksForward(readerOf(bytesOf("a\nb")), { from: 0, to: 3 })].at(-1)!.isOpen, true);
});

Deno.test("blocks end when the file became shorter meanwhile", () => {
  const bytes = bytesOf("a\nb\n");
  assert.deepEqual([...blocksBackward(readerOf(bytes), { floor: 0, to: 100 })], []);
  assert.deepEqual([...blocksForward(readerOf(bytes), { from: 0, to: 100 })], []);
});

Deno.test("linesWith() gives each line with a pattern once, in order", () => {
  const text = "a x\nb\nc x y x\nd y\n";
  assert.deepEqual(linesWith(text, ["x"]), ["a x", "c x y x"]);
  assert.deepEqual(linesWith(text, ["y", "x"]), ["a x", "c x y x", "d y"]);
  assert.deepEqual(linesWith(text, ["z"]), []);
  assert.deepEqual(linesWith("only x", ["x"]), ["only x"]);
});
