// Holds the picture that is fed event by event: what it shows, that nothing it is fed breaks it, and that it stays small.
import assert from "node:assert/strict";
import fc from "fast-check";
import { eventKinds } from "../../src/core/event.ts";
import type { RecordedEvent } from "../../src/core/event_payload.ts";
import { isoTime } from "../../src/core/text.ts";
import { Sight } from "../../src/view/sight.ts";
import { Elapsed } from "../../src/view/sight_elapsed.ts";
import { roundsKept } from "../../src/view/sight_rounds.ts";

const start = Date.parse("2026-11-21T10:00:00Z");

function event(kind: string, fields: Readonly<Record<string, unknown>> = {}, at: number = start): RecordedEvent {
  return { ts: isoTime(at), event: kind, ...fields };
}

function sightOf(events: readonly RecordedEvent[], at: number = start): Sight {
  const sight = new Sight();
  for (const one of events) sight.take(one, at);
  return sight;
}

Deno.test("of() shows a round as its events tell of it", () => {
  const number = { round_num: 7 };
  const sight = sightOf([
    event("round_start", { ...number, phase: "build" }),
    event("agent_spawn", { ...number, timeout_s: 60, pid: 1 }),
    event("agent_exit", { ...number, exit_code: 3, duration_s: 4.5, timed_out: true, leftovers_ended: 2 }),
    event("round_verdict", { ...number, verdict: "hung", summary: "It hung.", needs_human: false, degraded: ["a"] }),
    event("agent_network_blip", { ...number, matched: "dns" }),
    event("orphan_stashed", { ...number, ref: "abc", reason: "dirty" }),
    event("anomaly_repetitive_tool", { ...number, tool_name: "Read", target: null, count: 4, window: 9 }),
    event("round_end", number, start + 9000),
  ]);
  sight.takeTail(7, "the end");
  assert.deepEqual(sight.of(start).rounds, [{
    number: 7,
    phase: "build",
    startedAt: start,
    timeoutSeconds: 60,
    exit: { code: 3, durationSeconds: 4.5, isTimedOut: true, leftoversEnded: 2 },
    verdict: { kind: "hung", summary: "It hung.", needsHuman: false, resetsAt: null, degraded: ["a"] },
    networkWords: "dns",
    isStashed: true,
    repetition: { tool: "Read", target: null, count: 4 },
    tail: "the end",
    endedAt: start + 9000,
  }]);
  assert.equal(sight.of(start).openRound, null);
  assert.deepEqual(sight.of(start).orphans, { streak: 1, lastRound: 7 });
});

Deno.test("of() is a picture of one moment: what comes later does not change it", () => {
  const sight = sightOf([event("round_start", { round_num: 1 })]);
  const before = sight.of(start);
  const copy = structuredClone(before);
  for (let i = 1; i < 300; i++) {
    for (const kind of Object.keys(eventKinds)) {
      sight.take(event(kind, { round_num: i, agent: "a", reset_at_epoch: 9e9 }), start);
    }
  }
  sight.takeTail(1, "x");
  sight.takeBlind({ at: start, reason: "x" });
  assert.deepEqual(before, copy);
});

Deno.test("take() keeps the newest rounds, also when their numbers go back", () => {
  const starts = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => event("round_start", { round_num: from + i }));
  const sight = sightOf([...starts(500, 800), ...starts(1, 11), event("round_start", { round_num: 799 })]);
  const { rounds, openRound } = sight.of(start);
  assert.equal(rounds.length, roundsKept);
  assert.deepEqual(rounds.slice(-3).map(({ number }) => number), [9, 10, 799]);
  assert.equal(openRound!.round.number, 799);
});

Deno.test("of() says how long the running round lasts, and how long nothing was written", () => {
  const sight = sightOf([event("serve_started", { version: "1.2.3" }), event("round_start", { round_num: 1 })]);
  const at = start + 90_000;
  sight.takeLook({ at, events: [], metrics: [], status: {}, isActive: true, roundLogBytes: 10 });
  assert.equal(sight.of(at + 1000).openRound!.ageSeconds, 91);
  assert.deepEqual(sight.of(at + 1000).supervisor, {
    isActive: true,
    life: "started",
    startedAt: start,
    version: "1.2.3",
    endReason: null,
    lastSign: "round_start",
    lastSignAt: start,
    quietSeconds: 91,
    goneSeconds: null,
  });
});

Deno.test("of() takes an event from the future for one of now", () => {
  const sight = sightOf([event("round_end", { round_num: 1 }, start + 1e12)]);
  assert.equal(sight.of(start).supervisor.lastSignAt, start);
  // A sample that comes later is a sign all the same.
  sight.takeMetrics({ ts: isoTime(start + 1000) }, start + 1000);
  assert.equal(sight.of(start + 1000).supervisor.lastSignAt, start + 1000);
});

