// Proves what is read from Copilot CLI's records, and that look-alikes and hostile records do no harm.
import assert from "node:assert/strict";
import fc from "fast-check";
import copilot from "../../src/agents/copilot.ts";
import type { Ending } from "../../src/core/round.ts";
import { verdictKinds } from "../../src/core/verdict.ts";
import { lookAlikes } from "./look_alikes.ts";
import { assertNeverOkWhenCut, type Fields, readerOf } from "./record_lines.ts";

const now = Date.parse("2026-11-21T06:00:00Z");
const exit0: Ending = { kind: "exited", code: 0 };
const exit1: Ending = { kind: "exited", code: 1 };
const wall: Ending = { kind: "timed_out", wall: "hard", code: null };
const turn = data("assistant.turn_start", { turnId: "0" });
const start = data("model.call_start", { turnId: "0", model: "gpt-5" });
const answer = data("assistant.message", { model: "gpt-5", content: "Done.", toolRequests: [] });

function data(type: string, fields: Fields): Fields {
  return { type, data: fields, id: "r1", timestamp: "2026-11-21T06:00:00.000Z" };
}

function result(exitCode: unknown): Fields {
  return { type: "result", timestamp: "2026-11-21T06:00:01.000Z", sessionId: "s1", exitCode, usage: {} };
}

function failure(fields: Fields): Fields {
  return data("model.call_failure", { model: "gpt-5", failureKind: "api", ...fields });
}

function error(fields: Fields): Fields {
  return data("session.error", { errorType: "query", message: "It failed.", ...fields });
}

function retry(reason: string): Fields {
  return data("assistant.turn_retry", { turnId: "0", model: "gpt-5", reason });
}

const reader = readerOf(copilot, now);

Deno.test("observe() tells session, model, turns and tool calls of a good run", () => {
  const call = data("tool.execution_start", { toolName: "bash", arguments: { command: "ls -a" } });
  const made = reader([turn, start, call, turn, answer, result(0)]);
  const observed = made.observe();
  assert.deepEqual([observed.sessionId, observed.model, observed.turns], ["s1", "gpt-5", 2]);
  assert.deepEqual(observed.toolCalls, [{ name: "bash", target: "ls -a" }]);
  assert.deepEqual([observed.usage, observed.hasTerminalRecord, observed.unknownRecords], [null, true, 0]);
  assert.equal(made.judge(exit0).kind, "ok");
  assert.equal(reader([data("session.start", { sessionId: "s2", copilotVersion: "1.2.3" })]).observe().sessionId, "s2");
});

Deno.test("observe() names the connectors that are down", () => {
  const loaded = data("session.mcp_servers_loaded", {
    servers: [{ name: "github", status: "failed" }, { name: "docs", status: "connected" }, 7],
  });
  const status = (name: string) => data("session.mcp_server_status_changed", { serverName: "github", status: name });
  assert.deepEqual(reader([loaded]).observe().degraded, ["mcp server github: failed"]);
  assert.deepEqual(reader([loaded, status("connected")]).observe().degraded, []);
  assert.deepEqual(reader([loaded, status("needs-auth"), answer, result(0)]).judge(exit0).degraded, [
    "mcp server github: needs-auth",
  ]);
});

Deno.test("judge() names every kind of failure", () => {
  const cases: readonly (readonly [string, string | null, Fields])[] = [
    ["auth", null, { errorType: "authentication", statusCode: 401 }],
    ["auth", null, { errorType: "authorization", statusCode: 403 }],
    ["auth", null, { errorType: "authentication" }],
    ["billing", null, { statusCode: 402, message: "Payment required" }],
    ["billing", null, { errorType: "rate_limit", statusCode: 429, message: "You exceeded your current quota" }],
    ["billing", null, { errorType: "quota", errorCode: "billing_not_configured", statusCode: 402 }],
    ["limit", "rate_limit_account", { errorType: "quota", errorCode: "quota_exceeded", statusCode: 402 }],
    ["limit", "rate_limit_account", { statusCode: 402, message: "You have exceeded your monthly quota" }],
    ["limit", "rate_limit_account", { errorType: "rate_limit", errorCode: "user_weekly_rate_limited" }],
    ["limit", "rate_limit_account", { errorType: "rate_limit", message: "Please try again in 4 hours." }],
    ["transient", "rate_limit_model", { errorType: "rate_limit", statusCode: 429 }],
    ["transient", "rate_limit_model", { errorType: "rate_limit", message: "Please try again in 8s." }],
    ["transient", "api_transient_5xx", { statusCode: 503 }],
    ["context", null, { errorType: "context_limit" }],
    ["context", null, { statusCode: 400, message: "prompt token count of 215124 exceeds the limit of 128000" }],
    ["config", null, { statusCode: 404 }],
    ["no_result", null, { message: "No response was returned." }],
    ["error", null, { statusCode: 400 }],
    ["error", null, { errorType: 7, message: {} }],
  ];
  for (const [kind, waitClass, fields] of cases) {
    const verdict = reader([turn, start, error(fields), result(1)]).judge(exit1);
    assert.equal(verdict.kind, kind, JSON.stringify(fields));
    assert.equal(verdict.waitClass, waitClass, JSON.stringify(fields));
    assert.match(verdict.summary, /^[A-Z].*\.$/);
    assert.equal(verdict.evidence[0]?.record, "session.error");
  }
});

