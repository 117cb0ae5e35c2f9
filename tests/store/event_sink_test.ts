// Guards the writing side of the record: its form, and that no disk can stop a round.
import assert from "node:assert/strict";
import { openEventSink } from "../../src/store/event_sink.ts";
import { memoryFiles } from "../fakes/memory_files.ts";
import { clockAt, files, inFolder } from "./log_folder.ts";

const path = "/log/events-2026-11.jsonl";

function sinkOn(initial: Readonly<Record<string, string>> = {}) {
  const memory = memoryFiles(initial);
  const clock = clockAt("2026-11-21T10:20:30.123Z");
  const sink = openEventSink({ files: memory, clock, logDir: "/log" });
  return { memory, clock, sink, text: () => memory.readText(path) ?? "" };
}

function kindsIn(text: string): string[] {
  return text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line).event);
}

Deno.test("emit() writes ts, event, then the payload in its order, with spaces", () => {
  const { sink, text } = sinkOn();
  sink.emit("round_start", { round_num: 7, phase: "revue é" });
  assert.equal(
    text(),
    '{"ts": "2026-11-21T10:20:30.123Z", "event": "round_start", "round_num": 7, "phase": "revue é"}\n',
  );
  assert.equal(sink.fault(), null);
});

Deno.test("emit() writes private files in the log folder", async () => {
  await inFolder((folder) => {
    const sink = openEventSink({ files, clock: clockAt("2026-11-21T10:00:00Z"), logDir: `${folder}/logs` });
    sink.emit("round_end", { round_num: 1 });
    const file = `${folder}/logs/events-2026-11.jsonl`;
    assert.equal(Deno.statSync(file).mode! & 0o777, 0o600);
  });
});

Deno.test("emit() changes the file with the UTC month", () => {
  const { sink, clock, memory } = sinkOn();
  clock.at = Date.parse("2026-11-30T23:59:59.999Z");
  sink.emit("round_end", { round_num: 1 });
  clock.at = Date.parse("2026-12-01T00:00:00.000Z");
  sink.emit("round_end", { round_num: 2 });
  assert.deepEqual(memory.paths(), ["/log/events-2026-11.jsonl", "/log/events-2026-12.jsonl"]);
});

Deno.test("emit() heals a torn last line", () => {
  const { sink, text } = sinkOn({ [path]: '{"ts": "2026' });
  sink.emit("round_end", { round_num: 1 });
  assert.equal(text().split("\n")[0], '{"ts": "2026');
  assert.equal(JSON.parse(text().split("\n")[1]!).event, "round_end");
});

Deno.test("emit() drops a field of a wrong type, writes the rest, and says so", () => {
  const { sink, text } = sinkOn();
  sink.emit("round_start", { round_num: "7", phase: null } as never);
  const event = JSON.parse(text());
  assert.equal("round_num" in event, false);
  assert.equal(event.phase, null);
  assert.match(sink.fault() ?? "", /round_num/);
});

Deno.test("emit() never throws, whatever the payload", () => {
  const { sink } = sinkOn();
  const hostile = new Proxy({}, {
    ownKeys() {
      throw new Error("no");
    },
  });
  for (const payload of [hostile, null, undefined, 5, { round_num: { toString: null } }]) {
    assert.doesNotThrow(() => sink.emit("round_end", payload as never));
  }
  assert.doesNotThrow(() => sink.emit("no_such_kind" as never, {} as never));
  assert.notEqual(sink.fault(), null);
});

Deno.test("emit() does not let a payload replace ts or event", () => {
  const { sink, text } = sinkOn();
  sink.emit("round_end", { round_num: 1, ts: "x", event: "y" } as never);
  assert.deepEqual(JSON.parse(text()), { ts: "2026-11-21T10:20:30.123Z", event: "round_end", round_num: 1 });
});

Deno.test("emit() clips long texts so that a line stays under 1 MiB", () => {
  const { sink, text } = sinkOn();
  sink.emit("status_recovered", { reason: "é日".repeat(1_000_000) });
  assert.ok(new TextEncoder().encode(text()).length <= 1024 * 1024);
  assert.match(JSON.parse(text()).reason, /^é日é日.*…$/);
  sink.emit("dirty_detected", { round_num: 1, files: Array.from({ length: 200_000 }, (_, i) => `folder/file-${i}`) });
  const second = text().split("\n")[1]!;
  assert.ok(second.length <= 1024 * 1024);
  assert.equal(JSON.parse(second).round_num, 1);
});

