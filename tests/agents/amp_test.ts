// Proves how Amp's output is read. No run of it was recorded: all streams here are written by hand, by its documentation.
import assert from "node:assert/strict";
import fc from "fast-check";
import amp from "../../src/agents/amp.ts";
import type { Ending } from "../../src/core/round.ts";
import { verdictKinds } from "../../src/core/verdict.ts";
import { lookAlikes } from "./look_alikes.ts";
import { type Fields, readerOf } from "./record_lines.ts";

const now = Date.parse("2026-11-21T06:00:00Z");
const exit0: Ending = { kind: "exited", code: 0 };
const exit1: Ending = { kind: "exited", code: 1 };
const wall: Ending = { kind: "timed_out", wall: "hard", code: null };
const init = own({ type: "system", subtype: "init", cwd: "/w", tools: [], mcp_servers: [] });
const result = own({
  type: "result",
  subtype: "success",
  duration_ms: 2906,
  is_error: false,
  num_turns: 1,
  result: "Done.",
});

function own(fields: Fields): Fields {
  return { ...fields, session_id: "T-1" };
}

function assistant(content: readonly Fields[], message: Fields = {}): Fields {
  return own({ type: "assistant", message: { role: "assistant", content, ...message }, parent_tool_use_id: null });
}

function failed(error: unknown, subtype: unknown = "error_during_execution"): Fields {
  return own({ type: "result", subtype, duration_ms: 5, is_error: true, num_turns: 1, error });
}

const reader = readerOf(amp, now);

Deno.test("observe() tells thread, model, turns, tool calls, denials and connectors", () => {
  const observed = reader([
    { ...init, mcp_servers: [{ name: "docs", status: "connection-failed" }, { name: "b", status: "connected" }, 7] },
    own({ type: "user", message: {} }),
    assistant([{ type: "tool_use", name: "Read", input: { path: "a.ts" } }], { model: "m1" }),
    assistant([{ type: "text", text: "Done." }]),
    { ...result, permission_denials: ["Bash", { tool_name: "Edit" }, 7] },
  ]).observe();
  assert.deepEqual([observed.sessionId, observed.model, observed.turns], ["T-1", "m1", 1]);
  assert.deepEqual(observed.toolCalls, [{ name: "Read", target: "a.ts" }]);
  assert.deepEqual(observed.denials, ["Bash", "Edit", "unknown"]);
  assert.deepEqual(observed.degraded, ["mcp server docs: failed"]);
  assert.deepEqual([observed.hasTerminalRecord, observed.unknownRecords], [true, 0]);
});

Deno.test("observe() sums the tokens of all messages, each once, without cached ones in the input", () => {
  const usage = { input_tokens: 12_783, cache_creation_input_tokens: 367, cache_read_input_tokens: 12_400 };
  const records = [
    assistant([], { id: "m1", usage: { ...usage, output_tokens: 8 } }),
    assistant([{ type: "tool_use", name: "Read", input: {} }], { id: "m1", usage: { ...usage, output_tokens: 8 } }),
    assistant([], { id: "m2", usage: { input_tokens: 20, output_tokens: 2 } }),
  ];
  const seen = reader([init, ...records]).observe().usage;
  assert.deepEqual(
    [seen?.inputTokens, seen?.outputTokens, seen?.cachedTokens, seen?.cacheCreationTokens, seen?.toolCallCount],
    [36, 10, 12_400, 367, 1],
  );
  const whole = reader([init, ...records, { ...result, usage: { input_tokens: 999 } }]).observe().usage;
  assert.deepEqual([whole?.inputTokens, whole?.durationMs, whole?.isCumulative], [36, 2906, false]);
  assert.equal(reader([init, { ...result, usage: { input_tokens: 9 } }]).observe().usage?.inputTokens, 9);
  assert.equal(reader([init, result]).observe().usage, null);
});

Deno.test("judge() names every kind of failure", () => {
  const cases = [
    ["context", null, '413 {"type":"error","error":{"type":"invalid_request_error","message":"Prompt is too long"}}'],
    ["billing", null, "You are out of credits. Add more at ampcode.com/settings"],
    ["billing", null, "402 Payment Required"],
    ["auth", null, "Invalid or missing API key. Run 'amp login' to authenticate."],
    ["auth", null, "401 Unauthorized"],
    ["limit", "rate_limit_account", "Daily usage limit reached. It resets at 7:50am (UTC)."],
    ["transient", "rate_limit_model", '429 {"type":"error","error":{"type":"rate_limit_error"}}'],
    ["transient", "api_transient_5xx", "529 overloaded_error"],
    ["transient", "api_transient_5xx", "500 Internal Server Error"],
    ["transient", "api_transient_5xx", "fetch failed: ECONNREFUSED"],
    ["transient", "api_timeout", "The request timed out"],
    ["config", null, "404 model not available"],
    ["config", null, "Thread T-2 was not found"],
    ["error", null, "400 bad request"],
    ["error", null, "something else"],
  ] as const;
  for (const [kind, waitClass, text] of cases) {
    const verdict = reader([init, failed(text)]).judge(exit1);
    assert.deepEqual([verdict.kind, verdict.waitClass], [kind, waitClass], text);
    assert.equal(verdict.evidence[0]?.record, "result");
    if (kind === "error") continue;
    assert.equal(reader([`Error: ${text}`], ["amp", "-x", "--stream-json"]).judge(exit1).kind, kind, text);
  }
  assert.equal(reader([init, failed("x", "error_max_turns")]).judge(exit1).kind, "bounded");
  assert.equal(reader([init, failed(7, 7)]).judge(exit1).kind, "error");
  const limit = reader([init, failed("Daily usage limit reached. It resets at 7:50am (UTC).")]).judge(exit1);
  assert.equal(limit.resetsAt, Date.parse("2026-11-21T07:50:00Z") / 1000);
});

