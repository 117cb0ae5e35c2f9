// Proves how Claude Code's records are judged beyond what was recorded.
import assert from "node:assert/strict";
import {
  assistant,
  exit0,
  exit1,
  failed,
  type Fields,
  init,
  later,
  reader,
  rejected,
  result,
  retry,
  wall,
} from "./claude_records.ts";
import { lookAlikes } from "./look_alikes.ts";

Deno.test("judge() takes prose about failures for prose", () => {
  assert.ok(lookAlikes.length >= 40);
  for (const text of lookAlikes) {
    const toolResult = { type: "user", message: { content: [{ type: "tool_result", content: text, is_error: true }] } };
    for (
      const records of [
        [init, assistant([{ type: "text", text }]), { ...result, result: text }],
        [init, assistant([{ type: "tool_use", name: "Bash", input: { command: text } }]), toolResult, result],
        [init, `stderr: ${text.replaceAll("\n", " ")}`, assistant([{ type: "text", text: "x" }]), result],
      ]
    ) {
      const verdict = reader(records).judge(exit0);
      assert.equal(verdict.kind, "ok", text);
      assert.equal(verdict.waitClass, null, text);
    }
  }
});

Deno.test("judge() names every kind of failure", () => {
  const cases: readonly (readonly [string, string | null, readonly Fields[]])[] = [
    ["bounded", null, [failed({ subtype: "error_max_turns" })]],
    ["bounded", null, [failed({ terminal_reason: "budget_exhausted" })]],
    ["bounded", null, [failed({ api_error: "max_output_tokens" })]],
    ["interrupted", null, [failed({ subtype: "error_during_execution", terminal_reason: "aborted_tools" })]],
    ["context", null, [failed({ terminal_reason: "blocking_limit", api_error_status: 429 })]],
    ["limit", "rate_limit_account", [failed({ api_error: "usage_limit_reached", api_error_status: 429 })]],
    ["limit", "rate_limit_account", [rejected({ resetsAt: later }), failed({ api_error_status: 429 })]],
    ["transient", "rate_limit_model", [rejected({}), failed({ api_error_status: 429 })]],
    ["transient", "rate_limit_model", [rejected({ resetsAt: null }), failed({ api_error_status: 429 })]],
    ["billing", null, [failed({ api_error_status: 402 })]],
    ["billing", null, [failed({ api_error_type: "billing_error" })]],
    ["billing", null, [failed({ api_error_status: 429, result: "You've hit your monthly spend limit" })]],
    ["auth", null, [failed({ api_error_status: 403 })]],
    ["auth", null, [assistant([], { error: "authentication_failed" }), failed({ api_error_status: null })]],
    ["config", null, [failed({ api_error_status: 404 })]],
    ["config", null, [failed({ result: undefined, errors: ["No conversation found with session ID: x"] })]],
    ["transient", "api_timeout", [failed({ api_error_status: 408 })]],
    ["transient", "api_timeout", [failed({ result: "Request timed out. If the API is slow" })]],
    ["transient", "api_transient_5xx", [failed({ api_error_status: 503 })]],
    ["transient", "api_transient_5xx", [failed({ api_error_status: 529 })]],
    ["transient", "api_transient_5xx", [failed({ api_error: "connection_failed" })]],
    ["error", null, [failed({ api_error_status: 400 })]],
    ["error", null, [failed({ stop_reason: "refusal" })]],
    ["no_result", null, [{ ...result, result: " " }]],
  ];
  for (const [kind, waitClass, records] of cases) {
    const verdict = reader([init, ...records]).judge(exit1);
    assert.equal(verdict.kind, kind, JSON.stringify(records));
    assert.equal(verdict.waitClass, waitClass, JSON.stringify(records));
    assert.equal(verdict.needsHuman, ["auth", "billing", "config"].includes(kind));
    assert.match(verdict.summary, /^[A-Z].*\.?$/);
  }
});

Deno.test("judge() takes the latest reset of the rejected windows, in seconds or milliseconds", () => {
  const resetOf = (info: Fields) =>
    reader([init, rejected(info), failed({ api_error_status: 429 })]).judge(exit1).resetsAt;
  assert.equal(resetOf({ resetsAt: later }), later);
  assert.equal(resetOf({ resetsAt: later * 1000 }), later);
  const windows = {
    five_hour: { status: "rejected", resetsAt: later },
    seven_day: { status: "rejected", resetsAt: (later + 9) * 1000 },
    other: { status: "allowed", resetsAt: later + 99 },
  };
  assert.equal(resetOf({ resetsAt: later, unifiedWindows: windows }), later + 9);
  for (const resetsAt of [null, "soon", -5, 0, 1e300, [], true]) assert.equal(resetOf({ resetsAt }), null);
});

