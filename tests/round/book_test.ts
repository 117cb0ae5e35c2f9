// Guards the one owner of the round number: never reused, whatever the disk does.
import assert from "node:assert/strict";
import fc from "fast-check";
import type { RoundResult } from "../../src/core/round.ts";
import { highestNumberIn, RoundBook } from "../../src/round/book.ts";
import { planRound } from "../../src/round/plan.ts";
import { StatusFile } from "../../src/store/status.ts";
import type { Status } from "../../src/store/status.ts";
import { configOf, smallest, withLines } from "../config/sample.ts";
import { plainVerdict } from "../fakes/fake_reader.ts";
import { MemoryFiles } from "../fakes/memory_files.ts";
import { noChange } from "../fakes/round_change.ts";

const id = "00000000-0000-4000-8000-000000000001";
const facts = {
  startedAt: Date.parse("2026-11-21T10:00:00Z"),
  uptimeSeconds: 50,
  logName: "rounds/R1-x.log",
  agent: "fake",
  session: { kind: "fresh" },
} as const;

function open(inputs: { readonly status?: Status; readonly highest?: number; readonly files?: MemoryFiles } = {}) {
  const files = inputs.files ?? new MemoryFiles();
  const faults: string[] = [];
  const book = new RoundBook(new StatusFile("/log", files), {
    status: inputs.status ?? null,
    highest: inputs.highest ?? 0,
    onFault: (reason) => faults.push(reason),
  });
  return { files, faults, book, onDisk: () => new StatusFile("/log", files).read().status };
}

function planOf(number: number, toml = smallest) {
  return planRound({ config: configOf(toml), number, id, phase: null, inherited: {} });
}

function resultOf(number: number, changes: Partial<RoundResult> = {}): RoundResult {
  return {
    number,
    phase: null,
    ending: { kind: "exited", code: 0 },
    verdict: plainVerdict("ok"),
    usage: null,
    agentName: "fake",
    agentVersion: null,
    estimatedUsd: null,
    windows: [],
    nextAction: null,
    isSessionRefused: false,
    sessionId: null,
    dirtyFiles: [],
    change: noChange,
    unchangedRounds: 0,
    salvagedRef: null,
    startedAt: facts.startedAt,
    endedAt: facts.startedAt + 12_345,
    durationSeconds: 12.34567,
    leftoversEnded: 0,
    lastLines: "",
    ...changes,
  };
}

Deno.test("RoundBook tells at every step what runs", () => {
  const { book, onDisk } = open();
  assert.equal(book.status, null);
  assert.equal(book.nextNumber, 1);
  const toml = withLines({ phases: 'list = ["plan", "build"]' });
  book.claim(planOf(1, toml), facts);
  assert.deepEqual(onDisk(), {
    round_num: 1,
    running: true,
    schema: 2,
    current: {
      number: 1,
      id,
      phase: "plan",
      phase_index: 0,
      state: "claimed",
      pid: null,
      started_at: "2026-11-21T10:00:00.000Z",
      started_uptime_s: 50,
      log: "rounds/R1-x.log",
      fresh_eyes: false,
      agent: "fake",
    },
  });
  book.started(4711);
  assert.deepEqual([onDisk()?.current?.state, onDisk()?.current?.pid], ["running", 4711]);
  book.settling();
  assert.equal(onDisk()?.current?.state, "settling");
  book.completed(resultOf(1, { sessionId: "s-1", dirtyFiles: Array.from({ length: 30 }, (_, i) => `f${i}`) }));
  const completed = onDisk()!;
  assert.equal(completed.running, false);
  assert.equal(completed.current?.number, 1, "until its last event is written");
  book.close();
  assert.deepEqual(onDisk(), {
    round_num: 1,
    running: false,
    schema: 2,
    last_completed_at: "2026-11-21T10:00:12.345Z",
    last_exit_code: 0,
    last_duration_s: 12.346,
    current_phase: "plan",
    phase_index: 0,
    last_verdict: "ok",
    last_summary: "the round was ok",
    last_ending: "exited",
    agent: "fake",
    last_dirty_files: Array.from({ length: 20 }, (_, i) => `f${i}`),
    last_change: {
      round_num: 1,
      change: "none",
      head_before: noChange.headBefore,
      head_after: noChange.headAfter,
      commits: 0,
      files_changed: 0,
      insertions: 0,
      deletions: 0,
      reason: null,
      unchanged_rounds: 0,
    },
    session_id: "s-1",
  });
});

Deno.test("RoundBook keeps what came of the last round while the next one runs", () => {
  const { book, onDisk } = open();
  book.claim(planOf(1), facts);
  book.completed(resultOf(1));
  book.close();
  book.claim(planOf(2), facts);
  assert.equal(onDisk()?.last_verdict, "ok");
  assert.equal(onDisk()?.round_num, 2);
});

Deno.test("RoundBook forgets the dirty files and the session of an earlier round", () => {
  const { book, onDisk } = open();
  book.claim(planOf(1), facts);
  book.completed(resultOf(1, { dirtyFiles: ["a"], sessionId: "s" }));
  book.claim(planOf(2), facts);
  book.completed(resultOf(2));
  assert.equal(onDisk()?.last_dirty_files, undefined);
  assert.equal(onDisk()?.session_id, undefined);
});

Deno.test("RoundBook starts after every number anyone knows of", () => {
  const current = {
    number: 12,
    id,
    phase: null,
    phase_index: null,
    state: "running" as const,
    pid: 5,
    started_at: "2026-11-21T10:00:00Z",
    started_uptime_s: 1,
    log: "rounds/R12-x.log",
    fresh_eyes: false,
  };
  const status: Status = { round_num: 9, running: false, schema: 2 };
  assert.equal(open({ status }).book.nextNumber, 10);
  assert.equal(open({ status, highest: 11 }).book.nextNumber, 12);
  assert.equal(open({ status: { ...status, current }, highest: 11 }).book.nextNumber, 13);
});

