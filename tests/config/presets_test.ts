// Finding, reading and filling in the ready-made configurations.
import assert from "node:assert/strict";
import { type Assets, listPresets, readPreset, renderPreset } from "../../src/config/presets.ts";
import { SCHEMA_URL } from "../../src/config/schema.ts";
import { OperatorError } from "../../src/core/errors.ts";
import { configOf, smallest } from "./sample.ts";

const assets: Assets = {
  asset: (path) => path === "presets/claude.toml" ? "text" : null,
  assets: (folder) => folder === "presets" ? ["codex.toml", "claude.toml", "README.md"] : [],
};

Deno.test("listPresets() gives sorted names without what is no preset", () => {
  assert.deepEqual(listPresets(assets), ["claude", "codex"]);
});

Deno.test("readPreset() suggests the nearest name and lists all when there is none", () => {
  assert.equal(readPreset("claude", assets), "text");
  for (const [name, fix] of [["clude", /Did you mean "claude"\?.*claude, codex/], ["../x", /claude, codex/]] as const) {
    assert.throws(
      () => readPreset(name, assets),
      (thrown) => thrown instanceof OperatorError && thrown.exitCode === 2 && fix.test(thrown.fix),
    );
  }
});

Deno.test("renderPreset() fills in the schema's address and the project's name everywhere", () => {
  const text = renderPreset('#:schema {schema}\na = "{project}/{project}"', { project: "shop" });
  assert.equal(text, `#:schema ${SCHEMA_URL}\na = "shop/shop"`);
});

Deno.test("renderPreset() writes valid TOML when the project's name is odd", () => {
  for (const project of ['a"b', "a\\b", "a\nb", "$&", "\u007f", "ü 🎉", "{schema}"]) {
    const text = smallest.replace('"logs"', '"/logs/{project}"').replace(/^/, "# {schema}\n");
    assert.equal(configOf(renderPreset(text, { project })).runtime.logDir, `/logs/${project}`);
  }
});
