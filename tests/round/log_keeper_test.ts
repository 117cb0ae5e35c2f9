// Guards the order in which a growing log is cut: the note, the reader, the hole; and what is told of it.
import assert from "node:assert/strict";
import { LogKeeper } from "../../src/round/log_keeper.ts";
import type { LogKeeperOptions } from "../../src/round/log_keeper.ts";
import { readCut } from "../../src/store/log_cut.ts";
import { FakeHoles } from "../fakes/fake_bounds.ts";
import { memoryFiles } from "../fakes/memory_files.ts";

const megabyte = 1024 * 1024;
const log = "/log/rounds/R1-20261121T100000.log";

function scene(changes: Partial<LogKeeperOptions> = {}) {
  const files = memoryFiles({ [log]: "" });
  const holes = new FakeHoles();
  const cuts: unknown[] = [];
  const faults: string[] = [];
  const options: LogKeeperOptions = {
    log,
    maxBytes: 2 * megabyte,
    overflow: "keep",
    onCut: (sizes) => cuts.push(sizes),
    onUnable: (reason) => faults.push(reason),
    ...changes,
  };
  const tap = { size: 0, skipped: [] as number[], skipTo: (offset: number) => void tap.skipped.push(offset) };
  const keeper = new LogKeeper(options, { files, holes });
  let now = 0;
  return {
    files,
    holes,
    cuts,
    faults,
    tap,
    keeper,
    options,
    /** The log grows to so many megabytes, and all of it is read unless said otherwise. */
    async grow(to: number, { readTo = to } = {}) {
      const size = files.stat(log)!.size;
      files.append(log, new Uint8Array(to * megabyte - size));
      tap.size = readTo * megabyte;
      keeper.note(now += 1000, tap);
      await new Promise((resolve) => setTimeout(resolve, 0));
    },
  };
}

Deno.test("LogKeeper leaves a log alone that is within its bound", async () => {
  const { grow, holes, keeper, files } = scene();
  await grow(2);
  assert.deepEqual([holes.punched, keeper.end, readCut(log, files)], [[], null, null]);
});

Deno.test("LogKeeper gives back the middle, and then what is new of it", async () => {
  const { grow, holes, cuts, files, tap, keeper } = scene();
  await grow(5);
  await grow(8);
  assert.deepEqual(holes.punched, [
    { path: log, from: megabyte, length: 3 * megabyte },
    { path: log, from: 4 * megabyte, length: 3 * megabyte },
  ]);
  assert.deepEqual(readCut(log, files), { from: megabyte, to: 7 * megabyte });
  assert.deepEqual(cuts, [{ logBytes: 5 * megabyte, cutBytes: 3 * megabyte }], "told once");
  assert.deepEqual([tap.skipped, keeper.end], [[], null]);
});

Deno.test("LogKeeper writes the note before the hole, and punches also where there is no room for the note", async () => {
  const { grow, holes, files } = scene();
  const punch = holes.punch.bind(holes);
  let noted: unknown;
  holes.punch = (path, range) => {
    noted = readCut(log, files);
    return punch(path, range);
  };
  await grow(5);
  assert.deepEqual(noted, { from: megabyte, to: 4 * megabyte });
  files.failWith("/log/rounds/R1-20261121T100000.cut", "full");
  await grow(8);
  assert.equal(holes.punched.length, 2);
});

Deno.test("LogKeeper takes a reader along that is far behind, before the hole is made", async () => {
  const { grow, holes, tap } = scene();
  await grow(9, { readTo: 1 });
  assert.deepEqual(tap.skipped, [8 * megabyte]);
  assert.deepEqual(holes.punched, [{ path: log, from: megabyte, length: 7 * megabyte }]);
});

Deno.test("LogKeeper makes one hole at a time", async () => {
  const { grow, holes } = scene();
  const { promise, resolve } = Promise.withResolvers<void>();
  holes.until = promise;
  await grow(5);
  await grow(8);
  assert.equal(holes.punched.length, 1);
  resolve();
  await grow(9);
  await grow(10);
  assert.deepEqual(holes.punched.map(({ from, length }) => (from + length) / megabyte), [4, 9]);
});

Deno.test("LogKeeper tells once that no hole can be made, and tries no more", async () => {
  const { grow, holes, faults, cuts, files } = scene();
  holes.fault = "Operation not supported";
  await grow(5);
  await grow(9);
  assert.deepEqual([holes.punched.length, faults, cuts], [1, ["Operation not supported"], []]);
  assert.equal(readCut(log, files), null, "the note of a hole that was not made is taken back");
});

Deno.test("LogKeeper ends the round where it is to, and still bounds the log meanwhile", async () => {
  const { grow, holes, keeper } = scene({ overflow: "kill" });
  await grow(2);
  assert.equal(keeper.end, null);
  await grow(5);
  assert.deepEqual(keeper.end, { sign: "runaway", why: "its output grew past round_log_max_mb = 2" });
  assert.equal(holes.punched.length, 1);
});

Deno.test("LogKeeper does nothing where there is no bound, no log, or one that cannot be looked at", async () => {
  const unbounded = scene({ maxBytes: 0 });
  await unbounded.grow(9);
  assert.deepEqual([unbounded.holes.punched, unbounded.keeper.nextAt], [[], Infinity]);
  const gone = scene();
  gone.files.remove(log);
  gone.keeper.note(1, gone.tap);
  gone.files.failWith("/log", "denied");
  gone.keeper.note(1000, gone.tap);
  assert.deepEqual(gone.holes.punched, []);
});

Deno.test("LogKeeper goes on from what an earlier life cut", async () => {
  const first = scene();
  await first.grow(5);
  const keeper = new LogKeeper(first.options, first);
  first.files.append(log, new Uint8Array(3 * megabyte));
  first.tap.size = 8 * megabyte;
  keeper.note(1, first.tap);
  assert.deepEqual(first.holes.punched.at(-1), { path: log, from: 4 * megabyte, length: 3 * megabyte });
});

Deno.test("LogKeeper looks again soon while the log grows fast, and not between", async () => {
  const { grow, keeper, tap, files, holes } = scene();
  await grow(1);
  assert.equal(keeper.nextAt, 1250);
  await grow(5);
  assert.ok(keeper.nextAt > 2000 && keeper.nextAt < 2250, String(keeper.nextAt));
  files.append(log, new Uint8Array(9 * megabyte));
  keeper.note(keeper.nextAt - 1, tap);
  assert.equal(holes.punched.length, 1);
});
