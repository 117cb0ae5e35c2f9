// Patterns as Python users write them, and what they must find.
import assert from "node:assert/strict";
import { compilePattern } from "../../src/config/pattern.ts";
import { tables } from "../../src/config/schema.ts";

const finds: readonly (readonly [string, string])[] = [
  ["a.c", "xabcx"],
  ["(?i)abc", "ABC"],
  ["(?is)a.c", "A\nC"],
  ["(?m)^b$", "a\nb"],
  ["(?P<word>\\w+)-(?P=word)", "ab-ab"],
  ["\\Aab", "abc"],
  ["bc\\Z", "abc"],
  ["\\.claude/shell\\-snapshots", ".claude/shell-snapshots/x"],
  ["\\\\Z", "\\Z"],
  ["(?:a|b)+", "ab"],
];

const misses: readonly (readonly [string, string])[] = [
  ["abc", "ABC"],
  ["\\Ab", "a\nb"],
  ["b\\Z", "b\n"],
  ["a.c", "a\nc"],
];

for (const [source, text] of finds) {
  Deno.test(`compilePattern() finds ${JSON.stringify(text)} when given ${source}`, () => {
    assert.equal(compilePattern(source)?.test(text), true);
  });
}

for (const [source, text] of misses) {
  Deno.test(`compilePattern() does not find ${JSON.stringify(text)} when given ${source}`, () => {
    assert.equal(compilePattern(source)?.test(text), false);
  });
}

Deno.test("compilePattern() gives null when the text is no pattern", () => {
  for (const source of ["(", "[", "*", "(?P<x", "a{2,1}", "(?<x>a)(?<x>b)", "(?x) a"]) {
    assert.equal(compilePattern(source), null, source);
  }
});

Deno.test("compilePattern() ignores case when asked, whatever the pattern says", () => {
  assert.equal(compilePattern("abc", { isCaseInsensitive: true })?.test("ABC"), true);
});

Deno.test("the default pattern for failed logins finds what it is meant to find", () => {
  const [source = ""] = tables.monitor.auth_fail_patterns.default;
  const pattern = compilePattern(source, { isCaseInsensitive: true });
  for (
    const text of [
      "OAuth token revoked",
      "HTTP 401",
      "Unauthorized",
      "bad API key",
      "api_key missing",
      "authentication failed",
      "Auth error",
      "your session has expired",
    ]
  ) assert.equal(pattern?.test(text), true, text);
  for (const text of ["4010 files", "author wrote", "preauthorized", "session started", "authentication ok"]) {
    assert.equal(pattern?.test(text), false, text);
  }
});
