// Guards how values are spelled for systemd; that it reads them so is shown with a real one in tests/e2e/systemd_test.ts.
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  argumentWord,
  commandLine,
  escapeInstance,
  pathFault,
  pathValue,
  quotedWord,
  textValue,
} from "../../src/service/unit_words.ts";
import { testWhere } from "../e2e/test_where.ts";

function said(file: string, ...args: string[]): string | null {
  try {
    const { success, stdout } = new Deno.Command(file, { args, stderr: "null" }).outputSync();
    return success ? new TextDecoder().decode(stdout).trim() : null;
  } catch {
    return null;
  }
}

const testWithEscape = testWhere(said("systemd-escape", "a") === "a" ? null : "there is no systemd-escape");

testWithEscape("escapeInstance() spells names as systemd-escape does, but for the hyphen", () => {
  const names = [
    "shop",
    "my-shop",
    ".hidden",
    "a.b_c:d",
    "my shop",
    "100%",
    "ünï",
    'q"q',
    "a\\b",
    "@",
    "-",
    "~x",
    "日本",
  ];
  for (const name of names) {
    assert.equal(escapeInstance(name), said("systemd-escape", "--", name)!.replaceAll("\\x2d", "-"), name);
  }
  return Promise.resolve();
});

Deno.test("escapeInstance() never gives two names the same spelling, and only what a unit's name may hold", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), (a, b) => {
    assert.match(escapeInstance(a), /^[A-Za-z0-9:_.\\-]*$/);
    return a === b || escapeInstance(a) !== escapeInstance(b);
  }));
  assert.equal(escapeInstance("a/b"), "a\\x2fb");
});

Deno.test("words are quoted, specifiers are text, and variables only where they would be replaced", () => {
  assert.equal(quotedWord('a "b" \\ 100% $HOME\n'), '"a \\"b\\" \\\\ 100%% $HOME\\x0a"');
  assert.equal(argumentWord("$HOME ${X} $$"), '"$$HOME $${X} $$$$"');
  assert.equal(commandLine(["/opt/$x/run", "$x", ""]), '"/opt/$x/run" "$$x" ""');
  assert.equal(quotedWord("a\u0085b"), '"a\u0085b"', "two bytes, of which none is a control character");
});

Deno.test("what stands alone keeps its spaces and loses what ends a line", () => {
  assert.equal(pathValue("/a b/100%/c"), "/a b/100%%/c");
  assert.equal(textValue("50% of it\\"), "50%% of it");
  assert.doesNotMatch(textValue("a\nExecStart=/bin/evil"), /\n/);
});

Deno.test("pathFault() refuses what no unit can hold", () => {
  for (const path of ["/a\nb", "/a\u0007", "/a\\", " /a", "/a ", "/a\ufffd"]) {
    assert.equal(typeof pathFault(path), "string", path);
  }
  for (const path of ["/a b/ü", '/"q"', "/100%", "/a\\b", "/日本"]) assert.equal(pathFault(path), null, path);
});
