// Proves that marks come out in order and apart, in whatever order they were made.
import assert from "node:assert/strict";
import fc from "fast-check";
import { areMasked, Marks, masked } from "../../src/core/redact_spans.ts";

function mergedOf(parts: readonly (readonly [start: number, end: number])[]): readonly number[] {
  const marks = new Marks();
  for (const [start, end] of parts) marks.mark(start, end);
  return marks.merged();
}

Deno.test("Marks gives what was marked in order, as one where parts touch", () => {
  assert.deepEqual(mergedOf([]), []);
  assert.deepEqual(mergedOf([[5, 5], [7, 3]]), []);
  assert.deepEqual(mergedOf([[5, 8], [1, 2], [2, 4], [6, 7], [8, 9]]), [1, 4, 5, 9]);
});

Deno.test("Marks covers exactly the characters that were marked", () => {
  const part = fc.tuple(fc.nat(60), fc.nat(9)).map(([start, length]) => [start, start + length] as const);
  fc.assert(fc.property(fc.array(part, { maxLength: 30 }), (parts) => {
    const merged = mergedOf(parts);
    for (let i = 1; i < merged.length; i++) assert.ok(merged[i]! > merged[i - 1]!);
    for (let at = 0; at < 80; at++) {
      const isMarked = parts.some(([start, end]) => start <= at && at < end);
      const isCovered = merged.some((start, i) => i % 2 === 0 && start <= at && at < merged[i + 1]!);
      assert.equal(isCovered, isMarked);
    }
  }));
});

Deno.test("masked() puts the mask in place of each part", () => {
  assert.equal(masked("a secret b", [2, 8]), "a <redacted> b");
  assert.equal(masked("ab", [0, 1, 1, 2].slice(0, 2)), "<redacted>b");
  assert.equal(masked("ab", []), "ab");
});

Deno.test("areMasked() is true where masking changes nothing, and there only", () => {
  const part = fc.constantFrom("<redacted>", "<redacted", "redacted>", "a", "0123456789", "");
  fc.assert(fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
    let text = "";
    const spans: number[] = [];
    for (const part of parts.filter((part) => part !== "")) {
      spans.push(text.length + 1, text.length + 1 + part.length);
      text += ` ${part}`;
    }
    assert.equal(areMasked(text, spans), masked(text, spans) === text);
  }));
});