Deno.test("of() knows a supervisor that left from one that goes on with another agent", () => {
  const life = (...kinds: readonly string[]) => sightOf(kinds.map((kind) => event(kind))).of(start).supervisor.life;
  const began = (kind: string) => ({ ...event(kind), round_num: 1 });
  assert.equal(life(), null);
  assert.equal(life("serve_started"), "started");
  assert.equal(life("serve_started", "serve_stopped"), "ended");
  assert.equal(life("serve_started", "crash_loop"), "ended");
  const relieved = [event("serve_started"), event("crash_loop"), began("round_start")];
  assert.equal(sightOf(relieved).of(start).supervisor.life, "started");
  const byHand = [event("serve_started"), event("serve_stopped"), began("round_start")];
  assert.equal(sightOf(byHand).of(start).supervisor.life, "ended");
});

Deno.test("of() forgets a limit when the agent works again, and a breaker when a round is ok", () => {
  const limited = (agent: string) =>
    event("transient_error_detected", { agent, reset_at_epoch: 4e9, classification: "x" });
  const sight = sightOf([limited("a"), limited("b"), limited("c")]);
  sight.take(event("agent_usage_recorded", { agent: "a", success: true }), start);
  sight.take(event("agent_usage_recorded", { agent: "b", success: false }), start);
  assert.deepEqual(sight.of(start).limits.map(({ agent }) => agent), ["b", "c"]);
  sight.take(event("crash_loop", { consecutive: 5, exit_code: 1, reason: "r" }), start);
  sight.take(event("round_verdict", { round_num: 1, verdict: "limit", summary: "" }), start);
  assert.equal(sight.of(start).breaker!.consecutive, 5);
  sight.take(event("round_verdict", { round_num: 2, verdict: "ok", summary: "" }), start);
  assert.equal(sight.of(start).breaker, null);
});

Deno.test("of() tells a clock that goes back once, whoever sees it first", () => {
  const sight = sightOf([event("round_start", { round_num: 1 }), event("agent_spawn", { round_num: 1, timeout_s: 9 })]);
  const look = { events: [], metrics: [], status: {}, isActive: true, roundLogBytes: null };
  sight.takeLook({ ...look, at: start });
  const back = start - 3_600_000;
  sight.takeLook({ ...look, at: back });
  sight.take(event("round_progress", { round_num: 1, wall_age_s: 60 }, back + 60_000), back + 60_000);
  sight.take(event("agent_exit", { round_num: 1, duration_s: 120 }, back + 120_000), back + 120_000);
  assert.deepEqual(sight.of(back).jumps, [{ at: back, seconds: -3600, round: 1 }]);
});

Deno.test("Elapsed counts looks, and not what a clock that is set or a machine that sleeps adds", () => {
  const elapsed = new Elapsed();
  assert.equal(elapsed.seconds(start), null);
  elapsed.pass(start);
  assert.equal(elapsed.seconds(start), null);
  elapsed.begin(start - 5000, start);
  assert.equal(elapsed.seconds(start + 1000), 6);
  elapsed.pass(start + 60_000);
  elapsed.pass(start - 1e9);
  assert.equal(elapsed.seconds(start - 1e9), 65);
  elapsed.pass(start + 1e9);
  assert.equal(elapsed.seconds(start + 1e9), 665);
  elapsed.begin(start + 5e9, start);
  assert.equal(elapsed.seconds(start), 0, "what is to come has lasted no time");
});

const hostileValue = fc.oneof(
  fc.anything({ withNullPrototype: true }),
  fc.constantFrom(NaN, Infinity, -1, 1e308, 2 ** 60, "__proto__", "constructor", "\u0000\u001b[2J", -0),
  fc.double(),
);
const fieldNames = [...new Set(Object.values(eventKinds).flatMap(({ fields }) => Object.keys(fields)))];
const hostileEvent = fc.record({
  ts: fc.oneof(fc.constantFrom(isoTime(start), "9999-12-31T23:59:59Z", "-271821-04-20", "x".repeat(100)), hostileValue),
  event: fc.oneof(fc.constantFrom(...Object.keys(eventKinds), "__proto__", "toString"), hostileValue),
  fields: fc.dictionary(fc.constantFrom(...fieldNames), fc.oneof(fc.integer({ min: -2, max: 9 }), hostileValue)),
});

Deno.test("take() takes events with anything in them, and of() stays a document", () => {
  fc.assert(
    fc.property(fc.array(hostileEvent, { maxLength: 60 }), hostileValue, (events, other) => {
      const sight = new Sight();
      for (const { ts, event: kind, fields } of events) {
        sight.take({ ...fields, ts, event: kind } as unknown as RecordedEvent, start);
        sight.takeMetrics({ ...fields, ts }, start);
      }
      sight.takeLook({
        at: start,
        events: [],
        metrics: [],
        status: { waiting: other, current: other },
        isActive: false,
        roundLogBytes: typeof other === "number" ? other : null,
      });
      const now = sight.of(start);
      const written = JSON.stringify(now);
      assert.deepEqual(JSON.parse(written), JSON.parse(JSON.stringify(structuredClone(now))));
      // Nothing that is no number, which JSON would write as null, gets into a figure.
      for (const round of now.rounds) assert.ok(Number.isSafeInteger(round.number));
      for (const { resetAt } of now.limits) isoTime(resetAt * 1000);
      for (const { seconds, at } of now.jumps) assert.ok(Number.isFinite(seconds) && Number.isFinite(at));
    }),
    { numRuns: 300 },
  );
});
