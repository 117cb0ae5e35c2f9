// Proves what is read from the records of Codex, whatever their fields hold.
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  answer,
  chatter,
  completed,
  done,
  exit0,
  exit1,
  failed,
  json,
  reader,
  retry,
  start,
  usage,
  wall,
} from "./codex_records.ts";

Deno.test("observe() counts each tool call once, whichever of its records come", () => {
  const command = { type: "command_execution", command: "ls", status: "in_progress" };
  const made = reader([
    ...start,
    { type: "item.started", item: { id: "1", ...command } },
    { type: "item.updated", item: { id: "1", ...command } },
    done({ ...command, status: "completed" }, "1"),
    done({ type: "file_change", changes: [{ path: "src/x.ts", kind: "update" }] }, "2"),
    { type: "item.started", item: { id: "3", type: "mcp_tool_call", server: "docs", tool: "find" } },
    done({ type: "web_search", query: "deno" }, "4"),
    done({ type: "collab_tool_call", tool: "spawn_agent" }, "5"),
    done({ ...command, command: "rm -rf x", status: "declined" }, "6"),
    done({ type: "todo_list", items: [] }, "7"),
    done({ type: "reasoning", text: "hm" }, "8"),
    { type: "item.started", item: { ...command } },
    done({ ...command }, "9"),
    completed,
  ]).observe();
  assert.deepEqual(made.toolCalls, [
    { name: "command_execution", target: "ls" },
    { name: "file_change", target: "src/x.ts" },
    { name: "mcp__docs__find", target: null },
    { name: "web_search", target: "deno" },
    { name: "spawn_agent", target: null },
    { name: "command_execution", target: "rm -rf x" },
    { name: "command_execution", target: "ls" },
    { name: "command_execution", target: "ls" },
  ]);
  assert.deepEqual(made.denials, ["command_execution"]);
  assert.equal(made.usage?.toolCallCount, 8);
});

Deno.test("observe() tells the thread's tokens apart and says that they are totals", () => {
  const { usage: read, ...seen } = reader([...start, answer, completed], [...json, "-m", "gpt-5"]).observe();
  assert.deepEqual(read, {
    model: "gpt-5",
    inputTokens: 900,
    outputTokens: 38,
    reasoningTokens: 7,
    cachedTokens: 300,
    cacheCreationTokens: 11,
    costUsd: null,
    durationMs: 0,
    toolCallCount: 0,
    modelsBreakdown: null,
    isCumulative: true,
  });
  assert.deepEqual([seen.sessionId, seen.model, seen.turns, seen.hasTerminalRecord], ["t1", "gpt-5", 1, true]);
  assert.equal(reader([...start, answer]).observe().usage, null);
});

Deno.test("observe() knows the model from the command line alone", () => {
  const modelOf = (...words: readonly string[]) => reader([], [...json, ...words]).observe().model;
  assert.equal(modelOf("-m", "a"), "a");
  assert.equal(modelOf("--model", "a"), "a");
  assert.equal(modelOf("--model=a"), "a");
  assert.equal(modelOf("-c", 'model="a"'), "a");
  assert.equal(modelOf("-c", "model_provider=mock"), null);
  assert.equal(modelOf("-m"), null);
});

Deno.test("observe() names the tool servers that the run had to start without", () => {
  const made = reader([
    ...start,
    done({ type: "error", message: "MCP client for `docs` failed to start: no such file" }),
    done({ type: "error", message: "MCP startup incomplete (failed: docs, web)" }),
    done({ type: "error", message: "Model metadata for `x` not found." }),
    answer,
    completed,
  ]);
  assert.deepEqual(made.judge(exit0).degraded, ["mcp server docs: failed", "mcp server web: failed"]);
});

