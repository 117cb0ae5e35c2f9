// Proves that an unfinished record is known to be whole at the very byte that ends it, and costs no more than its bytes.
import assert from "node:assert/strict";
import fc from "fast-check";
import { PendingRecord } from "../../src/agents/pending_record.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function wholeAfter(chunks: readonly string[]): readonly (string | null)[] {
  const pending = new PendingRecord(1e6);
  return chunks.map((chunk) => {
    pending.add(encoder.encode(chunk));
    const whole = pending.whole();
    return whole && decoder.decode(whole);
  });
}

Deno.test("PendingRecord.whole() is the object as soon as its last brace is there", () => {
  assert.deepEqual(wholeAfter(["{", '"a":"}"', ",", '"b":[{}', "]", "}", " \t\r", " "]), [
    null,
    null,
    null,
    null,
    null,
    '{"a":"}","b":[{}]}',
    '{"a":"}","b":[{}]}',
    '{"a":"}","b":[{}]}',
  ]);
  assert.deepEqual(wholeAfter(['{"a":"\\', '"}', '"}']), [null, null, '{"a":"\\"}"}']);
  assert.deepEqual(wholeAfter(["{}", "x", "}"]), ["{}", null, null]);
  assert.deepEqual(wholeAfter(["{} {}"]), [null]);
});

Deno.test("PendingRecord.whole() agrees with JSON.parse() at every byte", () => {
  fc.assert(fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
    const bytes = encoder.encode(JSON.stringify(value));
    const pending = new PendingRecord(1e6);
    for (let at = 0; at < bytes.length; at++) {
      assert.equal(pending.whole(), null);
      pending.add(bytes.subarray(at, at + 1));
    }
    assert.deepEqual(JSON.parse(decoder.decode(pending.whole()!)), JSON.parse(JSON.stringify(value)));
  }));
});

Deno.test("PendingRecord.whole() is the same view for the same object, and line() is it, too", () => {
  const pending = new PendingRecord(1e6);
  pending.add(encoder.encode('{"a":1}'));
  const view = pending.whole();
  assert.equal(pending.whole(), view);
  pending.add(encoder.encode(" \r"));
  assert.equal(pending.whole(), view);
  assert.equal(pending.line(), view);
  pending.add(encoder.encode("x"));
  assert.equal(pending.whole(), null);
  assert.equal(decoder.decode(pending.line()), '{"a":1} \rx');
  pending.clear();
  assert.equal(pending.bytes.length, 0);
  assert.equal(pending.whole(), null);
});

Deno.test("PendingRecord.add() refuses what is too long and keeps what it has", () => {
  const pending = new PendingRecord(10);
  assert.equal(pending.add(encoder.encode("{12345678")), true);
  assert.equal(pending.add(encoder.encode("9}")), false);
  assert.equal(decoder.decode(pending.bytes), "{12345678");
  assert.equal(pending.add(encoder.encode("}")), true);
  pending.clear();
  assert.equal(pending.add(new Uint8Array(10)), true);
  assert.equal(pending.add(new Uint8Array(1)), false);
});

Deno.test("PendingRecord.add() copies, and grows to several megabytes", () => {
  const pending = new PendingRecord(16e6);
  const chunk = encoder.encode("x".repeat(99_999));
  pending.add(encoder.encode('{"'));
  for (let i = 0; i < 120; i++) pending.add(chunk);
  chunk.fill(0);
  pending.add(encoder.encode('":1}'));
  assert.equal(decoder.decode(pending.whole()!), `{"${"x".repeat(120 * 99_999)}":1}`);
});
