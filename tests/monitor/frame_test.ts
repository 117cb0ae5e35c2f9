// Guards what goes over the wire: a look comes out as it went in, and hostile lines come to nothing.
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Look } from "../../src/monitor/feed.ts";
import { parseFrame, parsePlaces, spellHello, spellLook, spellPlaces } from "../../src/monitor/frame.ts";
import type { FarState } from "../../src/monitor/frame.ts";
import { parseEventLine } from "../../src/store/event_line.ts";

const places = {
  events: [{ name: "events-2026-11.jsonl", offset: 12, inode: 34 }],
  metrics: [{ name: "metrics-2026-11.jsonl", offset: 0, inode: 0 }],
};

function lookWith(lines: readonly string[], more: Partial<Look> = {}): Look {
  const events = lines.map((line) => ({ line, event: parseEventLine(line)! }));
  return { kind: "seen", at: 1000, events, metrics: [], status: {}, isActive: true, roundLogBytes: 7, ...more };
}

function framesOf(look: Look) {
  const lines = [...spellLook(look, places)];
  assert.ok(lines.every((line) => line.endsWith("\n") && line.indexOf("\n") === line.length - 1));
  return { lines, frames: lines.map((line) => parseFrame(line.trimEnd())) };
}

const event = '{"ts": "2026-11-21T10:00:00Z", "event": "round_end", "round_num": 1}';

Deno.test("parseFrame() gives back what spellLook() wrote", () => {
  const look = lookWith([event], { metrics: [{ disk_used_pct: 5 }], status: { round_num: 3 } });
  const state: FarState = {
    at: 1000,
    status: { round_num: 3 },
    isActive: true,
    roundLogBytes: 7,
    after: "events-2026-11.jsonl:12:34,metrics-2026-11.jsonl:0:0",
    tails: [],
  };
  assert.deepEqual(framesOf(look).frames, [
    { kind: "events", lines: look.events },
    { kind: "metrics", rows: [{ disk_used_pct: 5 }] },
    { kind: "state", look: state },
  ]);
  assert.deepEqual(parseFrame(spellHello("1.2.3").trimEnd()), { kind: "hello", protocol: 1, version: "1.2.3" });
});

Deno.test("spellLook() cuts a long look into lines that are short enough to be read, and keeps the order", () => {
  const filler = "\u4e16".repeat(900_000);
  const long = `{"ts": "2026-11-21T10:00:00Z", "event": "x", "text": "${filler}"}`;
  const tooLong = long.replace(filler, filler + filler);
  const look = lookWith([event, long, ...Array(5000).fill(event), tooLong, event]);
  const { lines, frames } = framesOf(look);
  assert.ok(lines.every((line) => new TextEncoder().encode(line).length < 4 * 1024 * 1024));
  assert.ok(lines.length > 3);
  const got = frames.flatMap((frame) => frame?.kind === "events" ? frame.lines : []).map(({ line }) => line);
  assert.equal(got.length, 5003);
  assert.equal(got[1], long);
});

Deno.test("parseFrame() takes the ends of rounds' output along with a state, bounded, masked and harmless", () => {
  const tails = [{ round: 3, text: "one\ntwo" }, { round: 4, text: "Error: connect ECONNREFUSED" }];
  const last = framesOf(lookWith([event], { tails })).frames.at(-1);
  assert.ok(last?.kind === "state");
  assert.deepEqual(last.look.tails, tails);
  const state = { feed: "state", at: 1, status: {}, is_active: true, round_log_bytes: null, after: "" };
  const tailsOf = (value: unknown) => {
    const frame = parseFrame(JSON.stringify({ ...state, tails: value }));
    assert.ok(frame?.kind === "state");
    return frame.look.tails;
  };
  for (const bad of [undefined, null, 7, {}, [null], [[]], [{ round: "1", text: "x" }], [{ round: 1 }]]) {
    assert.deepEqual(tailsOf(bad), [], JSON.stringify(bad));
  }
  const hostile = { round: 1, text: "\u009b2J\u202e api_key=sk-abcdefghijklmnopqrstuvwxyz012345\nx" };
  const [safe] = tailsOf([hostile]);
  assert.ok(!/[\u009b\u202e]|abcdefghij/.test(safe!.text) && safe!.text.endsWith("\nx"), safe!.text);
  const many = Array.from({ length: 5000 }, (_, round) => ({ round, text: "x".repeat(20_000) }));
  assert.deepEqual(tailsOf(many).map(({ text }) => text.length), Array(20).fill(8192));
});

