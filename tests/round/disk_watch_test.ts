// Guards that disks are looked at rarely, never waited for, and that each folder has a floor of its own.
import assert from "node:assert/strict";
import { DiskWatch } from "../../src/round/disk_watch.ts";
import type { DiskSample } from "../../src/ports/host.ts";

const megabyte = 1024 * 1024;

function scene(wantedMb = 200) {
  const free = new Map<string, number | null>([["/log", 10_000], ["/work", 10_000]]);
  const looks: string[] = [];
  const state = { now: 0, costMs: 0, pending: null as Promise<void> | null };
  const host = {
    async disk(path: string): Promise<DiskSample | null> {
      looks.push(path);
      state.now += state.costMs;
      await state.pending;
      const megabytes = free.get(path) ?? null;
      return megabytes === null ? null : { totalBytes: 1e12, freeBytes: megabytes * megabyte, usedPercent: 1 };
    },
  };
  const watch = new DiskWatch({
    folders: [{ name: "log", path: "/log" }, { name: "work", path: "/work" }],
    wantedBytes: wantedMb * megabyte,
    now: 0,
    monotonic: () => state.now,
  }, host);
  return {
    free,
    looks,
    state,
    watch,
    async at(now: number) {
      state.now = now;
      watch.note(now);
      await new Promise((resolve) => setTimeout(resolve, 0));
    },
  };
}

Deno.test("DiskWatch looks after a second, then as rarely as the room allows", async () => {
  const { at, looks } = scene();
  await at(999);
  assert.deepEqual(looks, []);
  await at(1000);
  assert.deepEqual(looks, ["/log", "/work"]);
  await at(20_000);
  assert.equal(looks.length, 2);
  await at(21_000);
  assert.equal(looks.length, 4);
});

Deno.test("DiskWatch ends the round when either disk is below its floor", async () => {
  for (const [path, name] of [["/log", "log"], ["/work", "work"]] as const) {
    const { at, free, watch } = scene();
    await at(1000);
    assert.equal(watch.end, null);
    free.set(path, 150);
    await at(31_000);
    assert.deepEqual(watch.end, {
      sign: "disk",
      why: `the disk of the ${name} folder has 150 MB left, fewer than 200`,
    });
  }
});

Deno.test("DiskWatch counts from what there was when the round began", async () => {
  const { at, free, watch } = scene();
  free.set("/work", 100);
  await at(1000);
  assert.equal(watch.end, null);
  free.set("/work", 51);
  await at(3000);
  assert.equal(watch.end, null);
  free.set("/work", 49);
  await at(5000);
  assert.match(String((watch.end as { readonly why: string } | null)?.why), /49 MB left, fewer than 50/);
});

Deno.test("DiskWatch waits for no disk, and asks a slow one rarely", async () => {
  const { at, looks, state, watch } = scene();
  const { promise, resolve } = Promise.withResolvers<void>();
  state.pending = promise;
  await at(1000);
  await at(40_000);
  assert.deepEqual([looks, watch.end], [["/log"], null]);
  resolve();
  await at(40_000);
  assert.equal(looks.length, 2);
  state.pending = null;
  state.costMs = 1000;
  await at(40_000 + 39_000 * 200 + 31_000);
  assert.equal(looks.length, 4);
  await at(state.now + 390_000);
  assert.equal(looks.length, 4, "a look that takes a second is not made every half minute");
});

Deno.test("DiskWatch looks in time at a disk that is nearly full, though each look is dear", async () => {
  const { at, free, looks, state, watch } = scene();
  free.set("/log", 210);
  state.costMs = 50;
  await at(1000);
  assert.equal(looks.length, 2);
  await at(state.now + 2_100);
  assert.equal(looks.length, 4, "it was put off");
  free.set("/log", 190);
  await at(state.now + 2_100);
  assert.equal((watch.end as { readonly sign: string } | null)?.sign, "disk");
});

Deno.test("DiskWatch takes a disk that cannot be asked for no news, and looks at none when it is off", async () => {
  const { at, free, watch } = scene();
  free.set("/log", null);
  free.set("/work", null);
  await at(1000);
  await at(60_000);
  assert.equal(watch.end, null);
  const off = scene(0);
  await off.at(1000);
  assert.deepEqual(off.looks, []);
});
