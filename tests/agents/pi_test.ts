// Proves how pi's records are judged beyond what was recorded.
import assert from "node:assert/strict";
import { lookAlikes } from "./look_alikes.ts";
import {
  agentEnd,
  barrenTurn,
  exit0,
  failedTurn,
  type Fields,
  reader,
  retry,
  session,
  settled,
  time,
  toolCall,
  turn,
  wall,
} from "./pi_records.ts";

const unauthorised = '401 {"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}';
const overloaded = '529 {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}';

Deno.test("judge() takes prose about failures for prose", () => {
  for (const text of lookAlikes) {
    const result = {
      type: "message_end",
      message: { role: "toolResult", content: [{ type: "text", text }], stopReason: "error", errorMessage: text },
    };
    const end = {
      type: "tool_execution_end",
      toolName: "bash",
      result: { content: [{ type: "text", text }] },
      isError: true,
    };
    for (
      const records of [
        turn({ content: [{ type: "text", text }] }),
        [toolCall("bash", { command: text }), end, result],
        [`stderr: ${text.replaceAll("\n", " ")}`],
        [{ type: "message_update", assistantMessageEvent: { type: "text_delta", delta: text } }],
      ]
    ) {
      const verdict = reader([session, ...records, ...turn(), agentEnd(false), settled]).judge(exit0);
      assert.equal(verdict.kind, "ok", text);
      assert.equal(verdict.waitClass, null, text);
    }
  }
});

Deno.test("judge() names every kind of failure, which all leave with status 0", () => {
  const cases: readonly (readonly [string, string | null, unknown])[] = [
    ["auth", null, unauthorised],
    ["auth", null, "403 Forbidden"],
    ["auth", null, 'No API key found for "acme".'],
    ["auth", null, '{"error":{"code":401,"message":"Request had invalid credentials.","status":"UNAUTHENTICATED"}}'],
    ["billing", null, "429 You exceeded your current quota, please check your plan and billing details."],
    [
      "billing",
      null,
      '400 {"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low"}}',
    ],
    ["billing", null, "402 Payment Required"],
    ["config", null, '404 {"type":"error","error":{"type":"not_found_error","message":"model: none"}}'],
    [
      "context",
      null,
      '400 {"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 9 > 8"}}',
    ],
    ["transient", "api_transient_5xx", overloaded],
    ["transient", "api_transient_5xx", "500 status code (no body)"],
    ["transient", "api_transient_5xx", "Connection error."],
    ["transient", "api_transient_5xx", "terminated"],
    ["transient", "api_timeout", "Request timed out."],
    [
      "transient",
      "rate_limit_model",
      '429 {"type":"error","error":{"type":"rate_limit_error","message":"per minute"}}',
    ],
    ["transient", "rate_limit_model", "OpenAI API error (429): slow down, please try again in 8s."],
    ["limit", "rate_limit_account", "You have hit your ChatGPT usage limit (plus plan). Try again in ~90 min."],
    ["error", null, "400 unsupported parameter"],
    ["error", null, "Something strange"],
    ["error", null, undefined],
    ["error", null, 7],
  ];
  for (const [kind, waitClass, errorMessage] of cases) {
    const verdict = reader([session, ...failedTurn(errorMessage), agentEnd(false), settled]).judge(exit0);
    assert.equal(verdict.kind, kind, String(errorMessage));
    assert.equal(verdict.waitClass, waitClass, String(errorMessage));
    assert.equal(reader([session, ...failedTurn(errorMessage)]).judge(wall).kind, kind, String(errorMessage));
  }
});

Deno.test("judge() reads until when a limit holds from the error's text", () => {
  const verdict = reader([
    ...failedTurn("You have hit your ChatGPT usage limit (plus plan). Try again in ~90 min."),
    settled,
  ])
    .judge(exit0);
  assert.deepEqual([verdict.retryAfterSeconds, verdict.resetsAt], [5400, time / 1000 + 5400]);
});

Deno.test("judge() knows how the last turn stopped", () => {
  const cases: readonly (readonly [string, Fields])[] = [
    ["ok", {}],
    ["ok", { stopReason: "toolUse" }],
    ["bounded", { stopReason: "length" }],
    ["interrupted", { stopReason: "aborted" }],
    ["no_result", { content: [] }],
    ["no_result", { content: [{ type: "text", text: " \n" }, { type: "thinking", thinking: "Hm." }] }],
    ["no_result", { stopReason: "brand_new" }],
    ["no_result", { stopReason: 7 }],
  ];
  for (const [kind, rest] of cases) {
    assert.equal(
      reader([session, ...turn(rest), agentEnd(false), settled]).judge(exit0).kind,
      kind,
      JSON.stringify(rest),
    );
  }
  assert.equal(reader([session, settled]).judge(exit0).kind, "no_result");
  assert.equal(reader([session, toolCall("bash", {}), ...turn({ content: [] }), settled]).judge(exit0).kind, "ok");
  assert.equal(reader([...failedTurn(overloaded), ...turn(), settled]).judge(exit0).kind, "ok");
  assert.equal(reader([...turn(), ...failedTurn(overloaded), settled]).judge(exit0).kind, "transient");
});

