// Guards the Chinese README: what the English one shows, it shows too.
import assert from "node:assert/strict";
import { readText } from "../../scripts/tree.ts";

const english = readText("README.md") ?? "";
const chinese = readText("README.zh.md") ?? "";

function blocks(text: string): readonly string[] {
  return [...text.matchAll(/^```[\s\S]*?^```$/gm)].map(([block]) => block);
}

function outside(text: string): string {
  return text.replaceAll(/^```[\s\S]*?^```$/gm, "");
}

/** Levels of the headings, in their order. */
function headings(text: string): readonly number[] {
  return [...outside(text).matchAll(/^(#+) /gm)].map((found) => found[1]!.length);
}

/** Targets of the links, in their order, but for the one to the other language. */
function links(text: string): readonly string[] {
  return [...outside(text).matchAll(/\]\(([^)]+)\)/g)].map((found) => found[1]!)
    .filter((target) => !/^README(\.zh)?\.md$/.test(target));
}

/** What is the same in every language: code in a sentence, paragraph by paragraph. */
function codeSpans(text: string): readonly string[] {
  return outside(text).split(/\n\s*\n/).map((paragraph) =>
    [...paragraph.matchAll(/`([^`]+)`/g)].map((found) => found[1]!.replaceAll(/\s+/g, " ")).sort().join(" ")
  );
}

Deno.test("the Chinese README has the headings of the English one", () => {
  assert.ok(headings(english).length >= 8);
  assert.deepEqual(headings(chinese), headings(english));
});

Deno.test("the Chinese README has the blocks of the English one", () => {
  assert.ok(blocks(english).length >= 8);
  assert.deepEqual(blocks(chinese), blocks(english));
});

Deno.test("the Chinese README has the links of the English one, and each leads to the other", () => {
  assert.ok(links(english).length >= 20);
  assert.deepEqual(links(chinese), links(english));
  assert.ok(english.includes("](README.zh.md)") && chinese.includes("](README.md)"));
});

Deno.test("the Chinese README names the same commands and files in each paragraph", () => {
  assert.deepEqual(codeSpans(chinese), codeSpans(english));
});

Deno.test("the Chinese README is in Chinese, but for names", () => {
  const prose = outside(chinese).replaceAll(/<!-- gen:[\s\S]*?\/gen:[^>]*>|`[^`]*`|\]\([^)]*\)/g, "");
  const long = prose.split("\n").filter((line) => /(?:[A-Za-z]+[ ,.]+){7}/.test(line));
  assert.deepEqual(long, []);
});