Deno.test("judge() takes a silent run for no result and no record for an interruption", () => {
  assert.equal(reader([init, { ...result, result: " " }]).judge(exit0).kind, "no_result");
  assert.equal(reader([init]).judge(wall).kind, "hung");
  assert.equal(reader([init]).judge({ kind: "exited", code: 143 }).kind, "interrupted");
  assert.equal(reader([init, result, assistant([])]).observe().hasTerminalRecord, false);
});

Deno.test("judge() takes prose about failures for prose", () => {
  for (const text of lookAlikes) {
    const made = reader([
      init,
      assistant([{ type: "text", text }, { type: "tool_use", name: "Bash", input: { command: text } }]),
      own({ type: "user", message: { content: [{ type: "tool_result", content: text, is_error: true }] } }),
      `stderr: ${text.replaceAll("\n", " ")}`,
      { ...result, result: text },
    ]);
    assert.equal(made.judge(exit0).kind, "ok", text);
    const spoken = text.replaceAll("\n", " ");
    // A text that is a record or an error by its form cannot be told from one where the answer is text, too.
    if (/^\s*\{|^\w*error: /i.test(spoken)) continue;
    assert.equal(reader([spoken], ["amp", "-x", "p"]).judge(exit0).kind, "ok", text);
    assert.equal(reader([spoken], ["amp", "-x", "p"]).judge(exit1).kind, "error", text);
  }
});

Deno.test("judge() ignores records of another thread and a terminal record that is cut", () => {
  for (const session_id of ["T-2", undefined, 7]) {
    assert.equal(reader([init, { ...result, session_id }]).judge(exit0).kind, "no_result");
  }
  const bytes = new TextEncoder().encode(`${JSON.stringify(init)}\n${JSON.stringify(result)}`);
  const made = amp.createReader();
  for (let at = 0; at < bytes.length; at++) {
    assert.notEqual(made.judge(exit0).kind, "ok", `cut at byte ${at}`);
    made.push(bytes.subarray(at, at + 1));
  }
  assert.equal(made.judge(exit0).kind, "ok");
});

Deno.test("the order of keys changes nothing", () => {
  const records = [init, assistant([{ type: "text", text: "Done." }], { usage: { input_tokens: 3 } }), result];
  const turned = records.map((one) => Object.fromEntries(Object.entries(one).reverse()));
  assert.deepEqual(reader(turned).observe(), reader(records).observe());
  assert.equal(reader(turned).judge(exit0).kind, "ok");
});

Deno.test("the exit status decides only where Amp prints text", () => {
  assert.equal(reader(["All done."], ["amp", "-x", "p"]).judge(exit0).kind, "ok");
  for (const flag of ["--stream-json", "--stream-json-thinking"]) {
    assert.equal(reader(["x"], ["amp", "-x", flag]).judge(exit0).kind, "no_result");
  }
});

Deno.test("the reader never throws, whatever types the fields have", () => {
  const anything = fc.oneof(fc.jsonValue(), fc.constantFrom("success", "error_max_turns", true, -1, 1e308, "T-1"));
  const names = ["subtype", "session_id", "error", "result", "is_error", "usage", "duration_ms", "num_turns"];
  const record = fc.record({
    type: fc.constantFrom("system", "assistant", "result", "user"),
    ...Object.fromEntries([...names, "mcp_servers", "permission_denials"].map((name) => [name, anything])),
    message: fc.oneof(anything, fc.record({ id: anything, model: anything, content: anything, usage: anything })),
  }, { requiredKeys: ["type"] });
  fc.assert(
    fc.property(fc.array(record, { maxLength: 5 }), fc.constantFrom(exit0, exit1, wall), (records, ending) => {
      const made = reader(records as Fields[]);
      const verdict = made.judge(ending);
      made.lastLines();
      assert.ok(verdictKinds.includes(verdict.kind));
      assert.equal(verdict.waitClass !== null, verdict.kind === "transient" || verdict.kind === "limit");
      const { badLines, unknownRecords, usage } = made.observe();
      assert.deepEqual([badLines, unknownRecords], [0, 0]);
      assert.ok(usage === null || Number.isFinite(usage.inputTokens) && usage.inputTokens >= 0);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("resumed() goes on with the thread, also behind wrappers", () => {
  assert.deepEqual(amp.resuming.resumed(["amp", "-x"], "T-1"), ["amp", "threads", "continue", "T-1", "-x"]);
  assert.deepEqual(
    amp.resuming.resumed(["nice", "-n", "5", "/opt/bin/amp", "-x"], "T-1"),
    ["nice", "-n", "5", "/opt/bin/amp", "threads", "continue", "T-1", "-x"],
  );
  assert.deepEqual(
    amp.resuming.resumed(["npx", "@sourcegraph/amp@1", "-x"], "T-1"),
    ["npx", "@sourcegraph/amp@1", "threads", "continue", "T-1", "-x"],
  );
  assert.deepEqual(amp.resuming.resumed(["my-amp-build", "-x"], "T-1"), [
    "my-amp-build",
    "threads",
    "continue",
    "T-1",
    "-x",
  ]);
});

Deno.test("judge() does not take a tool's lines on stderr for its own", () => {
  for (const line of ["test failed: expected a 429 rate limit", "the request timed out after 5 s", "fetch failed"]) {
    assert.equal(reader([init, line]).judge(exit1).kind, "no_result", line);
    assert.equal(reader([init, `Error: boom\n${"at x\n".repeat(6)}${line}`]).judge(exit1).kind, "no_result", line);
  }
});
