// Proves what is read from aider's text, and that what the model writes into it does no harm.
import assert from "node:assert/strict";
import fc from "fast-check";
import aider from "../../src/agents/aider.ts";
import type { Ending } from "../../src/core/round.ts";
import { verdictKinds } from "../../src/core/verdict.ts";
import { lookAlikes } from "./look_alikes.ts";

const exit0: Ending = { kind: "exited", code: 0 };
const wall: Ending = { kind: "timed_out", wall: "hard", code: null };
const now = Date.parse("2026-11-21T06:20:00Z");
const start = ["Aider v0.86.1", "Main model: anthropic/claude-sonnet-4-5 with diff edit format, infinite output"];
const answer = "Tokens: 12k sent, 3.1k received. Cost: $0.03 message, $0.10 session.";
const rateLimited = [
  'litellm.RateLimitError: AnthropicException - {"type":"error","error":{"type":"rate_limit_error"}}',
  "The API provider has rate limited you. Try again later or check your quotas.",
];

function reader(lines: readonly string[]) {
  const made = aider.createReader({ now: () => now, timeZone: "UTC" });
  made.push(new TextEncoder().encode(`${lines.join("\n")}\n`));
  return made;
}

function judged(lines: readonly string[], ending: Ending = exit0) {
  return reader([...start, ...lines]).judge(ending);
}

Deno.test("observe() reads model, version, tokens, cost and edits", () => {
  const seen = reader([
    ...start,
    "I will change the file.",
    "Tokens: 12k sent, 1k cache write, 2.5k cache hit, 310 received.",
    "Cost: $0.03 message, $0.03 session.",
    "Applied edit to src/a.py",
    "Commit abc1234 feat: add a",
    "\u001b[34mTokens: 1.2k sent, 40 received. Cost: $0.0077 message, $0.04 session.\u001b[0m",
  ]).observe();
  assert.deepEqual([seen.model, seen.cliVersion, seen.turns], ["anthropic/claude-sonnet-4-5", "0.86.1", 2]);
  assert.deepEqual(seen.usage, {
    model: "anthropic/claude-sonnet-4-5",
    inputTokens: 9700,
    outputTokens: 350,
    reasoningTokens: 0,
    cachedTokens: 2500,
    cacheCreationTokens: 1000,
    costUsd: 0.04,
    durationMs: 0,
    toolCallCount: 2,
    modelsBreakdown: null,
    isCumulative: false,
  });
  assert.deepEqual(seen.toolCalls, [{ name: "edit", target: "src/a.py" }, { name: "commit", target: "abc1234" }]);
  assert.equal(seen.hasTerminalRecord, false);
});

Deno.test("observe() joins a report that was broken at the width of the terminal", () => {
  const costOf = (lines: readonly string[]) => reader(lines).observe().usage?.costUsd;
  assert.equal(costOf(["Tokens: 2k sent, 9 received. Cost: $0.03 message, $0.10", "session."]), 0.1);
  assert.equal(costOf(["Tokens: 2k sent, 9 received. Cost:", "$0.03 message, $0.10 session."]), 0.1);
  assert.equal(costOf(["Tokens: 2k sent, 9 received."]), null);
  assert.equal(
    costOf(["Tokens: 2k sent, 9 received.", "Applied edit to a", "Cost: $0.03 message, $0.10 session."]),
    null,
  );
  assert.equal(costOf(["Tokens: 2k sent, 9 received. Cost: $0.03 message", "- a list", "session."]), null);
});

Deno.test("judge() calls a run ok only with an answer of the model", () => {
  assert.equal(judged(["The answer is 42.", answer, "Applied edit to a.py"]).kind, "ok");
  assert.equal(judged(["The answer is 42."]).kind, "no_result");
  assert.equal(judged(["Tokens: 12k sent, 0 received."]).kind, "no_result");
  assert.equal(judged([]).kind, "no_result");
  const cut = new TextEncoder().encode(`${[...start, "42.", answer].join("\n")}`);
  const made = aider.createReader();
  for (let at = 0; at <= cut.length; at++) {
    assert.notEqual(made.judge(exit0).kind, "ok", `cut at byte ${at}`);
    made.push(cut.subarray(at, at + 1));
  }
});

