// Proves how Qwen Code's records, exit codes and words on stderr are judged beyond what was recorded.
import assert from "node:assert/strict";
import { lookAlikes } from "./look_alikes.ts";
import { assertTakenForProse } from "./record_lines.ts";
import { assistant, exit0, exit1, failed, heartbeat, init, now, reader, result, retry, wall } from "./qwen_records.ts";

Deno.test("judge() takes Qwen Code's prose about failures for prose", () => {
  for (const text of [...lookAlikes, heartbeat(3600), "[API Error: 401 Incorrect API key provided: sk-fake.]"]) {
    const output = { type: "user", session_id: "s1", message: { content: [{ type: "tool_result", content: text }] } };
    for (
      const records of [
        [init, assistant([{ type: "text", text }])],
        [init, assistant([{ type: "tool_use", name: "run_shell_command", input: { command: text } }]), output],
        [init, `stderr: ${text.replaceAll("\n", " ")}`, assistant([{ type: "text", text: "x" }])],
      ]
    ) assertTakenForProse(reader, { records, end: { ...result, result: text }, wall, text });
  }
});

Deno.test("judge() names every failure Qwen Code words in its terminal record", () => {
  const cases: readonly (readonly [string, string | null, string])[] = [
    ["auth", null, "[API Error: 401 Incorrect API key provided: sk-fake.]"],
    ["auth", null, "[API Error: 403 Forbidden]"],
    ["auth", null, "Missing API key for OpenAI-compatible auth."],
    ["auth", null, "OPENAI_API_KEY environment variable not found."],
    ["auth", null, "Qwen OAuth free tier has been discontinued as of 2026-04-15."],
    ["billing", null, "[API Error: 402 Insufficient Balance]"],
    ["billing", null, "[API Error: 429 You exceeded your current quota, please check your plan and billing details.]"],
    ["billing", null, "[API Error: 403 The free tier of the model has been exhausted.]"],
    ["billing", null, "[API Error: 400 Access denied, please make sure your account is in good standing.]"],
    ["context", null, "[API Error: 400 This model's maximum context length is 128000 tokens.]"],
    ["config", null, "[API Error: 404 status code (no body)]"],
    ["config", null, "[API Error: 400 The model `nope` does not exist]"],
    ["bounded", null, "Reached max session turns for this session."],
    ["limit", "rate_limit_account", "[API Error: 429 Rate limit reached. Please try again in 20m.]"],
    ["limit", "rate_limit_account", "[API Error: You have reached your daily limit.]"],
    ["limit", "rate_limit_account", "Qwen API quota exceeded: your quota has been exhausted."],
    ["transient", "rate_limit_model", "[API Error: 429 Too Many Requests]"],
    ["transient", "rate_limit_model", "[API Error: 429 Rate limit reached. Please try again in 20s.]"],
    ["transient", "rate_limit_model", "[API Error: stream failed HTTP_STATUS/429]"],
    ["transient", "api_transient_5xx", "[API Error: 503 The server is overloaded]"],
    ["transient", "api_transient_5xx", "[API Error: 529 x]"],
    ["transient", "api_transient_5xx", "[API Error: Connection error. (cause: ECONNREFUSED)]"],
    ["transient", "api_transient_5xx", "[API Error: Model stream ended with empty response text.]"],
    ["transient", "api_timeout", "[API Error: Request timed out.]"],
    ["error", null, "[API Error: 400 Bad Request]"],
    ["error", null, "[API Error: something new]"],
    ["error", null, ""],
  ];
  for (const [kind, waitClass, text] of cases) {
    const verdict = reader([init, assistant([{ type: "text", text }]), failed(text)]).judge(exit1);
    assert.equal(verdict.kind, kind, text);
    assert.equal(verdict.waitClass, waitClass, text);
    assert.equal(verdict.resetsAt, null, text);
    assert.equal(verdict.needsHuman, ["auth", "billing", "config"].includes(kind), text);
  }
  assert.equal(reader([init, failed("x", { subtype: "error_max_turns" })]).judge(exit1).kind, "bounded");
  assert.equal(reader([init, failed("x", { error: "[API Error: 401 x]" })]).judge(exit1).kind, "auth");
});

