// Guards the form of lines that greps and the reference's readers rely on.
import assert from "node:assert/strict";
import fc from "fast-check";
import { spacedJson } from "../../src/core/spaced_json.ts";

Deno.test("spacedJson() puts a space after every colon and comma, and leaves texts alone", () => {
  const value = { a: 1, b: [true, null, 2.5], c: { d: "x,y:z", é: "日本" }, e: [], f: {} };
  assert.equal(
    spacedJson(value),
    '{"a": 1, "b": [true, null, 2.5], "c": {"d": "x,y:z", "é": "日本"}, "e": [], "f": {}}',
  );
});

Deno.test("spacedJson() says null for numbers that are not finite, and leaves out what JSON cannot say", () => {
  assert.equal(
    spacedJson({ a: NaN, b: -Infinity, c: undefined, d: () => 1, e: 10n }),
    '{"a": null, "b": null, "e": 10}',
  );
  assert.equal(spacedJson([undefined]), "[null]");
  assert.equal(spacedJson(undefined), "null");
});

Deno.test("spacedJson() ends a structure that contains itself", () => {
  const loop: Record<string, unknown> = {};
  loop.self = loop;
  assert.doesNotThrow(() => JSON.parse(spacedJson(loop)));
});

Deno.test("spacedJson() reads back as the value, on one line, for any JSON", () => {
  fc.assert(fc.property(fc.jsonValue({ noUnpairedSurrogate: false } as never), (value) => {
    const text = spacedJson(value);
    assert.ok(!text.includes("\n"));
    assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)));
  }));
});
