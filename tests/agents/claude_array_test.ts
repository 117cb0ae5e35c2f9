// Proves that the array which Claude Code prints in its JSON mode is read like the same records a line each.
import assert from "node:assert/strict";
import fc from "fast-check";
import claude from "../../src/agents/claude.ts";
import { ArrayUnroller } from "../../src/agents/claude_array.ts";
import type { AgentReader } from "../../src/core/agent.ts";
import { exit0, exit1, failed, init, result } from "./claude_records.ts";
import { goldens } from "./golden.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const command = ["claude", "-p", "--output-format", "json", "--verbose"];

function unrolled(text: string, sizes: readonly number[] = [1e9]): string {
  const bytes = encoder.encode(text);
  const unroller = new ArrayUnroller();
  const parts: Uint8Array[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length]!;
    parts.push(unroller.push(bytes.slice(at, at + size)).slice());
    at += size;
  }
  return parts.map((part) => decoder.decode(part, { stream: true })).join("");
}

function read(text: string): AgentReader {
  const made = claude.createReader({ command });
  made.push(encoder.encode(text));
  return made;
}

Deno.test("push() puts every element on a line of its own", () => {
  const linesOf = (text: string) => unrolled(text).split("\n").map((line) => line.trim()).filter((line) => line !== "");
  assert.deepEqual(linesOf('[{"a":[1,{"b":"]},[{"}]},{"c":"\\\\"}]\n'), ['{"a":[1,{"b":"]},[{"}]}', '{"c":"\\\\"}']);
  assert.deepEqual(linesOf('warning\n [{"a":1} , {"b":2}]\nmore'), ["warning", '{"a":1}', '{"b":2}', "more"]);
  assert.deepEqual(linesOf('[{"a":\n1},\n{"b":2}\n]'), ['{"a": 1}', '{"b":2}']);
});

Deno.test("push() leaves other lines as they are", () => {
  for (const text of ["", "[", "[12:00] 429\n", "[]\n", '{"a":[{"b":1}]}\n', "x [{\n", "[\n[\n[x"]) {
    const [whole, single] = [unrolled(text), unrolled(text, [1])];
    assert.equal(whole.replace(/^\[$/, ""), text === "[" ? "" : text, text);
    assert.equal(single, whole, text);
  }
});

Deno.test("push() ends an array that was cut where something else is printed", () => {
  assert.equal(
    unrolled('[{"a":"cut\nerror: x\n{"b":1}\n').split("\n").slice(1).join("\n"),
    '{"a":"cut\nerror: x\n{"b":1}\n',
  );
  assert.ok(unrolled('[{"a":1}\nerror: x\n').endsWith("\nerror: x\n"));
});

Deno.test("push() finds the same however the bytes arrive", () => {
  const records = fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { minLength: 1, maxLength: 4 });
  const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });
  fc.assert(fc.property(records, sizes, (elements, cuts) => {
    const text = `${JSON.stringify(elements)}\n`;
    const lines = unrolled(text, cuts).split("\n").filter((line) => line !== "");
    assert.deepEqual(lines.map((line) => JSON.parse(line)), JSON.parse(text));
    assert.equal(unrolled(text), unrolled(text, cuts));
  }));
  fc.assert(fc.property(fc.array(fc.constantFrom(...'[]{},"\\\n ab'), { maxLength: 30 }), sizes, (parts, cuts) => {
    assert.equal(unrolled(parts.join(""), cuts), unrolled(parts.join("")));
  }));
});

for (const golden of goldens("claude-2.1.329")) {
  Deno.test(`the reader finds in the array of ${golden.name} what it finds in its lines`, () => {
    const lines = decoder.decode(golden.stdout).split("\n").filter((line) => line !== "");
    const array = read(`${decoder.decode(golden.stderr)}[${lines.join(",")}]\n`);
    const streamed = read(`${decoder.decode(golden.stderr)}${lines.join("\n")}\n`);
    if (lines.length > 0) assert.deepEqual(array.observe(), streamed.observe());
    assert.deepEqual(array.judge(golden.expected.ending), streamed.judge(golden.expected.ending));
  });
}

Deno.test("judge() reads the one object of the JSON mode, and nothing of a half one", () => {
  const plain = ["claude", "-p", "--output-format=json"];
  const judged = (text: string, ending = exit0) => {
    const made = claude.createReader({ command: plain });
    made.push(encoder.encode(text));
    return made.judge(ending).kind;
  };
  const whole = JSON.stringify(result);
  assert.equal(judged(whole), "ok");
  assert.equal(judged(JSON.stringify(failed({ api_error_status: 401 })), exit1), "auth");
  for (let at = 0; at < whole.length; at++) assert.notEqual(judged(whole.slice(0, at)), "ok");
  assert.equal(read(JSON.stringify([init, result]).slice(0, -3)).judge(exit0).kind, "no_result");
});
