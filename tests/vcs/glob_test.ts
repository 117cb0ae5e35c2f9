// Guards the path patterns: what each wildcard means, what is refused, and that no pattern is slow.
import assert from "node:assert/strict";
import fc from "fast-check";
import { matchesGlob, matchesOwned, matchesSegment, parseGlob } from "../../src/vcs/glob.ts";

function matches(pattern: string, path: string): boolean {
  const glob = parseGlob(pattern);
  return glob.kind === "glob" && matchesGlob(glob.segments, path);
}

Deno.test("matchesGlob() follows the table when patterns have wildcards", () => {
  const table: readonly [string, string, boolean][] = [
    ["*.md", "a.md", true],
    ["*.md", "x/a.md", false],
    ["*.md", ".md", true],
    ["?.md", "é.md", true],
    ["?.md", "ab.md", false],
    ["**/*.md", "a.md", true],
    ["**/*.md", "x/y/a.md", true],
    ["docs/**", "docs/a", true],
    ["docs/**", "docs/x/a", true],
    ["docs/**", "docs", false],
    ["docs/", "docs/x/a", true],
    ["a/**/b/**/c", "a/x/b/y/z/c", true],
    ["a/**/b", "a/b", true],
    ["./a//b", "a/b", true],
    ["[ab].md", "a.md", false],
    ["[ab].md", "[ab].md", true],
    ["a**b", "axyb", true],
    ["**", "any/thing", true],
  ];
  for (const [pattern, path, wanted] of table) assert.equal(matches(pattern, path), wanted, `${pattern} on ${path}`);
});

Deno.test("parseGlob() gives a reason when a pattern cannot stay below the folder", () => {
  for (const pattern of ["", "  ", "/etc/passwd", "../x", "a/../../x", "a/..", ".", "./", "a\0b"]) {
    assert.equal(parseGlob(pattern).kind, "unusable", JSON.stringify(pattern));
  }
});

Deno.test("matchesSegment() is quick when a pattern is made to be slow", () => {
  assert.equal(matchesSegment("*a".repeat(200) + "b", "a".repeat(5_000)), false);
  assert.equal(matches("**/a/".repeat(30) + "b", "a/".repeat(200) + "c"), false);
});

Deno.test("matchesSegment() matches when the pattern is the name with parts starred out", () => {
  const letters = fc.string({ unit: fc.constantFrom("a", "b", "."), maxLength: 12 });
  fc.assert(fc.property(letters, fc.nat(12), fc.nat(12), (name, from, length) => {
    assert.ok(matchesSegment(name.slice(0, from) + "*" + name.slice(from + length), name));
  }));
});

Deno.test("matchesOwned() follows the three forms when paths are owned", () => {
  assert.ok(matchesOwned("state/", "state/"));
  assert.ok(matchesOwned("state/", "state/x/y"));
  assert.ok(!matchesOwned("state/", "other/state/x"));
  assert.ok(matchesOwned("reports/*.md", "reports/a.md"));
  assert.ok(matchesOwned("reports/*.md", "x/reports/a.md"));
  assert.ok(!matchesOwned("reports/*.md", "reports/x/a.md"));
  assert.ok(matchesOwned("reports/**/*.md", "reports/a.md"));
  assert.ok(!matchesOwned("reports/**/*.md", "x/reports/a.md"));
  assert.ok(!matchesOwned("", "a"));
  assert.ok(!matchesOwned("../a", "a"));
});
