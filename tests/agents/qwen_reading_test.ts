// Proves what is observed in Qwen Code's stream, whatever it holds.
import assert from "node:assert/strict";
import fc from "fast-check";
import qwen from "../../src/agents/qwen.ts";
import {
  assistant,
  exit0,
  exit1,
  failed,
  type Fields,
  heartbeat,
  init,
  reader,
  result,
  retry,
  wall,
} from "./qwen_records.ts";

Deno.test("observe() shows Qwen Code's sleep by its newest heartbeat until it gets on", () => {
  const waiting = [init, heartbeat(3600), heartbeat(3570)];
  assert.deepEqual(reader(waiting).observe().early, {
    kind: "long_wait",
    why: "Qwen Code sleeps for another 3570 s",
    waitSeconds: 3570,
  });
  assert.equal(reader([...waiting, assistant([])]).observe().early, null);
  assert.equal(reader([...waiting, result]).observe().early, null);
  assert.equal(reader([heartbeat(3600)], ["qwen", "-p", "x"]).observe().early, null, "it may be the answer");
  assert.equal(reader([heartbeat(9)], ["qwen", "--output-format", "stream-json"]).observe().early?.waitSeconds, 9);
  for (const line of [`x ${heartbeat(9)}`, `${heartbeat(9)} or so`, "[qwen-code] Waiting for API capacity"]) {
    assert.equal(reader([init, line]).observe().early, null, line);
  }
});

Deno.test("observe() calls 20 retries in a row without an answer a runaway", () => {
  const many = (count: number) => Array<Fields>(count).fill(retry);
  assert.equal(reader([init, ...many(19)]).observe().early, null);
  assert.equal(reader([init, ...many(20)]).observe().early?.kind, "runaway");
  assert.equal(reader([init, ...many(15), assistant([]), ...many(15)]).observe().early, null);
});

Deno.test("observe() tells the whole conversation's tokens, and before that those of its messages", () => {
  const usage = { input_tokens: 1200, output_tokens: 45, cache_read_input_tokens: 300, total_tokens: 1245 };
  const nothing = { input_tokens: 0, output_tokens: 0 };
  const messages = [
    assistant([{ type: "text", text: "x" }], { id: "a", usage: nothing }),
    assistant([{ type: "tool_use", name: "edit", input: { path: "p" } }], { id: "b", usage }),
    assistant([{ type: "text", text: "y" }], { id: "b", usage }),
    assistant([{ type: "text", text: "z" }], { id: "c", usage }),
  ];
  const before = reader([init, ...messages]).observe().usage;
  assert.deepEqual(
    [before?.inputTokens, before?.outputTokens, before?.cachedTokens, before?.isCumulative],
    [1800, 90, 600, false],
  );
  assert.deepEqual(reader([init, ...messages, result]).observe().usage, {
    model: "m1",
    inputTokens: 1800,
    outputTokens: 90,
    reasoningTokens: 0,
    cachedTokens: 600,
    cacheCreationTokens: 0,
    costUsd: null,
    durationMs: 1200,
    toolCallCount: 1,
    modelsBreakdown: null,
    isCumulative: true,
  });
  assert.equal(reader([init, messages[0]!]).observe().usage, null);
  const beside = { input_tokens: 10, output_tokens: 5, cache_read_input_tokens: 300, cache_creation_input_tokens: 7 };
  const other = reader([init, { ...result, usage: beside }]).observe().usage;
  assert.deepEqual([other?.inputTokens, other?.cachedTokens, other?.cacheCreationTokens], [10, 300, 7]);
});

Deno.test("observe() tells tools, denials, turns, version and lost servers of Qwen Code", () => {
  const servers = [{ name: "github", status: "failed" }, { name: "files", status: "connected" }, 7];
  const observed = reader([
    { ...init, mcp_servers: servers },
    assistant([{ type: "tool_use", name: "run_shell_command", input: { command: "ls" } }, 3, null]),
    { type: "weather", session_id: "s1" },
    { ...result, permission_denials: [{ tool_name: "edit" }, 5] },
  ]).observe();
  assert.deepEqual(observed.toolCalls, [{ name: "run_shell_command", target: "ls" }]);
  assert.deepEqual(observed.denials, ["edit", "unknown"]);
  assert.deepEqual(observed.degraded, ["mcp server github: failed"]);
  assert.deepEqual([observed.sessionId, observed.model, observed.cliVersion, observed.turns], ["s1", "m1", "9.9.9", 2]);
  assert.equal(observed.unknownRecords, 1);
});

