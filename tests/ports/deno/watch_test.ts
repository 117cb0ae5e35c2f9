// Guards file notification on the real system: what is written is noticed, and the end is prompt.
import assert from "node:assert/strict";
import { watchPath } from "../../../src/ports/deno/watch.ts";
import { until } from "../../fakes/until.ts";
import { inFolder } from "../../store/log_folder.ts";

/** Counts what a watcher yields until `close`. */
function watching(path: string) {
  const abort = new AbortController();
  const watch = { count: 0, close: () => Promise.resolve() };
  const done = (async () => {
    for await (const _ of watchPath(path, abort.signal)) watch.count++;
  })();
  watch.close = async () => {
    abort.abort();
    await done;
  };
  return watch;
}

/** Appends until the watcher notices: it may not have begun with the first write. */
async function noticed(watch: { readonly count: number }, write: () => void, what: string): Promise<void> {
  const before = watch.count;
  await until(what, () => {
    write();
    return watch.count > before;
  });
}

Deno.test("watchPath() notices what is appended to a file", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/log`;
    Deno.writeTextFileSync(path, "");
    const watch = watching(path);
    await noticed(watch, () => Deno.writeTextFileSync(path, "x", { append: true }), "an append");
    await noticed(watch, () => Deno.writeTextFileSync(path, "x", { append: true }), "another append");
    await watch.close();
  });
});

Deno.test("watchPath() notices a new file in a folder", async () => {
  await inFolder(async (folder) => {
    const watch = watching(folder);
    let i = 0;
    await noticed(watch, () => Deno.writeTextFileSync(`${folder}/f${i++}`, ""), "a new file");
    await watch.close();
  });
});

Deno.test("watchPath() waits for a path that is not there yet", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/later`;
    const watch = watching(path);
    await noticed(watch, () => Deno.writeTextFileSync(path, "x", { append: true }), "a file that came later");
    await watch.close();
  });
});

Deno.test("watchPath() ends at once when its signal fires, also when it never began", async () => {
  await inFolder(async (folder) => {
    for (const path of [folder, `${folder}/absent`]) {
      const watch = watching(path);
      await new Promise((resolve) => setTimeout(resolve, 0));
      const before = performance.now();
      await watch.close();
      assert.ok(performance.now() - before < 500);
    }
    for await (const _ of watchPath(folder, AbortSignal.abort())) assert.fail("it was over before it began");
  });
});

Deno.test("watchPath() may be left in the middle", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/log`;
    Deno.writeTextFileSync(path, "");
    const abort = new AbortController();
    const writer = setInterval(() => Deno.writeTextFileSync(path, "x", { append: true }), 2);
    for await (const _ of watchPath(path, abort.signal)) break;
    clearInterval(writer);
    abort.abort();
  });
});
