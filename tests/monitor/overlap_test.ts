// Guards that a list of the newest events is joined to what is known without a gap and without a repetition.
import assert from "node:assert/strict";
import fc from "fast-check";
import { eventsRemembered, newFrom } from "../../src/monitor/overlap.ts";
import { parseEventLine } from "../../src/store/event_line.ts";

function lines(text: string) {
  return [...text].map((letter) => {
    const line = `{"ts": "t", "event": "${letter}"}`;
    return { line, event: parseEventLine(line)! };
  });
}

Deno.test("newFrom() finds where the new ones begin, and says when there is a gap", () => {
  const rows: readonly [known: string, newest: string, from: number | null][] = [
    ["", "abc", 0],
    ["abc", "abc", 3],
    ["abc", "abcde", 3],
    ["abc", "cde", 1],
    ["abc", "def", null],
    ["abc", "", null],
    ["aaa", "aaaa", 4],
    ["aab", "aabab", 3],
  ];
  for (const [known, newest, from] of rows) {
    assert.equal(newFrom(lines(known), lines(newest)), from, `${known} ${newest}`);
  }
});

Deno.test("newFrom() takes lines for the same whatever blanks stand in them", () => {
  const [known] = lines("a");
  const line = '{"ts":"t","event":"a"}';
  assert.equal(newFrom([known!], [{ line, event: parseEventLine(line)! }]), 1);
});

Deno.test("newFrom() joins a growing log of different events wherever it is cut", () => {
  fc.assert(fc.property(fc.nat(300), fc.nat(300), fc.integer({ min: 1, max: 400 }), (before, more, window) => {
    const all = Array.from({ length: before + more }, (_, i) => {
      const line = `{"ts": "t", "event": "e", "n": ${i}}`;
      return { line, event: parseEventLine(line)! };
    });
    const known = all.slice(0, before).slice(-eventsRemembered);
    const newest = all.slice(-window);
    const from = newFrom(known, newest);
    if (before > 0 && more >= window) assert.equal(from, null);
    else {assert.deepEqual(
        newest.slice(from!).map(({ event }) => event.n),
        all.slice(before).slice(-window).map(({ event }) => event.n),
      );}
  }));
});