Deno.test("judge() obeys the time that the provider names", () => {
  const verdictOf = (message: string) =>
    reader([turn, error({ errorType: "rate_limit", statusCode: 429, message }), result(1)]).judge(exit1);
  assert.equal(verdictOf("retried 5 times Last error: 429 Please try again in 8s.").retryAfterSeconds, 8);
  assert.deepEqual(
    [verdictOf("Please try again in 3600s.").kind, verdictOf("Please try again in 3600s.").retryAfterSeconds],
    ["limit", 3600],
  );
  assert.equal(verdictOf("It resets at 7:50am (UTC).").resetsAt, Date.parse("2026-11-21T07:50:00Z") / 1000);
  assert.equal(verdictOf("It resets on 2026-11-20.").resetsAt, null);
});

Deno.test("judge() believes an error rather than a good exit status, unless an answer came after it", () => {
  const failing = error({ statusCode: 503 });
  assert.equal(reader([turn, answer, failing, result(0)]).judge(exit0).kind, "transient");
  assert.equal(reader([turn, failing, answer, result(0)]).judge(exit0).kind, "ok");
  assert.equal(reader([turn, answer, result(1)]).judge(exit1).kind, "error");
  assert.equal(reader([turn, failure({ statusCode: 500 }), result(1)]).judge(exit1).kind, "transient");
  assert.equal(reader([turn, result(0)]).judge(exit0).kind, "no_result");
  assert.equal(reader([turn, data("assistant.message", { content: " " }), result(1)]).judge(exit1).kind, "no_result");
});

Deno.test("judge() of a wall names the trouble last seen, and hung when the provider answered", () => {
  const started = data("assistant.message_start", { messageId: "m1" });
  const cases: readonly (readonly [string, readonly Fields[]])[] = [
    ["hung", []],
    ["hung", [failure({ statusCode: 500 }), retry("api_error"), started]],
    ["hung", [failure({ statusCode: 500 }), answer]],
    ["transient", [failure({ statusCode: 500 })]],
    ["transient", [started, failure({ failureKind: "transport" })]],
    ["transient", [retry("rate_limit")]],
    ["transient", [retry("streaming_error")]],
    ["auth", [failure({ statusCode: 401 }), retry("transient_auth_error")]],
    ["billing", [failure({ statusCode: 429, errorMessage: '{"code":"insufficient_quota"}' })]],
    ["error", [failure({ statusCode: 418 })]],
    ["transient", [retry("no such reason")]],
  ];
  for (const [kind, records] of cases) {
    assert.equal(reader([turn, start, ...records]).judge(wall).kind, kind, JSON.stringify(records));
  }
});

Deno.test("observe() shows what proves that going on is of no use, until the provider answers", () => {
  const early = (records: readonly Fields[]) => reader([turn, ...records]).observe().early?.kind ?? null;
  const refused = failure({ statusCode: 401 });
  const unpaid = failure({ statusCode: 429, errorMessage: "insufficient_quota" });
  assert.equal(early([refused]), null);
  assert.equal(early([refused, retry("transient_auth_error"), refused]), "hopeless");
  assert.equal(early([unpaid]), null);
  assert.equal(early([unpaid, retry("rate_limit")]), "hopeless");
  assert.equal(early([unpaid, retry("rate_limit"), answer]), null);
  const busy = Array.from({ length: 20 }, () => failure({ statusCode: 503 }));
  assert.equal(early(busy), "runaway");
  assert.equal(early(busy.slice(1)), null);
  assert.equal(early([...busy.slice(1), answer, ...busy.slice(1)]), null);
  assert.equal(early([unpaid, retry("rate_limit"), result(1)]), null);
});

