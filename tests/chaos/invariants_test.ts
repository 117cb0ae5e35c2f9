// Shows that each invariant of the chaos test sees the violation it is there for, and nothing where all is well.
import assert from "node:assert/strict";
import {
  abreastFaults,
  byteFaults,
  lineFaults,
  overlapFaults,
  processFaults,
  restFaults,
  roundFaults,
  stateFaults,
} from "./invariants.ts";
import type { RoundsSeen } from "./invariants.ts";
import type { Row } from "./processes.ts";

const idA = "1e8ced98-afd5-48f2-bf42-8f0612a5a642";
const idB = "87eb6140-6464-412c-b515-f34ac51e1e86";

function row(given: Partial<Row> = {}): Row {
  const flags = { isShim: false, isAgent: false, isHook: false, isHidden: false };
  return { pid: 7, ppid: 1, pgid: 7, command: "sleep 600", roundId: idA, ...flags, ...given };
}

Deno.test("byteFaults() names what was written and is nowhere", () => {
  const written = [{ token: "tok-0p-1-1-z", kind: "edit" }, { token: "tok-0p-1-2-z", kind: "staged" }];
  assert.deepEqual(byteFaults(written, new Set(["tok-0p-1-1-z", "tok-0p-1-2-z", "tok-0p-9-9-z"])), []);
  assert.deepEqual(byteFaults(written, new Set(["tok-0p-1-1-z"])), ["lost: tok-0p-1-2-z (staged)"]);
});

Deno.test("processFaults() names what carries the id of a round that is over", () => {
  const seen = { rows: [row()], owned: new Set([idA]), isOrphaned: false };
  assert.deepEqual(processFaults(seen), []);
  assert.deepEqual(processFaults({ ...seen, rows: [row({ roundId: null })], owned: new Set() }), []);
  const [fault, ...others] = processFaults({ ...seen, owned: new Set([idB]) });
  assert.match(fault!, /process 7 of round 1e8ced98.* lives on: sleep 600/);
  assert.deepEqual(others, []);
});

Deno.test("processFaults() leaves hooks alone only where their supervisor was killed", () => {
  const seen = { rows: [row({ isHook: true })], owned: new Set<string>() };
  assert.deepEqual(processFaults({ ...seen, isOrphaned: true }), []);
  assert.equal(processFaults({ ...seen, isOrphaned: false }).length, 1);
  assert.equal(processFaults({ rows: [row()], owned: new Set(), isOrphaned: true }).length, 1);
});

Deno.test("abreastFaults() and overlapFaults() see two agents at once", () => {
  const agents = [row({ isAgent: true }), row({ isAgent: true, pid: 8 })];
  assert.deepEqual(abreastFaults(agents), []);
  assert.equal(abreastFaults([...agents, row({ isAgent: true, roundId: idB })]).length, 1);
  assert.deepEqual(abreastFaults([...agents, row({ roundId: idB })]), []);
  assert.deepEqual(overlapFaults("", new Set()), []);
  assert.deepEqual(overlapFaults("3\n4\n", new Set([4])), ["round 3 met another agent or its leftovers"]);
});

Deno.test("lineFaults() sees what is no event, but for what was planted", () => {
  const good = '{"ts": "2026-11-21T10:20:30.123Z", "event": "round_start", "round_num": 1}';
  const seen = { lines: [good], planted: new Set<string>(), mayBeTorn: false };
  assert.deepEqual(lineFaults(seen), []);
  for (const line of [good.slice(0, 40), "", "17", '{"ts": "x"}', `${good}${good}`, "junk"]) {
    assert.equal(lineFaults({ ...seen, lines: [good, line] }).length, 1, line);
    assert.deepEqual(lineFaults({ ...seen, lines: [line], planted: new Set([line]) }), []);
  }
});

Deno.test("lineFaults() lets a full disk tear a line, but not swallow the next one", () => {
  const torn = '{"ts": "2026-11-21T10:20';
  const seen = { planted: new Set<string>(), mayBeTorn: true };
  assert.deepEqual(lineFaults({ ...seen, lines: [torn, "{"] }), []);
  assert.equal(lineFaults({ ...seen, lines: ["", "{x"] }).length, 2);
  assert.equal(lineFaults({ ...seen, lines: [`${torn}{"ts": "2026-11-21", "event": "round_end"}`] }).length, 1);
  assert.equal(lineFaults({ ...seen, lines: ["junk"] }).length, 1);
});

