// Guards reading: the right events in the right order, from the end, whatever stands between them.
import assert from "node:assert/strict";
import fc from "fast-check";
import type { EventLine, EventQuery } from "../../src/ports/records.ts";
import { openEventSource } from "../../src/store/event_source.ts";
import type { Files } from "../../src/ports/files.ts";
import { memoryFiles } from "../fakes/memory_files.ts";
import { eventLineOf, files, inFolder, writeLines } from "./log_folder.ts";

const everything: EventQuery = { kinds: null, limit: null };

function sourceOn(months: Readonly<Record<string, readonly string[]>>) {
  const initial = Object.entries(months).map(([month, lines]) => [
    `/log/events-${month}.jsonl`,
    lines.map((line) => `${line}\n`).join(""),
  ]);
  return openEventSource({ files: memoryFiles(Object.fromEntries(initial)), logDir: "/log" });
}

function rounds(found: Iterable<EventLine>): unknown[] {
  return [...found].map(({ event }) => event.round_num);
}

Deno.test("query() gives the newest of a kind, oldest first, unchanged", () => {
  const lines = [1, 2, 3].flatMap((n) => [
    eventLineOf("round_start", { round_num: n }),
    `{"event": "round_end",  "ts": "2026-11-21T10:00:00.000Z", "round_num": ${n}}`,
  ]);
  const found = sourceOn({ "2026-11": lines }).query({ kinds: ["round_end"], limit: 2 });
  assert.deepEqual(found.lines.map(({ line }) => line), [lines[3], lines[5]]);
  assert.equal(found.badLines, 0);
});

Deno.test("query() goes back over months until it has enough", () => {
  const source = sourceOn({
    "2026-09": [eventLineOf("round_end", { round_num: 1 })],
    "2026-10": [eventLineOf("round_end", { round_num: 2 }), eventLineOf("round_end", { round_num: 3 })],
    "2026-11": [eventLineOf("round_end", { round_num: 4 })],
  });
  assert.deepEqual(rounds(source.query({ kinds: ["round_end"], limit: 3 }).lines), [2, 3, 4]);
  assert.deepEqual(rounds(source.query(everything).lines), [1, 2, 3, 4]);
  assert.deepEqual(rounds(source.scan(everything).lines), [1, 2, 3, 4]);
});

Deno.test("query() takes kinds written without spaces too", () => {
  const source = sourceOn({ "2026-11": ['{"ts":"2026-11-21T10:00:00Z","event":"round_end","round_num":9}'] });
  assert.deepEqual(rounds(source.query({ kinds: ["round_end"], limit: 1 }).lines), [9]);
  assert.deepEqual(rounds(source.query({ kinds: null, round: 9, limit: 1 }).lines), [9]);
});

Deno.test("query() and scan() count what is no event, and go on", async () => {
  await inFolder((folder) => {
    const good = (n: number) => `${eventLineOf("round_end", { round_num: n })}\n`;
    const parts = [
      good(1),
      'null\n5\n[1]\n"text"\n',
      '{"event": "round_end"}\n{"ts": "2026-11-21T10:00:00Z"}\n{"ts": 5, "event": "round_end"}\n',
      good(2),
      `\0\0\0${good(3)}`,
      '{"ts": "2026-11-21T10:00:0{"ts": "2026-11-21T10:00:01Z", "event": "round_end"}\n',
      "\n   \n",
      good(4),
    ];
    const bytes = [...new TextEncoder().encode(parts.join("")), 0x7b, 0xff, 0xfe, 10];
    Deno.writeFileSync(`${folder}/events-2026-11.jsonl`, new Uint8Array(bytes));
    const source = openEventSource({ files, logDir: folder });
    const found = source.query(everything);
    assert.deepEqual(rounds(found.lines), [1, 2, 4]);
    assert.equal(found.badLines, 4 + 3 + 1 + 1 + 1);
    const scan = source.scan(everything);
    assert.deepEqual(rounds(scan.lines), [1, 2, 4]);
    assert.equal(scan.badLines(), 10);
  });
});

Deno.test("query() takes a whole last line without its newline, and ignores half of one", () => {
  const whole = eventLineOf("round_end", { round_num: 2 });
  for (const [end, wanted] of [[whole, [1, 2]], [whole.slice(0, -4), [1]]] as const) {
    const memory = memoryFiles({
      "/log/events-2026-11.jsonl": `${eventLineOf("round_end", { round_num: 1 })}\n${end}`,
    });
    const found = openEventSource({ files: memory, logDir: "/log" }).query(everything);
    assert.deepEqual(rounds(found.lines), wanted);
    assert.equal(found.badLines, 0);
  }
});

Deno.test("query() and scan() keep to since and until", () => {
  const source = sourceOn({
    "2026-11": [0, 60, 120, 180].map((at, i) => eventLineOf("round_end", { round_num: i }, at)),
  });
  const start = Date.parse("2026-11-21T10:00:00Z");
  const wanted = { ...everything, since: start + 60_000, until: start + 120_000 };
  assert.deepEqual(rounds(source.query(wanted).lines), [1, 2]);
  assert.deepEqual(rounds(source.scan(wanted).lines), [1, 2]);
});

Deno.test("query() finds events that stand a little out of order", () => {
  const order = [0, 500, 300, 700, 650];
  const source = sourceOn({ "2026-11": order.map((at) => eventLineOf("round_end", { round_num: at }, at)) });
  const since = Date.parse("2026-11-21T10:00:00Z") + 300_000;
  assert.deepEqual(rounds(source.query({ ...everything, since }).lines), [500, 300, 700, 650]);
});

