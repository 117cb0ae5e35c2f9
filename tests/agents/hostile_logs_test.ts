// Proves that no output, however broken or large, makes a reader throw, grow or say what cannot be.
import assert from "node:assert/strict";
import fc from "fast-check";
import { type AgentReader, denialsKept, toolCallsKept } from "../../src/core/agent.ts";
import type { Ending } from "../../src/core/round.ts";
import { verdictKinds } from "../../src/core/verdict.ts";
import { cutInto, recordings, registered } from "./feeding.ts";
import { logOf } from "./golden.ts";
import { mutantsOf, oddValues, recordLines, shapesOf, withField, wrongValues } from "./mutation.ts";

const encoder = new TextEncoder();
const endings: readonly Ending[] = [
  { kind: "exited", code: 0 },
  { kind: "exited", code: 1 },
  { kind: "signalled", signal: "SIGTERM" },
  { kind: "timed_out", wall: "hard", code: 143 },
  { kind: "stopped", by: "supervisor", code: 143 },
];
const now = Date.parse("2026-11-21T06:00:00Z");
const cliOf = new Map(recordings.map(({ reader, cli }) => [reader, cli]));

/** Records of CLIs without recordings: what agents of this kind print. */
const commonRecords: readonly string[] = [
  '{"type":"system","subtype":"init","session_id":"s","model":"m","version":"1"}',
  '{"type":"assistant","message":{"role":"assistant","content":[{"type":"text","text":"x"},{"type":"tool_use","id":"t","name":"Bash","input":{"command":"ls"}}],"usage":{"input_tokens":1,"output_tokens":2}},"session_id":"s"}',
  '{"type":"tool_call","subtype":"started","call_id":"c","tool_call":{"shellToolCall":{"args":{"command":"ls"},"result":{"success":{"exitCode":0}}}},"session_id":"s"}',
  '{"type":"error","error":{"type":"rate_limit","message":"429","code":429,"retry_after":3},"message":"x","status":429}',
  '{"type":"result","subtype":"success","is_error":false,"duration_ms":1,"result":"ok","session_id":"s","usage":{"input_tokens":1},"permission_denials":[{"tool_name":"Bash"}]}',
];

function readerOf(name: string): AgentReader {
  return registered.get(name)!.createReader({ now: () => now, timeZone: "UTC" });
}

function recordsOf(name: string): readonly string[] {
  const cli = cliOf.get(name);
  return cli === undefined ? commonRecords : shapesOf(cli);
}

/** Asks everything a reader can be asked, and looks whether the answers can be. */
function assertSane(reader: AgentReader, what: string, asked = endings): void {
  const observed = reader.observe();
  assert.ok(observed.toolCalls.length <= toolCallsKept && observed.denials.length <= denialsKept, what);
  assert.ok(observed.windows.length <= 20 && observed.degraded.length <= 100, what);
  for (const text of [observed.sessionId, observed.model, observed.cliVersion]) {
    assert.ok(text === null || typeof text === "string" && text.length > 0 && text.length <= 256, `${what}: ${text}`);
  }
  for (const { name, target } of observed.toolCalls) {
    assert.ok(typeof name === "string" && name.length <= 100, what);
    assert.ok(target === null || typeof target === "string" && target.length <= 100, what);
  }
  for (const text of [...observed.denials, ...observed.degraded]) {
    assert.ok(typeof text === "string" && text.length <= 300, what);
  }
  for (const window of observed.windows) {
    assert.ok(typeof window.name === "string" && window.name.length <= 100, what);
    assert.ok(isEpochOrNull(window.resetsAt) && isAmountOrNull(window.utilization), what);
    assert.equal(typeof window.isRejected, "boolean", what);
  }
  const { usage, early } = observed;
  if (usage) {
    const { inputTokens, outputTokens, reasoningTokens, cachedTokens, cacheCreationTokens } = usage;
    const counts = [inputTokens, outputTokens, reasoningTokens, cachedTokens, cacheCreationTokens, usage.durationMs];
    for (const count of [...counts, usage.toolCallCount]) {
      assert.ok(Number.isFinite(count) && count >= 0, `${what}: ${JSON.stringify(usage)}`);
    }
    assert.ok(isAmountOrNull(usage.costUsd), `${what}: cost ${usage.costUsd}`);
    assert.ok(typeof usage.model === "string" && usage.model.length <= 256, what);
  }
  assert.ok(isAmountOrNull(observed.turns), `${what}: turns ${observed.turns}`);
  assert.ok(early === null || isAmountOrNull(early.waitSeconds) && early.why.length <= 500, what);
  for (const ending of asked) {
    const verdict = reader.judge(ending);
    assert.ok(verdictKinds.includes(verdict.kind), what);
    assert.ok(typeof verdict.summary === "string" && verdict.summary.length <= 300 && verdict.summary !== "", what);
    for (const { record, field, value } of verdict.evidence) {
      assert.ok(typeof record === "string" && typeof field === "string", what);
      assert.ok(typeof value === "string" && value.length <= 200, `${what}: ${value}`);
    }
    assert.ok(isEpochOrNull(verdict.resetsAt), `${what}: resets at ${verdict.resetsAt}`);
    assert.ok(isAmountOrNull(verdict.retryAfterSeconds), `${what}: retry after ${verdict.retryAfterSeconds}`);
    assert.equal(verdict.waitClass !== null, verdict.kind === "limit" || verdict.kind === "transient", what);
  }
  assert.ok(reader.lastLines().length <= 2000, what);
}

