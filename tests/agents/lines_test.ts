// Proves that output is cut into lines whatever its bytes are, with bounded memory and time.
import assert from "node:assert/strict";
import fc from "fast-check";
import { LineSplitter, longestRecordBytes } from "../../src/agents/lines.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function split(chunks: readonly Uint8Array[], options: { readonly keepsRecordHeads?: boolean } = {}) {
  const records: string[] = [];
  const lines = new LineSplitter((line) => records.push(decoder.decode(line)), options);
  for (const chunk of chunks) lines.push(chunk);
  return { records, lines };
}

function bytes(text: string): Uint8Array {
  return encoder.encode(text);
}

Deno.test("LineSplitter.push() hands over record lines and keeps the others as text", () => {
  const { records, lines } = split([bytes('one\n{"a":1}\r\n\n  {"b":2}\ntwo\n{"c"')]);
  assert.deepEqual(records, ['{"a":1}\r', '{"b":2}']);
  assert.deepEqual(lines.tailLines(), ["one", "two"]);
  assert.equal(decoder.decode(lines.pending!), '{"c"');
  lines.push(bytes(":3}\nend"));
  assert.equal(records.at(-1), '{"c":3}');
  assert.deepEqual(lines.tailLines(), ["one", "two", "end"]);
  assert.equal(lines.pending, null);
});

Deno.test("LineSplitter.push() ends lines at newline bytes only", () => {
  const { records } = split([bytes('{"a":"x\u2028y\u2029z\u0085\u000b\f"}\n')]);
  assert.deepEqual(records, ['{"a":"x\u2028y\u2029z\u0085\u000b\f"}']);
});

Deno.test("LineSplitter.push() gives the same lines however the bytes are split", () => {
  const line = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.json(),
    fc.constantFrom("", "{", "  {é", '{"a":1}', "\r", "{}\r", "日本語", "\t{x}"),
  );
  fc.assert(
    fc.property(fc.array(line), fc.array(fc.nat(7)), fc.boolean(), (texts, sizes, keepsRecordHeads) => {
      const all = bytes(texts.join("\n"));
      const chunks: Uint8Array[] = [];
      let at = 0;
      for (let i = 0; at < all.length; i++) {
        const size = 1 + (sizes[i % (sizes.length || 1)] ?? 3);
        chunks.push(all.slice(at, at + size));
        at += size;
      }
      const whole = split([all], { keepsRecordHeads });
      const pieces = split(chunks, { keepsRecordHeads });
      assert.deepEqual(pieces.records, whole.records);
      assert.deepEqual(pieces.lines.tailLines(), whole.lines.tailLines());
      assert.deepEqual(pieces.lines.pending, whole.lines.pending);
    }),
    { numRuns: 500 },
  );
});

Deno.test("LineSplitter.push() does not keep the caller's bytes", () => {
  const buffer = bytes('{"a":1');
  const { records, lines } = split([buffer]);
  buffer.fill(0);
  lines.push(bytes("}\n"));
  assert.deepEqual(records, ['{"a":1}']);
});

Deno.test("LineSplitter.push() keeps a record of 16 MiB whole and drops a longer one", () => {
  const chunk = new Uint8Array(1024 * 1024).fill(0x78);
  for (const [extra, kept] of [[0, 1], [1, 0]] as const) {
    const sizes: number[] = [];
    const lines = new LineSplitter((line) => sizes.push(line.length));
    lines.push(bytes("{"));
    for (let i = 0; i < 15; i++) lines.push(chunk);
    lines.push(chunk.subarray(0, chunk.length - 1 + extra));
    lines.push(bytes('\n{"next":1}\n'));
    assert.deepEqual(sizes, kept ? [longestRecordBytes, 10] : [10]);
    assert.equal(lines.oversized, 1 - kept);
  }
});

Deno.test("LineSplitter.tailLines() holds the newest lines, and only the heads of long ones", () => {
  const { lines } = split([bytes(Array.from({ length: 5000 }, (_, i) => `line ${i}`).join("\n"))]);
  assert.equal(lines.tailLines().at(-1), "line 4999");
  assert.ok(lines.tailLines().length <= 65);
  lines.push(bytes("\n" + "word ".repeat(100_000)));
  assert.equal(lines.tailLines().at(-1)!.length, 2044);
  assert.ok(lines.tailLines().join("").length < 9000);
});

Deno.test("LineSplitter.tailLines() counts records as text when asked to", () => {
  const { lines } = split([bytes('a\n{"b":1}\nc\n{"d"')], { keepsRecordHeads: true });
  assert.deepEqual(lines.tailLines(), ["a", '{"b":1}', "c", '{"d"']);
});

Deno.test("LineSplitter.push() costs one scan for lines that are no records", () => {
  const buffer = bytes(`${"x".repeat(1023)}\n`.repeat(1024));
  const lines = new LineSplitter(() => assert.fail("no line is a record"));
  const start = performance.now();
  for (let i = 0; i < 50; i++) lines.push(buffer);
  const milliseconds = performance.now() - start;
  // Far above what it takes, far below what decoding or copying every line would take on a busy machine.
  assert.ok(milliseconds < 500, `${milliseconds} ms for 50 MB`);
});

Deno.test("LineSplitter takes a byte order mark at the very start for no part of the first line", () => {
  const mark = [0xef, 0xbb, 0xbf];
  for (const size of [1, 2, 3, 100]) {
    const seen: string[] = [];
    const lines = new LineSplitter((line) => void seen.push(new TextDecoder().decode(line)));
    const bytes = new Uint8Array([...mark, ...new TextEncoder().encode('{"a":1}\n{"b":2}\n')]);
    for (let at = 0; at < bytes.length; at += size) lines.push(bytes.subarray(at, at + size));
    assert.deepEqual(seen, ['{"a":1}', '{"b":2}'], `in pieces of ${size}`);
  }
});
