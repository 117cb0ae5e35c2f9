// The JSON Schema and the loader must agree on what a configuration may hold.
import assert from "node:assert/strict";
import { jsonSchema } from "../../src/config/json_schema.ts";
import { isRow, required, type Rows } from "../../src/config/row.ts";
import { phaseTable, SCHEMA_URL, tables } from "../../src/config/schema.ts";

type Json = { readonly [key: string]: Json } & Record<string, unknown>;

function at(...path: readonly string[]): Json {
  return path.reduce((schema, key) => (schema["properties"] as Json)[key] as Json, jsonSchema() as Json);
}

function rowsOf(rows: Rows, path: readonly string[] = []): [readonly string[], unknown][] {
  return Object.entries(rows).flatMap(([key, entry]): [readonly string[], unknown][] =>
    isRow(entry) ? [[[...path, key], entry.default]] : rowsOf(entry, [...path, key])
  );
}

Deno.test("jsonSchema() has every key with a description, and its default where it has one", () => {
  for (const [path, fallback] of rowsOf(tables)) {
    const schema = at(...path);
    assert.ok(typeof schema?.["description"] === "string", path.join("."));
    const hasDefault = fallback !== required && fallback !== null;
    assert.deepEqual(schema["default"], hasDefault ? fallback : undefined, path.join("."));
    assert.ok("type" in schema || "enum" in schema || "anyOf" in schema, path.join("."));
  }
});

Deno.test("jsonSchema() can be written as JSON", () => {
  assert.deepEqual(JSON.parse(JSON.stringify(jsonSchema())), jsonSchema());
  assert.equal(jsonSchema()["$id"], SCHEMA_URL);
});

Deno.test("jsonSchema() bounds whole numbers and lists choices", () => {
  assert.deepEqual(
    [at("runtime", "round_timeout_s")["type"], at("runtime", "round_timeout_s")["minimum"]],
    ["integer", 1],
  );
  assert.equal(at("monitor", "remote_failure_tolerance_s")["maximum"], 3600);
  assert.deepEqual(at("vcs", "dirty_action")["enum"], ["stash", "ignore", "auto_commit"]);
  assert.ok((at("agent", "reader")["enum"] as unknown as string[]).includes("claude"));
  assert.equal(at("agent", "command")["minItems"], 1);
  const percent = at("monitor", "host_health", "disk_warning_pct")["anyOf"] as unknown as Json[];
  assert.deepEqual(percent.map((kind) => [kind["minimum"], kind["maximum"]]), [[0, 100], [0, 100]]);
});

Deno.test("jsonSchema() refuses unknown keys except where others may write", () => {
  const schema = jsonSchema() as Json;
  assert.equal(schema["additionalProperties"], false);
  for (const table of ["agent", "runtime", "prompt", "vcs", "monitor"]) {
    assert.equal(at(table)["additionalProperties"], false, table);
  }
  assert.equal(at("plugins")["additionalProperties"], true);
  const phase = at("phases")["additionalProperties"] as Json;
  assert.deepEqual(Object.keys(phase["properties"] as Json), Object.keys(phaseTable));
  assert.equal(phase["additionalProperties"], false);
});

Deno.test("jsonSchema() asks for what the loader asks for, and knows older names", () => {
  assert.deepEqual(jsonSchema()["required"], ["agent", "runtime"]);
  assert.deepEqual(at("runtime")["required"], ["work_dir", "log_dir"]);
  assert.deepEqual(at("agent")["required"], ["command"]);
  assert.equal(at("runtime", "max_grace_after_result_s")["deprecated"], true);
  assert.equal(at("runtime", "rate_limit_action")["deprecated"], true);
});
