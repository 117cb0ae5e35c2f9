// Proves how Cursor CLI's output is read. No run of it was recorded: all streams here are written by hand, by its documentation.
import assert from "node:assert/strict";
import fc from "fast-check";
import cursor from "../../src/agents/cursor.ts";
import type { Ending } from "../../src/core/round.ts";
import { verdictKinds } from "../../src/core/verdict.ts";
import { lookAlikes } from "./look_alikes.ts";
import { type Fields, readerOf } from "./record_lines.ts";

const now = Date.parse("2026-09-02T10:00:00Z");
const exit0: Ending = { kind: "exited", code: 0 };
const exit1: Ending = { kind: "exited", code: 1 };
const wall: Ending = { kind: "timed_out", wall: "hard", code: null };
const init = own({ type: "system", subtype: "init", apiKeySource: "login", cwd: "/w", model: "Auto" });
const answer = own({ type: "assistant", message: { role: "assistant", content: [{ type: "text", text: "Done." }] } });
const result = own({ type: "result", subtype: "success", is_error: false, duration_ms: 1200, result: "Done." });
const lost = own({ type: "connection", subtype: "reconnecting", attempt: 1 });

function own(fields: Fields): Fields {
  return { ...fields, session_id: "s1" };
}

function call(subtype: string, toolCall: Fields): Fields {
  return own({ type: "tool_call", subtype, call_id: "c1\nfc_1", tool_call: toolCall });
}

const reader = readerOf(cursor, now);

Deno.test("observe() tells session, model, tool calls and denials", () => {
  const rejected = { shellToolCall: { args: { command: "rm x" }, result: { rejected: { reason: "no" } } } };
  const observed = reader([
    init,
    own({ type: "user", message: {} }),
    own({ type: "thinking", subtype: "delta", text: "x" }),
    call("started", { readToolCall: { args: { path: "a.ts" } } }),
    call("completed", { readToolCall: { args: { path: "a.ts" }, result: { success: {} } } }),
    call("started", { mcpToolCall: { args: { name: "docs-search" } } }),
    call("started", { function: { name: "grep", arguments: '{"pattern":"x"}' } }),
    call("started", rejected),
    call("completed", rejected),
    answer,
    result,
  ]).observe();
  assert.deepEqual([observed.sessionId, observed.model, observed.unknownRecords], ["s1", "Auto", 0]);
  assert.deepEqual(observed.toolCalls, [
    { name: "read", target: "a.ts" },
    { name: "docs-search", target: null },
    { name: "grep", target: "x" },
    { name: "shell", target: "rm x" },
  ]);
  assert.deepEqual(observed.denials, ["shell"]);
  assert.equal(observed.usage, null);
});

Deno.test("observe() tells the tokens that newer builds print", () => {
  const usage = { inputTokens: 115, outputTokens: 18, cacheReadTokens: 19_776, cacheWriteTokens: 3 };
  const seen = reader([init, answer, { ...result, usage }]).observe().usage;
  assert.deepEqual(
    [seen?.inputTokens, seen?.outputTokens, seen?.cachedTokens, seen?.cacheCreationTokens, seen?.durationMs],
    [115, 18, 19_776, 3, 1200],
  );
  assert.deepEqual([seen?.isCumulative, seen?.costUsd], [false, null]);
  for (const bad of [null, 7, [], {}, { inputTokens: "many" }]) {
    assert.equal(reader([init, answer, { ...result, usage: bad }]).observe().usage, null);
  }
});