Deno.test("the reader is right when the keys of a record come in any order", () => {
  const lines = [
    '{ "thread_id" : "t1" , "type" : "thread.started" }',
    '{"item":{"text":"Done.","type":"agent_message","id":"1"},"type":"item.completed"}',
    `{"usage":${JSON.stringify(usage)},"type":"turn.completed"}`,
  ];
  const made = reader(lines);
  assert.equal(made.judge(exit0).kind, "ok");
  assert.deepEqual([made.observe().sessionId, made.observe().usage?.inputTokens], ["t1", 900]);
});

Deno.test("the reader neither throws nor says ok when every field has a wrong type", () => {
  const wrong = fc.oneof(fc.constantFrom(null, true, -1, 1e300, "", "x", [], {}, [[]], { message: 5 }), fc.jsonValue());
  const label = fc.constantFrom(
    ..."thread.started turn.started turn.failed item.started item.updated item.completed error future".split(" "),
  );
  const item = fc.record({
    id: wrong,
    type: fc.oneof(wrong, fc.constantFrom("command_execution", "file_change", "mcp_tool_call", "error")),
    text: wrong,
    command: wrong,
    changes: wrong,
    status: wrong,
    message: wrong,
    tool: wrong,
    server: wrong,
  }, { requiredKeys: [] });
  const record = fc.record({
    type: label,
    thread_id: wrong,
    message: wrong,
    error: wrong,
    usage: wrong,
    item: fc.oneof(wrong, item),
  }, { requiredKeys: ["type"] });
  fc.assert(fc.property(fc.array(record, { maxLength: 8 }), (records) => {
    const made = reader(records);
    made.observe();
    assert.notEqual(made.judge(exit0).kind, "ok");
    assert.notEqual(made.judge(wall).kind, "ok");
    assert.equal(made.observe().badLines, 0);
  }));
});

Deno.test("the reader takes counts of wrong types for none", () => {
  for (const bad of [null, [], "12", -5, {}, 1e999]) {
    const fields = Object.fromEntries(Object.keys(usage).map((name) => [name, bad]));
    const read = reader([...start, answer, { type: "turn.completed", usage: fields }]).observe().usage;
    assert.ok(read === null || read.inputTokens === 0 && read.outputTokens === 0);
    const odd = { ...usage, cached_input_tokens: 9999, reasoning_output_tokens: 9999 };
    const capped = reader([...start, answer, { type: "turn.completed", usage: odd }]).observe().usage;
    assert.deepEqual([capped?.inputTokens, capped?.outputTokens], [0, 0]);
  }
});

Deno.test("the reader counts records of kinds it does not know", () => {
  const { unknownRecords, badLines } = reader([
    ...start,
    { type: "request_user_input" },
    { type: "turn.paused" },
    { no: "type" },
    "{broken",
  ]).observe();
  assert.deepEqual([unknownRecords, badLines], [2, 1]);
});

Deno.test("judge() takes a failure without a text of its own for the one told before it", () => {
  const told = "unexpected status 401 Unauthorized: no, url: x";
  for (const end of [{ type: "turn.failed" }, { type: "turn.failed", error: {} }, failed(7)]) {
    assert.equal(reader([...start, chatter(told), end]).judge(exit1).kind, "auth");
    assert.equal(
      reader([...start, retry("exceeded retry limit, last status: 429 Too Many Requests"), end]).judge(exit1)
        .kind,
      "transient",
    );
    assert.equal(reader([...start, end]).judge(exit1).kind, "error");
  }
  assert.equal(reader([...start, { type: "turn.failed", message: told }]).judge(exit1).kind, "auth");
  assert.equal(reader([...start, chatter(told), failed("something else")]).judge(exit1).kind, "error");
});

Deno.test("a login server that is not reached is trouble that passes until Codex gives up on it", () => {
  const unreached = "error sending request for url (https://auth.openai.com/oauth/token)";
  const made = reader([...start, chatter(`Reconnecting... waiting for network (Connection failed: ${unreached})`)]);
  assert.deepEqual([made.judge(wall).kind, made.observe().early], ["transient", null]);
  assert.equal(reader([...start, failed(unreached)]).judge(exit1).kind, "auth");
});
