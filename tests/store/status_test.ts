// Guards status.json: replaced in one step, private, and read whatever it holds.
import assert from "node:assert/strict";
import { StatusFile, statusSchema } from "../../src/store/status.ts";
import type { Status } from "../../src/store/status.ts";
import type { Files } from "../../src/ports/files.ts";
import { memoryFiles } from "../fakes/memory_files.ts";
import { files, inFolder } from "./log_folder.ts";

const status: Status = {
  round_num: 7,
  running: false,
  schema: statusSchema,
  last_verdict: "ok",
};

Deno.test("write() replaces the file in one step and leaves nothing beside it", async () => {
  await inFolder((folder) => {
    const file = new StatusFile(folder, files);
    file.write(status, { isDurable: true });
    const before = Deno.openSync(`${folder}/status.json`, { read: true });
    file.write({ ...status, round_num: 9 });
    const text = new TextDecoder().decode(readAll(before));
    assert.equal(JSON.parse(text).round_num, 7, "a reader in the middle sees the whole old file");
    assert.equal(file.read().status?.round_num, 9);
    assert.deepEqual([...Deno.readDirSync(folder)].map((entry) => entry.name), ["status.json"]);
    assert.equal(Deno.statSync(`${folder}/status.json`).mode! & 0o777, 0o600);
  });
});

function readAll(file: Deno.FsFile): Uint8Array {
  using open = file;
  const bytes = new Uint8Array(64 * 1024);
  return bytes.subarray(0, open.readSync(bytes) ?? 0);
}

Deno.test("write() only ever replaces atomically", () => {
  const calls: string[] = [];
  const spying = new Proxy(memoryFiles(), {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => (calls.push(String(name)), value.apply(target, args));
    },
  }) as Files;
  new StatusFile("/log", spying).write(status);
  assert.deepEqual(calls, ["writeAtomic"]);
});

Deno.test("read() gives back what was written", () => {
  const file = new StatusFile("/log", memoryFiles());
  file.write(status);
  assert.deepEqual(file.read(), { status, recovered: null });
});

Deno.test("read() tells an absent file from one that cannot be used", () => {
  const memory = memoryFiles();
  const file = new StatusFile("/log", memory);
  assert.deepEqual(file.read(), { status: null, recovered: null });
  for (
    const text of ["", "{", "null", "[]", "5", '{"round_num": "7"}', '{"round_num": -1}', "\0", "x".repeat(2_000_000)]
  ) {
    memory.writeAtomic("/log/status.json", text);
    const reading = file.read();
    assert.equal(reading.status, null, text.slice(0, 20));
    assert.notEqual(reading.recovered, null, text.slice(0, 20));
  }
  memory.writeAtomic("/log/status.json", new Uint8Array([0x7b, 0xff, 0x7d]));
  assert.match(file.read().recovered ?? "", /unreadable/);
});

Deno.test("read() keeps the number when other fields are of wrong types, and says which", () => {
  const memory = memoryFiles({
    "/log/status.json": '{"round_num": 5, "last_exit_code": "0", "current": {"number": 6}, "unknown": 1}',
  });
  const { status: read, recovered } = new StatusFile("/log", memory).read();
  assert.equal(read?.round_num, 5);
  assert.equal(read?.current, undefined);
  assert.match(recovered ?? "", /last_exit_code/);
  assert.match(recovered ?? "", /current/);
});
