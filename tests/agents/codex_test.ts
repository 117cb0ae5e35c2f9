// Proves how rounds of Codex are judged beyond what was recorded.
import assert from "node:assert/strict";
import type { Ending } from "../../src/core/round.ts";
import {
  answer,
  chatter,
  completed,
  done,
  exit0,
  exit1,
  failed,
  type Fields,
  json,
  reader,
  retry,
  start,
  wall,
} from "./codex_records.ts";

Deno.test("judge() needs turn.failed or turn.completed to call a run finished", () => {
  assert.equal(reader([...start, answer]).judge(exit0).kind, "no_result");
  assert.equal(reader([...start, answer, chatter("Image poisoning")]).judge(exit1).kind, "no_result");
  assert.equal(reader([...start, done({ type: "error", message: "Image poisoning" })]).judge(wall).kind, "hung");
  assert.equal(reader([...start, answer, completed, ...start]).judge(exit0).kind, "no_result", "it went on");
});

Deno.test("judge() wants an answer or a tool call, however the turn ended", () => {
  assert.equal(reader([...start, completed]).judge(exit0).kind, "no_result");
  assert.equal(
    reader([...start, done({ type: "agent_message", text: " \n" }), completed]).judge(exit0).kind,
    "no_result",
  );
  assert.equal(reader([...start, done({ type: "reasoning", text: "hm" }), completed]).judge(exit0).kind, "no_result");
  assert.equal(reader([...start, done({ type: "file_change", changes: [] }), completed]).judge(exit0).kind, "ok");
});

Deno.test("judge() of a wall names the trouble last seen, and hung when there was none", () => {
  const cases: readonly (readonly [string, readonly Fields[]])[] = [
    ["hung", []],
    ["hung", [retry("last status: 429"), answer]],
    ["hung", [retry("unexpected status 401 Unauthorized"), { type: "item.started", item: { type: "reasoning" } }]],
    ["transient", [answer, retry("exceeded retry limit, last status: 429 Too Many Requests, request id: r")]],
    ["transient", [chatter("Reconnecting... waiting for network (Connection failed: error sending request)")]],
    ["transient", [retry("something nobody has seen yet")]],
    ["transient", [chatter("Reconnecting... 2/5")]],
    ["transient", [retry("unexpected status 404 Not Found: x, url: ws://127.0.0.1/v1/responses")]],
    ["transient", [retry("unexpected status 403 Forbidden: x, url: wss://127.0.0.1/v1/responses")]],
    ["transient", [retry("unexpected status 401 x"), done({ type: "error", message: "x" }), retry("last status: 503")]],
    ["auth", [retry("unexpected status 401 Unauthorized: x, url: http://127.0.0.1/v1/responses")]],
    ["auth", [retry("unexpected status 401 x"), done({ type: "error", message: "Falling back to HTTPS" })]],
    ["billing", [retry("You hit your spend cap set in your workspace.")]],
    ["limit", [chatter("You've hit your usage limit. Try again at 7:50 AM.")]],
  ];
  for (const [kind, records] of cases) {
    assert.equal(reader([...start, ...records]).judge(wall).kind, kind, JSON.stringify(records));
  }
});

Deno.test("observe() calls retries hopeless when credentials or payment are refused, until Codex gets on", () => {
  const earlyOf = (...records: readonly Fields[]) => reader([...start, ...records]).observe().early;
  const refused = retry("unexpected status 401 Unauthorized: Incorrect API key provided, url: http://127.0.0.1/v1");
  assert.equal(earlyOf(refused)?.kind, "hopeless");
  assert.equal(earlyOf(retry("unexpected status 403 Forbidden: x, url: http://127.0.0.1/v1"))?.kind, "hopeless");
  assert.equal(earlyOf(retry("unexpected status 402 Payment Required: x"))?.kind, "hopeless");
  assert.equal(earlyOf(refused, answer), null);
  assert.equal(earlyOf(refused, retry("last status: 503 x")), null);
  assert.equal(earlyOf(refused, failed("unexpected status 401 Unauthorized")), null, "it ends by itself");
  assert.equal(earlyOf(retry("unexpected status 401 Unauthorized: x, url: ws://127.0.0.1/v1")), null);
  assert.equal(earlyOf(chatter("unexpected status 401 Unauthorized: x")), null, "Codex gives up at once then");
  const verdict = reader([...start, refused]).judge({ kind: "stopped", by: "supervisor", code: null });
  assert.equal(verdict.kind, "auth");
});

Deno.test("observe() tells of a long wait only when its length is known", () => {
  const earlyOf = (reason: string) => reader([...start, retry(reason)]).observe().early;
  assert.equal(earlyOf("exceeded retry limit, last status: 429 Too Many Requests, request id: r"), null);
  assert.equal(earlyOf("rate limit exceeded: Please try again in 1 hour 5 minutes.")?.waitSeconds, 3900);
  const untilMorning = earlyOf("You\u2019ve hit your usage limit. Try again at 7:50 AM.");
  assert.deepEqual([untilMorning?.kind, untilMorning?.waitSeconds], ["long_wait", 6600]);
});

Deno.test("judge() knows Codex's exit statuses", () => {
  const exit = (code: number): Ending => ({ kind: "exited", code });
  const usageError = ["error: unexpected argument '--x' found", "", "Usage: codex exec [OPTIONS] [PROMPT]"];
  assert.equal(reader(usageError).judge(exit(2)).kind, "config");
  assert.equal(reader([...start, "thread 'main' panicked at src/x.rs:1:2:"]).judge(exit(101)).kind, "error");
  assert.equal(reader([...start, retry("last status: 429")]).judge(exit(101)).kind, "error");
  assert.equal(reader([...start, answer, completed]).judge(exit(101)).kind, "ok", "the terminal record counts");
  assert.equal(reader([...start, answer]).judge(exit(1)).kind, "no_result");
  assert.equal(reader([...start, answer]).judge({ kind: "signalled", signal: "SIGTERM" }).kind, "interrupted");
});

Deno.test("judge() reads Codex's own last error line when there is no record to go by", () => {
  const kindOf = (command: readonly string[], ...lines: readonly string[]) => reader(lines, command).judge(exit1).kind;
  const missing = "Error: thread/resume: thread/resume failed: no rollout found for thread id x (code -32600)";
  assert.equal(kindOf(json, missing, "", "Stack backtrace:"), "config");
  assert.equal(kindOf(json, "Not inside a trusted directory and --skip-git-repo-check was not specified."), "config");
  assert.equal(kindOf(json, "Error loading config.toml:", "x.toml:2:1: unknown"), "config");
  assert.equal(kindOf(json, "Error: No such file or directory (os error 2)"), "error");
  const text = ["codex", "exec"];
  assert.equal(reader(["All done."], text).judge(exit0).kind, "ok");
  assert.equal(kindOf(text, "ERROR: You\u2019ve hit your usage limit. Try again at 7:50 AM."), "limit");
  assert.equal(kindOf(text, "ERROR: Reconnecting... 5/5", "ERROR: unexpected status 401 Unauthorized: x"), "auth");
  assert.equal(kindOf(text, "You've hit your usage limit."), "error", "only an error line counts");
  assert.equal(kindOf(text, "ERROR: Quota exceeded.", "ERROR: Image poisoning"), "error", "the newest one counts");
  assert.equal(kindOf(text, "2026-11-21T06:20:31.1Z ERROR codex_api: unexpected status 401"), "error");
});