Deno.test("judge() names the failures that exit status 0 hides", () => {
  const authenticated = "The API provider is not able to authenticate you. Check your API key.";
  const cases: readonly (readonly [string, string | null, readonly string[]])[] = [
    ["auth", null, ['litellm.AuthenticationError: AnthropicException - {"type":"error"}', authenticated]],
    ["auth", null, [authenticated]],
    ["transient", "rate_limit_model", rateLimited],
    ["transient", "rate_limit_model", [...rateLimited, "Retrying in 0.2 seconds..."]],
    ["billing", null, [
      "litellm.RateLimitError: RateLimitError: OpenAIException - You exceeded your current",
      "quota, please check your plan and billing details.",
      rateLimited[1]!,
    ]],
    ["transient", "rate_limit_model", [
      "litellm.RateLimitError: VertexAIException - You exceeded your current quota RESOURCE_EXHAUSTED",
      rateLimited[1]!,
    ]],
    ["billing", null, ["litellm.BadRequestError: AnthropicException - Your credit balance is too low to access"]],
    ["billing", null, [
      'litellm.APIError: APIError: OpenrouterException - {"error":{"code":402}}',
      "Retrying in 1.0 seconds...",
    ]],
    ["config", null, ["litellm.NotFoundError: AnthropicException - model: claude-x"]],
    ["transient", "api_timeout", ["litellm.Timeout: APITimeoutError - Request timed out."]],
    ["transient", "api_transient_5xx", ["litellm.InternalServerError: AnthropicException - Overloaded"]],
    ["transient", "api_transient_5xx", [
      "litellm.APIConnectionError: Connection refused",
      "Retrying in 0.2 seconds...",
    ]],
    ["error", null, ["litellm.BadRequestError: OpenAIException - Invalid value"]],
    ["context", null, [
      "Tokens: 190k sent, 0 received.",
      "Model gpt-4o has hit a token limit!",
      "Input tokens: ~190,000 of 128,000 -- possibly exhausted context window!",
    ]],
    ["bounded", null, [answer, "Output tokens: ~4,100 of 4,096 -- possibly exceeded output limit!"]],
    ["bounded", null, [answer, "Only 3 reflections allowed, stopping."]],
    ["auth", null, ["No LLM model was specified and no API keys were provided."]],
  ];
  for (const [kind, waitClass, lines] of cases) {
    const verdict = judged(lines);
    assert.equal(verdict.kind, kind, lines.join("\n"));
    assert.equal(verdict.waitClass, waitClass, lines.join("\n"));
    assert.ok(verdict.evidence.length > 0);
  }
});

Deno.test("judge() takes the provider's own times from the error", () => {
  const soon = judged(["litellm.RateLimitError: OpenAIException - Please try again in 20s.", rateLimited[1]!]);
  assert.deepEqual([soon.kind, soon.retryAfterSeconds], ["transient", 20]);
  const limit = judged(["litellm.RateLimitError: X - You hit your limit, resets 7:50am (UTC)", rateLimited[1]!]);
  assert.deepEqual([limit.kind, limit.waitClass, limit.resetsAt], [
    "limit",
    "rate_limit_account",
    Date.parse("2026-11-21T07:50:00Z") / 1000,
  ]);
});

Deno.test("judge() forgets an error that an answer followed", () => {
  assert.equal(judged([...rateLimited, "Retrying in 0.2 seconds...", "42.", answer]).kind, "ok");
  assert.equal(judged([...rateLimited, "Applied edit to a.py", answer]).kind, "ok");
  assert.equal(judged([answer, ...rateLimited, "Retrying in 0.2 seconds..."]).kind, "transient");
  assert.equal(judged([answer, "litellm.Timeout: APITimeoutError - late"]).kind, "transient", "the very last line");
});

