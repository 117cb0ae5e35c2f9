// Guards the way back to a running round whose status.json was lost.
import assert from "node:assert/strict";
import type { RecordedEvent } from "../../src/core/event_payload.ts";
import { rebuildCurrent } from "../../src/round/rebuild.ts";

const id = "00000000-0000-4000-8000-000000000004";
const ts = "2026-11-21T10:00:00.000Z";
const start: RecordedEvent = { ts, event: "round_start", round_num: 4, phase: "work", round_id: id };
const spawn: RecordedEvent = { ts, event: "agent_spawn", round_num: 4, timeout_s: 60, pid: 77 };
const earlier: RecordedEvent[] = [{ ...start, round_num: 3 }, { ts, event: "round_end", round_num: 3 }];

function rebuilt(events: readonly RecordedEvent[], rounds: readonly string[] = []) {
  return rebuildCurrent({ events, rounds, logDir: "/log", now: Date.parse(ts) + 90_000, uptimeSeconds: 1000 });
}

Deno.test("rebuildCurrent() finds the round that began last and has no end", () => {
  const names = [
    "R3-20261121T095000.log",
    "R4-20261121T095959.log",
    "R4-20261121T095959.exit",
    "R40-20261121T095959.log",
  ];
  assert.deepEqual(rebuilt([...earlier, start, spawn], names), {
    number: 4,
    id,
    phase: "work",
    phase_index: null,
    state: "running",
    pid: 77,
    started_at: ts,
    started_uptime_s: 910,
    log: "rounds/R4-20261121T095959.log",
    fresh_eyes: false,
  });
});

Deno.test("rebuildCurrent() names the log by the start when there is none, and knows no pid before the agent was started", () => {
  const current = rebuilt([start]);
  assert.deepEqual([current?.log, current?.pid], ["rounds/R4-20261121T100000.log", null]);
});

Deno.test("rebuildCurrent() finds nothing where the last round has its end on record", () => {
  assert.equal(rebuilt([...earlier, start, spawn, { ts, event: "round_end", round_num: 4 }]), null);
  assert.equal(rebuilt([]), null);
});

Deno.test("rebuildCurrent() finds nothing in a start that no round can be made of", () => {
  const broken: readonly Partial<Record<string, unknown>>[] = [
    { round_id: undefined },
    { round_id: 5 },
    { round_id: "../x" },
    { round_num: "4" },
    { round_num: -1 },
    { ts: "never" },
  ];
  for (const over of broken) {
    assert.equal(rebuilt([{ ...start, ...over } as RecordedEvent]), null, JSON.stringify(over));
  }
});

Deno.test("rebuildCurrent() keeps to what it can use when the clock was set back since", () => {
  const current = rebuilt([{ ...start, ts: "2027-01-01T00:00:00.000Z", phase: 5 }]);
  assert.deepEqual([current?.started_uptime_s, current?.phase], [1000, null]);
});
