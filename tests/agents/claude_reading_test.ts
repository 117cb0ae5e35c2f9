// Proves what is read from Claude Code's records, and that hostile ones do no harm.
import assert from "node:assert/strict";
import fc from "fast-check";
import claude from "../../src/agents/claude.ts";
import { verdictKinds } from "../../src/core/verdict.ts";
import { assistant, exit0, exit1, failed, type Fields, init, later, reader, result, wall } from "./claude_records.ts";
import { lookAlikes } from "./look_alikes.ts";

Deno.test("hasTerminalRecord stays false when a tool prints a result's bytes", () => {
  for (const text of lookAlikes) {
    const made = reader([
      init,
      { type: "user", message: { content: text }, tool_use_result: text },
      assistant([{ type: "text", text }]),
    ]);
    assert.equal(made.observe().hasTerminalRecord, false, text);
    assert.equal(made.judge(exit0).kind, "no_result", text);
  }
});

Deno.test("hasTerminalRecord turns false again when the agent goes on", () => {
  const made = reader([init, result, assistant([{ type: "text", text: "more" }], { parent_tool_use_id: null })]);
  assert.equal(made.observe().hasTerminalRecord, false);
  assert.equal(made.judge(exit0).kind, "no_result");
  const child = assistant([{ type: "text", text: "x" }], { parent_tool_use_id: "toolu_1" });
  assert.equal(reader([init, result, child]).observe().hasTerminalRecord, true);
});

Deno.test("observe() sums the usage of several turns and prefers the cost of this run", () => {
  const perModel = { a: { costUSD: 0.1 }, b: { costUSD: 0.02 } };
  const one = reader([init, assistant([]), { ...result, model_usage_since_last_result: perModel }]).observe();
  assert.equal(one.usage?.costUsd, 0.1 + 0.02);
  assert.equal(one.usage?.model, "m2");
  const two = reader([init, result, { ...result, total_cost_usd: 0.75 }]).observe().usage;
  assert.deepEqual(
    [two?.inputTokens, two?.outputTokens, two?.cachedTokens, two?.cacheCreationTokens, two?.costUsd, two?.durationMs],
    [20, 8, 6, 4, 0.75, 2400],
  );
  assert.equal(reader([init, { ...result, usage: {} }]).observe().usage, null);
  assert.equal(reader([init, { ...result, total_cost_usd: "one" }]).observe().usage?.costUsd, null);
});

Deno.test("observe() sums the answers of a run without a result, each message once, at an unknown cost", () => {
  const answer = (id: string, input: number, output: number) =>
    assistant([], {
      message: { id, model: "m2", content: [], usage: { input_tokens: input, output_tokens: output } },
    });
  const seen = (records: readonly Fields[]) => reader([init, ...records]).observe().usage;
  const killed = seen([answer("a", 10, 1), answer("b", 5, 1), answer("a", 10, 7)]);
  assert.deepEqual([killed?.inputTokens, killed?.outputTokens, killed?.costUsd], [15, 8, null]);
  const many = seen(Array.from({ length: 100 }, (_, i) => answer(`m${i}`, 2, 1)));
  assert.deepEqual([many?.inputTokens, many?.outputTokens], [200, 100]);
  const goesOn = seen([answer("a", 10, 1), result, answer("b", 5, 1)]);
  assert.deepEqual([goesOn?.inputTokens, goesOn?.outputTokens, goesOn?.costUsd], [15, 5, null]);
  assert.equal(seen([assistant([])]), null);
});

Deno.test("observe() leaves the cost open when only the total of an older conversation is told", () => {
  const command = ["claude", "-p", "--output-format", "stream-json", "--resume", "s1"];
  assert.equal(reader([init, result], command).observe().usage?.costUsd, null);
  const own = { model_usage_since_last_result: { m2: { costUSD: 0.125 } } };
  assert.equal(reader([init, { ...result, ...own }], command).observe().usage?.costUsd, 0.125);
});

