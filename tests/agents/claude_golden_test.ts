// Proves that recorded runs of Claude Code are read as what they were, however their bytes arrive.
import assert from "node:assert/strict";
import fc from "fast-check";
import claude from "../../src/agents/claude.ts";
import type { AgentReader } from "../../src/core/agent.ts";
import { type Golden, goldens, logOf } from "./golden.ts";

const recorded = goldens("claude-2.1.329");
const encoder = new TextEncoder();

function read(chunks: Iterable<Uint8Array>): AgentReader {
  const reader = claude.createReader();
  for (const chunk of chunks) reader.push(chunk);
  return reader;
}

function summaryOf(reader: AgentReader, { expected }: Golden) {
  return { observed: reader.observe(), verdict: reader.judge(expected.ending), lastLines: reader.lastLines() };
}

function* cutAt(bytes: Uint8Array, sizes: readonly number[]) {
  let at = 0;
  for (let i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length]!;
    yield bytes.slice(at, at + size);
    at += size;
  }
}

Deno.test("the recordings cover what matters", () => {
  const kinds = new Set(recorded.flatMap(({ expected }) => expected.verdicts.slice(0, 1)));
  assert.ok(recorded.length >= 25);
  for (
    const kind of ["ok", "limit", "transient", "auth", "billing", "config", "context", "bounded", "hung", "no_result"]
  ) {
    assert.ok(kinds.has(kind), kind);
  }
});

for (const golden of recorded) {
  Deno.test(`claude reader reads ${golden.name} alike byte by byte and in any chunks`, () => {
    const whole = summaryOf(read([logOf(golden)]), golden);
    assert.deepEqual(summaryOf(read(cutAt(logOf(golden), [1])), golden), whole);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 8 }), (sizes) => {
        assert.deepEqual(summaryOf(read(cutAt(logOf(golden), sizes)), golden), whole);
      }),
      { numRuns: 20 },
    );
  });

  Deno.test(`claude reader reads ${golden.name} alike with CRLF, blank and foreign lines`, () => {
    const whole = summaryOf(read([logOf(golden)]), golden);
    const text = new TextDecoder().decode(logOf(golden));
    const mixed = summaryOf(
      read([
        encoder.encode(
          text.replaceAll("\n", '\r\n\n  \r\n[12:00] 429 rate limit, Error 401\r\n{"a":1}\r\n{broken\r\n'),
        ),
      ]),
      golden,
    );
    assert.equal(mixed.verdict.kind, whole.verdict.kind);
    assert.equal(mixed.verdict.resetsAt, whole.verdict.resetsAt);
    const { recordsSeen, unknownRecords, badLines, ...observed } = mixed.observed;
    const { recordsSeen: recordsBefore, unknownRecords: unknownBefore, badLines: badBefore, ...before } =
      whole.observed;
    assert.deepEqual(observed, before);
    assert.ok(text === "" || recordsSeen > recordsBefore && unknownRecords > unknownBefore && badLines > badBefore);
  });

  Deno.test(`claude reader never calls ${golden.name} ok when its output is cut`, () => {
    const output = logOf(golden);
    const lastByte = output.findLastIndex((byte) => byte === 0x7d);
    const reader = claude.createReader();
    for (let at = 0; at < lastByte; at++) {
      const kind = reader.judge({ kind: "exited", code: 0 }).kind;
      assert.notEqual(kind, "ok", `cut at byte ${at}`);
      assert.equal(reader.observe().hasTerminalRecord, false, `cut at byte ${at}`);
      reader.push(output.subarray(at, at + 1));
    }
  });
}
