// Guards one reading of the files: the first look bounded, each later one only what is new, nothing lost, nothing twice.
import assert from "node:assert/strict";
import { isoTime } from "../../src/core/text.ts";
import { firstReach, LocalFeed } from "../../src/monitor/feed_local.ts";
import type { LocalFeedOptions } from "../../src/monitor/feed_local.ts";
import type { Look } from "../../src/monitor/feed.ts";
import { denoFiles } from "../../src/ports/deno/files.ts";
import { denoLock } from "../../src/ports/deno/lock.ts";
import { FakeLock } from "../fakes/fake_world.ts";
import { type MemoryFiles, memoryFiles } from "../fakes/memory_files.ts";

const now = Date.parse("2026-11-21T10:00:00Z");
const november = "/log/events-2026-11.jsonl";
const metrics = "/log/metrics-2026-11.jsonl";
const never = new AbortController().signal;

function event(round: number, at = now): string {
  return `{"ts": "${isoTime(at)}", "event": "round_end", "round_num": ${round}}\n`;
}

function sample(used: number): string {
  return `{"ts": "${isoTime(now)}", "disk_used_pct": ${used}}\n`;
}

function add(memory: MemoryFiles, path: string, text: string): void {
  memory.append(path, new TextEncoder().encode(text));
}

/** A feed over these files; it is closed at the end of the test. */
function feedOf(memory: MemoryFiles, more: Partial<LocalFeedOptions> = {}) {
  const lock = new FakeLock();
  const feed = new LocalFeed({ files: memory, lock, clock: { now: () => now }, logDir: "/log", ...more });
  return Object.assign(feed, { lock, [Symbol.asyncDispose]: () => feed.close() });
}

async function seen(feed: LocalFeed): Promise<Look> {
  const look = await feed.look(never);
  assert.equal(look.kind, "seen", look.kind === "blind" ? look.reason : "");
  return look as Look;
}

async function rounds(feed: LocalFeed): Promise<unknown[]> {
  return (await seen(feed)).events.map(({ event }) => event.round_num);
}

Deno.test("look() gives what is there, then only what is new", async () => {
  const memory = memoryFiles({ [november]: event(1) + event(2), [metrics]: sample(50) });
  await using feed = feedOf(memory);
  const first = await seen(feed);
  assert.deepEqual(first.events.map(({ event }) => event.round_num), [1, 2]);
  assert.equal(first.events[0]!.line, event(1).trimEnd());
  assert.deepEqual(first.metrics.map((row) => row.disk_used_pct), [50]);
  assert.equal(first.at, now);
  const second = await seen(feed);
  assert.deepEqual([second.events, second.metrics], [[], []]);
  add(memory, november, event(3));
  add(memory, metrics, sample(51));
  const third = await seen(feed);
  assert.deepEqual(third.events.map(({ event }) => event.round_num), [3]);
  assert.deepEqual(third.metrics.map((row) => row.disk_used_pct), [51]);
});

Deno.test("look() joins half lines, follows into a new month, and begins again in a file that was cut or replaced", async () => {
  const memory = memoryFiles({ [november]: event(1) + event(2).slice(0, 20) });
  await using feed = feedOf(memory);
  assert.deepEqual(await rounds(feed), [1]);
  add(memory, november, event(2).slice(20) + event(3));
  add(memory, "/log/events-2026-12.jsonl", event(4));
  assert.deepEqual(await rounds(feed), [2, 3, 4]);
  memory.writeAtomic("/log/events-2026-12.jsonl", event(5));
  assert.deepEqual(await rounds(feed), [5]);
  memory.rename("/log/events-2026-12.jsonl", "/log/old.jsonl");
  memory.writeAtomic("/log/events-2026-12.jsonl", event(6) + event(7));
  assert.deepEqual(await rounds(feed), [6, 7]);
});

Deno.test("look() passes over what is no event and no sample", async () => {
  const bad = `null\n[]\n{"ts"\n\u0000\u0000\n{"ts":"x"}\n"text"\n`;
  const memory = memoryFiles({ [november]: bad + event(1), [metrics]: bad + sample(9) });
  add(memory, november, "\xff\xfe\n");
  await using feed = feedOf(memory);
  const look = await seen(feed);
  assert.deepEqual(look.events.map(({ event }) => event.round_num), [1]);
  assert.deepEqual(look.metrics.map((row) => row.disk_used_pct ?? row.ts), ["x", 9]);
});

Deno.test("look() reads no more of the past than its reach in bytes, over two months, from a whole line on", async () => {
  const old = Array.from({ length: 60_000 }, (_, i) => event(i, now - 25 * 86_400_000)).join("");
  const recent = Array.from({ length: 30_000 }, (_, i) => event(60_000 + i)).join("");
  const memory = memoryFiles({ "/log/events-2026-10.jsonl": old, [november]: recent });
  await using feed = feedOf(memory);
  const { events } = await seen(feed);
  const bytes = events.reduce((sum, { line }) => sum + line.length + 1, 0);
  assert.ok(bytes <= firstReach.eventBytes && bytes > firstReach.eventBytes - 200, String(bytes));
  assert.equal(events.at(-1)!.event.round_num, 89_999);
  const first = Number(events[0]!.event.round_num);
  assert.ok(first < 60_000);
  assert.deepEqual(events.map(({ event }) => event.round_num), Array.from(events, (_, i) => first + i));
});

Deno.test("look() leaves out what is older than its reach in days", async () => {
  const day = 86_400_000;
  const memory = memoryFiles({
    "/log/events-2026-01.jsonl": event(1, now - 300 * day),
    "/log/events-2026-10.jsonl": event(2, now - 40 * day) + event(3, now - 30 * day),
    [november]: event(4),
  });
  await using feed = feedOf(memory);
  assert.deepEqual(await rounds(feed), [3, 4]);
});

