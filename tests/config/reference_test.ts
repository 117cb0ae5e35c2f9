// What the docs show of the table of keys, and the example configuration that comes of it.
import assert from "node:assert/strict";
import { exampleConfig } from "../../src/config/example.ts";
import { configReference } from "../../src/config/reference.ts";
import { configOf, warningsOf } from "./sample.ts";

Deno.test("configReference() has one row a key, each with words for all its columns", () => {
  const rows = configReference();
  const names = rows.map((row) => `${row.table}.${row.key}`);
  assert.equal(new Set(names).size, names.length);
  for (const name of ["agent.command", "monitor.host_health.disk_warning_pct", "phases.<name>.prompt.files"]) {
    assert.ok(names.includes(name), name);
  }
  for (const row of rows) {
    assert.ok(row.type !== "" && row.default !== "" && row.doc !== "" && row.example !== "", row.key);
    assert.notEqual(row.example, "required", row.key);
    assert.notEqual(row.example, "unset", row.key);
  }
});

Deno.test("configReference() tells required from unset from a default", () => {
  const of = (table: string, key: string) =>
    configReference().find((row) => row.table === table && row.key === key)?.default;
  assert.equal(of("agent", "command"), "required");
  assert.equal(of("runtime", "max_rounds"), "unset");
  assert.equal(of("runtime", "round_timeout_s"), "1800");
  assert.equal(of("prompt", "concat_separator"), '"\\n\\n"');
});

Deno.test("exampleConfig() loads without a problem or a warning", () => {
  assert.equal(configOf(exampleConfig()).runtime.lingerSeconds, 30);
  assert.deepEqual(warningsOf(exampleConfig()), []);
});

Deno.test("exampleConfig() shows every key, each as a line that loads when its comment sign goes", () => {
  const text = exampleConfig();
  for (const row of configReference()) {
    if (/^(?:phases|hooks|notify)\./.test(row.table)) continue;
    const line = text.split("\n").find((line) => line.replace(/^# /, "").startsWith(`${row.key} = `));
    assert.ok(line !== undefined, row.key);
    const isOther = row.table === "prompt" && row.key === "files";
    if (line.startsWith("# ") && !isOther) configOf(text.replace(line, line.slice(2)));
  }
});

Deno.test("deploy/example-agent-runner.toml is what exampleConfig() writes", () => {
  const file = new URL("../../deploy/example-agent-runner.toml", import.meta.url);
  assert.equal(Deno.readTextFileSync(file), exampleConfig());
});
