// Guards the generated reference of the configuration: every key is there, with what a reader needs.
import assert from "node:assert/strict";
import { configTables, keyRow } from "../../scripts/gen/config_tables.ts";
import { configReference } from "../../src/config/reference.ts";

const row = {
  table: "runtime",
  key: "linger_s",
  type: "a whole number",
  default: "0",
  doc: "Time.",
  unit: "seconds",
  since: "new",
  example: "0",
  olderNames: ["old_s"],
} as const;

Deno.test("keyRow() tells unit, default, example and older names", () => {
  assert.deepEqual(keyRow(row), ["`linger_s`", "a whole number, in seconds", "`0`", "Time. Older name: `old_s`."]);
  assert.deepEqual(keyRow({ ...row, default: "required", example: "1", olderNames: [] }).slice(2), [
    "required",
    "Time. Example: `1`.",
  ]);
});

Deno.test("configTables() has a section for every table and a row for every key", () => {
  const text = configTables();
  for (const { table, key } of configReference()) {
    assert.ok(text.includes(`## \`[${table}]\``), table);
    assert.ok(text.includes(`| \`${key}\` |`), key);
  }
});
