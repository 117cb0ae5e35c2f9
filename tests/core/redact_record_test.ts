// Proves that no text of a record keeps a secret, and that records of ours are left as they are.
import assert from "node:assert/strict";
import { eventKinds } from "../../src/core/event.ts";
import { redact } from "../../src/core/redact.ts";
import { secrecyOf } from "../../src/core/redact_names.ts";
import { redactedRecord } from "../../src/core/redact_record.ts";

Deno.test("redactedRecord() masks texts at any depth, and fields of a secret's name whole", () => {
  const record = {
    reason: "bad TOKEN=abc",
    list: ["x", "password: hunter2", 3, null],
    env: { API_TOKEN: "abc", PATH: "/bin", tokens: 12, password: null, secret: "" },
    count: 7,
  };
  assert.deepEqual(redactedRecord(record, redact), {
    reason: "bad TOKEN=<redacted>",
    list: ["x", "password: <redacted>", 3, null],
    env: { API_TOKEN: "<redacted>", PATH: "/bin", tokens: 12, password: null, secret: "" },
    count: 7,
  });
});

Deno.test("redactedRecord() returns a record without secrets as it is", () => {
  for (const record of [{ a: { b: ["c", 1] } }, [], "text", 3, null, undefined, { token: "<redacted>" }]) {
    assert.equal(redactedRecord(record, redact), record);
  }
});

Deno.test("redactedRecord() does not throw for what is endless or strange", () => {
  const endless: Record<string, unknown> = {};
  endless.self = endless;
  redactedRecord(endless, redact);
  const strange = redactedRecord(JSON.parse('{"__proto__":{"password":"abc"},"constructor":"x"}'), redact);
  assert.equal(JSON.stringify(strange), '{"__proto__":{"password":"<redacted>"},"constructor":"x"}');
  assert.equal(redactedRecord({ when: new Date(0) }, redact).when.getTime(), 0);
});

Deno.test("no field of an event has a name that would be masked for itself", () => {
  for (const [kind, { fields }] of Object.entries(eventKinds)) {
    for (const name of Object.keys(fields)) assert.ok(["none", "count"].includes(secrecyOf(name)), `${kind}.${name}`);
  }
});
