// Guards that state files of any content are read as an object or as nothing.
import assert from "node:assert/strict";
import { readJsonObject } from "../../src/store/json_file.ts";
import { memoryFiles } from "../fakes/memory_files.ts";

Deno.test("readJsonObject() gives an object, and null for everything else", () => {
  const memory = memoryFiles({ "/a": '{"b": 1}', "/dir/x": "" });
  assert.deepEqual(readJsonObject(memory, "/a"), { b: 1 });
  for (const text of ["", "{", "null", "5", "[1]", '"x"', "{}{}", "\0", `{"a": "${"x".repeat(1024 * 1024)}"}`]) {
    memory.writeAtomic("/a", text);
    assert.equal(readJsonObject(memory, "/a"), null, text.slice(0, 20));
  }
  memory.writeAtomic("/a", new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]));
  assert.equal(readJsonObject(memory, "/a"), null);
  assert.equal(readJsonObject(memory, "/none"), null);
  assert.equal(readJsonObject(memory, "/dir"), null);
  memory.failWith("/a", "denied");
  assert.equal(readJsonObject(memory, "/a"), null);
});