Deno.test("judge() takes what Copilot says on stderr when it does not start", () => {
  const cases = [
    ["config", "Error: No session, task, or name matched 'x'."],
    ["config", "error: Invalid command format."],
    ["config", "error: unknown option '--x'"],
    ["config", 'Error: Model "nope" from --model flag is not available.'],
    ["auth", "Error: No authentication information found."],
    ["no_result", "Package extraction took 5352ms"],
  ] as const;
  for (const [kind, line] of cases) assert.equal(reader([turn, line]).judge(exit1).kind, kind, line);
});

Deno.test("judge() takes prose about failures for prose", () => {
  for (const text of lookAlikes) {
    const made = reader([
      turn,
      data("assistant.message", { content: text, toolRequests: [{ name: "bash" }] }),
      data("tool.execution_start", { toolName: "bash", arguments: { command: text } }),
      data("tool.shell_output", { text }),
      data("tool.execution_complete", { success: false, result: { content: text } }),
      `stderr: ${text.replaceAll("\n", " ")}`,
      data("assistant.message_delta", { deltaContent: text }),
      data("assistant.message", { content: text, toolRequests: [] }),
      result(0),
    ]);
    assert.equal(made.judge(exit0).kind, "ok", text);
    assert.equal(made.observe().early, null, text);
  }
});

Deno.test("hasTerminalRecord turns false again when the agent goes on, and needs an exit code", () => {
  assert.equal(reader([turn, answer, result(0), turn]).observe().hasTerminalRecord, false);
  for (const exitCode of ["zero", null, undefined, [], {}, true]) {
    assert.equal(reader([turn, answer, result(exitCode)]).observe().hasTerminalRecord, false);
    assert.equal(reader([turn, answer, result(exitCode)]).judge(exit0).kind, "no_result");
  }
});

Deno.test("judge() never calls a recording ok that is cut at any byte", () => {
  assertNeverOkWhenCut(copilot, "copilot-1.0.102", ["ok", "tool", "resume-step2"]);
});

Deno.test("the exit status decides only where Copilot prints text", () => {
  assert.equal(reader(["All done."], ["copilot", "-p", "x"]).judge(exit0).kind, "ok");
  assert.equal(reader(["x"], ["copilot", "-p", "x", "--output-format", "json"]).judge(exit0).kind, "no_result");
  assert.equal(reader(["x"], ["copilot", "-p", "x", "--output-format=json"]).judge(exit0).kind, "no_result");
});

Deno.test("the reader never throws, whatever types the fields have", () => {
  const anything = fc.oneof(fc.jsonValue(), fc.constantFrom(true, 1e308, -1, 429, "__proto__", "quota", [null]));
  const names = ["message", "errorMessage", "statusCode", "errorType", "errorCode", "failureKind", "reason", "model"];
  const inner = [...names, "content", "toolRequests", "toolName", "arguments", "servers", "serverName", "status"];
  const record = fc.record({
    type: fc.constantFrom(
      "session.start",
      "session.tools_updated",
      "session.mcp_servers_loaded",
      "session.mcp_server_status_changed",
      "assistant.turn_start",
      "assistant.message_start",
      "assistant.message",
      "assistant.turn_retry",
      "model.call_failure",
      "tool.execution_start",
      "session.error",
      "result",
    ),
    data: fc.oneof(
      anything,
      fc.record(Object.fromEntries(inner.map((name) => [name, anything])), { requiredKeys: [] }),
    ),
    exitCode: anything,
    sessionId: anything,
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

Deno.test("resumed() adds the session", () => {
  assert.deepEqual(copilot.resuming.resumed(["copilot", "-p", "x"], "s1"), ["copilot", "-p", "x", "--resume=s1"]);
});

Deno.test("observe() tells the session although the result's exit code is missing or a text", () => {
  assert.equal(reader([turn, answer, result(undefined)]).observe().sessionId, "s1");
  assert.equal(reader([turn, answer, result("0")]).judge(exit0).kind, "ok");
  assert.equal(reader([turn, error({ statusCode: "503" }), result("1")]).judge(exit1).kind, "transient");
});

Deno.test("judge() takes what is tried again for trouble that passes, whatever it was", () => {
  const odd = failure({ errorMessage: "The stream broke in an odd way." });
  assert.equal(reader([turn, odd, retry("streaming_error"), error({}), result(1)]).judge(exit1).kind, "transient");
  assert.equal(reader([turn, odd, error({}), result(1)]).judge(exit1).kind, "error");
  assert.equal(reader([turn, error({ message: "Provider returned error" }), result(1)]).judge(exit1).kind, "transient");
  const refused = failure({ statusCode: 401 });
  assert.equal(reader([turn, refused, retry("api_error"), error({}), result(1)]).judge(exit1).kind, "auth");
});
