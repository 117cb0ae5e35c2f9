// Proves that the kind of a record is read from its bytes as JSON means it, and that fields of any type are tolerated.
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  arrayOf,
  countOf,
  epochOf,
  numberOf,
  objectOf,
  parseRecord,
  textOf,
  topLevelString,
} from "../../src/agents/record.ts";

function typeOf(line: string) {
  return topLevelString(new TextEncoder().encode(line), "type");
}

Deno.test("topLevelString() finds the field in any place and spacing", () => {
  for (
    const line of [
      '{"type":"result"}',
      '{"type" : "result" , "x":1}',
      '  {  "x" : [1,{"type":"no"},"]}"],\t"type":"result"}\r',
      '{"a":"\\"type\\":\\"no\\"","b":{"type":"no"},"c":-1.5e3,"d":null,"type":"result","e":{}}',
      '{"a\\"":"\\\\","type":"result","tail":"cut',
    ]
  ) assert.deepEqual(typeOf(line), { kind: "found", text: "result" }, line);
});

Deno.test("topLevelString() is not fooled by the same bytes elsewhere", () => {
  for (
    const line of [
      '{"text":"{\\"type\\":\\"result\\"}"}',
      '{"content":{"type":"result"}}',
      '{"content":[{"type":"result"}]}',
      '{"type":{"type":"result"}}',
      '{"type":["result"]}',
      '{"type":7}',
      '{"types":"result","ty":"result"}',
      `{"type":"${"x".repeat(100)}"}`,
      "{}",
    ]
  ) assert.equal(typeOf(line).kind, "absent", line);
});

Deno.test("topLevelString() calls malformed what is no record", () => {
  for (
    const line of ["", "{", "[]", '"type":"result"', "{type:1}", '{"type"}', '{"type":"res', '{"a":[1,2', '{"a":1 2}']
  ) {
    assert.equal(typeOf(line).kind, "malformed", line);
  }
});

Deno.test("topLevelString() agrees with JSON.parse() on any object", () => {
  const value = fc.dictionary(fc.constantFrom("type", "a", "ty pe", '"type"', "b\\"), fc.jsonValue());
  fc.assert(fc.property(value, fc.constantFrom(undefined, 1, "\t"), (object, indent) => {
    const line = JSON.stringify(object, null, indent).replaceAll("\n", " ");
    const label = typeOf(line);
    const want = object.type;
    // Escaped characters stay as they are spelled: no CLI names its records with them.
    if (typeof want === "string" && /^[ !#-[\]-~]{0,64}$/.test(want)) {
      assert.deepEqual(label, { kind: "found", text: want });
    } else if (typeof want !== "string") assert.equal(label.kind, "absent");
  }));
});

Deno.test("topLevelString() and parseRecord() never throw", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
    topLevelString(bytes, "type");
    parseRecord(bytes);
  }));
  const pieces = fc.constantFrom("{", "}", '"', "type", ":", ",", "\\", "[", "]", " ", "1", "result");
  fc.assert(fc.property(fc.array(pieces, { maxLength: 20 }), (parts) => {
    const line = new TextEncoder().encode(`{${parts.join("")}`);
    const label = topLevelString(line, "type");
    const parsed = parseRecord(line);
    if (parsed) assert.notEqual(label.kind, "malformed");
  }));
});

Deno.test("parseRecord() takes whole objects only", () => {
  const parse = (line: string) => parseRecord(new TextEncoder().encode(line));
  assert.deepEqual(parse('{"a":1}\r'), { a: 1 });
  for (const line of ["", "1", "null", "[]", '"x"', '{"a":1', "{} {}"]) assert.equal(parse(line), null, line);
  assert.equal(parse("[".repeat(200_000)), null);
});

Deno.test("fields of the wrong type become nothing", () => {
  assert.deepEqual([objectOf([]), objectOf(null), objectOf("x"), objectOf({ a: 1 })], [null, null, null, { a: 1 }]);
  assert.deepEqual([arrayOf({}), arrayOf([1])], [[], [1]]);
  assert.deepEqual([textOf(1), textOf(""), textOf("a")], [null, null, "a"]);
  assert.deepEqual([numberOf("1"), numberOf(NaN), numberOf(2)], [null, null, 2]);
  assert.deepEqual([countOf(-1), countOf("3"), countOf(2.4), countOf(Infinity)], [0, 0, 2, 0]);
});

Deno.test("epochOf() takes seconds and milliseconds, and nothing that is no time", () => {
  assert.equal(epochOf(1795247402), 1795247402);
  assert.equal(epochOf(1795247402000), 1795247402);
  assert.equal(epochOf(1795247402001), 1795247403);
  for (const value of [null, undefined, "1795247402", 0, -1, 60, 1e17, NaN, Infinity, {}]) {
    assert.equal(epochOf(value), null);
  }
});