function eventsOf(...words: readonly string[]) {
  return words.map((word) => {
    const [event = "", number] = word.split(":");
    return { event, round_num: Number(number) };
  });
}

const whole = (number: number) =>
  ["round_start", "agent_spawn", "agent_exit", "round_verdict", "round_end"].map((kind) => `${kind}:${number}`);

function seen(words: readonly string[], given: Partial<RoundsSeen> = {}): RoundsSeen {
  return { events: eventsOf(...words), agentStarts: [], excused: new Set(), isOver: false, ...given };
}

Deno.test("roundFaults() finds nothing in rounds that are whole, nor in one that still runs", () => {
  assert.deepEqual(roundFaults(seen([...whole(1), ...whole(2)], { agentStarts: [1, 2], isOver: true })), []);
  assert.deepEqual(roundFaults(seen([...whole(1), "round_start:2"], { agentStarts: [1, 2] })), []);
  assert.deepEqual(roundFaults(seen([])), []);
});

Deno.test("roundFaults() sees an end that is missing, of a killed round and of the last one", () => {
  const open = whole(1).slice(0, 4);
  assert.deepEqual(roundFaults(seen([...open, ...whole(2)])), ["round 1 has no round_end"]);
  assert.deepEqual(roundFaults(seen(open, { isOver: true })), ["round 1 has no round_end"]);
  assert.deepEqual(roundFaults(seen(open)), []);
  assert.deepEqual(roundFaults(seen([...open, ...whole(2)], { excused: new Set([1]) })), []);
});

Deno.test("roundFaults() sees a second start, a second end and a second agent", () => {
  for (const kind of ["round_start", "agent_spawn", "agent_exit", "round_verdict", "round_end"]) {
    const faults = roundFaults(seen([...whole(1), `${kind}:1`], { isOver: true }));
    assert.ok(faults.includes(`round 1 has 2 x ${kind}`), `${kind}: ${faults}`);
  }
  assert.deepEqual(roundFaults(seen(whole(1), { agentStarts: [1, 1], isOver: true })), ["round 1 had two agents"]);
});

Deno.test("roundFaults() sees a number that goes back, and an agent in a round that is not on record", () => {
  assert.deepEqual(roundFaults(seen([...whole(2), ...whole(1)])), ["round 1 started after round 2"]);
  const faults = roundFaults(seen(whole(1), { agentStarts: [1, 2] }));
  assert.deepEqual(faults, ["an agent ran as round 2, which is not on record"]);
  assert.deepEqual(roundFaults(seen(whole(1), { agentStarts: [1, 2], excused: new Set([2]) })), []);
});

Deno.test("stateFaults() sees a file that is no JSON, but for what was planted and is still untouched", () => {
  const files = [{ name: "status.json", text: '{"round_num": 1}' }, { name: "loop.json", text: '{"a": [1, ' }];
  assert.deepEqual(stateFaults(files.slice(0, 1), new Map()), []);
  assert.equal(stateFaults(files, new Map()).length, 1);
  assert.match(stateFaults(files, new Map())[0]!, /^loop\.json is no JSON/);
  assert.deepEqual(stateFaults(files, new Map([["loop.json", '{"a": [1, ']])), []);
  assert.equal(stateFaults(files, new Map([["loop.json", "other"]])).length, 1);
});

Deno.test("restFaults() sees what says that somebody is still at work", () => {
  const names = ["status.json", "events-2026-11.jsonl", "agent-runner.lock"];
  const status = { round_num: 3, running: false };
  assert.deepEqual(restFaults({ names, status }), []);
  assert.deepEqual(restFaults({ names, status: null }), []);
  const left = [...names, "status.json.17-0.tmp", "serve.pid", "agent-runner.lock.holder"];
  assert.equal(restFaults({ names: left, status }).length, 3);
  assert.equal(restFaults({ names: left, status: null }).length, 3);
  assert.deepEqual(restFaults({ names, status: { ...status, running: true, current: {}, waiting: {} } }), [
    "status.json says that serve runs",
    "status.json still has 'current'",
    "status.json still has 'waiting'",
  ]);
});
