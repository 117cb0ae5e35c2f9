// Proves how Claude Code's records are judged beyond what was recorded.
import assert from "node:assert/strict";
import claude from "../../src/agents/claude.ts";
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
  assert.equal(
    made().judge({ kind: "stopped", by: "supervisor", code: null }).kind,
    "auth",
    "the supervisor ended it because of that",
  );
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

Deno.test("judge() reads what a text says beyond the fields beside it", () => {
  const said = (text: string, fields: Fields = { api_error_status: 429 }) =>
    reader([init, failed({ result: text, ...fields })]).judge(exit1);
  for (
    const text of ["You've hit your monthly spend limit", "You\u2019ve hit your org\u2019s monthly spend limit · x"]
  ) {
    assert.equal(said(text).kind, "billing", text);
    assert.equal(said(text, { api_error: "usage_limit_reached" }).kind, "billing", text);
  }
  assert.equal(said("You've hit your weekly limit · raise your spend limit to go on").kind, "limit");
  const busy = said("Could not refresh your login because another Claude Code process is refreshing it", {
    api_error_status: 401,
  });
  assert.deepEqual([busy.kind, busy.waitClass, busy.needsHuman], ["transient", "api_transient_5xx", false]);
  assert.equal(said("Your account is on hold. Contact support.", { api_error_status: null }).kind, "auth");
  assert.equal(said("Not logged in · Please run /login", { api_error_status: null }).kind, "auth");
  assert.equal(said("API Error: 503 upstream", { api_error_status: null }).kind, "transient");
  assert.equal(said("I wrote a test for: Not logged in", { api_error_status: null }).kind, "error");
});

Deno.test("judge() takes the time from the text where no field names one", () => {
  const written = Date.parse("2026-11-21T06:20:02Z");
  const read = (text: string, at: Partial<{ readonly now: number; readonly stamp: string }>) => {
    const error = assistant([{ type: "text", text }], {
      error: "rate_limit",
      ...at.stamp === undefined ? {} : { timestamp: at.stamp },
    });
    const records = [init, error, failed({ result: text, api_error_status: 429, api_error: "usage_limit_reached" })];
    const made = claude.createReader({ timeZone: "UTC", ...at.now === undefined ? {} : { now: () => at.now! } });
    made.push(new TextEncoder().encode(records.map((record) => `${JSON.stringify(record)}\n`).join("")));
    return made.judge(exit1);
  };
  const text = "You've hit your 5-hour limit · resets 7:50am (UTC)";
  const reset = Date.parse("2026-11-21T07:50:00Z") / 1000;
  assert.equal(read(text, { now: written }).resetsAt, reset);
  assert.equal(read(text, { now: written + 864e5, stamp: "2026-11-21T06:20:02Z" }).resetsAt, reset);
  assert.deepEqual([read(text, {}).kind, read(text, {}).resetsAt], ["limit", null]);
  assert.equal(read("Claude AI usage limit reached|1795247402", {}).resetsAt, 1795247402);
});

Deno.test("judge() takes the seconds to wait from a field, or else from the error's text", () => {
  const waitOf = (fields: Fields) =>
    reader([init, failed({ api_error_status: 429, ...fields })]).judge(exit1).retryAfterSeconds;
  assert.equal(waitOf({}), null);
  assert.equal(waitOf({ retry_after_ms: 1500 }), 2);
  assert.equal(waitOf({ api_error_params: { retry_after: 3600 } }), 3600);
  assert.equal(waitOf({ result: "API Error: Request rejected (429) · try again in 20s" }), 20);
  for (const retry_after of ["soon", -1, 1e300, {}, null]) assert.equal(waitOf({ retry_after }), null);
  assert.equal(reader([init, failed({ api_error_status: 401, retry_after: 5 })]).judge(exit1).retryAfterSeconds, null);
});

Deno.test("judge() calls a refused window that has a name a limit, although no time is told", () => {
  const verdict = reader([init, rejected({ rateLimitType: "five_hour" }), failed({ api_error_status: 429 })]).judge(
    exit1,
  );
  assert.deepEqual([verdict.kind, verdict.waitClass, verdict.resetsAt], ["limit", "rate_limit_account", null]);
});

Deno.test("judge() reads text only when Claude Code prints text", () => {
  const text = ["claude", "-p"];
  assert.equal(reader(["All done."], text).judge(exit0).kind, "ok");
  assert.equal(reader(["Credit balance is too low"], text).judge(exit1).kind, "billing");
  assert.equal(reader(["You've hit your 5-hour limit · resets 7:50am (UTC)"], text).judge(exit1).kind, "limit");
  assert.equal(reader(["It says: Credit balance is too low"], text).judge(exit1).kind, "error");
  assert.equal(reader([result], text).judge(exit1).kind, "error", "a text that looks like a record");
  assert.equal(reader([], text).judge(exit0).kind, "no_result");
  assert.equal(reader([], text).judge(exit1).kind, "error");
  for (
    const form of [["--output-format", "stream-json"], ["--output-format=stream-json"], ["--output-format", "json"]]
  ) {
    assert.equal(reader(["All done."], [...text, ...form]).judge(exit0).kind, "no_result", form.join(" "));
  }
  const wrapped = ["./agent.sh"];
  assert.equal(reader([init, assistant([{ type: "text", text: "x" }])], wrapped).judge(exit0).kind, "no_result");
  assert.equal(reader([init, result], wrapped).judge(exit0).kind, "ok");
});

Deno.test("createReader() reads records that nobody asked for, from the first record of a stream on", () => {
  const answer = reader([init, result], ["claude", "-p"]);
  assert.equal(answer.observe().hasTerminalRecord, true);
  assert.equal(answer.judge({ kind: "lingered", code: null }).kind, "ok");
  const prose = reader([result], ["claude", "-p"]);
  assert.equal(prose.observe().hasTerminalRecord, false, "words of the model");
});
