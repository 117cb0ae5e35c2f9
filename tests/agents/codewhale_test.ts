// Proves what is read from CodeWhale's records.
import assert from "node:assert/strict";
import fc from "fast-check";
import codewhale from "../../src/agents/codewhale.ts";
import { referenceEvents } from "../../src/agents/reference_events.ts";
import type { Ending } from "../../src/core/round.ts";
import { verdictKinds } from "../../src/core/verdict.ts";
import { lookAlikes } from "./look_alikes.ts";

type Fields = Readonly<Record<string, unknown>>;

const exit0: Ending = { kind: "exited", code: 0 };
const exit1: Ending = { kind: "exited", code: 1 };
const wall: Ending = { kind: "timed_out", wall: "idle", code: null };
const content = { type: "content", content: "All done." };
const done = { type: "done" };

function metadata(meta: Fields = {}): Fields {
  const usual = {
    model: "deepseek-v4-pro",
    input_tokens: 2500,
    output_tokens: 34,
    session_id: "e5b5",
    status: "completed",
  };
  return { type: "metadata", meta: { ...usual, ...meta } };
}

function reader(records: readonly (Fields | string)[]) {
  const made = codewhale.createReader();
  const text = records.map((record) => typeof record === "string" ? record : JSON.stringify(record)).join("\n");
  made.push(new TextEncoder().encode(`${text}\n`));
  return made;
}

Deno.test("observe() reads session, model, tool calls and the usage of the run", () => {
  const seen = reader([
    { type: "tool_use", name: "exec_shell", id: "c1", input: { command: "ls" } },
    { type: "tool_result", id: "c1", output: "a", status: "success" },
    content,
    { type: "session_capture", content: "e5b5" },
    metadata(),
    done,
  ]).observe();
  assert.deepEqual([seen.sessionId, seen.model, seen.hasTerminalRecord], ["e5b5", "deepseek-v4-pro", true]);
  assert.deepEqual(seen.toolCalls, [{ name: "exec_shell", target: "ls" }]);
  assert.deepEqual([seen.usage?.inputTokens, seen.usage?.outputTokens, seen.usage?.cachedTokens, seen.usage?.costUsd], [
    2500,
    34,
    0,
    null,
  ]);
  assert.deepEqual([seen.unknownRecords, seen.badLines], [0, 0]);
});

Deno.test("observe() sums turns, whose input holds what came from a cache, until the total is told", () => {
  const turn = (input: number, hits: number) => ({
    type: "turn_usage",
    turn: 1,
    input_tokens: input,
    output_tokens: 50,
    reasoning_tokens: 10,
    prompt_cache_hit_tokens: hits,
    duration_ms: 900,
  });
  const killed = reader([turn(100, 0), turn(300, 250)]).observe();
  assert.deepEqual([killed.turns, killed.usage?.inputTokens, killed.usage?.cachedTokens], [2, 150, 250]);
  assert.deepEqual([killed.usage?.outputTokens, killed.usage?.reasoningTokens, killed.usage?.durationMs], [
    80,
    20,
    1800,
  ]);
  const whole = reader([turn(100, 0), turn(300, 250), metadata({ prompt_cache_hit_tokens: 500 })]).observe();
  assert.deepEqual([whole.usage?.inputTokens, whole.usage?.outputTokens, whole.usage?.cachedTokens], [2000, 34, 500]);
});

Deno.test("judge() knows how a run ended", () => {
  assert.equal(reader([content, metadata(), done]).judge(exit0).kind, "ok");
  assert.equal(reader([content, done]).judge(exit0).kind, "ok");
  assert.equal(reader([content, metadata({ status: null })]).judge(exit0).kind, "ok");
  assert.equal(reader([metadata(), done]).judge(exit0).kind, "no_result");
  assert.equal(reader([content]).judge(exit0).kind, "no_result");
  assert.equal(reader([content, metadata({ status: "interrupted" }), done]).judge(exit1).kind, "interrupted");
  assert.equal(reader([content, metadata({ status: "failed" }), done]).judge(exit1).kind, "error");
  assert.equal(reader([content, metadata({ termination_reason: "max_turns" }), done]).judge(exit0).kind, "bounded");
  assert.equal(reader([content]).judge(wall).kind, "hung");
});

