// Holds the trace context to the form of the W3C, whatever an environment says.
import assert from "node:assert/strict";
import { readTraceparent, spellTraceparent, traceIdsOf } from "../../src/core/trace_context.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const spanId = "b7ad6b7169203331";

Deno.test("readTraceparent() reads what it spells", () => {
  for (const isSampled of [true, false]) {
    const context = { traceId, spanId, isSampled };
    assert.deepEqual(readTraceparent(spellTraceparent(context)), context);
  }
});

Deno.test("readTraceparent() reads a later version with more in it", () => {
  assert.deepEqual(readTraceparent(`01-${traceId}-${spanId}-03-more`), { traceId, spanId, isSampled: true });
});

Deno.test("readTraceparent() takes nothing that is no trace context", () => {
  const zero = "0".repeat(32);
  const bad = [
    undefined,
    "",
    "nonsense",
    `00-${traceId}-${spanId}`,
    `00-${traceId.toUpperCase()}-${spanId}-01`,
    `ff-${traceId}-${spanId}-01`,
    `00-${traceId}-${spanId}-01-more`,
    `00-${zero}-${spanId}-01`,
    `00-${traceId}-${zero.slice(16)}-01`,
    `00-${traceId}-${spanId}-01\u0000`,
  ];
  for (const text of bad) assert.equal(readTraceparent(text), null, String(text));
});

Deno.test("traceIdsOf() gives a round the same ids in each life", () => {
  const id = "6F1C2A44-9d0e-4b1f-8a2b-0123456789ab";
  assert.deepEqual(traceIdsOf(id), { traceId: "6f1c2a449d0e4b1f8a2b0123456789ab", spanId: "8a2b0123456789ab" });
  assert.deepEqual(traceIdsOf(id), traceIdsOf(id));
});

Deno.test("traceIdsOf() makes up ids where a status file holds no UUID", () => {
  for (const id of ["", "../x", "00000000-0000-0000-0000-000000000000"]) {
    const ids = traceIdsOf(id);
    assert.match(ids.traceId, /^(?!0+$)[0-9a-f]{32}$/);
    assert.match(ids.spanId, /^(?!0+$)[0-9a-f]{16}$/);
    assert.notEqual(ids.traceId, traceIdsOf(id).traceId);
  }
});
