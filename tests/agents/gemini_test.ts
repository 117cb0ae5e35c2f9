// Proves how Gemini CLI's records, exit codes and words on stderr are judged beyond what was recorded.
import assert from "node:assert/strict";
import {
  exit0,
  exit1,
  failed,
  idleWall,
  init,
  message,
  now,
  provider,
  question,
  rateLines,
  reader,
  success,
  timestamp,
  toolUse,
  wall,
} from "./gemini_records.ts";
import { lookAlikes } from "./look_alikes.ts";
import { assertTakenForProse } from "./record_lines.ts";

Deno.test("judge() takes Gemini CLI's prose about failures for prose", () => {
  const own = [...rateLines, "[API Error: terminated]", "Attempt 3 failed with status 401. Retrying with backoff..."];
  for (const text of [...lookAlikes, ...own]) {
    const output = { type: "tool_result", timestamp, tool_id: "t1", status: "error", output: text };
    for (
      const records of [
        [init, question, message("assistant", text)],
        [init, message("user", text), toolUse("run_shell_command", "t1", { command: text }), output],
        [init, `stderr: ${text.replaceAll("\n", " ")}`, message("assistant", "x")],
      ]
    ) assertTakenForProse(reader, { records, end: success, wall: idleWall, text });
  }
});

Deno.test("judge() names every failure Gemini CLI words in its terminal record", () => {
  const cases: readonly (readonly [string, string | null, string])[] = [
    ["auth", null, provider({ code: 401, message: "no", status: "UNAUTHENTICATED" })],
    ["auth", null, provider({ code: 403, message: "no", status: "PERMISSION_DENIED" })],
    ["auth", null, provider({ code: 400, message: "API key not valid. Please pass a valid API key." })],
    ["auth", null, provider({ code: 400, message: "no", details: [{ reason: "API_KEY_INVALID" }] })],
    ["billing", null, provider({ code: 402, message: "pay" })],
    ["billing", null, provider({ code: 403, message: "x", details: [{ reason: "BILLING_DISABLED" }] })],
    ["billing", null, provider({ code: 429, message: "x", details: [{ reason: "INSUFFICIENT_G1_CREDITS_BALANCE" }] })],
    ["billing", null, provider({ code: 400, message: "Your prepayment credits are depleted." })],
    ["context", null, provider({ code: 400, message: "The input token count (12) exceeds the maximum number" })],
    ["context", null, "Sending this message (9 tokens) might exceed the context window limit (3 tokens left)."],
    ["config", null, provider({ code: 404, message: "x" })],
    ["config", null, provider({ code: 400, message: "User location is not supported for the API use." })],
    ["config", null, "[API Error: models/nope is not found for API version v1beta]"],
    ["limit", "rate_limit_account", "[API Error: You have exhausted your daily quota on this model.]\nPlease wait"],
    ["limit", "rate_limit_account", "[API Error: Please retry in 301s.\nYou exceeded your current quota]"],
    ["limit", "rate_limit_account", "You have exhausted your capacity on this model."],
    [
      "limit",
      "rate_limit_account",
      provider({ code: 429, message: "x", details: [{ violations: [{ quotaId: "RequestsPerDayPerProject" }] }] }),
    ],
    ["transient", "rate_limit_model", provider({ code: 429, message: "x", status: "RESOURCE_EXHAUSTED" })],
    ["transient", "rate_limit_model", "[API Error: You exceeded your current quota\nSuggested retry after 8s.]"],
    [
      "transient",
      "rate_limit_model",
      "You have exhausted your capacity on this model. Your quota will reset after 9s.",
    ],
    ["transient", "api_transient_5xx", provider({ code: 503, message: "x" })],
    ["transient", "api_transient_5xx", provider({ code: 500, message: provider({ code: 502, message: "inner" }) })],
    ["transient", "api_transient_5xx", "[API Error: terminated]"],
    ["transient", "api_transient_5xx", "[API Error: Incomplete JSON segment at the end]"],
    ["transient", "api_transient_5xx", "[API Error: exception TypeError: fetch failed sending request]"],
    ["transient", "api_timeout", provider({ code: 408, message: "x" })],
    ["transient", "api_timeout", "[API Error: Request timed out]"],
    ["bounded", null, "Reached max session turns for this session."],
    ["error", null, provider({ code: 400, message: "Request contains an invalid argument." })],
    ["error", null, "[API Error: something new]"],
    ["error", null, '[API Error: {"error":{"code":4'],
  ];
  for (const [kind, waitClass, text] of cases) {
    const verdict = reader([init, question, failed(text)]).judge(exit1);
    assert.equal(verdict.kind, kind, text);
    assert.equal(verdict.waitClass, waitClass, text);
    assert.equal(verdict.needsHuman, ["auth", "billing", "config"].includes(kind), text);
    // A daily quota names no time: it opens at midnight in California.
    const daily = /daily quota|PerDay/.test(text) ? Date.parse("2026-11-21T08:00:00Z") / 1000 : null;
    assert.equal(verdict.resetsAt, daily, text);
    assert.ok(verdict.evidence.length > 0, text);
  }
});

Deno.test("judge() reads Gemini CLI's own error classes", () => {
  const cases = {
    FatalAuthenticationError: "auth",
    FatalInputError: "config",
    FatalSandboxError: "config",
    FatalConfigError: "config",
    FatalUntrustedWorkspaceError: "config",
    FatalTurnLimitedError: "bounded",
    FatalCancellationError: "interrupted",
    FatalToolExecutionError: "error",
  };
  for (const [type, kind] of Object.entries(cases)) {
    const record = failed(null, { error: { type, message: "429 rate limit" } });
    assert.equal(reader([init, record]).judge(exit1).kind, kind, type);
  }
});

