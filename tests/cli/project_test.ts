// Guards that a verb gets the prices it wants with its configuration, and pays for them only then.
import assert from "node:assert/strict";
import { loadProject, openConfig } from "../../src/cli/project.ts";
import { sampleFile, withLines } from "../config/sample.ts";
import { memoryFiles } from "../fakes/memory_files.ts";
import { stage } from "./stage.ts";

const args = { configPath: "agent-runner.toml" };
const table = JSON.stringify({
  one: { input: 1, output: 2, cacheRead: null, cacheWrite: null, reasoning: null, asOf: "2026-10-24" },
});

function worldWith(prices: string) {
  const files = memoryFiles({ [sampleFile]: withLines({}) });
  return stage({ files, workDir: "/home/me/shop", presets: { "presets/prices.json": prices } }).world;
}

Deno.test("openConfig() has the built-in prices unless the verb wants none", () => {
  const world = worldWith(table);
  assert.deepEqual(Object.keys(openConfig(args, world).prices), ["one"]);
  assert.deepEqual(openConfig({ ...args, withPrices: false }, world).prices, {});
});

Deno.test("loadProject() names the table when its prices are no prices", () => {
  const loaded = loadProject(args, worldWith("nonsense"));
  assert.equal(loaded.kind, "broken");
  assert.match(loaded.kind === "broken" ? loaded.problems[0]!.found : "", /presets\/prices\.json/);
  assert.equal(loadProject({ ...args, withPrices: false }, worldWith("nonsense")).kind, "ok");
});
