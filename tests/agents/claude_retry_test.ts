// Proves which of Claude Code's retries show that going on is of no use.
import assert from "node:assert/strict";
import type { EarlySign } from "../../src/core/agent.ts";
import type { Verdict } from "../../src/core/verdict.ts";
import { assistant, type Fields, init, later, reader, rejected, result, retry, wall } from "./claude_records.ts";

function read(records: readonly Fields[]): { readonly early: EarlySign | null; readonly verdict: Verdict } {
  const made = reader([init, ...records]);
  return { early: made.observe().early, verdict: made.judge({ kind: "stopped", by: "supervisor", code: 143 }) };
}

Deno.test("early is hopeless for a login or payment that no retry can mend", () => {
  const cases: readonly (readonly [Fields, string])[] = [
    [retry(401, "authentication_failed"), "auth"],
    [retry(403, "unknown"), "auth"],
    [retry(402, "unknown"), "billing"],
    [retry(null, "account_on_hold"), "auth"],
    [retry(null, "oauth_org_not_allowed"), "auth"],
    [retry(null, "cloud_credential_error"), "auth"],
    [retry(400, "billing_error"), "billing"],
  ];
  for (const [record, kind] of cases) {
    const { early, verdict } = read([record]);
    assert.equal(early?.kind, "hopeless", JSON.stringify(record));
    assert.equal(verdict.kind, kind, "the supervisor ended the round because of it");
    assert.ok(!early?.why.endsWith("."));
  }
});

Deno.test("early leaves a login the chance to be renewed once", () => {
  const start = { ...init, apiKeySource: "none" };
  const again = { ...retry(401, "authentication_failed"), attempt: 2 };
  assert.equal(reader([start, retry(401, "authentication_failed")]).observe().early, null);
  assert.equal(reader([start, retry(401, "authentication_failed"), again]).observe().early?.kind, "hopeless");
  assert.equal(reader([start, retry(null, "account_on_hold")]).observe().early?.kind, "hopeless");
});

Deno.test("early is null for any number of retries that wait for seconds", () => {
  for (const record of [retry(529, "overloaded"), retry(429, "rate_limit"), retry(null, "unknown")]) {
    assert.equal(read(Array.from({ length: 20 }, () => ({ ...record, retry_delay_ms: 39_000 }))).early, null);
  }
});

Deno.test("early is a long wait with its seconds when Claude Code means to sleep for minutes", () => {
  const { early, verdict } = read([{ ...retry(429, "rate_limit"), retry_delay_ms: 3_600_400 }]);
  assert.deepEqual([early?.kind, early?.waitSeconds], ["long_wait", 3601]);
  assert.deepEqual([verdict.kind, verdict.waitClass, verdict.retryAfterSeconds], [
    "transient",
    "rate_limit_model",
    3601,
  ]);
  assert.equal(read([{ ...retry(429, "rate_limit"), retry_delay_ms: 9_000 }]).verdict.retryAfterSeconds, null);
  assert.equal(read([{ ...retry(401, "authentication_failed"), retry_delay_ms: 3.6e6 }]).early?.kind, "hopeless");
});

Deno.test("early waits until the reset of the window that was refused", () => {
  const before = assistant([], { timestamp: new Date((later - 7200) * 1000).toISOString() });
  const { early, verdict } = read([
    before,
    rejected({ resetsAt: later }),
    { ...retry(429, "rate_limit"), retry_delay_ms: 30_000 },
  ]);
  assert.deepEqual([early?.kind, early?.waitSeconds], ["long_wait", 7200]);
  assert.deepEqual([verdict.kind, verdict.resetsAt], ["limit", later]);
});

Deno.test("early is null again when the provider answers or the run is over", () => {
  const bad = retry(401, "authentication_failed");
  assert.equal(read([bad, assistant([{ type: "text", text: "on we go" }])]).early, null);
  assert.equal(read([bad, result]).early, null);
  assert.equal(read([bad, retry(529, "overloaded")]).early, null);
});

Deno.test("a subagent's retry counts like the agent's own", () => {
  const progress = { type: "tool_progress", session_id: "s1", subagent_retry: retry(401, "authentication_failed") };
  assert.equal(read([progress]).early?.kind, "hopeless");
  assert.equal(read([{ type: "tool_progress", session_id: "s1" }]).early, null);
  assert.equal(reader([init, progress]).judge(wall).kind, "auth");
});
