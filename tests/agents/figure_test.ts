// Proves that numbers and times are read whatever they are written as, and that nothing else is taken for one.
import assert from "node:assert/strict";
import { figureOf, instantOf, tallyOf } from "../../src/agents/figure.ts";
import { coreOf, outcomeOf, recordings } from "./feeding.ts";
import { type Golden, joined } from "./golden.ts";

const decoder = new TextDecoder();

/** A recording in which every value of its records was passed through `change`. */
function rewritten({ stdout, stderr }: Golden, change: (value: unknown) => unknown): Uint8Array {
  const lines = decoder.decode(stdout).split("\n").map((line) => {
    try {
      return line.startsWith("{") ? JSON.stringify(JSON.parse(line, (_, value) => change(value))) : line;
    } catch {
      return line;
    }
  });
  return joined(stderr, new TextEncoder().encode(lines.join("\n")));
}

Deno.test("figureOf() takes numbers and decimal texts, and nothing else", () => {
  for (const [value, wanted] of [[429, 429], ["429", 429], [" 8 ", 8], ["-1.5", -1.5], ["0.92", 0.92]] as const) {
    assert.equal(figureOf(value), wanted, JSON.stringify(value));
  }
  for (
    const value of [
      "",
      " ",
      "x",
      "4e2",
      "0x1f",
      "1,000",
      "Infinity",
      NaN,
      null,
      undefined,
      true,
      [],
      {},
      "1".repeat(40),
    ]
  ) {
    assert.equal(figureOf(value), null, String(value));
  }
});

Deno.test("tallyOf() is never negative, broken or inexact", () => {
  assert.deepEqual([tallyOf("12"), tallyOf(2.4), tallyOf("-1"), tallyOf("many"), tallyOf(Infinity)], [12, 2, 0, 0, 0]);
});

Deno.test("instantOf() takes seconds, milliseconds and dates that name their zone", () => {
  for (
    const value of [
      1795247402,
      "1795247402",
      1795247402000,
      "1795247402000",
      "2026-11-21T07:50:02Z",
      "2026-11-21T08:50:02.000+01:00",
    ]
  ) {
    assert.equal(instantOf(value), 1795247402, String(value));
  }
  for (const value of ["2026-11-21T07:50:02", "2026-11-21", "7:50am", 5, "5", null, {}]) {
    assert.equal(instantOf(value), null, String(value));
  }
});

Deno.test("a recording means the same when all its numbers are texts", () => {
  for (const golden of recordings.filter(({ stdout }) => stdout.length < 300_000)) {
    const plain = outcomeOf(golden, [rewritten(golden, (value) => value)]);
    const texts = outcomeOf(golden, [rewritten(golden, (value) => typeof value === "number" ? String(value) : value)]);
    assert.ok(golden.expected.verdicts.includes(texts.verdict.kind), `${golden.cli}/${golden.name}`);
    assert.deepEqual(coreOf(texts), coreOf(plain), `${golden.cli}/${golden.name}`);
  }
});

Deno.test("a recording means the same when its times are in milliseconds", () => {
  const inMilliseconds = (value: unknown) =>
    typeof value === "number" && value > 1.7e9 && value < 1.9e9 ? value * 1000 : value;
  for (const golden of recordings.filter(({ stdout }) => decoder.decode(stdout).includes("resetsAt"))) {
    const plain = outcomeOf(golden, [rewritten(golden, (value) => value)]);
    assert.deepEqual(coreOf(outcomeOf(golden, [rewritten(golden, inMilliseconds)])), coreOf(plain), golden.name);
  }
});
