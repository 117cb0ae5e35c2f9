// Guards the line for people: its form, and that no value can move or colour a terminal.
import assert from "node:assert/strict";
import fc from "fast-check";
import { narrate } from "../../src/view/narrate.ts";

const ts = "2026-11-21T10:20:30.123Z";

Deno.test("narrate() shows time, kind and fields", () => {
  assert.equal(
    narrate({ ts, event: "agent_exit", round_num: 7, exit_code: 0, exit_cause: "clean" }),
    "[10:20:30.123] agent_exit           round=7 exit_code=0 exit_cause=clean",
  );
  assert.equal(
    narrate({ ts, event: "x", files: ["a", "b"], more: { k: null } }),
    '[10:20:30.123] x                    files=["a", "b"] more={"k": null}',
  );
  assert.equal(narrate({ ts, event: "round_end" }), "[10:20:30.123] round_end");
});

Deno.test("narrate() makes control characters visible and clips long values", () => {
  const line = narrate({ ts, event: "e\u001b[2J", "k\u0007": "a\nb\u001b[31m", long: "x".repeat(5000) });
  assert.ok(line.includes("e\\u001b[2J") && line.includes("k\\u0007=a\\nb\\u001b[31m"));
  assert.ok(line.length < 400 && line.endsWith("…"));
});

Deno.test("narrate() takes a ts that is no time", () => {
  assert.match(narrate({ ts: "yester\u001bday", event: "x" }), /^\[yester\\u001bday\] x/);
});

Deno.test("narrate() is one line without control characters for any event", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), fc.dictionary(fc.string(), fc.jsonValue()), (text, fields) => {
    const line = narrate({ ...fields, ts: text, event: text });
    // deno-lint-ignore no-control-regex -- control characters are what is looked for
    assert.doesNotMatch(line, /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
  }));
});
