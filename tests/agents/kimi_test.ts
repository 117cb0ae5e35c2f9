// Proves what is read from Kimi CLI's records and last words, and that look-alikes and hostile records do no harm.
import assert from "node:assert/strict";
import fc from "fast-check";
import kimi from "../../src/agents/kimi.ts";
import type { Ending } from "../../src/core/round.ts";
import { verdictKinds } from "../../src/core/verdict.ts";
import { lookAlikes } from "./look_alikes.ts";
import { assertNeverOkWhenCut, type Fields, readerOf } from "./record_lines.ts";

const now = Date.parse("2026-11-21T06:00:00Z");
const exit0: Ending = { kind: "exited", code: 0 };
const exit1: Ending = { kind: "exited", code: 1 };
const wall: Ending = { kind: "timed_out", wall: "hard", code: null };
const version: Fields = { role: "meta", type: "system.version", version: "9.9.9" };
const answer: Fields = { role: "assistant", content: "Done." };
const end: Fields = { role: "meta", type: "session.resume_hint", session_id: "session_1", command: "kimi -r x" };
const call: Fields = {
  role: "assistant",
  content: "",
  tool_calls: [{ type: "function", id: "c1", function: { name: "Bash", arguments: '{"command":"ls -a"}' } }],
};
const result: Fields = { role: "tool", tool_call_id: "c1", content: "README.md" };

function retry(rest: Fields): Fields {
  return {
    role: "meta",
    type: "turn.step.retrying",
    failed_attempt: 1,
    next_attempt: 2,
    max_attempts: 10,
    delay_ms: 620.5,
    error_name: "APIStatusError",
    error_message: "500 The server had an error",
    ...rest,
  };
}

const reader = readerOf(kimi, now);

function failed(words: string, records: readonly Fields[] = []) {
  return reader([version, ...records, `error: failed to run prompt: ${words}`, "See log: /home/user/kimi-code.log"]);
}

Deno.test("observe() tells session, version and tool calls of a good run", () => {
  const observed = reader([version, call, result, answer, end]).observe();
  assert.equal(observed.sessionId, "session_1");
  assert.equal(observed.cliVersion, "9.9.9");
  assert.deepEqual(observed.toolCalls, [{ name: "Bash", target: "ls -a" }]);
  assert.equal(observed.hasTerminalRecord, true);
  assert.equal(observed.usage, null);
  assert.equal(observed.unknownRecords, 0);
  assert.equal(reader([version, call, result, answer, end]).judge(exit0).kind, "ok");
});

Deno.test("judge() names every kind of failure in the last words", () => {
  const cases: readonly (readonly [string, string | null, string])[] = [
    ["auth", null, "provider.auth_error: 401 Incorrect API key provided"],
    ["auth", null, "provider.auth_error: 403 Forbidden"],
    ["auth", null, "provider.auth_error: token refresh failed"],
    ["billing", null, "provider.api_error: 402 Payment required"],
    ["billing", null, "provider.api_error: 429 You exceeded your current quota, please check your plan"],
    ["limit", "rate_limit_account", "provider.auth_error: 403 You've reached your usage limit for this billing cycle."],
    ["limit", "rate_limit_account", "provider.rate_limit: 429 You've reached your 5-hour usage limit."],
    ["limit", "rate_limit_account", "provider.rate_limit: 429 Rate limit reached. Please try again in 3600s."],
    ["transient", "rate_limit_model", "provider.rate_limit: 429 Rate limit reached. Please try again in 8s."],
    ["transient", "api_transient_5xx", "provider.api_error: 503 The server is overloaded"],
    ["transient", "api_transient_5xx", "provider.connection_error: terminated"],
    ["transient", "api_timeout", "provider.timeout: no answer"],
    ["context", null, "compaction.failed: APIContextOverflowError: 400 This model's maximum context length is 128000"],
    ["context", null, "compaction.failed: the conversation does not fit"],
    ["transient", "api_transient_5xx", "compaction.failed: APIStatusError: 500 The server had an error"],
    ["config", null, "provider.api_error: 404 The model `nope-1` does not exist"],
    ["config", null, 'Session "session_1" not found.'],
    ["bounded", null, "loop.max_steps_exceeded: 100 steps"],
    ["error", null, "provider.api_error: 400 Bad request"],
    ["error", null, "something else"],
  ];
  for (const [kind, waitClass, words] of cases) {
    const verdict = failed(words).judge(exit1);
    assert.equal(verdict.kind, kind, words);
    assert.equal(verdict.waitClass, waitClass, words);
    assert.match(verdict.summary, /^[A-Z].*\.$/);
    assert.equal(verdict.evidence[0]?.record, "stderr");
  }
});

Deno.test("judge() obeys the time that the provider names", () => {
  assert.equal(failed("provider.rate_limit: 429 Please try again in 8s.").judge(exit1).retryAfterSeconds, 8);
  const reset = failed("provider.rate_limit: 429 You've reached your usage limit. It resets at 7:50am (UTC).");
  assert.equal(reset.judge(exit1).resetsAt, Date.parse("2026-11-21T07:50:00Z") / 1000);
});

