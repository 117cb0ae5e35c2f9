// Guards paths as pure text.
import assert from "node:assert/strict";
import fc from "fast-check";
import { baseName, dirName, joinPath, normalizePath, pathBelow } from "../../src/core/path.ts";

Deno.test("joinPath() joins, and a later absolute part wins", () => {
  assert.equal(joinPath("/a", "b", "../c"), "/a/c");
  assert.equal(joinPath("/a", "/b"), "/b");
  assert.equal(joinPath("a", "", "b"), "a/b");
  assert.equal(joinPath("", ""), ".");
  assert.equal(joinPath(), ".");
});

const normal: readonly [path: string, wanted: string][] = [
  ["/", "/"],
  ["//", "/"],
  ["/a//b/", "/a/b"],
  ["/a/./b", "/a/b"],
  ["/a/../..", "/"],
  ["a/..", "."],
  ["../a", "../a"],
  ["a/../../b", "../b"],
  ["./a", "a"],
  ["", "."],
];

for (const [path, wanted] of normal) {
  Deno.test(`normalizePath() makes ${JSON.stringify(wanted)} of ${JSON.stringify(path)}`, () => {
    assert.equal(normalizePath(path), wanted);
  });
}

Deno.test("normalizePath() changes nothing the second time", () => {
  const path = fc.array(fc.constantFrom("a", "b", "..", ".", "", "/"), { maxLength: 10 }).map((parts) =>
    parts.join("/")
  );
  fc.assert(fc.property(path, (text) => {
    const once = normalizePath(text);
    assert.equal(normalizePath(once), once);
    assert.equal(once.startsWith("/"), text.startsWith("/"));
  }));
});

Deno.test("baseName() and dirName() take a path apart", () => {
  assert.deepEqual([baseName("/a/b"), dirName("/a/b")], ["b", "/a"]);
  assert.deepEqual([baseName("/a/"), dirName("/a/")], ["a", "/"]);
  assert.deepEqual([baseName("a"), dirName("a")], ["a", "."]);
  assert.deepEqual([baseName("/"), dirName("/")], ["", "/"]);
});

Deno.test("pathBelow() knows what lies in a folder, and what only looks like it", () => {
  assert.equal(pathBelow("/a", "/a/b/c"), "b/c");
  assert.equal(pathBelow("/a/", "/a//b"), "b");
  assert.equal(pathBelow("/", "/a"), "a");
  assert.equal(pathBelow("/a", "/a"), null);
  assert.equal(pathBelow("/a", "/ab"), null);
  assert.equal(pathBelow("/a", "/a/../b"), null);
  assert.equal(pathBelow("/a/b", "/a"), null);
});
