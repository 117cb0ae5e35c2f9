// Guards that the log of a detached supervisor is private, bounded, and read only where it is new.
import assert from "node:assert/strict";
import { lastServeLines, openServeLog, serveLogPath } from "../../src/service/serve_log.ts";
import { MemoryFiles } from "../fakes/memory_files.ts";

const path = serveLogPath("/log");
const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("openServeLog() makes a private file and keeps a small one", () => {
  const files = new MemoryFiles();
  assert.equal(openServeLog("/log", files), 0);
  assert.equal(files.modeOf(path), 0o600);
  files.append(path, bytes("one\n"));
  assert.equal(openServeLog("/log", files), 4);
  assert.equal(files.readText(path), "one\n");
});

Deno.test("openServeLog() puts a large one aside, and only one", () => {
  const files = new MemoryFiles();
  for (const letter of ["a", "b"]) {
    files.makeDir("/log");
    files.writeAtomic(path, letter.repeat(4 * 1024 * 1024 + 1));
    assert.equal(openServeLog("/log", files), 0);
    assert.equal(files.readText(`${path}.1`)?.[0], letter);
  }
  assert.deepEqual(files.paths().sort(), [path, `${path}.1`]);
});

Deno.test("openServeLog() does not write through a link", () => {
  const files = new MemoryFiles();
  files.makeDir("/log");
  files.writeAtomic("/home/me/precious", "x");
  files.link(path, "/home/me/precious");
  openServeLog("/log", files);
  assert.equal(files.lstat(path)?.isSymlink, false);
  files.append(path, bytes("serve"));
  assert.equal(files.readText("/home/me/precious"), "x");
});

Deno.test("lastServeLines() shows the end of what is new, however much that is", () => {
  const files = new MemoryFiles();
  openServeLog("/log", files);
  files.append(path, bytes("old\n"));
  assert.deepEqual(lastServeLines("/log", { offset: 4, count: 3 }, files), []);
  files.append(path, bytes("a\n\nb\nc\nd"));
  assert.deepEqual(lastServeLines("/log", { offset: 4, count: 3 }, files), ["b", "c", "d"]);
  files.append(path, bytes(`\n${"x".repeat(100_000)}\nend\n`));
  assert.equal(lastServeLines("/log", { offset: 4, count: 3 }, files).at(-1), "end");
  assert.deepEqual(lastServeLines("/nowhere", { offset: 0, count: 3 }, files), []);
});