Deno.test("judge() does not wait for a reset that was over before the run failed", () => {
  const error = assistant([], { error: "rate_limit", timestamp: new Date((later + 60) * 1000).toISOString() });
  const verdict = reader([init, rejected({ resetsAt: later }), error, failed({ api_error_status: 429 })]).judge(exit1);
  assert.deepEqual([verdict.kind, verdict.waitClass, verdict.resetsAt], ["transient", "rate_limit_model", null]);
});

Deno.test("judge() of a wall names the trouble last seen, and hung when there was none", () => {
  const cases: readonly (readonly [string, readonly Fields[]])[] = [
    ["hung", []],
    ["hung", [assistant([{ type: "text", text: "429 rate limit" }])]],
    ["hung", [retry(529, "overloaded"), assistant([{ type: "text", text: "on we go" }])]],
    ["transient", [assistant([{ type: "text", text: "x" }]), retry(529, "overloaded")]],
    ["transient", [retry(null, "unknown")]],
    ["auth", [retry(401, "authentication_failed")]],
    ["billing", [retry(400, "billing_error")]],
    ["config", [retry(404, "model_not_found")]],
    ["limit", [rejected({ resetsAt: later })]],
    ["transient", [rejected({})]],
    ["auth", [assistant([], { error: "authentication_failed", is_api_error_message: true })]],
  ];
  for (const [kind, records] of cases) {
    assert.equal(reader([init, ...records]).judge(wall).kind, kind, JSON.stringify(records));
  }
});

Deno.test("judge() never blames the agent for what the supervisor did", () => {
  const made = () => reader([init, retry(401, "authentication_failed")]);
  assert.equal(made().judge({ kind: "stopped", by: "operator", code: 143 }).kind, "interrupted");
  assert.equal(made().judge({ kind: "stopped", by: "supervisor", code: null }).kind, "interrupted");
  assert.equal(made().judge({ kind: "lost", reason: "the machine was restarted" }).kind, "interrupted");
  assert.equal(made().judge({ kind: "not_started", reason: "no such file" }).kind, "config");
  assert.equal(made().judge({ kind: "signalled", signal: "SIGKILL" }).kind, "interrupted");
  assert.equal(made().judge({ kind: "signalled", signal: "SIGSEGV" }).kind, "error");
});

Deno.test("judge() lets the whole terminal record decide, however the process ended", () => {
  for (
    const ending of [wall, exit1, { kind: "lingered", code: 143 }, { kind: "signalled", signal: "SIGKILL" }] as const
  ) {
    assert.equal(reader([init, result]).judge(ending).kind, "ok");
    assert.equal(reader([init, failed({ api_error_status: 401 })]).judge(ending).kind, "auth");
  }
  assert.equal(reader([init]).judge({ kind: "lingered", code: null }).kind, "no_result");
});

Deno.test("judge() ignores records that lack the session's id", () => {
  const foreign: readonly Fields[] = [{ type: "result", subtype: "success", is_error: false, result: "x" }, {
    type: "rate_limit_event",
    rate_limit_info: { status: "rejected", resetsAt: later },
  }];
  assert.equal(reader([init, ...foreign]).judge(exit0).kind, "no_result");
  assert.equal(reader([init, ...foreign]).judge(wall).kind, "hung");
  assert.equal(reader([init, ...foreign]).observe().hasTerminalRecord, false);
});

Deno.test("judge() reads text only when Claude Code prints text", () => {
  const text = ["claude", "-p"];
  assert.equal(reader(["All done."], text).judge(exit0).kind, "ok");
  assert.equal(reader(["Credit balance is too low"], text).judge(exit1).kind, "billing");
  assert.equal(reader(["You've hit your 5-hour limit · resets 7:50am (UTC)"], text).judge(exit1).kind, "limit");
  assert.equal(reader(["All done."], [...text, "--output-format", "stream-json"]).judge(exit0).kind, "no_result");
  assert.equal(reader(["All done."], [...text, "--output-format=stream-json"]).judge(exit0).kind, "no_result");
});
