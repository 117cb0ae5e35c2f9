// Proves that what is remembered of a stream stays small, exact and without secrets.
import assert from "node:assert/strict";
import { cause, evidenceOf } from "../../src/agents/cause.ts";
import {
  blankState,
  noteDenial,
  noteToolCall,
  noteWindow,
  ownTexts,
  saneCount,
  saneUsage,
} from "../../src/agents/stream_state.ts";
import { denialsKept, toolCallsKept } from "../../src/core/agent.ts";
import type { Usage } from "../../src/core/agent.ts";

Deno.test("noteToolCall() keeps the newest calls and counts all", () => {
  const state = blankState();
  for (let i = 0; i < 500; i++) noteToolCall(state, `Tool ${i}`, { path: `file ${i}` });
  assert.equal(state.toolCallCount, 500);
  assert.equal(state.toolCalls.length, toolCallsKept);
  assert.deepEqual(state.toolCalls.at(-1), { name: "Tool 499", target: "file 499" });
  assert.deepEqual(state.toolCalls[0], { name: "Tool 300", target: "file 300" });
});

Deno.test("noteToolCall() leaves the list alone that somebody else holds", () => {
  const state = blankState();
  noteToolCall(state, "Read", null);
  const before = state.toolCalls;
  noteToolCall(state, "Write", null);
  assert.deepEqual(before, [{ name: "Read", target: null }]);
});

Deno.test("noteToolCall() masks secrets, also in a target that comes again or is long", () => {
  const state = blankState();
  const command = "API_TOKEN=abcdef curl x";
  for (let i = 0; i < 3; i++) noteToolCall(state, "Bash", { command });
  noteToolCall(state, "Bash", { command: `${"word ".repeat(38)}PASSWORD=hunter2hunter2${"x".repeat(100)}` });
  noteToolCall(state, "Bash", { command: `${command} ${"y ".repeat(1000)}` });
  for (const { target } of state.toolCalls) {
    assert.doesNotMatch(target!, /abcdef|hunter2/);
    assert.ok(target!.length <= 100);
  }
  for (let i = 0; i < 300; i++) noteToolCall(state, "Bash", { command: `TOKEN=secret${i}secret ls` });
  assert.deepEqual(new Set(state.toolCalls.map(({ target }) => target)), new Set(["TOKEN=<redacted> ls"]));
});

Deno.test("noteToolCall() and noteDenial() cope with names of any type and length", () => {
  const state = blankState();
  for (const name of [null, 7, {}, [], "", "\ud800", "n".repeat(1e6)]) {
    noteToolCall(state, name, name);
    noteDenial(state, name);
  }
  assert.ok(state.toolCalls.every((call) => call.name.length <= 100 && call.name !== ""));
  assert.deepEqual(state.toolCalls[0], { name: "unknown", target: null });
  for (let i = 0; i < 100; i++) noteDenial(state, "Bash");
  assert.equal(state.denials.length, denialsKept);
});

Deno.test("noteWindow() replaces a window of the same name and keeps at most 20", () => {
  const state = blankState();
  const window = { name: "five_hour", utilization: 0.5, resetsAt: null, isRejected: false };
  noteWindow(state, window);
  noteWindow(state, { ...window, utilization: 0.9 });
  assert.deepEqual(state.windows, [{ ...window, utilization: 0.9 }]);
  for (let i = 0; i < 50; i++) noteWindow(state, { ...window, name: `w${i}` });
  assert.equal(state.windows.length, 20);
});

Deno.test("saneUsage() gives numbers that can be added up and written down", () => {
  const usage: Usage = {
    model: "m".repeat(1000),
    inputTokens: Infinity,
    outputTokens: -1,
    reasoningTokens: NaN,
    cachedTokens: 7,
    cacheCreationTokens: 1e300,
    costUsd: -0.5,
    durationMs: 12.5,
    toolCallCount: 3,
    modelsBreakdown: null,
    isCumulative: true,
  };
  assert.deepEqual(saneUsage(usage), {
    ...usage,
    model: "m".repeat(100),
    inputTokens: Number.MAX_SAFE_INTEGER,
    outputTokens: 0,
    reasoningTokens: 0,
    cacheCreationTokens: Number.MAX_SAFE_INTEGER,
    costUsd: null,
  });
  for (const costUsd of [0, 0.25, null]) assert.equal(saneUsage({ ...usage, costUsd }).costUsd, costUsd);
  for (const costUsd of [NaN, Infinity]) assert.equal(saneUsage({ ...usage, costUsd }).costUsd, null);
  assert.deepEqual([saneCount(3), saneCount(-3), saneCount(NaN), saneCount(2 ** 60)], [3, 0, 0, 2 ** 53 - 1]);
});

Deno.test("ownTexts() changes nothing that can be seen", () => {
  const record = {
    type: "error",
    list: [1, "x".repeat(50), null, { deep: { deeper: { deepest: ["y".repeat(50)] } } }],
  };
  const state = {
    ...blankState(),
    sessionId: "s".repeat(40),
    trouble: cause("error", "The run failed somehow.", { evidence: evidenceOf("error", { text: "z".repeat(300) }) }),
    record,
    table: new Map([["a", 1]]),
    lone: "\ud800".padEnd(20, "a"),
  };
  noteToolCall(state, "Bash", { command: "ls -la and more of it" });
  const before = structuredClone({ ...state, lone: "" });
  const { lone, toolCalls, table } = state;
  ownTexts(state);
  assert.deepEqual({ ...state, lone: "" }, before);
  assert.equal(state.lone, lone);
  assert.equal(state.toolCalls, toolCalls);
  assert.equal(state.table, table);
});

Deno.test("ownTexts() frees the long texts that short ones were cut from", async () => {
  // In a process of its own, since what one test leaves behind would count as what another one keeps.
  const code = `
    import { blankState, ownTexts, noteToolCall } from ${
    JSON.stringify(import.meta.resolve("../../src/agents/stream_state.ts"))
  };
    const used = () => { gc(); return Deno.memoryUsage().heapUsed / 1e6; };
    const before = used();
    const states = Array.from({ length: 40 }, (_, i) => {
      const text = JSON.parse('"' + String(i % 10).repeat(1e6) + '"');
      const state = { ...blankState(), errorText: text.slice(0, 500) };
      noteToolCall(state, "Bash", { command: text });
      if (Deno.args[0] === "own") ownTexts(state);
      return state;
    });
    console.log(Math.round(used() - before), states.length);`;
  const path = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(path, code);
    const grown = async (word: string) => {
      const args = ["run", "--no-check", "-A", "--v8-flags=--expose-gc", path, word];
      const { stdout } = await new Deno.Command(Deno.execPath(), { args }).output();
      return Number(new TextDecoder().decode(stdout).split(" ")[0]);
    };
    assert.ok(await grown("own") < 10);
    // Without it the texts are kept: if this ever changes, the function can go.
    assert.ok(await grown("no") > 30);
  } finally {
    await Deno.remove(path);
  }
});