function isEpochOrNull(value: unknown): boolean {
  return value === null || Number.isInteger(value) && Number(value) > 1e9 && Number(value) < 1e10;
}

function isAmountOrNull(value: unknown): boolean {
  return value === null || typeof value === "number" && Number.isFinite(value) && value >= 0;
}

/** A text for messages: hostile lines are long. */
function headOf(line: string): string {
  return line.length > 600 ? `${line.slice(0, 300)} ... ${line.slice(-300)}` : line;
}

function feedOne(name: string, text: string): void {
  const reader = readerOf(name);
  reader.push(encoder.encode(text));
  assertSane(reader, `${name} read ${headOf(text)}`);
}

/** Feeds a line to a new reader and to one that lives on, as it may come first in a log and after all the others. */
function feedBoth(name: string, line: string | Uint8Array, longLived: AgentReader): void {
  const bytes = typeof line === "string" ? encoder.encode(`${line}\n`) : line;
  const what = `${name} read ${headOf(new TextDecoder().decode(bytes))}`;
  for (const [reader, asked] of [[readerOf(name), endings], [longLived, endings.slice(1, 2)]] as const) {
    const before = reader.observe().badLines;
    reader.push(bytes);
    assert.equal(reader.observe().badLines, before, `${what}: a whole record is no bad line`);
    assertSane(reader, what, asked);
  }
}

for (const name of registered.keys()) {
  const records = recordsOf(name);

  Deno.test(`the ${name} reader copes with every field being of a wrong type`, () => {
    const longLived = readerOf(name);
    for (const record of records) {
      for (const mutant of mutantsOf(record, wrongValues)) feedBoth(name, mutant, longLived);
    }
  });

  Deno.test(`the ${name} reader copes with odd numbers, texts and names`, () => {
    const longLived = readerOf(name);
    for (const record of records) {
      for (const mutant of mutantsOf(record, oddValues, 30)) feedBoth(name, mutant, longLived);
      for (const key of ["__proto__", "constructor", "toString", "then", "length"]) {
        feedBoth(name, withField(record, `"${key}":{"polluted":true}`), longLived);
        feedBoth(name, withField(record, `"${key}":null`), longLived);
      }
    }
    assert.equal(Reflect.get({}, "polluted"), undefined);
  });

  Deno.test(`the ${name} reader copes with deep JSON`, () => {
    const levels = 100_000;
    const deep = ["[".repeat(levels) + "]".repeat(levels), '{"a":'.repeat(levels) + "1" + "}".repeat(levels)];
    for (const [i, record] of records.slice(0, 10).entries()) {
      for (const mutant of mutantsOf(record, deep.slice(i % 2, i % 2 + 1), 4)) feedOne(name, `${mutant}\n`);
      feedOne(name, `${record.slice(0, -1)},"deep":${'{"a":['.repeat(levels)}`);
      feedOne(name, `${record.slice(0, -1)},"deep":${'{"a":['.repeat(levels)}\n`);
    }
  });

  Deno.test(`the ${name} reader copes with bytes that are no text`, () => {
    const longLived = readerOf(name);
    for (const record of records) {
      const bytes = encoder.encode(`${record}\n`);
      for (const bad of [0x00, 0x80, 0xc3, 0xff]) {
        // Bytes within strings: the record stays one.
        const inside = bytes.map((byte, i) =>
          byte === 0x20 && bytes[i - 1]! > 0x60 && bytes[i + 1]! > 0x60 ? bad : byte
        );
        if (bad !== 0) feedBoth(name, inside, longLived);
        const anywhere = readerOf(name);
        anywhere.push(bytes.map((byte, i) => i % 7 === 3 ? bad : byte));
        assertSane(anywhere, `${name} read bytes ${bad} for others`);
      }
    }
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 60 })), (chunks) => {
        const reader = readerOf(name);
        for (const chunk of chunks) reader.push(chunk);
        assertSane(reader, `${name} read any bytes`);
      }),
      { numRuns: 200 },
    );
  });

  Deno.test(`the ${name} reader keeps no more of 20,000 tool calls than it may`, () => {
    const reader = readerOf(name);
    for (const golden of recordings.filter((one) => one.reader === name && one.name === "tool")) {
      const lines = recordLines(golden).slice(0, -1).map((line) => line.length < 4000 ? line : "");
      const text = lines.join("\n");
      for (let i = 0; i < 20_000; i++) {
        reader.push(encoder.encode(`${text.replaceAll(/mock0001|item_\d+/g, (id) => `${id}_${i}`)}\n`));
        if (i % 1000 === 0) reader.observe();
      }
      const { toolCalls } = reader.observe();
      assert.ok(toolCalls.length > 0 && toolCalls.length <= toolCallsKept, `${toolCalls.length} tool calls`);
    }
    assertSane(reader, `${name} read 20,000 tool calls`);
  });

  Deno.test(`the ${name} reader copes with the recordings of all other CLIs`, () => {
    const reader = readerOf(name);
    for (const golden of recordings.filter((one, i) => one.stdout.length < 20_000 && i % 3 === 0)) {
      for (const chunk of cutInto(logOf(golden), [700])) reader.push(chunk);
      reader.push(encoder.encode("\n"));
      assertSane(reader, `${name} read ${golden.cli}/${golden.name}`);
    }
  });
}
