// Guards that a line is one write, and that a torn last line does not swallow the next.
import assert from "node:assert/strict";
import { FileFault } from "../../src/ports/files.ts";
import { appendLine } from "../../src/store/append_line.ts";
import { memoryFiles } from "../fakes/memory_files.ts";
import { files, inFolder } from "./log_folder.ts";

Deno.test("appendLine() ends a torn last line before its own", () => {
  const memory = memoryFiles({ "/log/a.jsonl": '{"a": 1}\n{"b":' });
  appendLine(memory, { path: "/log/a.jsonl", line: '{"c": 3}' });
  assert.equal(memory.readText("/log/a.jsonl"), '{"a": 1}\n{"b":\n{"c": 3}\n');
});

Deno.test("appendLine() adds nothing when the last line is whole or the file is empty", () => {
  const memory = memoryFiles({ "/log/a.jsonl": "x\n", "/log/b.jsonl": "" });
  appendLine(memory, { path: "/log/a.jsonl", line: "y" });
  appendLine(memory, { path: "/log/b.jsonl", line: "y" });
  assert.equal(memory.readText("/log/a.jsonl"), "x\ny\n");
  assert.equal(memory.readText("/log/b.jsonl"), "y\n");
});

Deno.test("appendLine() writes once for each line", () => {
  const memory = memoryFiles({ "/log/a.jsonl": "torn" });
  let writes = 0;
  const append = memory.append.bind(memory);
  memory.append = (path, bytes) => (writes++, append(path, bytes));
  appendLine(memory, { path: "/log/a.jsonl", line: "whole" });
  assert.equal(writes, 1);
});

Deno.test("appendLine() throws 'full' when only a part fits", () => {
  const memory = memoryFiles({ "/log/a.jsonl": "x\n" });
  memory.roomBytes = 3;
  assert.throws(
    () => appendLine(memory, { path: "/log/a.jsonl", line: "yyyyyy" }),
    (thrown) => thrown instanceof FileFault && thrown.kind === "full",
  );
});

Deno.test("appendLine() makes a folder that vanished, private to the user", async () => {
  await inFolder((folder) => {
    appendLine(files, { path: `${folder}/gone/a.jsonl`, line: "x" });
    assert.equal(Deno.readTextFileSync(`${folder}/gone/a.jsonl`), "x\n");
    assert.equal(Deno.statSync(`${folder}/gone/a.jsonl`).mode! & 0o777, 0o600);
    assert.equal(Deno.statSync(`${folder}/gone`).mode! & 0o777, 0o700);
  });
});