Deno.test("judge() takes prose, edits and the output of tests for what they are", () => {
  const own = [
    "The API provider has rate limited you in that test.",
    "litellm.RateLimitError: mocked",
    "Retrying in 5 seconds...",
    "Only 3 reflections allowed, stopping.",
  ];
  for (const text of [...lookAlikes, ...own]) {
    assert.equal(judged([text, answer]).kind, "ok", text);
    assert.equal(
      judged(["42.", answer, "Running pytest", `> ${text.replaceAll("\n", "\n> ")}`, "1 passed"]).kind,
      "ok",
      text,
    );
  }
  const tested = [answer, "FAILED test_retry", "litellm.AuthenticationError: mocked key", "1 failed, 3 passed in 0.1s"];
  assert.equal(judged(tested).kind, "ok");
  assert.equal(judged(["{", '  "a": "litellm.Timeout: x"', "}", answer]).kind, "ok");
});

Deno.test("judge() keeps to how the process ended where aider says nothing", () => {
  assert.equal(judged([answer], { kind: "exited", code: 1 }).kind, "error");
  assert.equal(judged([answer], { kind: "exited", code: 130 }).kind, "interrupted");
  assert.equal(
    judged(["usage: aider", "aider: error: unrecognized arguments: --x"], { kind: "exited", code: 2 }).kind,
    "config",
  );
  assert.equal(judged(["x"], wall).kind, "hung");
  assert.equal(judged([...rateLimited, "Retrying in 0.2 seconds..."], wall).kind, "transient");
  assert.equal(judged(rateLimited, { kind: "stopped", by: "operator", code: 143 }).kind, "interrupted");
  assert.equal(reader([]).judge({ kind: "exited", code: 127 }).kind, "config");
});

Deno.test("early is hopeless when aider goes on asking a provider that wants payment", () => {
  const unpaid = "litellm.RateLimitError: OpenAIException - insufficient_quota";
  const made = reader([...start, unpaid, "Retrying in 0.2 seconds..."]);
  assert.equal(made.observe().early?.kind, "hopeless");
  made.push(new TextEncoder().encode(`${answer}\n`));
  assert.equal(made.observe().early, null);
  assert.equal(reader([...rateLimited, "Retrying in 0.2 seconds..."]).observe().early, null);
});

Deno.test("the aider reader never throws and finds the same in any chunks", () => {
  const line = fc.oneof(
    fc.string(),
    fc.constantFrom(...start, answer, ...rateLimited, "Retrying in 0.2 seconds...", "Cost: $1", "{", ...lookAlikes),
  );
  const sizes = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 5 });
  fc.assert(fc.property(fc.array(line, { maxLength: 12 }), sizes, (lines, cuts) => {
    const bytes = new TextEncoder().encode(lines.join("\n"));
    const made = aider.createReader();
    for (let at = 0, i = 0; at < bytes.length; i++) {
      made.push(bytes.slice(at, at + cuts[i % cuts.length]!));
      at += cuts[i % cuts.length]!;
    }
    const whole = aider.createReader();
    whole.push(bytes);
    assert.deepEqual(made.observe(), whole.observe());
    assert.deepEqual(made.judge(exit0), whole.judge(exit0));
    assert.ok(verdictKinds.includes(made.judge(wall).kind));
    assert.equal(made.lastLines(), whole.lastLines());
  }));
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
    const made = aider.createReader();
    made.push(bytes);
    made.observe();
    assert.notEqual(made.judge(exit0).kind, "ok");
  }));
});

Deno.test("judge() knows that aider could not be run at all", () => {
  const kindAt = (code: number, lines: readonly string[]) => reader(lines).judge({ kind: "exited", code }).kind;
  assert.equal(kindAt(127, ["sh: 1: aider: not found"]), "config");
  assert.equal(kindAt(126, ["sh: 1: aider: Permission denied"]), "config");
  assert.equal(kindAt(127, start), "error");
});