Deno.test("parseFrame() masks secrets and spells what a terminal would obey", () => {
  const hostile = `{"ts": "t", "event": "x", "text": "\u009b2J\u202e api_key=sk-abcdefghijklmnopqrstuvwxyz012345"}`;
  const frame = parseFrame(JSON.stringify({ feed: "events", lines: [hostile] }));
  assert.ok(frame?.kind === "events");
  const { line, event } = frame.lines[0]!;
  assert.ok(!/[\u009b\u202e]|abcdefghij/.test(line), line);
  assert.deepEqual(JSON.parse(line), event);
  assert.ok(String(event.text).startsWith("\u009b2J\u202e"));
});

Deno.test("parseFrame() makes nothing of what is no frame", () => {
  const state = { feed: "state", at: 1, status: {}, is_active: true, round_log_bytes: null, after: "" };
  const deep = "[".repeat(100_000) + "]".repeat(100_000);
  const bad = [
    ...["", "null", "[]", "{}", "{", "\u0000", '"feed"', deep, '{"feed":"else"}', '{"feed":7}'],
    ...['{"feed":"hello"}', '{"feed":"hello","protocol":"1","version":"1"}', '{"feed":"events"}', '{"feed":"metrics"}'],
    ...['{"feed":"blind"}', '{"feed":"state"}'],
    ...[{ at: "1" }, { at: 1e300 }, { status: [] }, { is_active: 1 }].map((part) =>
      JSON.stringify({ ...state, ...part })
    ),
  ];
  for (const line of bad) assert.equal(parseFrame(line), null, line.slice(0, 80));
  assert.notEqual(parseFrame(JSON.stringify(state)), null);
});

Deno.test("parseFrame() drops events, rows and states that are deep, long or none", () => {
  const deep = `${'{"a":'.repeat(5000)}1${"}".repeat(5000)}`;
  const lines = [
    7,
    null,
    "text",
    "{}",
    `{"ts":"t","event":"e","a":${deep}}`,
    `{"ts":"t","event":"${"x".repeat(2 ** 20)}"}`,
  ];
  assert.deepEqual(parseFrame(JSON.stringify({ feed: "events", lines })), { kind: "events", lines: [] });
  assert.deepEqual(parseFrame(`{"feed":"metrics","rows":[1,null,[],${deep},{"a":1}]}`), {
    kind: "metrics",
    rows: [{ a: 1 }],
  });
  const state = parseFrame(
    `{"feed":"state","at":1,"is_active":false,"status":${deep},"after":"$(id)","round_log_bytes":-5}`,
  );
  assert.deepEqual(state, {
    kind: "state",
    look: { at: 1, status: {}, isActive: false, roundLogBytes: 0, after: "", tails: [] },
  });
});

Deno.test("parseFrame() never throws", () => {
  const words = ["hello", "events", "metrics", "state", "blind"].map((feed) => fc.record({ feed: fc.constant(feed) }));
  const frame = fc.tuple(fc.oneof(...words), fc.object()).map(([kind, fields]) =>
    JSON.stringify({ ...fields, ...kind })
  );
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json(), frame), (line) => void parseFrame(line)));
});

Deno.test("parsePlaces() takes what spellPlaces() wrote and nothing that a shell could take for more", () => {
  assert.deepEqual(parsePlaces(spellPlaces(places)), places);
  assert.deepEqual(parsePlaces(""), { events: [], metrics: [] });
  const one = "events-2026-11.jsonl:1:2";
  const bad = [
    "x",
    `${one},`,
    `${one};id`,
    `../${one}`,
    "events-2026-11.jsonl:-1:2",
    Array(5).fill(one).join(","),
    `${one}\n`,
  ];
  for (const word of bad) assert.equal(parsePlaces(word), null, word);
});