Deno.test("observe() takes an interrupted run's blank usage from its models, or from its answers", () => {
  const blank = { ...result, usage: { input_tokens: 0, output_tokens: 0 }, is_error: true };
  const seen = assistant([], { message: { id: "a", model: "m2", content: [], usage: { input_tokens: 9 } } });
  assert.equal(reader([init, seen, blank]).observe().usage?.inputTokens, 9);
  const models = { model_usage_since_last_result: { m2: { inputTokens: 11, costUSD: 0.1 } } };
  assert.equal(reader([init, seen, { ...blank, ...models }]).observe().usage?.inputTokens, 11);
});

Deno.test("observe() sums turns and counts each refused call once", () => {
  const told = { type: "system", subtype: "permission_denied", session_id: "s1", tool_name: "Bash", tool_use_id: "t1" };
  const denials = [{ tool_name: "Bash", tool_use_id: "t1" }, { tool_name: "Edit", tool_use_id: "t2" }, 7];
  const seen = reader([init, told, { ...result, permission_denials: denials }, result]).observe();
  assert.deepEqual(seen.denials, ["Bash", "Edit"]);
  assert.equal(seen.turns, 4);
  assert.equal(reader([init]).observe().turns, null);
});

Deno.test("observe() tells what the run had to start without", () => {
  const start = {
    ...init,
    mcp_servers: [{ name: "github", status: "failed" }, { name: "db", status: "connected" }, {
      name: "mail",
      status: "needs-auth",
    }, "odd"],
    mcp_server_errors: [{ name: "github", error: "again" }, { name: "jira", error: "TOKEN=abcdefgh refused" }],
    plugin_errors: { lint: "no manifest" },
  };
  const made = reader([start, result]);
  const degraded = [
    "mcp server github: failed",
    "mcp server mail: needs-auth",
    "mcp server jira: TOKEN=<redacted> refused",
    "plugin lint: no manifest",
  ];
  assert.deepEqual(made.observe().degraded, degraded);
  assert.deepEqual([made.judge(exit0).kind, made.judge(exit0).degraded], ["ok", degraded]);
  assert.deepEqual(reader([init, result]).judge(exit0).degraded, []);
});

Deno.test("observe() keeps every window as last seen", () => {
  const info = {
    status: "allowed_warning",
    rateLimitType: "seven_day",
    utilization: 0.85,
    resetsAt: later,
    unifiedWindows: {
      five_hour: { utilization: 0.2, resetsAt: later * 1000, status: "allowed" },
      seven_day: { utilization: 1.1, resetsAt: later + 60, status: "rejected" },
      odd: 7,
    },
  };
  const event = { type: "rate_limit_event", session_id: "s1", rate_limit_info: info };
  const alone = { ...event, rate_limit_info: { status: "allowed", rateLimitType: "five_hour", utilization: 0.3 } };
  const five = { name: "five_hour", utilization: 0.2, resetsAt: later, isRejected: false };
  const week = { name: "seven_day", utilization: 1.1, resetsAt: later + 60, isRejected: true };
  assert.deepEqual(reader([init, event]).observe().windows, [five, week]);
  assert.deepEqual(reader([init, event, alone]).observe().windows, [
    week,
    { name: "five_hour", utilization: 0.3, resetsAt: null, isRejected: false },
  ]);
  assert.deepEqual(reader([init, { ...event, rate_limit_info: { status: "allowed" } }]).observe().windows, []);
});

Deno.test("observe() counts only records of unknown kinds as unknown", () => {
  const known = ["user", "stream_event", "tool_progress", "keep_alive"].map((type) => ({ type, session_id: "s1" }));
  const status = { type: "system", subtype: "status", session_id: "s1" };
  assert.equal(reader([init, ...known, status, result]).observe().unknownRecords, 0);
  assert.equal(reader([init, { type: "telepathy", session_id: "s1" }]).observe().unknownRecords, 1);
});

