// Guards the tokens of one round where the CLI counts the whole conversation.
import assert from "node:assert/strict";
import type { Usage } from "../../src/core/agent.ts";
import { SessionTotals } from "../../src/store/session_totals.ts";
import { MemoryFiles } from "../fakes/memory_files.ts";

function usage(inputTokens: number, outputTokens: number, costUsd: number | null = null): Usage {
  return {
    model: "m",
    inputTokens,
    outputTokens,
    reasoningTokens: 0,
    cachedTokens: 0,
    cacheCreationTokens: 0,
    costUsd,
    durationMs: 7,
    toolCallCount: 2,
    modelsBreakdown: null,
    isCumulative: true,
  };
}

Deno.test("take() gives each round of a conversation its own part, also over a restart", () => {
  const files = new MemoryFiles();
  let round = 0;
  const take = (id: string, whole: Usage) => new SessionTotals("/log", files).take(id, whole, ++round);
  assert.deepEqual(take("a", usage(1200, 45, 0.5)), { ...usage(1200, 45, 0.5), isCumulative: false });
  assert.deepEqual(take("b", usage(10, 1)), { ...usage(10, 1), isCumulative: false });
  const second = take("a", usage(2400, 90, 1.25));
  assert.deepEqual([second.inputTokens, second.outputTokens, second.costUsd], [1200, 45, 0.75]);
  assert.deepEqual([second.durationMs, second.toolCallCount, second.isCumulative], [7, 2, false]);
  assert.equal(take("a", usage(2400, 90, 1.25)).inputTokens, 0);
});

Deno.test("take() counts a total that went down as new", () => {
  const totals = new SessionTotals("/log", new MemoryFiles());
  totals.take("a", usage(1200, 45), 1);
  assert.equal(totals.take("a", usage(1100, 80), 2).inputTokens, 1100);
  assert.equal(totals.take("a", usage(1500, 90), 3).inputTokens, 400);
});

Deno.test("take() bears a file that holds anything, and one that cannot be written", () => {
  for (const content of ["", "{", "null", "[1]", '[{"id":"a"}]', '[{"id":"a","totals":{"inputTokens":"x"}}]', "\0"]) {
    const files = new MemoryFiles();
    files.writeAtomic("/log/sessions.json", content);
    assert.equal(new SessionTotals("/log", files).take("a", usage(5, 1), 4).inputTokens, 5, content);
  }
});

Deno.test("take() remembers a bounded number of conversations", () => {
  const files = new MemoryFiles();
  const totals = new SessionTotals("/log", files);
  for (let i = 0; i < 100; i++) totals.take(`s${i}`, usage(i, 0), 5);
  assert.equal(JSON.parse(files.readText("/log/sessions.json")!).sessions.length, 20);
});

Deno.test("add() keeps a round that was cut out of the next round's part", () => {
  const totals = new SessionTotals("/log", new MemoryFiles());
  totals.take("a", usage(1000, 40), 6);
  totals.add("a", { ...usage(200, 5), isCumulative: false }, 7);
  const next = totals.take("a", usage(1500, 60), 8);
  assert.deepEqual([next.inputTokens, next.outputTokens], [300, 15]);
  totals.add("b", usage(7, 1), 9);
  assert.equal(totals.take("b", usage(10, 1), 10).inputTokens, 3);
});

Deno.test("take() and add() answer the same for a round that is settled a second time", () => {
  const files = new MemoryFiles();
  const totals = () => new SessionTotals("/log", files);
  totals().take("a", usage(1000, 40, 0.5), 1);
  const part = totals().take("a", usage(1500, 60, 0.75), 2);
  assert.deepEqual([part.inputTokens, part.outputTokens, part.costUsd], [500, 20, 0.25]);
  assert.deepEqual(totals().take("a", usage(1500, 60, 0.75), 2), part, "its supervisor died before it was on record");
  totals().add("a", usage(100, 5), 3);
  totals().add("a", usage(100, 5), 3);
  assert.equal(totals().take("a", usage(1700, 70), 4).inputTokens, 100);
});

Deno.test("take() bears a file with wrong rounds and amounts below zero", () => {
  const good = {
    inputTokens: 1,
    outputTokens: 1,
    reasoningTokens: 0,
    cachedTokens: 0,
    cacheCreationTokens: 0,
    costUsd: null,
  };
  for (
    const entry of [{ totals: good, round: "1" }, { totals: good, before: 3 }, { totals: { ...good, inputTokens: -9 } }]
  ) {
    const files = new MemoryFiles();
    files.writeAtomic("/log/sessions.json", JSON.stringify([{ id: "a", ...entry }]));
    assert.equal(new SessionTotals("/log", files).take("a", usage(5, 1), 2).inputTokens, 5, JSON.stringify(entry));
  }
});