Deno.test("query() and scan() give all events of one round", () => {
  const lines = Array.from(
    { length: 30 },
    (_, i) => eventLineOf("round_progress", { round_num: 1 + Math.floor(i / 2) }, i),
  );
  const source = sourceOn({ "2026-10": lines.slice(0, 3), "2026-11": lines.slice(3) });
  for (const round of [1, 2, 10]) {
    assert.deepEqual(rounds(source.query({ ...everything, round }).lines), [round, round]);
    assert.deepEqual(rounds(source.scan({ ...everything, round }).lines), [round, round]);
  }
});

Deno.test("query() and scan() give the events of rounds in a phase, also those that do not name it", () => {
  const lines = [
    eventLineOf("round_substrate_before", { round_num: 1 }),
    eventLineOf("round_start", { round_num: 1, phase: "plan" }),
    eventLineOf("agent_exit", { round_num: 1 }),
    eventLineOf("round_substrate_before", { round_num: 2 }),
    eventLineOf("round_start", { round_num: 2, phase: "build" }),
    eventLineOf("agent_exit", { round_num: 2 }),
    eventLineOf("serve_stopped", {}),
    eventLineOf("round_start", { round_num: 3, phase: null }),
    eventLineOf("agent_exit", { round_num: 3 }),
  ];
  const source = sourceOn({ "2026-11": lines });
  const wanted = { ...everything, phase: "build" };
  assert.deepEqual(source.query(wanted).lines.map(({ line }) => line), lines.slice(3, 6));
  assert.deepEqual([...source.scan(wanted).lines].map(({ line }) => line), lines.slice(3, 6));
  const exits = { kinds: ["agent_exit"], limit: 5, phase: "plan" };
  assert.deepEqual(rounds(source.query(exits).lines), [1]);
  assert.deepEqual(rounds(source.scan(exits).lines), [1]);
});

Deno.test("query() reads no more than maxBytes", () => {
  const lines = Array.from({ length: 1000 }, (_, i) => eventLineOf("round_end", { round_num: i }));
  const found = sourceOn({ "2026-11": lines }).query({ ...everything, maxBytes: 10_000 });
  assert.ok(found.lines.length > 50 && found.lines.length < 200, String(found.lines.length));
  assert.equal(found.lines.at(-1)!.event.round_num, 999);
});

Deno.test("query() reads the end of a large file only", async () => {
  await inFolder((folder) => {
    const lines = Array.from({ length: 100_000 }, (_, i) => eventLineOf("round_end", { round_num: i }, i));
    writeLines(`${folder}/events-2026-11.jsonl`, lines);
    let bytesRead = 0;
    const counting: Files = {
      ...files,
      openReader(path) {
        const reader = files.openReader(path)!;
        return { ...reader, readAt: (offset, into) => (bytesRead += into.length, reader.readAt(offset, into)) };
      },
    };
    const source = openEventSource({ files: counting, logDir: folder });
    assert.equal(source.query({ kinds: ["round_end"], limit: 10 }).lines.length, 10);
    assert.ok(bytesRead <= 256 * 1024, `${bytesRead} bytes`);
    bytesRead = 0;
    const since = Date.parse("2026-11-21T10:00:00Z") + 99_500_000;
    assert.equal([...source.scan({ ...everything, since }).lines].length, 500);
    assert.ok(bytesRead <= 1_000_000, `${bytesRead} bytes`);
  });
});

Deno.test("query() is empty without a log folder, and passes over what is no file of events", () => {
  assert.deepEqual(sourceOn({}).query(everything), { lines: [], badLines: 0 });
  const memory = memoryFiles({ "/log/events-2026-11.jsonl/inner": "x", "/log/events-2026-13.jsonl": "bad\n" });
  assert.deepEqual(openEventSource({ files: memory, logDir: "/log" }).query(everything), { lines: [], badLines: 0 });
});

Deno.test("query() with limit 0 gives nothing", () => {
  assert.deepEqual(sourceOn({ "2026-11": [eventLineOf("round_end")] }).query({ kinds: null, limit: 0 }).lines, []);
});

Deno.test("query() and scan() find every event between any bytes, in their order, and agree", () => {
  const junk = fc.uint8Array({ maxLength: 300 }).map((bytes) => bytes.map((byte) => byte === 10 ? 11 : byte));
  fc.assert(fc.property(fc.array(fc.option(junk, { nil: null }), { maxLength: 30 }), (records) => {
    const encoder = new TextEncoder();
    const pieces = records.map((piece, n) => piece ?? encoder.encode(eventLineOf("round_end", { round_num: n })));
    const text = new Uint8Array(pieces.flatMap((piece) => [...piece, 10]));
    const folder = memoryFiles();
    folder.writeAtomic("/log/events-2026-11.jsonl", text);
    const source = openEventSource({ files: folder, logDir: "/log" });
    const wanted = records.flatMap((piece, n) => piece === null ? [n] : []);
    const found = source.query(everything);
    assert.deepEqual(rounds(found.lines), wanted);
    const scanned = source.scan(everything);
    assert.deepEqual(rounds(scanned.lines), wanted);
    assert.equal(scanned.badLines(), found.badLines);
    assert.deepEqual(rounds(source.query({ kinds: ["round_end"], limit: 2 }).lines), wanted.slice(-2));
  }));
});