Deno.test("judge() reads errors by their status, and by their words where there is none", () => {
  const cases: readonly (readonly [string, string | null, Fields])[] = [
    ["transient", "rate_limit_model", { code: 429 }],
    ["transient", "api_transient_5xx", { status_code: 503 }],
    ["transient", "api_transient_5xx", { code: "529" }],
    ["transient", "api_timeout", { code: 408 }],
    ["auth", null, { status_code: 401, error: "no" }],
    ["auth", null, { error: "Authentication failed: invalid API key" }],
    ["auth", null, { error: { message: "HTTP 401 from the provider" } }],
    ["billing", null, { code: 429, error: "Insufficient Balance" }],
    ["billing", null, { code: 402 }],
    ["context", null, { error: "This model's maximum context length is 131072 tokens" }],
    ["config", null, { message: "Model deepseek-x does not exist" }],
    ["transient", "api_transient_5xx", { error: "Connection refused (os error 111)" }],
    ["error", null, { error: "something else" }],
    ["error", null, { code: "odd", error: 7 }],
  ];
  for (const [kind, waitClass, fields] of cases) {
    const error = { type: "error", ...fields };
    for (const records of [[error, metadata({ status: "failed" }), done], [content, error]]) {
      const verdict = reader(records).judge(exit1);
      assert.deepEqual([verdict.kind, verdict.waitClass], [kind, waitClass], JSON.stringify(records));
    }
  }
  const later = reader([{ type: "error", code: 429, error: "Rate limited, try again in 90 seconds" }]).judge(exit1);
  assert.equal(later.retryAfterSeconds, 90);
  assert.equal(reader([{ type: "error", code: 503 }, content, metadata(), done]).judge(exit0).kind, "ok");
  assert.equal(reader(["error: unexpected argument '--x' found"]).judge({ kind: "exited", code: 2 }).kind, "config");
  assert.equal(reader(["Error: exec turn failed: Authentication failed"]).judge(exit1).kind, "auth");
});

Deno.test("judge() takes prose about failures for prose", () => {
  for (const text of lookAlikes) {
    const records = [
      { type: "tool_result", id: "c", output: text, status: "error" },
      { type: "content", content: text },
      metadata(),
      done,
    ];
    assert.equal(reader(records).judge(exit0).kind, "ok", text);
  }
});

Deno.test("referenceEvents() spells CodeWhale's usage and errors as operators know them", () => {
  const made = reader([{ type: "error", code: 429, error: "slow down" }, metadata({ status: "failed" })]);
  const events = referenceEvents({
    number: 3,
    phase: null,
    durationSeconds: 1,
    verdict: made.judge(exit1),
    observations: made.observe(),
    ending: exit1,
    agentName: "codewhale",
    estimate: null,
  }, { now: 1_795_240_000_000, repetition: { window: 0, threshold: 0 } });
  assert.deepEqual(events.map(({ payload }) => payload), [{
    classification: "rate_limit_model",
    agent: "codewhale",
    reset_at_epoch: 1_795_240_060,
    round_num: 3,
    raw: "slow down",
  }, {
    agent: "codewhale",
    model: "deepseek-v4-pro",
    round_num: 3,
    input_tokens: 2500,
    output_tokens: 34,
    cached_tokens: 0,
    cost_usd: null,
    duration_ms: 0,
    models_breakdown: null,
    cache_creation_tokens: 0,
    tool_call_count: 0,
    phase: "",
    success: false,
  }]);
});

Deno.test("the CodeWhale reader never throws, whatever types the fields have", () => {
  const kinds = [
    "content",
    "tool_use",
    "tool_result",
    "sandbox_denied",
    "session_capture",
    "turn_usage",
    "metadata",
    "done",
  ];
  const names = ["content", "name", "input", "meta", "error", "code", "status_code", "input_tokens", "tool_name"];
  const value = fc.oneof(
    fc.jsonValue(),
    fc.record({ status: fc.jsonValue(), input_tokens: fc.jsonValue(), message: fc.jsonValue() }),
  );
  const record = fc.record({
    type: fc.constantFrom(...kinds, "error", "odd"),
    ...Object.fromEntries(names.map((name) => [name, value])),
  }, { requiredKeys: ["type"] });
  fc.assert(fc.property(fc.array(record, { maxLength: 4 }), fc.constantFrom(exit0, exit1, wall), (records, ending) => {
    const made = reader(records as Fields[]);
    made.observe();
    made.lastLines();
    assert.ok(verdictKinds.includes(made.judge(ending).kind));
  }));
});

