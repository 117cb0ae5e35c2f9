// Guards the lock between real processes: one holder, dead with it, and never disturbed by who only looks.
import assert from "node:assert/strict";
import { denoLock } from "../../../src/ports/deno/lock.ts";
import { until } from "../../fakes/until.ts";
import { inFolder } from "../../store/log_folder.ts";

const program = new URL("./lock_program.ts", import.meta.url).pathname;

/** Another process that tries to take the lock; says what came of it. */
async function other(path: string): Promise<{ readonly said: string; kill(): Promise<void> }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", program, path],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.getReader();
  const said = new TextDecoder().decode((await reader.read()).value).trim();
  return {
    said,
    async kill() {
      try {
        child.kill("SIGKILL");
      } catch {
        // It had left by itself.
      }
      await reader.cancel();
      await child.status;
    },
  };
}

type Prototype = { tryLock?: unknown };

/** Runs a test with the lock of the newest runtime, and with that of runtimes that have no tryLock. */
function onBothRuntimes(name: string, run: (path: string) => Promise<void>): void {
  for (const isOld of [false, true]) {
    Deno.test(`${name}${isOld ? ", where there is no tryLock" : ""}`, async () => {
      const prototype = Deno.FsFile.prototype as Prototype;
      const kept = prototype.tryLock;
      if (isOld) delete prototype.tryLock;
      try {
        await inFolder(async (folder) => await run(`${folder}/lock`));
      } finally {
        if (kept !== undefined) prototype.tryLock = kept;
      }
    });
  }
}

onBothRuntimes("tryAcquire() takes a free lock and gives it back", async (path) => {
  const lock = denoLock();
  const held = await lock.tryAcquire(path);
  assert.ok(held);
  assert.equal(Deno.statSync(path).mode! & 0o777, 0o600);
  held.release();
  const again = await lock.tryAcquire(path);
  assert.ok(again);
  again.release();
});

onBothRuntimes(
  "tryAcquire() is refused while another process holds the lock, and not after its death",
  async (path) => {
    const holder = await other(path);
    assert.equal(holder.said, "held");
    const lock = denoLock();
    const before = performance.now();
    assert.equal(await lock.tryAcquire(path), null);
    assert.ok(performance.now() - before < 3_000);
    assert.equal(await lock.isHeld(path), true);
    await holder.kill();
    await until("the lock is free", async () => !await lock.isHeld(path));
    const held = await lock.tryAcquire(path);
    assert.ok(held, "the file of a dead holder blocks nobody");
    held.release();
  },
);

Deno.test("tryAcquire() keeps every other process out", async () => {
  await inFolder(async (folder) => {
    const held = await denoLock().tryAcquire(`${folder}/lock`);
    assert.ok(held);
    const refused = await other(`${folder}/lock`);
    assert.equal(refused.said, "refused");
    await refused.kill();
    held.release();
    const taken = await other(`${folder}/lock`);
    assert.equal(taken.said, "held");
    await taken.kill();
  });
});

Deno.test("isHeld() needs no right to write, makes no file, and knows a free lock", async () => {
  await inFolder(async (folder) => {
    const lock = denoLock();
    assert.equal(await lock.isHeld(`${folder}/absent`), false);
    assert.deepEqual([...Deno.readDirSync(folder)], []);
    Deno.writeTextFileSync(`${folder}/lock`, "", { mode: 0o400 });
    assert.equal(await lock.isHeld(`${folder}/lock`), false);
  });
});

Deno.test("isHeld() never takes the lock from under somebody who wants it", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/lock`;
    Deno.writeTextFileSync(path, "");
    const looker = denoLock();
    const abort = new AbortController();
    const looking = (async () => {
      let looks = 0;
      for (; !abort.signal.aborted; looks++) {
        await looker.isHeld(path);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      return looks;
    })();
    for (let i = 0; i < 20; i++) {
      const held = await denoLock().tryAcquire(path);
      assert.ok(held, `attempt ${i}`);
      held.release();
    }
    abort.abort();
    assert.ok(await looking > 0);
  });
});

onBothRuntimes("tryAcquire() is not refused because somebody looks, not even one who is slow at it", async (path) => {
  const look = await Deno.open(path, { read: true, write: true, create: true });
  await look.lock(false);
  const trying = denoLock().tryAcquire(path);
  const first = await Promise.race([trying, new Promise((resolve) => setTimeout(() => resolve("waits"), 900))]);
  look.close();
  assert.equal(first, "waits");
  const held = await trying;
  assert.ok(held);
  held.release();
});

Deno.test("isHeld() leaves a holder's lock alone", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/lock`;
    const holder = await other(path);
    for (let i = 0; i < 50; i++) assert.equal(await denoLock().isHeld(path), true);
    assert.equal(await denoLock().tryAcquire(path), null);
    await holder.kill();
  });
});

Deno.test("tryAcquire() says what is wrong with a place it cannot use", async () => {
  await assert.rejects(denoLock().tryAcquire("/no/such/folder/lock"), /No such file|not found/i);
});