Deno.test("look() hands out a flood in parts, and wakes at once for the next", async () => {
  const memory = memoryFiles({ [november]: event(0) });
  await using feed = feedOf(memory);
  await seen(feed);
  const count = 200_000;
  add(memory, november, Array.from({ length: count }, (_, i) => event(i + 1)).join(""));
  const parts: number[] = [];
  for (let sum = 0; sum < count; sum += parts.at(-1)!) {
    const waking = feed.wake(60_000, never);
    if (parts.length > 0) assert.ok(await settles(waking), "the rest must not wait for a change");
    await waking;
    parts.push((await seen(feed)).events.length);
    assert.ok(parts.at(-1)! > 0 || parts.length < 3, parts.join(" "));
  }
  assert.ok(parts.length > 1, parts.join(" "));
  assert.equal(parts.reduce((sum, part) => sum + part), count);
});

/** Whether it is over as soon as everything that can run has run. */
async function settles(work: Promise<void>): Promise<boolean> {
  let isOver = false;
  void work.then(() => isOver = true);
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
  return isOver;
}

Deno.test("look() tells the lock, status.json and the bytes of the running round's log", async () => {
  const memory = memoryFiles({ "/log/rounds/R7-a.log": "12345", "/log/status.json": status("rounds/R7-a.log") });
  await using feed = feedOf(memory);
  assert.deepEqual([(await seen(feed)).isActive, (await seen(feed)).roundLogBytes], [false, 5]);
  feed.lock.holdElsewhere("/log/agent-runner.lock");
  const look = await seen(feed);
  assert.equal(look.isActive, true);
  assert.equal(look.status.round_num, 7);
  for (const path of ["../../etc/passwd", "rounds/../../etc/passwd", "/etc/passwd", "rounds/none.log"]) {
    memory.writeAtomic("/log/status.json", status(path));
    assert.equal((await seen(feed)).roundLogBytes, null, path);
  }
  for (const broken of ["{", "[]", "null", "", "\xff"]) {
    memory.writeAtomic("/log/status.json", broken);
    assert.deepEqual((await seen(feed)).status, {});
  }
});

function status(log: string): string {
  return JSON.stringify({ round_num: 7, current: { state: "running", log } });
}

Deno.test("look() is blind while the folder cannot be read, and loses nothing", async () => {
  const memory = memoryFiles({ [november]: event(1) });
  await using feed = feedOf(memory);
  await seen(feed);
  add(memory, november, event(2));
  for (const path of ["/log", november]) {
    memory.failWith(path, "denied");
    const look = await feed.look(never);
    assert.equal(look.kind, "blind");
    assert.match((look as { reason: string }).reason, /^Cannot read '\/log.*Permission denied/);
    memory.failWith(path, null);
  }
  assert.deepEqual(await rounds(feed), [2]);
});

Deno.test("look() waits for a folder that is not there yet, and is blind when it went away", async () => {
  const memory = memoryFiles({});
  await using feed = feedOf(memory);
  assert.deepEqual(await rounds(feed), []);
  memory.writeAtomic(november, event(1));
  assert.deepEqual(await rounds(feed), [1]);
  memory.remove("/log", { isRecursive: true });
  const look = await feed.look(never);
  assert.deepEqual([look.kind, (look as { reason: string }).reason], ["blind", "The log folder '/log' is gone"]);
});

Deno.test("look() is blind where the log folder is a file", async () => {
  await using feed = feedOf(memoryFiles({ "/log": "" }));
  const look = await feed.look(never);
  assert.deepEqual([look.kind, (look as { reason: string }).reason], ["blind", "The log folder '/log' is no folder"]);
});

Deno.test("look() goes on where another feed stopped, but not in another file of that name", async () => {
  const memory = memoryFiles({ "/log/events-2026-10.jsonl": event(0), [november]: event(1) + event(2).slice(0, 9) });
  await using first = feedOf(memory);
  assert.deepEqual(await rounds(first), [0, 1]);
  const after = first.places;
  add(memory, november, event(2).slice(9));
  add(memory, "/log/events-2026-12.jsonl", event(3));
  await using second = feedOf(memory, { after });
  assert.deepEqual(await rounds(second), [2, 3]);
  memory.remove(november);
  memory.writeAtomic(november, event(4) + event(5) + event(6));
  await using third = feedOf(memory, { after });
  assert.deepEqual(await rounds(third), [4, 5, 6, 3]);
});

Deno.test("look() ends when its signal has fired or the feed is closed", async () => {
  const feed = feedOf(memoryFiles({ [november]: event(1) }));
  assert.equal((await feed.look(AbortSignal.abort())).kind, "blind");
  await feed.close();
  assert.equal((await feed.look(never)).kind, "blind");
});

Deno.test("wake() returns on a change, and on the signal, long before its time", async () => {
  const folder = Deno.makeTempDirSync({ prefix: "agent-runner-test-" });
  const feed = new LocalFeed({ files: denoFiles(), lock: denoLock(), clock: Date, logDir: folder });
  try {
    const file = `${folder}/events-${isoTime(Date.now()).slice(0, 7)}.jsonl`;
    await seen(feed);
    for (let round = 1; round <= 3; round++) {
      Deno.writeTextFileSync(file, event(round, Date.now()), { append: true });
      const got: unknown[] = [];
      while (got.length === 0) {
        await feed.wake(600_000, never);
        got.push(...await rounds(feed));
      }
      assert.deepEqual(got, [round]);
    }
    await feed.wake(600_000, AbortSignal.abort());
  } finally {
    await feed.close();
    Deno.removeSync(folder, { recursive: true });
  }
});
