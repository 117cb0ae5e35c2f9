// Guards which configuration a verb gets: with the prices it wants, and where the file is broken the one in force.
import assert from "node:assert/strict";
import { loadProject, openConfig, openRunning } from "../../src/cli/project.ts";
import { fingerprintOf } from "../../src/config/fingerprint.ts";
import { largestConfigBytes } from "../../src/config/read_toml.ts";
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

const logs = "/home/me/shop/logs";
const broken = withLines({ runtime: 'max_rounds = "many"' });
const read = withLines({ runtime: "max_rounds = 7" });
const holder = { pid: 5, config: sampleFile, config_fingerprint: fingerprintOf(read) };

/** A file that is broken by now; `held`: and a supervisor that read it before. */
function brokenProject(options: { readonly held: boolean; readonly more?: Readonly<Record<string, string>> }) {
  const files = memoryFiles({
    [sampleFile]: broken,
    [`${logs}/agent-runner.lock.holder`]: JSON.stringify(holder),
    [`${logs}/agent-runner.lock.config`]: read,
    ...options.more,
  });
  const { world, err } = stage({ files, workDir: "/home/me/shop" });
  const lock = { isHeld: (path: string) => Promise.resolve(options.held && path === `${logs}/agent-runner.lock`) };
  return { world: { ...world, lock: { ...world.lock, ...lock } }, err };
}

Deno.test("openRunning() takes what the supervisor read when the file is broken, and says so in two lines", async () => {
  const { world, err } = brokenProject({ held: true });
  const config = await openRunning(args, world);
  assert.deepEqual([config.runtime.maxRounds, config.file], [7, sampleFile]);
  assert.notEqual(config.fingerprint, holder.config_fingerprint, "the file has changed since it was read");
  assert.match(err(), /^agent-runner: the configuration is broken, [^\n]*max_rounds[^\n]*\n {2}fix: [^\n]+\n$/);
});

Deno.test("openRunning() refuses a broken file when nothing is known that holds", async () => {
  const copy = `${logs}/agent-runner.lock.config`;
  const holderFile = `${logs}/agent-runner.lock.holder`;
  const cases = [
    { held: false },
    { held: true, more: { [copy]: "nonsense" } },
    { held: true, more: { [copy]: broken } },
    { held: true, more: { [copy]: withLines({}).replace('"logs"', '"other"') } },
    { held: true, more: { [copy]: withLines({ runtime: "max_rounds = 6" }) } },
    { held: true, more: { [copy]: `${read}${"#".repeat(largestConfigBytes)}` } },
    { held: true, more: { [holderFile]: JSON.stringify({ ...holder, config: "/home/me/other.toml" }) } },
    { held: true, more: { [holderFile]: JSON.stringify({ ...holder, config_fingerprint: null }) } },
    { held: true, more: { [holderFile]: "\u0000" } },
  ];
  for (const options of cases) {
    const { world, err } = brokenProject(options);
    await assert.rejects(openRunning(args, world), { exitCode: 78 }, JSON.stringify(options).slice(0, 400));
    assert.equal(err(), "");
  }
});

Deno.test("openRunning() takes the file itself as long as it is sound", async () => {
  const { world } = brokenProject({ held: true, more: { [sampleFile]: withLines({ runtime: "max_rounds = 3" }) } });
  assert.equal((await openRunning(args, world)).runtime.maxRounds, 3);
});
