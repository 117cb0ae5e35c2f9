// Proves what is observed in Gemini CLI's stream, whatever it holds.
import assert from "node:assert/strict";
import fc from "fast-check";
import gemini from "../../src/agents/gemini.ts";
import {
  counts,
  exit0,
  exit1,
  failed,
  type Fields,
  init,
  message,
  now,
  provider,
  question,
  rateLines,
  reader,
  stats,
  success,
  timestamp,
  toolUse,
  wall,
  zeros,
} from "./gemini_records.ts";

Deno.test("observe() shows the sleep Gemini CLI tells on stderr until it gets on", () => {
  const waiting = reader([init, question, ...rateLines]);
  assert.deepEqual(waiting.observe().early, {
    kind: "long_wait",
    why: "Gemini CLI sleeps for 9 s before it tries again",
    waitSeconds: 9,
  });
  const verdict = waiting.judge(wall);
  assert.deepEqual([verdict.kind, verdict.waitClass, verdict.retryAfterSeconds], ["transient", "rate_limit_model", 8]);
  const on = reader([init, question, ...rateLines, message("assistant", "x")]);
  assert.equal(on.observe().early, null);
  assert.equal(on.judge(wall).kind, "hung");
  const long = reader([init, "Attempt 1 failed: Please retry in 7200s. Retrying after 7200000ms..."]);
  assert.equal(long.observe().early?.waitSeconds, 7200);
  const stopped = long.judge({ kind: "stopped", by: "supervisor", code: null });
  assert.deepEqual([stopped.kind, stopped.retryAfterSeconds], ["limit", 7200]);
});

Deno.test("observe() knows a retry that has no hope and one that has", () => {
  const signOf = (line: string) => reader([init, line]).observe().early?.kind ?? null;
  const kindOf = (line: string) => reader([init, line]).judge(wall).kind;
  assert.equal(signOf("Attempt 1 failed with status 401. Retrying with backoff... _ApiError: {}"), "hopeless");
  assert.equal(signOf("Attempt 1 failed with status 402. Retrying with backoff..."), "hopeless");
  assert.equal(signOf("Attempt 1 failed with status 503. Retrying with backoff..."), null);
  for (
    const line of [
      "Attempt 1 failed with status 503. Retrying with backoff... _ApiError: {",
      "Attempt 2 failed with 429 error (no Retry-After header). Retrying with backoff... Error: x",
      "Attempt 2 failed with 5xx error. Retrying with backoff... Error: x",
      "Attempt 7 failed. Retrying with backoff... Error: exception TypeError: fetch failed sending request",
      "Attempt 7 failed. Retrying with backoff... 7",
      "Attempt 10 failed: Resource has been exhausted. Max attempts reached",
      "Attempt 1 failed: a sentence that goes on",
    ]
  ) assert.equal(kindOf(line), "transient", line);
  for (const line of ["Attempt x failed", "We attempt 1 failed with status 503", "Retrying after 3600000ms..."]) {
    assert.equal(signOf(line), null, line);
    assert.equal(kindOf(line), "hung", line);
  }
});

Deno.test("observe() hears no retries where the answer is plain text", () => {
  const text = reader(rateLines, ["gemini", "-p", "x"]);
  assert.equal(text.observe().early, null);
  assert.equal(text.judge(exit0).kind, "ok");
  assert.equal(reader(rateLines, ["gemini", "-o", "stream-json"]).observe().early?.kind, "long_wait");
});

Deno.test("observe() tells tools, denials and lost servers", () => {
  const denied = {
    type: "tool_result",
    timestamp,
    tool_id: "t1",
    status: "error",
    error: { type: "policy_violation" },
  };
  const observed = reader([
    "[MCP error] Error during discovery for MCP server 'github': MCP error -32000: Connection closed",
    init,
    toolUse("run_shell_command", "t1", { command: "ls" }),
    denied,
    { type: "weather", timestamp },
  ]).observe();
  assert.deepEqual(observed.toolCalls, [{ name: "run_shell_command", target: "ls" }]);
  assert.deepEqual(observed.denials, ["run_shell_command"]);
  assert.deepEqual(observed.degraded, ["mcp server github: failed"]);
  assert.equal(observed.unknownRecords, 1);
});

Deno.test("observe() splits the tokens by kind and by model", () => {
  const usageOf = (value: unknown) => reader([init, { ...success, stats: value }]).observe().usage;
  assert.deepEqual(usageOf(stats), {
    model: "gemini-2.5-pro",
    inputTokens: 900,
    outputTokens: 38,
    reasoningTokens: 7,
    cachedTokens: 300,
    cacheCreationTokens: 0,
    costUsd: null,
    durationMs: 62,
    toolCallCount: 0,
    modelsBreakdown: null,
    isCumulative: false,
  });
  const two = usageOf({
    ...stats,
    models: { small: { total_tokens: 9, input: 5, output_tokens: 2, cached: 2 }, big: counts },
  });
  assert.equal(two?.model, "big");
  assert.deepEqual(two?.modelsBreakdown, {
    small: { total_tokens: 9, input_tokens: 5, output_tokens: 2, cached_tokens: 2 },
    big: { total_tokens: 1245, input_tokens: 1200, output_tokens: 38, cached_tokens: 300 },
  });
  assert.equal(usageOf({ ...zeros, duration_ms: 412, models: {} }), null);
  assert.equal(usageOf({ ...zeros, models: { a: zeros } })?.inputTokens, 0);
  for (const value of [null, [], "x", {}]) assert.equal(usageOf(value), null);
});

