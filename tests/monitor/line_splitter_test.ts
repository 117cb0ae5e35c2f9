// Guards that lines come out whole however the bytes are cut, and that none grows without an end.
import assert from "node:assert/strict";
import fc from "fast-check";
import { LineSplitter } from "../../src/monitor/line_splitter.ts";

Deno.test("push() gives the same lines however the bytes are cut", () => {
  const text = fc.array(fc.string({ unit: "binary" }).map((line) => line.replaceAll("\n", ""))).map((lines) =>
    lines.map((line) => `${line}\n`).join("")
  );
  fc.assert(fc.property(text, fc.array(fc.integer({ min: 1, max: 9 })), (whole, cuts) => {
    const bytes = new TextEncoder().encode(whole);
    const splitter = new LineSplitter(1000);
    const lines: string[] = [];
    for (let at = 0, i = 0; at < bytes.length; i++) {
      const size = cuts[i % Math.max(1, cuts.length)] ?? 5;
      // The buffer is used again by whoever hands it in.
      const piece = bytes.slice(at, at + size);
      lines.push(...splitter.push(piece)!);
      piece.fill(0);
      at += size;
    }
    assert.deepEqual(lines, new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes).split("\n").slice(0, -1));
  }));
});

Deno.test("push() refuses a line that is too long, in one piece or in many", () => {
  assert.equal(new LineSplitter(10).push(new Uint8Array(11)), null);
  const splitter = new LineSplitter(10);
  assert.deepEqual(splitter.push(new Uint8Array(10)), []);
  assert.equal(splitter.push(new Uint8Array(1)), null);
});
