// Proves what every reader of one record a line owes its CLI's file: counts, unfinished records, lines of text, faults.
import assert from "node:assert/strict";
import fc from "fast-check";
import { cause } from "../../src/agents/cause.ts";
import { heardAfter } from "../../src/agents/lines.ts";
import { type JsonRecord, numberOf, textOf } from "../../src/agents/record.ts";
import { type StreamFormat, StreamReader } from "../../src/agents/stream_reader.ts";
import { blankState, noteToolCall, type StreamState } from "../../src/agents/stream_state.ts";
import type { Ending } from "../../src/core/round.ts";

const encoder = new TextEncoder();
const exit0: Ending = { kind: "exited", code: 0 };
const exit1: Ending = { kind: "exited", code: 1 };

interface SampleState extends StreamState {
  sum: number;
  heard: readonly string[];
}

let parses = 0;

function take(state: SampleState, record: JsonRecord): void {
  parses++;
  if (record.type === "fault") throw new Error("a fault of the CLI's file");
  state.sum += numberOf(record.add) ?? 0;
  state.turns = state.sum;
  state.sessionId = textOf(record.session) ?? state.sessionId;
  state.errorText = textOf(record.text)?.slice(0, 1000) ?? state.errorText;
  if (record.tool !== undefined) noteToolCall(state, record.tool, record.input);
  if (record.type === "end") state.terminal = cause("ok", "Done.");
}

function format(rest: Partial<StreamFormat<SampleState>> = {}): StreamFormat<SampleState> {
  return {
    name: "sample",
    title: "Sample",
    labelField: "type",
    labels: new Set(["add", "end", "fault"]),
    ignored: new Set(["noise"]),
    isExitTrusted: false,
    start: () => ({ ...blankState(), sum: 0, heard: [] }),
    take,
    hear: (lines) => lines.includes("bad flag") ? cause("config", "Refused.") : null,
    ...rest,
  };
}

function reader(text: string, rest: Partial<StreamFormat<SampleState>> = {}): StreamReader<SampleState> {
  const made = new StreamReader(format(rest));
  made.push(encoder.encode(text));
  return made;
}

/** Texts that `overhear` was given. */
function overheard(chunks: readonly string[], overhears?: readonly string[]): readonly string[] {
  const heard: string[] = [];
  const made = new StreamReader(format({
    overhear: (_, line) => void heard.push(line),
    ...overhears && { overhears },
  }));
  for (const chunk of chunks) made.push(encoder.encode(chunk));
  return heard;
}

Deno.test("observe() counts records, those of unknown kinds and those that cannot be read", () => {
  const made = reader(
    '{"type":"add"}\n{"type":"noise"}\n{"type":"new"}\n{"a":1}\n{"type":7}\n{broken\n{"type":"add",}\n',
  );
  const { recordsSeen, unknownRecords, badLines } = made.observe();
  assert.deepEqual([recordsSeen, unknownRecords, badLines], [5, 3, 2]);
});

Deno.test("observe() counts a record without its newline once, and takes it back when the line goes on", () => {
  const made = reader('{"type":"add","add":2}\n{"type":"add","add":3}');
  for (let i = 0; i < 3; i++) assert.equal(made.observe().turns, 5);
  assert.equal(made.observe().recordsSeen, 2);
  made.push(encoder.encode("  \r"));
  assert.equal(made.observe().turns, 5);
  made.push(encoder.encode("\n"));
  assert.deepEqual([made.observe().turns, made.observe().recordsSeen], [5, 2]);
  const cut = reader('{"type":"add","add":2}\n{"type":"end"}');
  assert.equal(cut.observe().hasTerminalRecord, true);
  cut.push(encoder.encode(" and more\n"));
  assert.deepEqual([cut.observe().hasTerminalRecord, cut.observe().badLines], [false, 1]);
});

Deno.test("observe() reads an unfinished record once, however often it is asked", () => {
  parses = 0;
  const texts = ['{"type":"add","add":1,"list":[', "{},".repeat(5000), "{}", "]", "}"];
  const made = reader("");
  for (const text of texts) {
    made.push(encoder.encode(text));
    made.observe();
  }
  assert.equal(parses, 1);
  assert.equal(made.observe().turns, 1);
});

Deno.test("judge() stays pure while a record is unfinished", () => {
  const made = reader('{"type":"add","tool":"Bash","input":{"command":"ls"}}');
  const first = made.observe();
  assert.deepEqual([made.judge(exit1), made.observe()], [made.judge(exit1), first]);
  assert.equal(first.toolCalls.length, 1);
});

