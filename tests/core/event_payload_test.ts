// Guards the check of event payloads against the table of event kinds.
import assert from "node:assert/strict";
import fc from "fast-check";
import { eventKinds } from "../../src/core/event.ts";
import { isEventKind, payloadFault } from "../../src/core/event_payload.ts";

/** A payload that holds what a kind's row asks for. */
function sampleOf(kind: keyof typeof eventKinds): Record<string, unknown> {
  const samples: Record<string, unknown> = {
    int: 1,
    number: 1.5,
    string: "x",
    bool: true,
    strings: ["x"],
    objects: [{}],
    object: {},
  };
  return Object.fromEntries(
    Object.entries(eventKinds[kind].fields).map((
      [name, code],
    ) => [name, samples[code.replace(/\|null/, "").replace("?", "")]]),
  );
}

for (const kind of Object.keys(eventKinds) as (keyof typeof eventKinds)[]) {
  Deno.test(`payloadFault() passes a whole '${kind}' and names each field that is missing or wrong`, () => {
    const sample = sampleOf(kind);
    assert.equal(payloadFault(kind, sample), null);
    for (const [name, code] of Object.entries(eventKinds[kind].fields)) {
      const { [name]: _, ...rest } = sample;
      if (code.endsWith("?")) assert.equal(payloadFault(kind, rest), null);
      else assert.equal(payloadFault(kind, rest), `'${kind}' lacks '${name}'`);
      assert.match(payloadFault(kind, { ...sample, [name]: Symbol("wrong") }) ?? "", new RegExp(`'${kind}.${name}'`));
      const isNullable = code.includes("|null");
      assert.equal(payloadFault(kind, { ...sample, [name]: null }) === null, isNullable);
    }
  });
}

Deno.test("payloadFault() lets payloads grow", () => {
  assert.equal(payloadFault("round_end", { round_num: 1, later: "x" }), null);
});

Deno.test("payloadFault() tells numbers apart", () => {
  for (const bad of [1.5, NaN, Infinity, 2 ** 53, "1", 1n]) {
    assert.notEqual(payloadFault("round_end", { round_num: bad }), null, String(bad));
  }
  const progress = { round_num: 1, round_id: "x", state: "lost" };
  assert.equal(payloadFault("round_adopted", { ...progress, age_s: 0.5 }), null);
  assert.notEqual(payloadFault("round_adopted", { ...progress, age_s: NaN }), null);
});

Deno.test("payloadFault() tells lists and objects apart", () => {
  const dirty = { round_num: 1, files: ["a"] };
  assert.equal(payloadFault("dirty_detected", { ...dirty, files: [] }), null);
  for (const bad of [{}, "a", [1], [null]]) {
    assert.notEqual(payloadFault("dirty_detected", { ...dirty, files: bad }), null);
  }
});

Deno.test("isEventKind() is not fooled by what every object has", () => {
  assert.ok(isEventKind("round_start"));
  for (const name of ["toString", "__proto__", "constructor", "", "Round_start"]) assert.ok(!isEventKind(name));
  assert.equal(payloadFault("toString", {}), "unknown event kind 'toString'");
});

Deno.test("payloadFault() never throws", () => {
  const kind = fc.oneof(fc.constantFrom(...Object.keys(eventKinds)), fc.string());
  fc.assert(fc.property(kind, fc.dictionary(fc.string(), fc.anything()), (name, payload) => {
    const fault = payloadFault(name, payload);
    assert.ok(fault === null || typeof fault === "string");
  }));
});

Deno.test("eventKinds names kinds and fields in snake_case and says when each is written", () => {
  for (const [kind, row] of Object.entries(eventKinds)) {
    assert.match(kind, /^[a-z]+(_[a-z0-9]+)*$/);
    assert.ok(row.when.length > 5);
    for (const name of Object.keys(row.fields)) {
      assert.match(name, /^[a-z0-9]+(_[a-z0-9]+)*$/);
      assert.ok(name !== "ts" && name !== "event");
    }
  }
});