Deno.test("judge() takes no undated or half record for a terminal one", () => {
  const { timestamp: _, ...undated } = success;
  assert.equal(reader([init, message("assistant", "x"), { ...undated, stats: {} }]).judge(exit0).kind, "no_result");
  const line = JSON.stringify(success);
  for (let end = 1; end < line.length; end++) {
    const made = reader([init, message("assistant", "x")]);
    made.push(new TextEncoder().encode(line.slice(0, end)));
    assert.equal(made.observe().hasTerminalRecord, false);
    assert.equal(made.judge(exit0).kind, "no_result");
  }
  assert.equal(reader([init, success, message("assistant", "and on it goes")]).judge(exit0).kind, "no_result");
});

Deno.test("createReader() reads the same whatever the order of the keys", () => {
  const backwards = (record: Fields): Fields => Object.fromEntries(Object.entries(record).toReversed());
  const records = [init, question, ...rateLines, toolUse("a", "t1", { path: "p" }), failed("[API Error: terminated]")];
  const turned = reader(records.map((one) => typeof one === "string" ? one : backwards(one)));
  assert.deepEqual(turned.observe(), reader(records).observe());
  assert.deepEqual(turned.judge(exit1), reader(records).judge(exit1));
});

Deno.test("createReader() survives any type in any field", () => {
  const value = fc.oneof(fc.jsonValue(), fc.constantFrom("error", "success", "assistant", "__proto__", timestamp));
  const record = fc.record({
    type: fc.constantFrom("init", "message", "tool_use", "tool_result", "error", "result"),
    timestamp: fc.oneof(fc.constant(timestamp), value),
    session_id: value,
    model: value,
    role: value,
    content: value,
    severity: value,
    message: value,
    status: value,
    error: fc.oneof(value, fc.record({ type: value, message: value })),
    stats: fc.oneof(value, fc.record({ input: value, total_tokens: value, models: fc.dictionary(fc.string(), value) })),
    tool_name: value,
    tool_id: value,
    parameters: value,
  }, { requiredKeys: ["type"] });
  const line = fc.oneof(record, fc.string().map((text) => `Attempt 1 failed${text}`), fc.string());
  fc.assert(fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
    const made = reader(lines);
    made.observe();
    for (const ending of [exit0, exit1, wall, { kind: "exited", code: 173 } as const]) made.judge(ending);
    made.lastLines();
  }));
});

Deno.test("resumed() goes on with a session", () => {
  assert.deepEqual(gemini.resuming?.resumed(["gemini", "-p", "x"], "id"), ["gemini", "-p", "x", "-r", "id"]);
});

Deno.test("push() bears a flood of retry notices", () => {
  const made = reader([init]);
  const chunk = new TextEncoder().encode("Attempt 1 failed: x\n".repeat(5000));
  const before = performance.now();
  for (let times = 0; times < 200; times++) made.push(chunk);
  assert.ok(performance.now() - before < 5000);
  assert.equal(made.judge(wall).kind, "transient");
  made.push(new TextEncoder().encode(`${JSON.stringify(message("assistant", "x"))}\n${rateLines.join("\n")}\n`));
  assert.equal(made.observe().early?.kind, "long_wait", "the next answer makes room for more");
});

Deno.test("judge() takes an undated result for one when it counts tokens, and a date in numbers", () => {
  const { timestamp: _, ...undated } = success;
  assert.equal(reader([init, message("assistant", "x"), undated]).judge(exit0).kind, "ok");
  const dated = (record: Fields) => ({ ...record, timestamp: now });
  const seen = reader([dated(init), dated(message("assistant", "x")), dated(success)]);
  assert.deepEqual([seen.judge(exit0).kind, seen.observe().sessionId], ["ok", "s1"]);
  assert.equal(reader([{ ...init, timestamp: 7 }]).observe().sessionId, null);
});

Deno.test("judge() asks the exit code where a failed result does not say why", () => {
  const bare = failed(null);
  const kindAt = (code: number, lines: readonly (Fields | string)[] = []) =>
    reader([init, bare, ...lines]).judge({ kind: "exited", code }).kind;
  assert.deepEqual([kindAt(0), kindAt(145), kindAt(146), kindAt(173)], ["transient", "auth", "billing", "transient"]);
  assert.equal(kindAt(1, ["[API Error: models/nope is not found for API version v1beta]"]), "config");
  const text = { ...bare, error: provider({ code: 401, message: "no", status: "UNAUTHENTICATED" }) };
  assert.equal(reader([init, text]).judge(exit1).kind, "auth");
  assert.equal(reader([init, { ...text, status: undefined }]).judge(exit1).kind, "auth");
});