Deno.test("emit() keeps events while the disk is full, and reports when it is over", () => {
  const { sink, memory, text } = sinkOn();
  sink.emit("round_end", { round_num: 1 });
  memory.roomBytes = 20;
  sink.emit("round_end", { round_num: 2 });
  assert.match(sink.fault() ?? "", /full/);
  sink.emit("round_end", { round_num: 3 });
  assert.equal(sink.flush(), false);
  memory.roomBytes = null;
  assert.equal(sink.flush(), true);
  assert.equal(sink.fault(), null);
  const lines = text().split("\n").filter((line) => line !== "");
  assert.equal(lines.length, 5, "four whole lines and the torn one");
  const events = lines.flatMap((line) => {
    try {
      return [JSON.parse(line)];
    } catch {
      return [];
    }
  });
  assert.deepEqual(events.map((event) => event.round_num), [1, 2, 3, undefined]);
  assert.deepEqual(events.at(-1), {
    ts: "2026-11-21T10:20:30.123Z",
    event: "write_failed",
    path,
    reason: "full: Only a part of the line could be written",
    events_delayed: 2,
    events_lost: 0,
  });
});

for (const kind of ["read_only", "denied", "other"] as const) {
  Deno.test(`emit() tries again with the next event when the folder is '${kind}'`, () => {
    const { sink, memory, text } = sinkOn();
    memory.failWith("/log", kind);
    sink.emit("round_end", { round_num: 1 });
    assert.match(sink.fault() ?? "", new RegExp(kind));
    memory.failWith("/log", null);
    sink.emit("round_end", { round_num: 2 });
    assert.deepEqual(kindsIn(text()), ["round_end", "round_end", "write_failed"]);
    assert.equal(JSON.parse(text().split("\n")[2]!).events_delayed, 1);
  });
}

Deno.test("emit() keeps the newest 1000 events and counts the lost ones", () => {
  const { sink, memory, text } = sinkOn();
  memory.failWith("/log", "full");
  for (let round = 1; round <= 1500; round++) sink.emit("round_end", { round_num: round });
  memory.failWith("/log", null);
  assert.equal(sink.flush(), true);
  const lines = text().trimEnd().split("\n").map((line) => JSON.parse(line));
  assert.equal(lines.length, 1001);
  assert.equal(lines[0].round_num, 501);
  assert.equal(lines.at(-1).events_delayed, 1000);
  assert.equal(lines.at(-1).events_lost, 500);
});

Deno.test("emit() bounds what it keeps by size as well", () => {
  const { sink, memory, text } = sinkOn();
  memory.failWith("/log", "full");
  for (let i = 0; i < 50; i++) sink.emit("status_recovered", { reason: "x".repeat(900_000) });
  memory.failWith("/log", null);
  sink.flush();
  assert.ok(text().length < 6 * 1024 * 1024);
  assert.ok(JSON.parse(text().trimEnd().split("\n").at(-1)!).events_lost >= 44);
});

Deno.test("flush() reports an outage once, even when the report itself fails at first", () => {
  const { sink, memory, text } = sinkOn();
  memory.failWith("/log", "full");
  sink.emit("round_end", { round_num: 1 });
  memory.failWith("/log", null);
  memory.roomBytes = 80;
  assert.equal(sink.flush(), false);
  memory.roomBytes = null;
  assert.equal(sink.flush(), true);
  assert.equal(sink.flush(), true);
  assert.equal(text().split("\n").filter((line) => line.includes('"events_delayed"')).length, 1);
});

Deno.test("emit() tells once that events cannot be written, and again when it happens again", () => {
  const memory = memoryFiles();
  const told: string[] = [];
  const clock = clockAt("2026-11-21T10:20:30.123Z");
  const sink = openEventSink({ files: memory, clock, logDir: "/log", onFault: (reason) => told.push(reason) });
  for (let outage = 1; outage <= 2; outage++) {
    memory.failWith("/log", "full");
    for (let i = 0; i < 3; i++) sink.emit("round_end", { round_num: i });
    assert.equal(told.length, outage);
    memory.failWith("/log", null);
    sink.emit("round_end", { round_num: 9 });
  }
  assert.ok(told.every((reason) => reason.includes(path) && reason.includes("full")), told.join("\n"));
});

Deno.test("emit() makes the log folder again when it vanished", async () => {
  await inFolder((folder) => {
    const logDir = `${folder}/logs`;
    const sink = openEventSink({ files, clock: clockAt("2026-11-21T10:00:00Z"), logDir });
    sink.emit("round_end", { round_num: 1 });
    Deno.removeSync(logDir, { recursive: true });
    sink.emit("round_end", { round_num: 2 });
    assert.equal(JSON.parse(Deno.readTextFileSync(`${logDir}/events-2026-11.jsonl`)).round_num, 2);
  });
});
