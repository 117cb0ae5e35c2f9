// Guards that embedded files are found beside the source, and that nothing is made of what is absent.
import assert from "node:assert/strict";
import { assetsIn } from "../../../src/ports/deno/assets.ts";

const { asset, assets } = assetsIn(new URL("../../../", import.meta.url));

Deno.test("assetsIn() finds the presets", () => {
  const names = assets("presets");
  assert.ok(names.includes("claude.toml"));
  assert.deepEqual(names, [...names].sort());
  assert.match(asset("presets/claude.toml") ?? "", /command/);
});

Deno.test("assetsIn() gives nothing for what is absent", () => {
  assert.deepEqual(assets("no-such-folder"), []);
  assert.equal(asset("presets/no-such.toml"), null);
  assert.equal(asset("presets"), null);
});