Deno.test("observe() keeps the newest 200 tool calls, counts all and hides secrets in targets", () => {
  const calls = Array.from(
    { length: 250 },
    (_, i) => assistant([{ type: "tool_use", name: "Read", input: { file_path: `f${i}` } }]),
  );
  const seen = reader([init, ...calls, result]).observe();
  assert.equal(seen.toolCalls.length, 200);
  assert.deepEqual([seen.toolCalls[0], seen.toolCalls.at(-1)], [{ name: "Read", target: "f50" }, {
    name: "Read",
    target: "f249",
  }]);
  assert.equal(seen.usage?.toolCallCount, 250);
  const target = (input: unknown) =>
    reader([assistant([{ type: "tool_use", name: "T", input }])]).observe().toolCalls[0]?.target;
  assert.equal(target({ command: "API_TOKEN=abcdef curl x" }), "API_TOKEN=<redacted> curl x");
  assert.equal(target({ pattern: "p", command: "c" }), "p");
  assert.equal(target({ command: "é".repeat(300) })!.length <= 100, true);
  for (const input of [null, 7, [], {}, { path: 7 }]) assert.equal(target(input), null);
});

Deno.test("lastLines() shows what people need: plain lines and the error, no records", () => {
  assert.equal(
    reader([init, "warning: x", failed({ result: "Invalid API key" })]).lastLines(),
    "warning: x\nInvalid API key",
  );
  assert.equal(reader([init, assistant([{ type: "text", text: "prose" }]), result]).lastLines(), "");
  assert.ok(reader(["word ".repeat(3000)]).lastLines().length <= 2000);
});

Deno.test("the reader never throws, whatever types the fields have", () => {
  const anything = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom(
      "rejected",
      "success",
      "error",
      "init",
      "api_retry",
      true,
      1e308,
      -1,
      "2026-11-21T00:00:00Z",
      "__proto__",
    ),
  );
  const names = [
    "subtype",
    "session_id",
    "model",
    "timestamp",
    "message",
    "error",
    "is_api_error_message",
    "api_error_params",
    "error_status",
    "rate_limit_info",
    "is_error",
    "result",
    "errors",
    "usage",
    "model_usage_since_last_result",
    "total_cost_usd",
    "duration_ms",
    "num_turns",
    "api_error_status",
    "api_error",
    "api_error_type",
    "terminal_reason",
    "parent_tool_use_id",
    "claude_code_version",
    "mcp_servers",
    "mcp_server_errors",
    "plugin_errors",
    "permission_denials",
    "tool_name",
    "subagent_retry",
    "retry_delay_ms",
    "attempt",
    "apiKeySource",
  ];
  const record = fc.record(
    {
      type: fc.constantFrom("system", "assistant", "rate_limit_event", "result", "user", "tool_progress"),
      ...Object.fromEntries(names.map((name) => [name, anything])),
      message: fc.record({
        model: anything,
        content: fc.oneof(
          anything,
          fc.array(
            fc.record({ type: fc.constantFrom("tool_use", "text"), text: anything, name: anything, input: anything }),
          ),
        ),
      }),
      rate_limit_info: fc.record({
        status: fc.constantFrom("rejected", 1),
        resetsAt: anything,
        unifiedWindows: fc.dictionary(fc.string(), anything),
      }),
    },
    { requiredKeys: ["type"] },
  );
  fc.assert(
    fc.property(fc.array(record, { maxLength: 4 }), fc.constantFrom(exit0, exit1, wall), (records, ending) => {
      const made = reader(records as Fields[]);
      const verdict = made.judge(ending);
      made.observe();
      made.lastLines();
      assert.ok(verdictKinds.includes(verdict.kind));
      assert.ok(verdict.evidence.every(({ value }) => value.length <= 200));
      assert.ok(verdict.resetsAt === null || Number.isSafeInteger(verdict.resetsAt));
    }),
    { numRuns: 1000 },
  );
});

Deno.test("the reader never throws on any bytes", () => {
  fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (chunks) => {
    const made = claude.createReader();
    for (const chunk of chunks) made.push(chunk);
    made.observe();
    assert.notEqual(made.judge(exit0).kind, "ok");
  }));
});
