// Guards that a follower is woken by changes and never misses one.
import assert from "node:assert/strict";
import type { Files } from "../../src/ports/files.ts";
import { changesIn } from "../../src/store/wake.ts";
import { memoryFiles } from "../fakes/memory_files.ts";

Deno.test("changesIn() yields at once, after a change, and after a change during the caller's work", async () => {
  const memory = memoryFiles({ "/log/a": "" });
  const end = new AbortController();
  let wakes = 0;
  for await (const _ of changesIn(memory, { folder: "/log", signal: end.signal })) {
    wakes++;
    if (wakes === 1) memory.writeAtomic("/log/a", "during the work");
    if (wakes === 2) queueMicrotask(() => memory.writeAtomic("/log/a", "while it waits"));
    if (wakes === 3) end.abort();
  }
  assert.equal(wakes, 3);
});

Deno.test("changesIn() falls back on its poll when notification fails", async () => {
  const broken = {
    ...memoryFiles(),
    // deno-lint-ignore require-yield -- fails before it can yield
    async *watch() {
      await Promise.resolve();
      throw new Error("no notification here");
    },
  } as unknown as Files;
  const end = new AbortController();
  let wakes = 0;
  for await (const _ of changesIn(broken, { folder: "/log", signal: end.signal, pollMs: 1 })) {
    if (++wakes === 3) end.abort();
  }
  assert.equal(wakes, 3);
});
