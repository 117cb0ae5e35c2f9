// Guards the audit of prompt files: every change is seen once, whatever became of the file.
import assert from "node:assert/strict";
import { PromptAudit } from "../../src/hooks/prompt_audit.ts";
import { memoryFiles } from "../fakes/memory_files.ts";

const hashOfAbc = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

Deno.test("PromptAudit sees a changed, a deleted and a new file, each once", async () => {
  const files = memoryFiles({ "/p/a": "abc", "/p/b": "abc", "/p/same": "abc" });
  const audit = await PromptAudit.open(["/p/a", "/p/b", "/p/new", "/p/same", "/p/a"], files);
  assert.deepEqual(await audit.changes(), []);
  files.writeAtomic("/p/a", "abd");
  files.remove("/p/b");
  files.writeAtomic("/p/new", "abc");
  files.writeAtomic("/p/same", "abc");
  const changes = await audit.changes();
  assert.deepEqual(changes.map(({ path, oldHash }) => [path, oldHash]), [
    ["/p/a", hashOfAbc],
    ["/p/b", hashOfAbc],
    ["/p/new", "sha256:"],
  ]);
  assert.match(changes[0]!.newHash, /^sha256:[0-9a-f]{64}$/);
  assert.deepEqual([changes[1]!.newHash, changes[2]!.newHash], ["sha256:", hashOfAbc]);
  assert.deepEqual(await audit.changes(), []);
});

Deno.test("PromptAudit takes a file that cannot be read for one that holds nothing", async () => {
  const files = memoryFiles({ "/p/a": "abc" });
  const audit = await PromptAudit.open(["/p/a"], files);
  files.failWith("/p/a", "denied");
  assert.deepEqual((await audit.changes()).map(({ newHash }) => newHash), ["sha256:"]);
});
