// Guards the built-in price table and what becomes of the operator's own, whatever it holds.
import assert from "node:assert/strict";
import fc from "fast-check";
import { loadConfig, type LoadedConfig } from "../../src/config/load.ts";
import { readPrices } from "../../src/config/price_rows.ts";
import { largestPricesBytes, pricesAsset, readPricesAsset } from "../../src/config/prices.ts";
import { listPresets } from "../../src/config/presets.ts";
import { READER_NAMES } from "../../src/config/schema.ts";
import type { Problem } from "../../src/core/config.ts";
import { priceFor } from "../../src/core/price.ts";
import { assetsIn } from "../../src/ports/deno/assets.ts";
import { memoryFiles } from "../fakes/memory_files.ts";
import { sampleFile, withLines } from "./sample.ts";

const shipped = assetsIn(new URL("../../", import.meta.url));
const own = "/home/me/shop/prices.toml";
const builtIn = JSON.stringify(
  readPrices(`
[a]
as_of = 2026-10-24
[a.models]
"one" = { input = 1, output = 2, cache_read = 0.1 }
"two" = { input = 3, output = 4, as_of = 2026-01-31, reasoning = 5, cache_write = 0.5 }
`).prices,
);

interface Case {
  readonly builtIn?: string | null;
  readonly own?: string | Uint8Array | null;
  prepare?(files: ReturnType<typeof memoryFiles>): void;
}

function load(on: Case): LoadedConfig {
  const lines = on.own === undefined ? {} : { budget: 'prices_file = "prices.toml"' };
  const files = memoryFiles({ [sampleFile]: withLines(lines) });
  if (on.own !== undefined && on.own !== null) files.writeAtomic(own, on.own);
  on.prepare?.(files);
  return loadConfig(sampleFile, {
    files,
    homeDir: "/home/me",
    currentDir: "/",
    knownReaders: READER_NAMES,
    assets: { asset: (path) => path === readPricesAsset ? on.builtIn === undefined ? builtIn : on.builtIn : null },
  });
}

function problemsOf(on: Case): readonly Problem[] {
  const loaded = load(on);
  assert.equal(loaded.kind, "broken");
  return (loaded as LoadedConfig & { kind: "broken" }).problems;
}

function pricesOf(on: Case) {
  const loaded = load(on);
  assert.deepEqual(loaded.kind === "broken" ? loaded.problems : [], []);
  return (loaded as LoadedConfig & { kind: "ok" }).config.prices;
}

Deno.test("the built-in table has no fault and knows the models that agents use", () => {
  const { prices, faults } = readPrices(shipped.asset(pricesAsset) ?? "");
  assert.deepEqual(faults, []);
  for (
    const model of [
      "claude-sonnet-4-5-20250929",
      "claude-opus-5-5",
      "gpt-5",
      "gpt-5-codex",
      "gpt-6-astra",
      "gemini-2.5-pro",
      "gemini-3-pro-preview",
      "qwen3-coder-plus",
      "kimi-k3",
      "grok-code-fast-1",
      "deepseek-v4-pro",
    ]
  ) assert.notEqual(priceFor(model, prices), null, model);
  for (const unknown of ["mock-model", "<synthetic>", "llama-4"]) assert.equal(priceFor(unknown, prices), null);
});

Deno.test("the built-in table has prices that can be", () => {
  const { prices } = readPrices(shipped.asset(pricesAsset) ?? "");
  assert.ok(Object.keys(prices).length >= 60);
  for (const [model, price] of Object.entries(prices)) {
    assert.ok(price.input > 0 && price.output >= price.input && price.output <= 200, model);
    assert.ok(price.cacheRead === null || price.cacheRead < price.input, model);
    assert.ok(price.cacheWrite === null || price.cacheWrite >= price.input, model);
    assert.match(price.asOf, /^202[5-9]-\d{2}-\d{2}$/, model);
  }
});

Deno.test("the table that is shipped read is the one that is written down", () => {
  assert.deepEqual(
    JSON.parse(shipped.asset(readPricesAsset) ?? ""),
    readPrices(shipped.asset(pricesAsset) ?? "").prices,
  );
});

Deno.test("the table of prices is no preset", () => {
  assert.ok(shipped.assets("presets").includes("prices.toml"));
  assert.ok(!listPresets(shipped).includes("prices"));
});

Deno.test("loadConfig() gives the prices as numbers that come through JSON", () => {
  const prices = pricesOf({});
  assert.deepEqual(prices, {
    one: { input: 1, output: 2, cacheRead: 0.1, cacheWrite: null, reasoning: null, asOf: "2026-10-24" },
    two: { input: 3, output: 4, cacheRead: null, cacheWrite: 0.5, reasoning: 5, asOf: "2026-01-31" },
  });
  assert.deepEqual(JSON.parse(JSON.stringify(prices)), prices);
  assert.deepEqual(pricesOf({ builtIn: null }), {});
});