Deno.test("createReader() of Qwen Code reads the same whatever the order of the keys", () => {
  const backwards = (record: Fields): Fields => Object.fromEntries(Object.entries(record).toReversed());
  const records = [init, retry, assistant([{ type: "text", text: "x" }]), failed("[API Error: 503 x]")];
  const turned = reader(records.map(backwards));
  assert.deepEqual(turned.observe(), reader(records).observe());
  assert.deepEqual(turned.judge(exit1), reader(records).judge(exit1));
});

Deno.test("createReader() of Qwen Code survives any type in any field", () => {
  const value = fc.oneof(fc.jsonValue(), fc.constantFrom("init", "retry", "success", "__proto__"));
  const record = fc.record({
    type: fc.constantFrom("system", "assistant", "result"),
    subtype: value,
    session_id: fc.oneof(fc.constant("s1"), value),
    model: value,
    qwen_code_version: value,
    mcp_servers: fc.oneof(value, fc.array(value)),
    data: value,
    is_error: value,
    error: fc.oneof(value, fc.record({ message: value })),
    message: fc.oneof(value, fc.record({ id: value, content: fc.oneof(value, fc.array(value)), usage: value })),
    usage: fc.oneof(value, fc.record({ input_tokens: value, cache_read_input_tokens: value })),
    permission_denials: fc.oneof(value, fc.array(value)),
    num_turns: value,
    result: value,
    duration_ms: value,
  }, { requiredKeys: ["type"] });
  fc.assert(fc.property(fc.array(fc.oneof(record, fc.string()), { maxLength: 12 }), (lines) => {
    const made = reader(lines);
    made.observe();
    for (const ending of [exit0, exit1, wall, { kind: "exited", code: 53 } as const]) made.judge(ending);
    made.lastLines();
  }));
});

Deno.test("resumed() of Qwen Code goes on with a session", () => {
  assert.deepEqual(qwen.resuming?.resumed(["qwen", "-p", "x"], "id"), ["qwen", "-p", "x", "--resume", "id"]);
});

Deno.test("judge() reads what Qwen Code says of retries and of a missing key on stderr", () => {
  const line = "Retrying provider attempt (0 buffered tool call(s) discarded).";
  assert.equal(reader([init, line]).judge(wall).kind, "transient");
  assert.equal(reader([init, line, assistant([{ type: "text", text: "x" }])]).judge(wall).kind, "hung");
  const missing = "Missing API key for OpenAI-compatible auth. Set settings.security.auth.apiKey.";
  assert.equal(reader([missing]).judge(exit1).kind, "auth");
  assert.equal(reader([`It printed: ${missing}`]).judge(exit1).kind, "error");
});

Deno.test("judge() sees a failure although fields that tell of it are missing", () => {
  const { session_id: _, ...unsigned } = result;
  assert.equal(reader([init, { ...unsigned, uuid: "u1" }]).judge(exit0).kind, "ok");
  assert.equal(reader([init, unsigned]).judge(exit0).kind, "no_result");
  const refused = failed("[API Error: 401 Incorrect API key]");
  for (const change of [{ is_error: undefined }, { is_error: "true", subtype: "success" }, { subtype: undefined }]) {
    assert.equal(reader([init, { ...refused, ...change }]).judge(exit1).kind, "auth", JSON.stringify(change));
  }
  assert.equal(reader([init, { ...refused, is_error: undefined, subtype: "success" }]).judge(exit1).kind, "auth");
  assert.equal(reader([init, { ...result, is_error: undefined }]).judge(exit0).kind, "ok");
});

Deno.test("judge() knows the words for a fault behind the provider", () => {
  assert.equal(reader([init, failed("[API Error: Provider returned error]")]).judge(exit1).kind, "transient");
});
