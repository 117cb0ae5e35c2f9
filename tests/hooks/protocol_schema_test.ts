// Guards the published schema: it covers every point, describes every field, and agrees with the checks.
import assert from "node:assert/strict";
import { hookPoints } from "../../src/core/hook.ts";
import { protocolSchema } from "../../src/hooks/protocol_schema.ts";

interface Json {
  readonly [key: string]: Json;
}

function definition(name: string): Json {
  return (protocolSchema() as unknown as Json)["definitions"]![name]!;
}

Deno.test("protocolSchema() has a request and an answer for each point, and can be written as JSON", () => {
  const schema = protocolSchema();
  assert.deepEqual(JSON.parse(JSON.stringify(schema)), schema);
  const names = hookPoints.flatMap((point) => [`request_${point}`, `answer_${point}`]);
  assert.deepEqual(Object.keys(schema.definitions as object), names);
});

Deno.test("protocolSchema() describes every field", () => {
  const walk = (schema: Json, path: string): string[] => {
    const inner = Object.entries(schema["properties"] ?? {}).flatMap(([key, value]) => [
      ...typeof value["description"] === "string" ? [] : [`${path}.${key}`],
      ...walk(value, `${path}.${key}`),
    ]);
    const others = [schema["items"], ...Object.values(schema["anyOf"] ?? {})].filter((found) => found !== undefined);
    return [...inner, ...others.flatMap((other) => walk(other, path))];
  };
  const bare = Object.keys(protocolSchema().definitions as object).flatMap((name) => walk(definition(name), name));
  assert.deepEqual(bare, []);
});

Deno.test("protocolSchema() says what is required, what is whole, and leaves room for fields to come", () => {
  assert.deepEqual(definition("answer_round_dirty")["required"], ["protocol", "outcome"]);
  assert.deepEqual(definition("answer_serve_start")["required"], ["protocol"]);
  const usage = definition("answer_round_after")["properties"]!["usage"]!["anyOf"]![0]!;
  assert.deepEqual(usage["required"], ["model", "input_tokens", "output_tokens"]);
  assert.deepEqual(usage["properties"]!["input_tokens"]!["type"], "integer");
  assert.ok(!JSON.stringify(protocolSchema()).includes('"additionalProperties":false'));
});