Deno.test("loadConfig() puts the operator's prices over the built-in ones", () => {
  const text = `[mine]\nas_of = "2026-11-01"\n[mine.models]\n"ONE" = { input = 0, output = 0 }\n` +
    '"three*" = { input = 1, output = 2 }\n';
  const prices = pricesOf({ own: text });
  assert.deepEqual(Object.keys(prices).sort(), ["one", "three*", "two"]);
  assert.deepEqual([prices.one?.input, prices.one?.asOf, prices.two?.input], [0, "2026-11-01", 3]);
});

Deno.test("loadConfig() names file, line and key of each entry that is no price", () => {
  const text = `[mine]
as_of = "2026-13-01"
[mine.models]
a = { input = "1", output = 2 }
b = { output = 2 }
c = { input = -1, output = 2, cashe_read = 3 }
d = 3
"e e" = { input = 1, output = 2 }
[other]
as_of = 2026-01-01
model = {}
`;
  const found = problemsOf({ own: text });
  assert.deepEqual(found.map((problem) => [problem.key, problem.found]), [
    ["budget.prices_file", `${own}:2: mine.as_of: "2026-13-01"`],
    ["budget.prices_file", `${own}:4: mine.models.a.input: "1"`],
    ["budget.prices_file", `${own}:5: mine.models.b.input: nothing`],
    ["budget.prices_file", `${own}:6: mine.models.c.cashe_read: an unknown key`],
    ["budget.prices_file", `${own}:6: mine.models.c.input: -1`],
    ["budget.prices_file", `${own}:7: mine.models.d: 3`],
    ["budget.prices_file", `${own}:8: mine.models.e e: "e e"`],
    ["budget.prices_file", `${own}:11: other.model: an unknown table`],
    ["budget.prices_file", `${own}:9: other.models: nothing`],
  ]);
  assert.equal(found[3]!.fix, 'Did you mean "cache_read"? Rename it');
  assert.ok(found.every(({ wanted, fix, line }) => wanted !== "" && fix !== "" && line !== null));
});

Deno.test("loadConfig() says what is wrong when the operator's table is no table of prices", () => {
  const cases: readonly (readonly [Case, RegExp])[] = [
    [{ own: null }, /where no file is/],
    [{ own: "a = [" }, /prices\.toml:\d/],
    [{ own: "prices = 3" }, /prices: 3/],
    [{ own: "[__proto__]\n" }, /prices\.toml:1/],
    [{ own: new Uint8Array([0x61, 0xff, 0xfe]) }, /not UTF-8/],
    [{ own: "#".repeat(largestPricesBytes + 1) }, /a file of 256 KB/],
    [{ own: "", prepare: (files) => files.failWith(own, "denied") }, /cannot be read/],
    [{ own: null, prepare: (files) => files.makeDir(own) }, /no regular file/],
    [{ builtIn: "nonsense" }, /presets\/prices\.json/],
  ];
  for (const [on, wanted] of cases) {
    const [problem, ...others] = problemsOf(on);
    assert.deepEqual(others, [], String(wanted));
    assert.match(problem!.found, wanted);
    assert.equal(problem!.key, "budget.prices_file");
  }
});

Deno.test("loadConfig() shows few of many faults and no control characters", () => {
  const many = Array.from({ length: 50 }, (_, i) => `m${i} = ${i}`).join("\n");
  assert.equal(problemsOf({ own: `[a]\nas_of = 2026-01-01\n[a.models]\n${many}\n` }).length, 10);
  const [problem] = problemsOf({ own: '[a]\nas_of = "\\u001b[31m"\n[a.models]\n' });
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  assert.doesNotMatch(Object.values(problem!).join(" "), /[\u0000-\u001f]/);
});

Deno.test("readPrices() answers for any text", () => {
  const words = fc.constantFrom(
    "[a]",
    "[a.models]",
    "\n",
    "as_of",
    "=",
    "2026-01-01",
    "x",
    "{",
    "}",
    "input",
    "1",
    ",",
  );
  fc.assert(fc.property(fc.oneof(fc.string(), fc.array(words).map((list) => list.join(" "))), (text) => {
    const { prices, faults } = readPrices(text);
    for (const fault of faults) assert.ok(fault.found !== "" && fault.wanted !== "" && fault.fix !== "");
    for (const price of Object.values(prices)) assert.ok(price.input >= 0 && price.output >= 0);
  }));
});
