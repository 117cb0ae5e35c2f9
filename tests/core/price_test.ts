// Proves which price a model has, and that what is not known stays unknown.
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Usage } from "../../src/core/agent.ts";
import { estimateCost, type Price, priceFor, type PriceTable } from "../../src/core/price.ts";

const price: Price = { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75, reasoning: null, asOf: "2026-10-24" };

const table: PriceTable = {
  "claude-opus-4": { ...price, input: 15 },
  "claude-opus-4-5": price,
  "gpt-5": { ...price, input: 1.25, output: 10, cacheRead: 0.125, cacheWrite: null },
  "gpt-5-codex": { ...price, input: 1.25 },
  "grok-4-fast*": { ...price, input: 0.2 },
  "house/model": { ...price, input: 7 },
  "thinker": { ...price, reasoning: 20 },
};

const usage: Usage = {
  model: "claude-opus-4-5",
  inputTokens: 1_000_000,
  outputTokens: 100_000,
  reasoningTokens: 0,
  cachedTokens: 2_000_000,
  cacheCreationTokens: 400_000,
  costUsd: null,
  durationMs: 1,
  toolCallCount: 0,
  modelsBreakdown: null,
  isCumulative: false,
};

function found(model: string): string | null {
  return priceFor(model, table)?.model ?? null;
}

Deno.test("priceFor() finds a model by its name, its snapshots and behind a provider", () => {
  for (
    const [model, key] of [
      ["claude-opus-4-5", "claude-opus-4-5"],
      ["claude-opus-4-5-20251101", "claude-opus-4-5"],
      ["claude-opus-4-5@20251101", "claude-opus-4-5"],
      ["claude-opus-4-20250514", "claude-opus-4"],
      ["anthropic/claude-opus-4-5", "claude-opus-4-5"],
      ["openrouter/anthropic/Claude-Opus-4-5-latest", "claude-opus-4-5"],
      ["gpt-5-2025-08-07", "gpt-5"],
      ["gpt-5:latest", "gpt-5"],
      ["gpt-5-preview-06-05", "gpt-5"],
      ["gpt-5-codex", "gpt-5-codex"],
      ["grok-4-fast-non-reasoning", "grok-4-fast*"],
      ["grok-4-fast", "grok-4-fast*"],
      ["house/model", "house/model"],
    ] as const
  ) assert.equal(found(model), key, model);
});

Deno.test("priceFor() does not take one model for another", () => {
  for (
    const model of [
      "gpt-5-pro",
      "gpt-5-mini",
      "gpt-5.1",
      "gpt-50",
      "claude-opus-4-9",
      "claude-opus-4-5-fast",
      "claude-opus-4-5[1m]",
      "claude-opus",
      "grok-4-faster",
      "gpt-5:free",
      "gpt-5-codex-mini",
      "model",
      "house/",
      "",
      " ",
      "/",
      "constructor",
      "__proto__",
      "toString",
      "<synthetic>",
    ]
  ) assert.equal(found(model), null, model);
});

Deno.test("priceFor() answers for any name and any table", () => {
  fc.assert(fc.property(fc.string(), fc.dictionary(fc.string(), fc.constant(price)), (model, prices) => {
    const answer = priceFor(model, prices);
    assert.ok(answer === null || Object.hasOwn(prices, answer.model));
  }));
});

Deno.test("estimateCost() prices every kind of token by itself", () => {
  const estimate = estimateCost(usage, table);
  assert.deepEqual([estimate?.asOf, estimate?.model], ["2026-10-24", "claude-opus-4-5"]);
  assert.equal(estimate?.usd.toFixed(6), (3 + 1.5 + 0.6 + 1.5).toFixed(6));
});

Deno.test("estimateCost() prices reasoning as output unless it has a price of its own", () => {
  const thinking = { ...usage, inputTokens: 0, outputTokens: 0, cachedTokens: 0, cacheCreationTokens: 0 };
  const million = { ...thinking, reasoningTokens: 1_000_000 };
  assert.equal(estimateCost(million, table)?.usd, 15);
  assert.equal(estimateCost({ ...million, model: "thinker" }, table)?.usd, 20);
});

Deno.test("estimateCost() says nothing when a model, its tokens or one of their prices is unknown", () => {
  assert.equal(estimateCost({ ...usage, model: "unheard-of" }, table), null);
  assert.equal(estimateCost({ ...usage, model: "gpt-5" }, table), null);
  assert.notEqual(estimateCost({ ...usage, model: "gpt-5", cacheCreationTokens: 0 }, table), null);
  const nothing = { inputTokens: 0, outputTokens: 0, reasoningTokens: 0, cachedTokens: 0, cacheCreationTokens: 0 };
  assert.equal(estimateCost({ ...usage, ...nothing }, table), null);
  for (const odd of [NaN, -1, Infinity]) assert.equal(estimateCost({ ...usage, outputTokens: odd }, table), null);
});
