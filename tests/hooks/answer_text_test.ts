// Guards the reading of answers: whatever a hook prints, it is one object or a failure with a name.
import assert from "node:assert/strict";
import fc from "fast-check";
import { parseAnswer } from "../../src/hooks/answer_text.ts";

function parse(text: string) {
  return parseAnswer(new TextEncoder().encode(text));
}

function faultOf(text: string): [string, string] {
  const parsed = parse(text);
  assert.equal(parsed.kind, "bad", text);
  return parsed.kind === "bad" ? [parsed.fault, parsed.message] : ["", ""];
}

Deno.test("parseAnswer() takes one object of protocol 1, with white space around it", () => {
  assert.deepEqual(parse('\n {"protocol": 1, "a": [1, {"b": null}]}\n\n'), {
    kind: "ok",
    answer: { protocol: 1, a: [1, { b: null }] },
  });
  assert.equal(parse('{"protocol": 1, "error": null}').kind, "ok");
});

Deno.test("parseAnswer() tells nothing from babble, and quotes no more of it than is worth reading", () => {
  assert.equal(faultOf("")[0], "no_answer");
  assert.equal(faultOf(" \n\t")[0], "no_answer");
  const babble = ["hello", '{"protocol": 1} {}', "[1]", "null", "3", '"x"', '{"protocol": 1', 'note\n{"protocol":1}'];
  for (const text of babble) assert.equal(faultOf(text)[0], "no_json", text);
  assert.match(faultOf("hello world")[1], /: hello world$/);
  assert.ok(faultOf("x ".repeat(100_000))[1].length < 2100);
});

Deno.test("parseAnswer() refuses another version, and an answer without one", () => {
  for (const version of ["2", "0", '"1"', "null", "true", "[1]"]) {
    assert.equal(faultOf(`{"protocol": ${version}}`)[0], "wrong_version", version);
  }
  assert.deepEqual(faultOf("{}"), ["bad_field", "its answer lacks the field 'protocol'"]);
});

Deno.test("parseAnswer() passes on what the hook itself reports", () => {
  assert.deepEqual(faultOf('{"protocol": 1, "error": " no network \\n"}'), ["reported", "no network"]);
  assert.equal(faultOf('{"protocol": 1, "error": ""}')[0], "reported");
  assert.equal(faultOf('{"protocol": 1, "error": 3}')[0], "bad_field");
});

Deno.test("parseAnswer() refuses bytes that are no text, and nesting without an end", () => {
  assert.equal(parseAnswer(new Uint8Array([0x7b, 0xff, 0x7d])).kind, "bad");
  const deep = (levels: number) => `{"protocol":1,"a":${"[".repeat(levels)}${"]".repeat(levels)}}`;
  assert.equal(parse(deep(63)).kind, "ok");
  assert.match(faultOf(deep(64))[1], /deeper than 64/);
  assert.match(faultOf("[".repeat(500_000))[1], /deeper than 64/);
  assert.equal(parse(`{"protocol":1,"a":${JSON.stringify(`"${"[{".repeat(500)}\\`)}}`).kind, "ok");
});

Deno.test("parseAnswer() never throws, whatever the bytes", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
    assert.equal(parseAnswer(bytes).kind, "bad");
  }));
  fc.assert(fc.property(fc.json(), (text) => void parse(text)));
});
