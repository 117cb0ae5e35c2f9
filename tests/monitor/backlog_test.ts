// Guards what waits between a connection and a look: whole looks only, bounded, and nothing twice.
import assert from "node:assert/strict";
import { Backlog } from "../../src/monitor/backlog.ts";
import type { RoundTail } from "../../src/monitor/feed.ts";
import type { Frame } from "../../src/monitor/frame.ts";
import { parseEventLine } from "../../src/store/event_line.ts";

function events(...rounds: number[]): Frame {
  const lines = rounds.map((round) => `{"ts":"2026-11-21T10:00:00Z","event":"e","round_num":${round}}`);
  return { kind: "events", lines: lines.map((line) => ({ line, event: parseEventLine(line)! })) };
}

function state(after = "", at = 1000, tails: readonly RoundTail[] = []): Frame {
  return { kind: "state", look: { at, status: {}, isActive: true, roundLogBytes: null, after, tails } };
}

function taken(backlog: Backlog, now = 0): unknown[] {
  return backlog.take(now)!.events.map(({ event }) => event.round_num);
}

const small = { length: 10, now: 0 };

Deno.test("take() gives whole looks, each event once, and where to go on", () => {
  const backlog = new Backlog();
  assert.equal(backlog.take(0), null);
  backlog.add(events(1, 2), small);
  assert.equal(backlog.take(0), null);
  backlog.add(state("a"), small);
  backlog.add(events(3), small);
  assert.deepEqual(taken(backlog), [1, 2]);
  assert.deepEqual(taken(backlog), []);
  backlog.add(state("b"), small);
  assert.equal(backlog.after, "b");
  assert.deepEqual(taken(backlog), [3]);
  assert.deepEqual(backlog.newest.map(({ event }) => event.round_num), [1, 2, 3]);
});

Deno.test("dropUnsealed() forgets the part of a look whose end did not come", () => {
  const backlog = new Backlog();
  backlog.add(events(1), small);
  backlog.add(state("a"), small);
  backlog.add(events(2), small);
  backlog.dropUnsealed();
  backlog.add(events(2, 3), small);
  backlog.add(state("b"), small);
  assert.deepEqual(taken(backlog), [1, 2, 3]);
});

Deno.test("take() lets the far clock go on between two words", () => {
  const backlog = new Backlog();
  backlog.add(state("a", 5000), { length: 1, now: 100 });
  assert.equal(backlog.take(350)!.at, 5250);
});

Deno.test("take() lets the far clock stand still when nothing is heard for longer than is usual", () => {
  const backlog = new Backlog();
  backlog.add(state("a", 1000), { length: 1, now: 0, longestPauseMs: 5000 });
  assert.deepEqual([4000, 5000, 60_000].map((now) => backlog.take(now)!.at), [5000, 6000, 6000]);
  backlog.add(state("b", 62_000), { length: 1, now: 61_000, longestPauseMs: 5000 });
  assert.equal(backlog.take(61_500)!.at, 62_500);
});

Deno.test("take() hands out the tails of all looks since, once, and a bounded number of them", () => {
  const backlog = new Backlog();
  const tail = (round: number) => ({ round, text: `t${round}` });
  backlog.add(state("a", 0, [tail(1), tail(2)]), small);
  backlog.add(state("b", 0, [tail(3)]), small);
  assert.deepEqual(backlog.take(0)!.tails, [tail(1), tail(2), tail(3)]);
  assert.deepEqual(backlog.take(0)!.tails, []);
  for (let i = 0; i < 500; i++) backlog.add(state("c", 0, [tail(i)]), small);
  const kept = backlog.take(0)!.tails!;
  assert.deepEqual([kept.length, kept.at(-1)], [20, tail(499)]);
});

Deno.test("room() waits while much is not looked at, and add() refuses a look without an end", async () => {
  const backlog = new Backlog();
  const never = new AbortController().signal;
  await backlog.room(never);
  backlog.add(events(1), { length: 9 * 1024 * 1024, now: 0 });
  backlog.add(state(), small);
  let hasRoom = false;
  const waiting = backlog.room(never).then(() => hasRoom = true);
  for (let i = 0; i < 20; i++) await Promise.resolve();
  assert.equal(hasRoom, false);
  taken(backlog);
  await waiting;
  for (let mebibytes = 1; mebibytes <= 32; mebibytes++) {
    assert.equal(backlog.add(events(), { length: 1024 * 1024, now: 0 }), true, String(mebibytes));
  }
  assert.equal(backlog.add(events(), { length: 1024 * 1024, now: 0 }), false);
});

Deno.test("room() ends with its signal", async () => {
  const backlog = new Backlog();
  backlog.add(events(1), { length: 9 * 1024 * 1024, now: 0 });
  backlog.add(state(), small);
  const end = new AbortController();
  const waiting = backlog.room(end.signal);
  end.abort();
  await waiting;
});