Deno.test("observe() takes the id that can be gone on with, and no fingerprint of it", () => {
  const capture = { type: "session_capture", content: "<redacted:ab12>", saved_session_id: "01J-saved" };
  const records = [content, capture, metadata({ session_id: "<redacted:ab12>", receipt_kind: "terminal" }), done];
  assert.equal(reader(records).observe().sessionId, "01J-saved");
  assert.equal(reader([content, metadata({ session_id: "<redacted:ab12>" }), done]).observe().sessionId, null);
});

Deno.test("judge() reads the error in the receipt, and lets a completed run forget what was only a warning", () => {
  const stall = { type: "error", error: "Stream stalled: no data received for 60s, closing stream" };
  assert.equal(reader([content, stall, metadata({ termination_reason: "resolved" }), done]).judge(exit0).kind, "ok");
  const cases: readonly (readonly [string, string | null, Fields])[] = [
    ["auth", null, { error_category: "authentication", error: "no" }],
    ["auth", null, { receipt_kind: "startup_failure", error: "DeepSeek API key not found." }],
    ["transient", "api_transient_5xx", { error_category: "network", error: "no" }],
    ["transient", "rate_limit_model", { error_category: "rate_limit", error: "no" }],
    ["transient", "api_timeout", { error_category: "timeout" }],
    ["billing", null, { error_category: "rate_limit", error: "Insufficient Balance" }],
    ["bounded", null, { error_category: "budget", error: "Maximum model steps reached" }],
    ["error", null, { error_category: "internal", error: "no" }],
    ["error", null, { error_category: "__proto__", error: 7 }],
  ];
  for (const [kind, waitClass, fields] of cases) {
    const verdict = reader([metadata({ status: "failed", ...fields }), done]).judge(exit1);
    assert.deepEqual([verdict.kind, verdict.waitClass], [kind, waitClass], JSON.stringify(fields));
  }
  const told = reader([stall, metadata({ status: "failed", error_category: "internal", error: "it failed" }), done]);
  assert.equal(told.judge(exit1).kind, "transient");
  const denied = reader([content, metadata({ status: "failed", termination_reason: "approval_required" }), done]);
  assert.match(denied.judge({ kind: "exited", code: 3 }).summary, /approval/);
});

Deno.test("observe() tells of retries that lead nowhere, until the provider answers", () => {
  const attempt = (text: string) => ({ type: "status", message: `Retry attempt: ${text}` });
  const tried = reader([attempt("1 of 5 after HTTP 503")]);
  assert.deepEqual([tried.observe().early, tried.judge(wall).kind], [null, "transient"]);
  assert.equal(reader([attempt("HTTP 401")]).observe().early?.kind, "hopeless");
  const many = Array.from({ length: 20 }, () => attempt("again"));
  assert.equal(reader(many).observe().early?.kind, "runaway");
  for (const end of [content, { type: "status", message: "Retry recovery: answered" }]) {
    const on = reader([...many, end]);
    assert.deepEqual([on.observe().early, on.judge(wall).kind], [null, "hung"]);
  }
  assert.equal(reader([{ type: "status", message: "Executing 2 tools" }]).judge(wall).kind, "hung");
});

Deno.test("judge() trusts the exit status where no records are asked for, and reads why it failed", () => {
  const text = (lines: string, code: number) => {
    const made = codewhale.createReader({ command: ["codew", "exec", "--auto"] });
    made.push(new TextEncoder().encode(lines));
    return made.judge({ kind: "exited", code }).kind;
  };
  assert.equal(text("pong\n", 0), "ok");
  assert.equal(
    text("error: Responses API request failed\n  caused by: Authentication failed: it is invalid\n", 1),
    "auth",
  );
  assert.equal(text("error: DeepSeek API key not found.\n\n1. Get a key\n", 1), "auth");
  assert.equal(text("error: Network error: SSE stream request failed after HTTP/1.1 fallback\n", 1), "transient");
  assert.equal(text("error: No saved sessions found for workspace /home/me.\n", 1), "config");
  assert.equal(text("it broke\n", 1), "error");
  assert.equal(reader(["pong"]).judge(exit0).kind, "no_result", "a record stream has an end");
});