Deno.test("judge() knows how long the provider asks to wait", () => {
  const verdictOf = (text: string) => reader([init, failed(text)]).judge({ kind: "exited", code: 173 });
  const asked = verdictOf("[API Error: You exceeded your current quota\nSuggested retry after 3600s.]");
  assert.deepEqual([asked.kind, asked.retryAfterSeconds, asked.resetsAt], ["limit", 3600, null]);
  assert.match(asked.summary, /asks to wait 3600 s\.$/);
  const spoken = verdictOf("You have exhausted your capacity on this model. Your quota will reset after 1h49m8s.");
  assert.deepEqual([spoken.kind, spoken.resetsAt], ["limit", now / 1000 + 6548]);
  const field = verdictOf(provider({ code: 429, message: "x", details: [{ retryDelay: "41.2s" }] }));
  assert.deepEqual([field.kind, field.retryAfterSeconds], ["transient", 42]);
});

Deno.test("judge() reads every exit code of Gemini CLI when there is no terminal record", () => {
  const cases: readonly (readonly [number, string])[] = [
    [0, "no_result"],
    [41, "auth"],
    [42, "config"],
    [44, "config"],
    [52, "config"],
    [53, "bounded"],
    [54, "error"],
    [55, "config"],
    [130, "interrupted"],
    [144, "error"],
    [145, "auth"],
    [146, "billing"],
    [147, "auth"],
    [148, "config"],
    [173, "transient"],
    [244, "transient"],
    [247, "transient"],
  ];
  for (const [code, kind] of cases) {
    const verdict = reader([init, question]).judge({ kind: "exited", code });
    assert.equal(verdict.kind, kind, String(code));
    assert.equal(verdict.waitClass !== null, kind === "transient", String(code));
    assert.equal(
      reader([init, success]).judge({ kind: "exited", code }).kind,
      "no_result",
      "success without an answer",
    );
    const whole = reader([init, message("assistant", "x"), success]).judge({ kind: "exited", code });
    assert.equal(whole.kind, "ok", "a whole terminal record decides");
  }
});

Deno.test("judge() lets the exit code decide where the terminal record says nothing", () => {
  const vague = reader([init, failed("[API Error: something new]")]);
  assert.equal(vague.judge({ kind: "exited", code: 145 }).kind, "auth");
  assert.equal(vague.judge({ kind: "exited", code: 144 }).kind, "error");
  const clear = reader([
    init,
    failed(provider({ code: 403, message: "x", details: [{ reason: "BILLING_DISABLED" }] })),
  ]);
  assert.equal(clear.judge({ kind: "exited", code: 147 }).kind, "billing");
});

Deno.test("judge() reads stderr when the terminal record is missing", () => {
  const start = "Error when talking to Gemini API Full report available at: /tmp/x.json ";
  const cases: readonly (readonly [number, string, readonly string[]])[] = [
    [1, "config", ["Unknown arguments: such-flag, suchFlag", ...Array<string>(200).fill("  --help   ".repeat(20))]],
    [42, "config", ["Error resuming session: No previous sessions found for this project."]],
    [1, "auth", ["Please set an Auth method in your settings.json or specify GEMINI_API_KEY"]],
    [1, "config", [`${start}ModelNotFoundError: models/x is not found for API version v1beta`, "  code: 404"]],
    [147, "billing", [`${start}_ApiError: {"error":{"code":403,"message":"enable billing","status":"X"}}`]],
    [173, "limit", [`${start}TerminalQuotaError: You exceeded your current quota`, "Suggested retry after 3600s."]],
    [1, "transient", [`${start}_ApiError: got no words`, "    at x", "{", "  status: 503", "}"]],
    [1, "no_result", ["Warning: 429 is a fine number, and 401 too"]],
  ];
  for (const [code, kind, lines] of cases) {
    const records = code === 1 && kind === "no_result" ? [init, ...lines] : lines;
    assert.equal(reader(records).judge({ kind: "exited", code }).kind, kind, lines[0]);
  }
});

Deno.test("judge() does not call a run hung that waits for its tool at the hard wall", () => {
  const waiting = [init, question, toolUse("run_shell_command", "t1")];
  const back = { type: "tool_result", timestamp, tool_id: "t1", status: "success", output: "" };
  assert.equal(reader(waiting).judge(wall).kind, "no_result");
  assert.equal(reader([...waiting, back]).judge(wall).kind, "hung");
  assert.equal(reader(waiting).judge(idleWall).kind, "hung");
  assert.equal(reader([...waiting, toolUse("b", "t2"), back]).judge(wall).kind, "no_result", "the other is still open");
});

Deno.test("judge() notes what a success leaves out", () => {
  const warning = { type: "error", timestamp, severity: "warning", message: "Loop detected, stopping execution" };
  const looped = reader([init, question, warning, success]).judge(exit0);
  assert.equal(looped.kind, "ok");
  assert.ok(looped.evidence.some(({ value }) => value.startsWith("Loop detected")));
  assert.equal(reader([init, question, success]).judge(exit0).kind, "no_result");
  assert.equal(reader([init, question, toolUse("x", "t1"), success]).judge(exit0).kind, "ok");
  const error = { type: "error", timestamp, severity: "error", message: "The model returned an empty response" };
  assert.equal(reader([init, error, failed(null)]).judge(exit0).kind, "transient");
  assert.equal(reader([init, failed(null)]).judge(exit0).kind, "transient");
});