Deno.test("judge() knows how long Qwen Code's provider asks to wait", () => {
  const verdictOf = (text: string) => reader([init, failed(text)]).judge(exit1);
  const asked = verdictOf("[API Error: 429 Please try again in 20m.]");
  assert.deepEqual([asked.retryAfterSeconds, asked.resetsAt], [1200, null]);
  assert.match(asked.summary, /asks to wait 1200 s\.$/);
  assert.equal(verdictOf("[API Error: 429 Please try again in 20s.]").retryAfterSeconds, 20);
  const dated = verdictOf("[API Error: 429 Usage limit reached, it resets at 07:50 (UTC)]");
  assert.deepEqual([dated.kind, dated.resetsAt], ["limit", now / 1000 + 110 * 60]);
});

Deno.test("judge() reads every exit code of Qwen Code when there is no terminal record", () => {
  const cases: readonly (readonly [number, string])[] = [
    [0, "no_result"],
    [1, "no_result"],
    [41, "auth"],
    [42, "config"],
    [44, "config"],
    [52, "config"],
    [53, "bounded"],
    [54, "error"],
    [55, "bounded"],
    [130, "interrupted"],
    [143, "interrupted"],
  ];
  for (const [code, kind] of cases) {
    const ending = { kind: "exited", code } as const;
    assert.equal(reader([init]).judge(ending).kind, kind, String(code));
    assert.equal(reader([init, result]).judge(ending).kind, "ok", "a whole terminal record decides");
    const named = kind === "interrupted" || kind === "no_result" ? "error" : kind;
    assert.equal(reader([init, failed("something new")]).judge(ending).kind, named, String(code));
  }
});

Deno.test("judge() reads Qwen Code's stderr when there are no records", () => {
  const help = Array<string>(200).fill("  --help   ".repeat(20));
  assert.equal(reader(["Unknown arguments: such-flag, suchFlag", ...help]).judge(exit1).kind, "config");
  assert.equal(reader(["No saved session found with ID 0. Run `qwen --resume`"]).judge(exit1).kind, "config");
  assert.equal(reader(["Reached max session turns for this session."]).judge(exit1).kind, "bounded");
  const text = ["qwen", "-p", "x"];
  assert.equal(reader(["[API Error: 401 no]"], text).judge(exit1).kind, "auth");
  assert.equal(reader(["[API Error: 401 no]"], text).judge(exit0).kind, "ok");
  assert.equal(reader(["Something else"], text).judge(exit1).kind, "error");
});

Deno.test("judge() of a wall names the retries under way", () => {
  const over = assistant([{ type: "text", text: "on we go" }]);
  assert.equal(reader([init, retry]).judge(wall).kind, "transient");
  assert.equal(reader([init, retry, over]).judge(wall).kind, "hung");
  const short = reader([init, heartbeat(45)]).judge(wall);
  assert.deepEqual([short.kind, short.waitClass, short.retryAfterSeconds], ["transient", "rate_limit_model", null]);
  const long = reader([init, heartbeat(3570)]).judge({ kind: "stopped", by: "supervisor", code: null });
  assert.deepEqual([long.kind, long.waitClass, long.retryAfterSeconds], ["limit", "rate_limit_account", 3570]);
  assert.equal(
    reader([init, heartbeat(3570)]).judge({ kind: "stopped", by: "operator", code: null }).kind,
    "interrupted",
  );
});

Deno.test("judge() needs an answer for a success", () => {
  assert.equal(reader([init, { ...result, result: " " }]).judge(exit0).kind, "no_result");
  const call = assistant([{ type: "tool_use", name: "edit", input: {} }]);
  assert.equal(reader([init, call, { ...result, result: "" }]).judge(exit0).kind, "ok");
  assert.equal(reader([init, result]).judge(exit0).summary, "Qwen Code finished in 2 turns.");
});

Deno.test("judge() takes no foreign or half record of Qwen Code for a terminal one", () => {
  const { session_id: _, ...unsigned } = result;
  assert.equal(reader([init, unsigned]).judge(exit0).kind, "no_result");
  const line = JSON.stringify(result);
  for (let end = 1; end < line.length; end++) {
    const made = reader([init]);
    made.push(new TextEncoder().encode(line.slice(0, end)));
    assert.equal(made.observe().hasTerminalRecord, false);
    assert.equal(made.judge(exit0).kind, "no_result");
  }
  assert.equal(reader([init, result, assistant([])]).judge(exit0).kind, "no_result", "the agent went on");
});