Deno.test("judge() needs the whole last line and takes an end back when the agent goes on", () => {
  const whole = [session, ...turn(), agentEnd(false)];
  for (const last of ["", '{"type":"agent_settled"', '{"type":"agent_set']) {
    assert.equal(reader([...whole, last]).judge(exit0).kind, "no_result", last);
  }
  const made = reader([...whole, settled, { type: "agent_start" }]);
  assert.equal(made.observe().hasTerminalRecord, false);
  assert.equal(made.judge(exit0).kind, "no_result");
  assert.equal(reader([session, ...turn(), agentEnd(true)]).judge(exit0).kind, "no_result");
});

Deno.test("judge() takes the end of the agent for the last record of builds that do not settle", () => {
  const end = { type: "agent_end", messages: [] };
  assert.equal(reader([session, ...turn(), end]).judge(exit0).kind, "ok");
  assert.equal(reader([session, ...failedTurn(overloaded), end, retry(overloaded)]).observe().hasTerminalRecord, false);
});

Deno.test("judge() keeps the cause of a retry until the provider answers", () => {
  const retrying = [session, ...failedTurn(overloaded), agentEnd(true), retry(overloaded), { type: "agent_start" }];
  assert.equal(reader(retrying).judge(wall).kind, "transient");
  assert.equal(reader([session, retry(overloaded)]).judge(wall).kind, "transient");
  assert.equal(reader([...retrying, ...turn().slice(0, 2)]).judge(wall).kind, "hung");
  assert.equal(reader([...retrying, { type: "auto_retry_end", success: true, attempt: 1 }]).judge(wall).kind, "hung");
  const given = { type: "auto_retry_end", success: false, attempt: 3, finalError: unauthorised };
  assert.equal(reader([...retrying, given]).judge(wall).kind, "auth");
});

Deno.test("observe() tells of a retry that cannot help", () => {
  for (const [errorMessage, kind] of [[unauthorised, "auth"], ["402 Payment Required", "billing"]] as const) {
    const made = reader([session, ...failedTurn(errorMessage), agentEnd(true), retry(errorMessage), {
      type: "agent_start",
    }]);
    assert.equal(made.observe().early?.kind, "hopeless");
    assert.equal(made.judge({ kind: "stopped", by: "supervisor", code: 143 }).kind, kind);
  }
  assert.equal(reader([session, retry(unauthorised), ...turn()]).observe().early, null);
  assert.equal(reader([session, retry(overloaded)]).observe().early, null);
});

Deno.test("observe() tells of a long pause before a retry while it lasts", () => {
  const slow = "429 slow down";
  const made = reader([session, ...failedTurn(slow), retry(slow, 3_600_000)]);
  assert.deepEqual([made.observe().early?.kind, made.observe().early?.waitSeconds], ["long_wait", 3600]);
  const verdict = made.judge({ kind: "stopped", by: "supervisor", code: 143 });
  assert.deepEqual([verdict.kind, verdict.retryAfterSeconds, verdict.resetsAt], ["limit", 3600, time / 1000 + 3600]);
  assert.equal(reader([session, retry(slow, 3_600_000), { type: "agent_start" }]).observe().early, null);
  for (const delayMs of [59_000, -1, "soon", null, Infinity]) {
    assert.equal(reader([session, retry(slow, delayMs)]).observe().early, null, String(delayMs));
  }
});

Deno.test("observe() tells of a runaway after 20 barren turns and not when there is output", () => {
  const turns = (count: number) => Array.from({ length: count }, () => barrenTurn).flat();
  assert.equal(reader(turns(19)).observe().early, null);
  const made = reader(turns(20));
  assert.equal(made.observe().early?.kind, "runaway");
  assert.equal(made.judge({ kind: "stopped", by: "supervisor", code: 143 }).kind, "error");
  assert.equal(
    reader([...turns(21), { type: "agent_start" }, ...barrenTurn.slice(0, 2)]).observe().early?.kind,
    "runaway",
  );
  assert.equal(reader([...turns(19), ...turn({ stopReason: "toolUse" }), ...turns(19)]).observe().early, null);
  const over = reader([...turns(25), ...turn()]);
  assert.equal(over.observe().early, null);
  assert.equal(over.judge(wall).kind, "hung");
  const failing = Array.from({ length: 20 }, () => [...failedTurn(overloaded), retry(overloaded)]).flat();
  assert.equal(reader(failing).observe().early?.kind, "runaway");
  assert.equal(reader(failing).judge(wall).kind, "transient");
});
