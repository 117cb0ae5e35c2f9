// Guards tables and paragraphs: they fit the terminal, also with wide characters and colour.
import assert from "node:assert/strict";
import { fitted, paintFor, spellFacts, spellTable, wrapText } from "../../src/cli/print.ts";

const plain = paintFor({ hasColor: false });
const colour = paintFor({ hasColor: true });

Deno.test("paintFor() colours only where colour is wanted", () => {
  assert.equal(plain.red("x"), "x");
  assert.equal(colour.red("x"), "\u001b[31mx\u001b[39m");
  assert.equal(colour.bold(""), "");
});

Deno.test("spellTable() aligns columns, numbers to the right, wide characters as two", async () => {
  const lines = await spellTable({
    head: ["n", "name", "x"],
    rows: [["1", "日本", "a"], ["100", "é", colour.green("b")]],
    right: [0],
    width: 80,
  });
  assert.deepEqual(lines, ["  n  name  x", "  1  日本  a", `100  é     ${colour.green("b")}`]);
});

Deno.test("spellTable() cuts the widest column until the table fits", async () => {
  const lines = await spellTable({
    head: ["round", "why"],
    rows: [["1", "a very long reason that does not fit"], ["2", colour.red("日本語".repeat(10))]],
    width: 20,
  });
  assert.equal(lines[1], "1      a very long …");
  assert.equal(lines[2], "2      \u001b[31m日本語日本語\u001b[0m…");
});

Deno.test("fitted() leaves every column readable however narrow the terminal", () => {
  assert.deepEqual(fitted([3, 50, 20], 30), [3, 14, 13]);
  assert.deepEqual(fitted([10, 10], 1), [6, 6]);
  assert.deepEqual(fitted([], 10), []);
});

Deno.test("wrapText() breaks at spaces and keeps long words whole", async () => {
  assert.deepEqual(await wrapText("one two three", 7), ["one two", "three"]);
  assert.deepEqual(await wrapText("日本 日本 日本", 9), ["日本 日本", "日本"]);
  assert.deepEqual(await wrapText("averylongword x", 5), ["averylongword", "x"]);
  assert.deepEqual(await wrapText("", 5), [""]);
});

Deno.test("spellFacts() wraps texts beside their names", async () => {
  const lines = await spellFacts([["a", "one two three four five six"], ["name", "x"]], { width: 26, paint: plain });
  assert.deepEqual(lines, ["a     one two three four", "      five six", "name  x"]);
});
