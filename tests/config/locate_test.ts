// Finds keys in every notation that TOML has for them.
import assert from "node:assert/strict";
import { locateKeys } from "../../src/config/locate.ts";

const text = `# [comment.table]
top = 1
"quoted key" = 2 # agent = 3
[ agent ] # a header
command = [ # a list of many lines
  "a]",
  'b # no comment', [ 1, 2 ],
]
env = { A = "x", "B.C" = '}', deep = { D = 1 } }
note = """
fake = 1
[fake]
"""
raw = '''
fake2 = "'''
after.that . key = true

[monitor.host_health]
disk_warning_pct=1
[[items]]
name = "one"
[[items]]
other = 1
[ "a.b" . 'c' ]
d = "\\"e = 1"
f = 2
umlaut.ä = 3
`;

const expected: readonly (readonly [readonly string[], number | null])[] = [
  [["top"], 2],
  [["quoted key"], 3],
  [["agent"], 4],
  [["agent", "command"], 5],
  [["agent", "env"], 9],
  [["agent", "env", "A"], 9],
  [["agent", "env", "B.C"], 9],
  [["agent", "env", "deep", "D"], 9],
  [["agent", "note"], 10],
  [["agent", "fake"], null],
  [["fake"], null],
  [["agent", "raw"], 14],
  [["agent", "fake2"], null],
  [["agent", "after", "that", "key"], 16],
  [["agent", "after"], 16],
  [["monitor"], 18],
  [["monitor", "host_health", "disk_warning_pct"], 19],
  [["items"], 20],
  [["items", "0", "name"], 21],
  [["items", "1"], 22],
  [["items", "1", "other"], 23],
  [["items", "2"], null],
  [["a.b", "c", "d"], 25],
  [["a.b", "c", "e"], null],
  [["a.b", "c", "f"], 26],
  [["a.b", "c", "umlaut", "ä"], 27],
  [["comment"], null],
  [["agent", "agent"], null],
];

for (const [path, line] of expected) {
  Deno.test(`locateKeys() ${line === null ? "finds nothing" : `finds line ${line}`} for ${path.join(" > ")}`, () => {
    assert.equal(locateKeys(text).lineOf(path), line);
    assert.equal(locateKeys(text.replaceAll("\n", "\r\n")).lineOf(path), line);
  });
}

Deno.test("locateKeys() finds keys of an inline table of many lines", () => {
  const lines = locateKeys(
    "[phases]\na = {\n  # comment\n  round_timeout_s = 3,\n  prompt = { files = [\n 'x'\n] },\n}\nb = 1",
  );
  assert.equal(lines.lineOf(["phases", "a", "round_timeout_s"]), 4);
  assert.equal(lines.lineOf(["phases", "a", "prompt", "files"]), 5);
  assert.equal(lines.lineOf(["phases", "b"]), 9);
});

Deno.test("locateKeys() does not overflow when values are nested without end", () => {
  assert.equal(locateKeys(`a = ${"[".repeat(200_000)}\n`).lineOf(["a"]), 1);
  assert.equal(locateKeys(`a = ${"{ b = ".repeat(50_000)}\n`).lineOf(["a"]), 1);
});
