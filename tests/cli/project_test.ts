// Guards that a verb gets the prices it wants with its configuration, and pays for them only then.
import assert from "node:assert/strict";
import { loadProject, openConfig } from "../../src/cli/project.ts";
import { sampleFile, withLines } from "../config/sample.ts";
import { memoryFiles } from "../fakes/memory_files.ts";
import { stage } from "./stage.ts";

const args = { configPath: "agent-runner.toml" };
const table = "[a]\nas_of = 2026-10-24\n[a.models]\none = { input = 1, output = 2 }\n";

function worldWith(prices: string) {
  const files = memoryFiles({ [sampleFile]: withLines({}) });
  return stage({ files, workDir: "/home/me/shop", presets: { "presets/prices.toml": prices } }).world;
}

Deno.test("openConfig() has the built-in prices unless the verb wants none", () => {
  const world = worldWith(table);
  assert.deepEqual(Object.keys(openConfig(args, world).prices), ["one"]);
  assert.deepEqual(openConfig({ ...args, withPrices: false }, world).prices, {});
});

Deno.test("loadProject() names the table when its prices are no prices", () => {
  const loaded = loadProject(args, worldWith("nonsense"));
  assert.equal(loaded.kind, "broken");
  assert.match(loaded.kind === "broken" ? loaded.problems[0]!.found : "", /presets\/prices\.toml:1/);
  assert.equal(loadProject({ ...args, withPrices: false }, worldWith("nonsense")).kind, "ok");
});