Deno.test("judge() of a wall names the trouble of the newest retry, and hung when the agent got on", () => {
  const cases: readonly (readonly [string, readonly Fields[]])[] = [
    ["hung", []],
    ["hung", [retry({ status_code: 500 }), answer]],
    ["transient", [retry({ status_code: 500 })]],
    ["transient", [retry({ error_name: "APIConnectionError", error_message: "terminated" })]],
    ["transient", [retry({ error_name: "APIEmptyResponseError", error_message: "empty" })]],
    ["transient", [retry({ status_code: 429, error_message: "429 Please try again in 8s." })]],
    ["limit", [retry({ status_code: 429, delay_ms: 3_600_000 })]],
    ["auth", [retry({ status_code: 401 })]],
    ["billing", [retry({ status_code: 429, error_message: "insufficient_quota" })]],
  ];
  for (const [kind, records] of cases) {
    assert.equal(reader([version, ...records]).judge(wall).kind, kind, JSON.stringify(records));
  }
});

Deno.test("observe() shows what proves that going on is of no use, until the agent gets on", () => {
  const early = (records: readonly Fields[]) => reader([version, ...records]).observe().early;
  const long = retry({ status_code: 429, delay_ms: 3_600_000 });
  assert.deepEqual([early([long])?.kind, early([long])?.waitSeconds], ["long_wait", 3600]);
  assert.equal(early([retry({ status_code: 401 })])?.kind, "hopeless");
  assert.equal(early([retry({ status_code: 429, error_message: "insufficient_quota" })])?.kind, "hopeless");
  assert.equal(early([long, answer]), null);
  assert.equal(early([retry({ status_code: 500, delay_ms: 36_845.2 })]), null);
  const many = Array.from({ length: 20 }, () => retry({ status_code: 500 }));
  assert.equal(early(many)?.kind, "runaway");
  assert.equal(early(many.slice(1)), null);
  const ended = reader([version, long]).judge({ kind: "stopped", by: "supervisor", code: 143 });
  assert.deepEqual([ended.kind, ended.retryAfterSeconds], ["limit", 3600]);
});

Deno.test("judge() lets exit status 75 mean that trying again may help, unless more is known", () => {
  const exit75: Ending = { kind: "exited", code: 75 };
  assert.deepEqual(
    [reader([version]).judge(exit75).kind, reader([version]).judge(exit75).waitClass],
    ["transient", "api_transient_5xx"],
  );
  assert.equal(failed("something else").judge(exit75).kind, "transient");
  assert.equal(failed("provider.auth_error: 401 no").judge(exit75).kind, "auth");
  assert.equal(reader([version, retry({ status_code: 429 })]).judge(exit75).waitClass, "rate_limit_model");
  assert.equal(reader([version, answer, end]).judge(exit75).kind, "ok");
});

Deno.test("judge() takes what a tool copies to stderr for no proof of an end or a retry", () => {
  const foreign = [version, answer, { ...end, session_id: "session_other" }];
  const during = reader([version, call, ...foreign]);
  assert.equal(during.observe().hasTerminalRecord, false);
  assert.equal(during.judge({ kind: "exited", code: 143 }).kind, "interrupted");
  assert.equal(during.judge(wall).kind, "hung");
  const after = reader([version, call, ...foreign, result, answer, end]);
  assert.equal(after.judge(exit0).kind, "ok");
  assert.equal(after.observe().sessionId, "session_1");
  const retries = reader([version, call, retry({ status_code: 429, delay_ms: 3_600_000 })]);
  assert.equal(retries.observe().early, null);
  assert.equal(retries.judge(wall).kind, "hung");
  const build = reader([version, call, "error: could not compile `x`", result]);
  assert.equal(build.judge(exit1).kind, "no_result");
  assert.equal(build.judge({ kind: "exited", code: 143 }).kind, "interrupted");
});

Deno.test("judge() believes a success record after a lost tool result only when the process ended well", () => {
  const lost = reader([version, call, answer, end]);
  assert.equal(lost.judge(exit0).kind, "ok");
  assert.equal(lost.judge(exit1).kind, "no_result");
  assert.equal(lost.judge(wall).kind, "hung");
});

Deno.test("judge() calls a run without any words and tools no result", () => {
  assert.equal(reader([version, { role: "assistant", content: " " }, end]).judge(exit0).kind, "no_result");
  assert.equal(reader([version, end]).judge(exit0).kind, "no_result");
  assert.equal(reader([version, { role: "assistant", content: [{ type: "text" }] }, end]).judge(exit0).kind, "ok");
});

