// Guards that git's index lock is cleared only where the git that left it is gone, and never taken from one that works.
import assert from "node:assert/strict";
import type { GitResult } from "../../src/vcs/git_call.ts";
import { indexLock } from "../../src/vcs/index_lock.ts";
import { FakeClock } from "../fakes/fake_clock.ts";
import { memoryFiles } from "../fakes/memory_files.ts";

const path = "/repo/.git/index.lock";

function scene() {
  const clock = new FakeClock({ isAutomatic: true });
  const files = memoryFiles({ "/repo/.git/HEAD": "ref: refs/heads/main\n" });
  return { clock, files, lock: indexLock({ files, clock, gitDir: "/repo/.git", patienceMs: 3_000 }) };
}

function failedWith(code: number, reason: string): GitResult {
  return { kind: "failed", code, reason, stdout: new Uint8Array() };
}

for (const code of [-1, 139]) {
  Deno.test(`run() clears the lock of a git that broke down (${code}), and hands on its own words`, async () => {
    const { files, lock } = scene();
    let calls = 0;
    const result = await lock.run(() => {
      calls++;
      files.writeAtomic(path, "");
      return Promise.resolve(failedWith(code, "git broke down"));
    });
    assert.deepEqual([result.kind === "failed" && result.reason, calls], ["git broke down", 1]);
    assert.equal(files.lstat(path), null);
  });
}

Deno.test("run() leaves the lock to a git that goes on while ours broke down", async () => {
  const { clock, files, lock } = scene();
  const result = await lock.run(() => {
    files.writeAtomic(path, "");
    clock.after(500, () => files.writeAtomic(path, "another git writes"));
    return Promise.resolve(failedWith(-1, "git broke down"));
  });
  assert.equal(result.kind, "failed");
  assert.equal(files.readText(path), "another git writes");
});

Deno.test("run() waits for another git, says so in the end, and leaves its lock", async () => {
  const { files, lock } = scene();
  files.writeAtomic(path, "");
  const result = await lock.run(() => Promise.resolve(failedWith(128, `Unable to create '${path}': File exists`)));
  assert.equal(result.kind === "failed" && result.reason, `another git holds '${path}'`);
  assert.notEqual(files.lstat(path), null);
});