Deno.test("judge() names every kind of failure that Cursor tells on stderr", () => {
  const cases = [
    ["auth", null, "Error: Authentication required. Please run 'cursor-agent login' first, or set CURSOR_API_KEY"],
    ["auth", null, "ConnectError: [unauthenticated] Error"],
    ["limit", "rate_limit_account", "ActionRequiredError: You've hit your usage limit Get Cursor Pro for more"],
    ["limit", "rate_limit_account", "Error: You’ve hit your usage limit\nspendLimitHit: false"],
    ["billing", null, "Error: You've hit your usage limit\nspendLimitHit: true"],
    ["billing", null, 'Error: You\'ve reached your monthly usage limit\nDetails: {"spendLimitHit":true}'],
    ["billing", null, "Error: You've hit your hard limit. Set a new on-demand limit to continue."],
    ["limit", "rate_limit_account", "You've reached your monthly usage limit."],
    ["auth", null, "Error: Authentication failed: the key was revoked"],
    ["transient", "api_transient_5xx", "Error: We're experiencing high demand for this model"],
    ["transient", "rate_limit_model", "ConnectError: [resource_exhausted] Error"],
    ["transient", "api_transient_5xx", "ConnectError: [unavailable] Error"],
    ["transient", "api_transient_5xx", "Error: socket hang up (ECONNRESET)"],
    ["transient", "api_transient_5xx", "ConnectError: [internal] Error"],
    ["transient", "api_timeout", "ConnectError: [deadline_exceeded] Error"],
    ["config", null, "Cannot use this model: nope. Available models: auto"],
    ["config", null, "⚠ Workspace Trust Required"],
    ["config", null, "error: unknown option '--x'"],
    ["no_result", null, "something else"],
  ] as const;
  for (const [kind, waitClass, said] of cases) {
    const verdict = reader([init, said]).judge(exit1);
    assert.deepEqual([verdict.kind, verdict.waitClass], [kind, waitClass], said);
  }
});

Deno.test("judge() waits until the billing cycle ends that Cursor names", () => {
  const said =
    "Error: You've hit your usage limit\nYour usage limits will reset when your monthly cycle ends on 10/2/2026.*";
  assert.equal(reader([init, said]).judge(exit1).resetsAt, Date.parse("2026-10-02T00:00:00Z") / 1000);
  // As it was captured at the width of a terminal.
  const broken = [
    "Error: You've hit your usage limit",
    "  Get Cursor Pro for more Agent usage, unlimited Tab, and more.",
    "  fallbackModel: ",
    "  spendLimitHit: false",
    "  chatMessage: *You've hit your free requests limit. [Upgrade to",
    "  Pro](https://www.cursor.com/x) for more usage, frontier models, Background Agents,",
    "  and more. Your usage limits will reset when your monthly cycle ends on 11/17/2026.*",
    "  spendLimits: [50,100,200]",
  ].join("\n");
  const verdict = reader([init, broken]).judge(exit1);
  assert.deepEqual([verdict.kind, verdict.resetsAt], ["limit", Date.parse("2026-11-17T00:00:00Z") / 1000]);
  assert.equal(reader([init, said.replace("2026", "2025")]).judge(exit1).resetsAt, null);
});

Deno.test("judge() of a wall names a lost connection, until the agent gets on", () => {
  assert.equal(reader([init, lost]).judge(wall).kind, "transient");
  assert.equal(reader([init, lost, own({ type: "connection", subtype: "reconnected" })]).judge(wall).kind, "transient");
  assert.equal(reader([init, lost, answer]).judge(wall).kind, "hung");
  assert.equal(reader([init, lost, call("started", {})]).judge(wall).kind, "hung");
  const many = Array.from({ length: 20 }, () => lost);
  assert.equal(reader([init, ...many]).observe().early?.kind, "runaway");
  assert.equal(reader([init, ...many.slice(1)]).observe().early, null);
  assert.equal(reader([init, ...many, answer]).observe().early, null);
});

Deno.test("judge() reads errors from error records and failed results", () => {
  const failed = { ...result, subtype: "error", is_error: true, result: "ConnectError: [unavailable] x" };
  assert.equal(reader([init, failed]).judge(exit1).kind, "transient");
  assert.equal(reader([init, { ...failed, result: "no" }]).judge(exit1).kind, "error");
  assert.equal(reader([init, own({ type: "error", message: "Not logged in" })]).judge(exit1).kind, "auth");
  assert.equal(reader([init, { ...result, result: "" }]).judge(exit0).kind, "no_result");
  assert.equal(reader([init, { ...result, is_error: 1, subtype: 2 }]).judge(exit0).kind, "no_result");
});