Deno.test("push() outlives a fault of the CLI's file and counts the record as bad", () => {
  const made = reader('{"type":"add","add":1}\n{"type":"fault"}\n{"type":"add","add":1}\n{"type":"fault"}');
  assert.deepEqual([made.observe().turns, made.observe().badLines, made.observe().recordsSeen], [2, 1, 2]);
  assert.equal(made.judge(exit0).kind, "no_result");
});

Deno.test("judge() does not take lines of others for records of the CLI", () => {
  for (const text of ["", '{"level":"info"}\n', "{broken\n", "words\n", '{"type":"strange"}\n']) {
    assert.equal(reader(text).judge(exit1).kind, "error", text);
  }
  for (const text of ['{"type":"add"}\n', '{"type":"noise"}\n', '{"type":"add"}']) {
    assert.equal(reader(text).judge(exit1).kind, "no_result", text);
  }
  assert.equal(reader('{"level":"info"}\nbad flag\n').judge(exit1).kind, "config");
});

Deno.test("observe() gives no name that is longer than any real one, and no count that cannot be one", () => {
  const id = "s".repeat(256);
  assert.equal(reader(`{"type":"add","session":"${id}"}\n`).observe().sessionId, id);
  assert.equal(reader(`{"type":"add","session":"${id}s"}\n`).observe().sessionId, null);
  assert.equal(
    reader('{"type":"add","add":1e308}\n{"type":"add","add":1e308}\n').observe().turns,
    Number.MAX_SAFE_INTEGER,
  );
  assert.equal(reader('{"type":"add","add":-5}\n').observe().turns, 0);
});

Deno.test("overhear() is given every line that is no record when no words are named", () => {
  assert.deepEqual(overheard(['one\n{"type":"add"}\n\n  two  \r\nthr', "ee\n", "end"]), ["one", "two", "three"]);
});

Deno.test("overhear() is given lines with one of the words, and a few behind them", () => {
  const quiet = Array.from({ length: 50 }, (_, i) => `line ${i}`);
  const text = [...quiet, "Attempt 1 failed (a+b)", ...quiet].join("\n") + "\n";
  assert.deepEqual(overheard([text], ["Retrying", "Attempt "]), [
    "Attempt 1 failed (a+b)",
    ...quiet.slice(0, heardAfter),
  ]);
  assert.deepEqual(overheard([text], ["a+b)"])[0], "Attempt 1 failed (a+b)");
  assert.deepEqual(overheard([text], [".*", "attempt"]), []);
  // A word behind the head of a line is not looked for, however the line arrives.
  const long = `${"x".repeat(2046)}Attempt\n`;
  assert.deepEqual(overheard([long], ["Attempt"]), []);
  assert.deepEqual(overheard([long.slice(0, 100), long.slice(100)], ["Attempt"]), []);
});

Deno.test("overhear() is given the same lines however the bytes are split", () => {
  const line = fc.constantFrom(
    "Attempt 1",
    "é Attempt",
    "quiet",
    '{"type":"add","text":"Attempt"}',
    "",
    "日本 x",
    "xAttemp",
    "\r",
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 40 }), fc.array(fc.integer({ min: 1, max: 30 })), (lines, sizes) => {
      const bytes = encoder.encode(lines.join("\n") + "\n");
      const read = (step: (i: number) => number) => {
        const heard: string[] = [];
        const overhear = (_: SampleState, text: string) => void heard.push(text);
        const made = new StreamReader(format({ overhear, overhears: ["Attempt"] }));
        for (let at = 0, i = 0; at < bytes.length; i++) {
          made.push(bytes.slice(at, at + step(i)));
          at += step(i);
        }
        return heard;
      };
      assert.deepEqual(read((i) => sizes[i % (sizes.length || 1)] ?? 1), read(() => bytes.length));
    }),
  );
});

Deno.test("StreamReader counts records that cannot matter without reading them, and reads all others", () => {
  const rest: Partial<StreamFormat<SampleState>> = {
    mayMatter: (state, { label, text }) => label !== "add" || state.sum < 3 || text.includes("tool"),
  };
  const before = parses;
  const made = reader(
    '{"type":"add","add":3}\n{"type":"add","add":4}\n{"type":"add","add":4} \r\n{"type":"add","tool":"x"}\n{"type":"end"}\n',
    rest,
  );
  assert.equal(parses - before, 3);
  const seen = made.observe();
  assert.deepEqual([seen.turns, seen.recordsSeen, seen.badLines, seen.toolCalls.length], [3, 5, 0, 1]);
  assert.equal(made.judge(exit0).kind, "ok");
  assert.equal(
    reader('{"type":"add","add":3}\n{"type":"add","add":\n', rest).observe().badLines,
    1,
    "it is no whole one",
  );
});
