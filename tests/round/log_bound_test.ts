// Guards that what is given back is never what has to stay, and that a log stays near its bound however it grows.
import assert from "node:assert/strict";
import fc from "fast-check";
import { nextCut, nextLogLookMs, stepBytes } from "../../src/round/log_bound.ts";
import type { LogCut } from "../../src/store/log_cut.ts";

const megabyte = 1024 * 1024;

Deno.test("nextCut() leaves a log alone that is within its bound, or has none", () => {
  assert.equal(nextCut({ size: megabyte, readTo: megabyte, cut: null }, megabyte), null);
  assert.equal(nextCut({ size: 900 * megabyte, readTo: 900 * megabyte, cut: null }, 0), null);
});

Deno.test("nextCut() keeps the first and the last half of the bound", () => {
  assert.deepEqual(nextCut({ size: 10 * megabyte, readTo: 10 * megabyte, cut: null }, 2 * megabyte), {
    from: megabyte,
    to: 9 * megabyte,
    skipsReader: false,
  });
});

Deno.test("nextCut() waits until a part is worth a process", () => {
  const before = { from: megabyte, to: 9 * megabyte };
  const grown = (bytes: number) => ({ size: 10 * megabyte + bytes, readTo: 10 * megabyte + bytes, cut: before });
  assert.equal(nextCut(grown(stepBytes(2 * megabyte) - 1), 2 * megabyte), null);
  assert.equal(nextCut(grown(stepBytes(2 * megabyte)), 2 * megabyte)?.to, 9 * megabyte + stepBytes(2 * megabyte));
});

Deno.test("nextCut() takes nothing from a reader that is a little behind, and passes one that is far behind", () => {
  const near = nextCut({ size: 10 * megabyte, readTo: 8.5 * megabyte, cut: null }, 4 * megabyte);
  assert.deepEqual(near, { from: 2 * megabyte, to: 8 * megabyte, skipsReader: false });
  const behind = nextCut({ size: 10 * megabyte, readTo: 7 * megabyte, cut: null }, 4 * megabyte);
  assert.deepEqual(behind, { from: 2 * megabyte, to: 7 * megabyte, skipsReader: false });
  const far = nextCut({ size: 10 * megabyte, readTo: 3 * megabyte, cut: null }, 4 * megabyte);
  assert.deepEqual(far, { from: 2 * megabyte, to: 8 * megabyte, skipsReader: true });
});

Deno.test("nextCut() keeps the log near its bound and both its ends whole, however it grows and is read", () => {
  const steps = fc.array(fc.record({ grows: fc.nat(3 * megabyte), reads: fc.nat(4 * megabyte) }), { maxLength: 60 });
  fc.assert(fc.property(steps, fc.integer({ min: 1, max: 8 }), (turns, bound) => {
    const maxBytes = bound * megabyte;
    let size = 0;
    let readTo = 0;
    let cut: LogCut | null = null;
    for (const { grows, reads } of turns) {
      size += grows;
      readTo = Math.min(size, readTo + reads);
      const next = nextCut({ size, readTo, cut }, maxBytes);
      if (next === null) {
        const kept = size - (cut === null ? 0 : cut.to - cut.from);
        // The bound, what the reader may lag, a step and two blocks.
        assert.ok(kept <= 2 * maxBytes + stepBytes(maxBytes) + 8192, `${kept} bytes of ${maxBytes}`);
        continue;
      }
      assert.ok(next.from >= maxBytes / 2, "the head stays");
      assert.ok(next.to <= size - Math.floor(maxBytes / 2), "the tail stays");
      const before: LogCut = cut ?? { from: next.from, to: next.from };
      assert.ok(next.to > before.to && next.from === before.from, "it only grows");
      assert.equal(next.skipsReader, next.to > readTo);
      if (next.skipsReader) assert.ok(size - readTo > maxBytes, "the reader loses only what it was far behind");
      readTo = Math.max(readTo, next.to);
      cut = { from: next.from, to: next.to };
    }
  }));
});

Deno.test("nextLogLookMs() comes back before a fast log has grown by more than a step", () => {
  assert.equal(nextLogLookMs(0, megabyte), 250);
  assert.equal(nextLogLookMs(1, megabyte), 250);
  assert.equal(nextLogLookMs(stepBytes(megabyte) / 100, megabyte), 100);
  assert.equal(nextLogLookMs(1e9, megabyte), 25);
  assert.equal(nextLogLookMs(1e9, 0), 250);
});