Deno.test("RoundBook never gives a number twice, whatever is claimed, completed or cannot be written", () => {
  const steps = fc.array(fc.constantFrom("claim", "start", "complete", "close", "break", "mend", "wait"), {
    maxLength: 40,
  });
  fc.assert(fc.property(steps, fc.nat(1000), (names, highest) => {
    const { book, files } = open({ highest });
    const used = new Set<number>();
    let number = 0;
    for (const name of names) {
      if (name === "break") files.failWith("/log", "full");
      else if (name === "mend") files.failWith("/log", null);
      else if (name === "start") book.started(5);
      else if (name === "complete") book.completed(resultOf(number));
      else if (name === "close") book.close();
      else if (name === "wait") book.waiting({ until_epoch: 1, reason: "x" });
      else {
        number = book.nextNumber;
        assert.ok(number > highest && !used.has(number));
        used.add(number);
        book.claim(planOf(number), facts);
      }
    }
  }));
});

Deno.test("RoundBook goes on when status.json cannot be written, and tells why", () => {
  const { book, files, faults, onDisk } = open();
  files.failWith("/log", "full");
  book.claim(planOf(1), facts);
  book.started(5);
  assert.equal(book.status?.current?.pid, 5);
  assert.equal(book.nextNumber, 2);
  assert.equal(faults.length, 2);
  assert.match(faults[0]!, /^status\.json cannot be written: .*space/);
  files.failWith("/log", null);
  book.completed(resultOf(1));
  assert.equal(onDisk()?.last_verdict, "ok");
});

Deno.test("RoundBook makes the claim and the result survive a power cut", () => {
  const files = new MemoryFiles();
  const durable: boolean[] = [];
  const write = files.writeAtomic.bind(files);
  files.writeAtomic = (path, content, options) => {
    durable.push(options?.isDurable ?? false);
    write(path, content, options);
  };
  const { book } = open({ files });
  book.claim(planOf(1), facts);
  book.started(5);
  book.completed(resultOf(1));
  assert.deepEqual(durable, [true, false, true]);
});

Deno.test("RoundBook tells of a wait, and no longer when the next round begins", () => {
  const { book, files, onDisk } = open();
  book.waiting({ until_epoch: 5, reason: "a budget is used up before the first round" });
  assert.deepEqual([onDisk()?.round_num, onDisk()?.running, onDisk()?.waiting?.until_epoch], [0, false, 5]);
  book.claim(planOf(1), facts);
  book.completed(resultOf(1));
  book.close();
  const writes = { count: 0 };
  const write = files.writeAtomic.bind(files);
  files.writeAtomic = (...args) => {
    writes.count++;
    write(...args);
  };
  book.waiting(null);
  assert.equal(writes.count, 0, "nothing changed, so nothing is written");
  book.waiting({ until_epoch: 99, reason: "a limit" });
  assert.deepEqual(onDisk()?.waiting, { until_epoch: 99, reason: "a limit" });
  book.claim(planOf(2), facts);
  assert.equal(onDisk()?.waiting, undefined);
});

Deno.test("highestNumberIn() reads numbers from logs of rounds and their links, and from nothing else", () => {
  assert.equal(highestNumberIn({ rounds: [], logDir: [] }), 0);
  assert.equal(highestNumberIn({ rounds: ["R7-20261121T100000.log", "R12-x.exit"], logDir: ["round-9.log"] }), 12);
  assert.equal(highestNumberIn({ rounds: ["R7-x"], logDir: ["round-30.log", "round-current.log"] }), 30);
  const others = ["R-1-x", "Rx-1", "xR9-1", "R9", "round-99.log.gz", "events-2026-11.jsonl", "R1e9-x"];
  assert.equal(highestNumberIn({ rounds: others, logDir: others }), 0);
});

Deno.test("highestNumberIn() leaves room for the next number, whatever a file is called", () => {
  const rounds = ["R9007199254740991-x", "R99999999999999999999-x", "R5-x"];
  const highest = highestNumberIn({ rounds, logDir: [] });
  assert.ok(Number.isSafeInteger(highest + 1000));
  assert.equal(open({ highest }).book.nextNumber, highest + 1);
});

Deno.test("RoundBook keeps an agent's session while others work, and forgets it when that agent has a newer one", () => {
  const { book, onDisk } = open();
  book.completed(resultOf(1, { agentName: "claude", sessionId: "s-1", verdict: plainVerdict("limit") }));
  book.completed(resultOf(2, { agentName: "codex", sessionId: "t-1" }));
  book.completed(resultOf(3, { agentName: "codex", sessionId: "t-2" }));
  const { last_completed_at: _, ...kept } = onDisk()!.other_sessions!.claude!;
  assert.deepEqual(kept, { session_id: "s-1", last_verdict: "limit" });
  assert.deepEqual(Object.keys(onDisk()!.other_sessions!), ["claude"]);
  book.completed(resultOf(4, { agentName: "claude", sessionId: null }));
  assert.deepEqual(Object.keys(onDisk()!.other_sessions!), ["codex"]);
  assert.equal(onDisk()!.session_id, undefined);
});

Deno.test("RoundBook drops other sessions that are of a wrong type", () => {
  for (const other_sessions of [5, [], { claude: "s-1" }, { claude: { session_id: 7 } }, { claude: null }]) {
    const files = new MemoryFiles();
    files.writeAtomic("/log/status.json", JSON.stringify({ round_num: 1, running: false, other_sessions }));
    assert.equal(new StatusFile("/log", files).read().status?.other_sessions, undefined);
  }
});