Deno.test("judge() takes prose about failures for prose", () => {
  for (const text of lookAlikes) {
    const made = reader([
      init,
      call("started", { shellToolCall: { args: { command: text } } }),
      call("completed", { shellToolCall: { result: { success: { stdout: text } } } }),
      `stderr: ${text.replaceAll("\n", " ")}`,
      own({ type: "assistant", message: { content: [{ type: "text", text }] } }),
      { ...result, result: text },
    ]);
    assert.equal(made.judge(exit0).kind, "ok", text);
    const spoken = text.replaceAll("\n", " ");
    // A text that is a record or an error by its form cannot be told from one where the answer is text, too.
    if (/^\s*\{|^\w*error: /i.test(spoken)) continue;
    assert.equal(reader([spoken], ["cursor-agent", "-p", "x"]).judge(exit0).kind, "ok", text);
    assert.equal(reader([spoken], ["cursor-agent", "-p", "x"]).judge(exit1).kind, "error", text);
  }
});

Deno.test("judge() ignores records of another session and a terminal record that is cut", () => {
  assert.equal(reader([init, { ...result, session_id: "s2" }]).judge(exit0).kind, "no_result");
  const bytes = new TextEncoder().encode(`${JSON.stringify(init)}\n${JSON.stringify(result)}`);
  const made = cursor.createReader();
  for (let at = 0; at < bytes.length; at++) {
    assert.notEqual(made.judge(exit0).kind, "ok", `cut at byte ${at}`);
    made.push(bytes.subarray(at, at + 1));
  }
  assert.equal(made.judge(exit0).kind, "ok");
});

Deno.test("the order of keys changes nothing", () => {
  const turned = [init, lost, answer, result].map((one) => Object.fromEntries(Object.entries(one).reverse()));
  assert.equal(reader(turned).judge(exit0).kind, "ok");
  assert.deepEqual(reader(turned).observe(), reader([init, lost, answer, result]).observe());
});

Deno.test("the exit status decides only where Cursor prints text", () => {
  assert.equal(reader(["All done."], ["cursor-agent", "-p", "x"]).judge(exit0).kind, "ok");
  for (const format of ["json", "stream-json"]) {
    assert.equal(reader(["x"], ["cursor-agent", "-p", "--output-format", format]).judge(exit0).kind, "no_result");
  }
});

Deno.test("the reader never throws, whatever types the fields have", () => {
  const anything = fc.oneof(fc.jsonValue(), fc.constantFrom("success", "started", "reconnecting", true, -1, "s1"));
  const names = ["subtype", "session_id", "model", "message", "error", "result", "is_error", "usage", "duration_ms"];
  const record = fc.record({
    type: fc.constantFrom("system", "assistant", "tool_call", "connection", "retry", "error", "result"),
    ...Object.fromEntries([...names, "attempt"].map((name) => [name, anything])),
    tool_call: fc.oneof(anything, fc.dictionary(fc.constantFrom("readToolCall", "function", "x"), anything)),
  }, { requiredKeys: ["type"] });
  fc.assert(
    fc.property(fc.array(record, { maxLength: 5 }), fc.constantFrom(exit0, exit1, wall), (records, ending) => {
      const made = reader(records as Fields[]);
      const verdict = made.judge(ending);
      made.lastLines();
      assert.ok(verdictKinds.includes(verdict.kind));
      assert.equal(verdict.waitClass !== null, verdict.kind === "transient" || verdict.kind === "limit");
      assert.deepEqual([made.observe().badLines, made.observe().unknownRecords], [0, 0]);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("cursor goes by the name `cursor-agent` only, and resumes by session", () => {
  assert.deepEqual(cursor.binaries, ["cursor-agent"]);
  assert.deepEqual(cursor.resuming.resumed(["cursor-agent", "-p"], "s1"), ["cursor-agent", "-p", "--resume", "s1"]);
});

Deno.test("judge() does not take a tool's lines on stderr for its own", () => {
  for (const line of ["test failed: expected a 429 rate limit", "the request timed out after 5 s", "fetch failed"]) {
    assert.equal(reader([init, line]).judge(exit1).kind, "no_result", line);
    assert.equal(reader([init, `Error: boom\n${"at x\n".repeat(6)}${line}`]).judge(exit1).kind, "no_result", line);
  }
});