Deno.test("judge() takes prose about failures for prose", () => {
  for (const text of lookAlikes) {
    const made = reader([
      version,
      { ...call, content: text },
      { ...result, content: text },
      `stderr: ${text.replaceAll("\n", " ")}`,
      `error: ${text.replaceAll("\n", " ")}`,
      { role: "assistant", content: text },
      end,
    ]);
    assert.equal(made.judge(exit0).kind, "ok", text);
    assert.equal(made.observe().early, null, text);
    assert.equal(reader([version, { role: "assistant", content: text }]).judge(exit0).kind, "no_result", text);
  }
});

Deno.test("judge() never calls a recording ok that is cut at any byte", () => {
  assertNeverOkWhenCut(kimi, "kimi-2.1.0", ["ok", "tool", "cut_then_ok", "resume-step2"]);
});

Deno.test("the exit status decides where Kimi prints text or builds print no success record", () => {
  assert.equal(reader(["All done."], ["kimi", "-p", "x"]).judge(exit0).kind, "ok");
  const old = ["kimi", "--print", "--output-format", "stream-json"];
  assert.equal(reader([answer], old).judge(exit0).kind, "ok");
  assert.equal(reader([answer], ["kimi", "-p", "x", "--output-format=stream-json"]).judge(exit0).kind, "no_result");
});

Deno.test("the reader never throws, whatever types the fields have", () => {
  const anything = fc.oneof(fc.jsonValue(), fc.constantFrom(true, 1e308, -1, "__proto__", "c1", [null], [{ id: 1 }]));
  const names = ["content", "tool_calls", "tool_call_id", "version", "session_id", "delay_ms", "error_name"];
  const record = fc.record({
    role: fc.constantFrom("meta", "assistant", "tool"),
    type: fc.oneof(anything, fc.constantFrom("system.version", "turn.step.retrying", "session.resume_hint")),
    ...Object.fromEntries([...names, "error_message", "status_code"].map((name) => [name, anything])),
  }, { requiredKeys: ["role"] });
  const endings = fc.constantFrom<Ending>(exit0, exit1, wall, { kind: "exited", code: 75 });
  fc.assert(
    fc.property(fc.array(record, { maxLength: 5 }), endings, (records, ending) => {
      const made = reader(records as Fields[]);
      const verdict = made.judge(ending);
      made.lastLines();
      assert.ok(verdictKinds.includes(verdict.kind));
      assert.equal(verdict.waitClass !== null, verdict.kind === "transient" || verdict.kind === "limit");
      const { badLines, unknownRecords, sessionId } = made.observe();
      assert.deepEqual([badLines, unknownRecords], [0, 0]);
      assert.ok(sessionId === null || typeof sessionId === "string");
    }),
    { numRuns: 1000 },
  );
});

Deno.test("resumed() adds the session", () => {
  assert.deepEqual(kimi.resuming.resumed(["kimi", "-p", "x"], "s1"), ["kimi", "-p", "x", "--session", "s1"]);
});

Deno.test("judge() knows a missing login and a missing model", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["auth", "No model configured. Run `kimi` and use /login to sign in, then retry; or set default_model"],
    ["auth", "KIMI_MODEL_API_KEY is required when KIMI_MODEL_NAME is set"],
    ["config", 'Model "x" is not configured in config.toml.'],
    ["config", "model x does not resolve to a configured provider"],
    ["config", "config.invalid: unknown field"],
    ["context", "provider.api_error: 400 request (92436 tokens) exceeds the available context size (8192 tokens)"],
    ["error", "provider.api_error: 400 API_KEY is no field of this request"],
  ];
  for (const [kind, words] of cases) assert.equal(failed(words).judge(exit1).kind, kind, words);
});

Deno.test("judge() of a wall hears why a run failed that did not leave, and takes an end without an id", () => {
  assert.equal(failed("provider.auth_error: 401 no").judge(wall).kind, "auth");
  assert.equal(failed("provider.auth_error: 401 no", [call]).judge(wall).kind, "hung");
  assert.equal(failed("config.invalid: x").judge(wall).kind, "hung");
  const { session_id: _, ...anonymous } = end;
  const made = reader([version, answer, anonymous]);
  assert.deepEqual([made.judge(exit0).kind, made.observe().sessionId], ["ok", null]);
});

Deno.test("observe() and judge() do not depend on which records are read and which are only counted", () => {
  const records = [version, answer, { role: "assistant", content: " " }, call, result, end, retry({}), {
    role: "tool",
    tool_call_id: "c9",
    content: "x",
  }, { ...end, session_id: "session_2" }];
  // Words that make every record one that may matter.
  const marked = (record: Fields) => ({ ...record, note: "tool_calls turn.step.retrying session.resume_hint" });
  const outcomeOf = (run: readonly Fields[]) => {
    const made = reader(run);
    return [made.observe(), ...[exit0, exit1, wall].map((ending) => made.judge(ending))];
  };
  fc.assert(fc.property(fc.array(fc.constantFrom(...records), { maxLength: 20 }), (run) => {
    assert.deepEqual(outcomeOf(run), outcomeOf(run.map(marked)));
  }));
});
