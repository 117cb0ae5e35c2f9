// Guards what becomes of a hook's word on the provider and on what a round used.
import assert from "node:assert/strict";
import { payloadFault } from "../../src/core/event_payload.ts";
import { redact } from "../../src/core/redact.ts";
import { verdictKinds } from "../../src/core/verdict.ts";
import { transientPayload, usageOf, usagePayload, verdictWith } from "../../src/hooks/transient.ts";
import { plainVerdict } from "../fakes/fake_reader.ts";
import { resultOf } from "./hook_stage.ts";

const now = 1_800_000_000;
const token = `ghp_${"a1B2".repeat(9)}`;

Deno.test("verdictWith() makes a limit or a passing fault of what a hook reports", () => {
  const error = { classification: "rate_limit_account" as const, reset_at_epoch: now + 60, message: `slow ${token}` };
  const verdict = verdictWith(plainVerdict("error"), { hook: "guard", error, now, redact });
  assert.deepEqual([verdict.kind, verdict.waitClass, verdict.resetsAt], ["limit", "rate_limit_account", now + 60]);
  assert.equal(verdict.summary, "Hook 'guard' reports rate_limit_account: slow <redacted>");
  assert.equal(verdict.evidence.at(-1)?.record, "hook guard");
  const fault = { classification: "api_timeout" as const, retry_after_s: 5 };
  const passing = verdictWith(plainVerdict("ok"), { hook: "guard", error: fault, now, redact });
  assert.deepEqual([passing.kind, passing.resetsAt, passing.retryAfterSeconds], ["transient", null, 5]);
});

Deno.test("verdictWith() takes a reset in the past for none", () => {
  const error = { classification: "rate_limit_model" as const, reset_at_epoch: now - 1 };
  assert.equal(verdictWith(plainVerdict("error"), { hook: "g", error, now, redact }).resetsAt, null);
});

Deno.test("verdictWith() changes nothing where the agent told of it itself, or where waiting does not help", () => {
  const error = { classification: "api_timeout" as const };
  const changed = verdictKinds.filter((kind) => {
    const verdict = plainVerdict(kind);
    return verdictWith(verdict, { hook: "g", error, now, redact }) !== verdict;
  });
  assert.deepEqual(verdictKinds.filter((kind) => !changed.includes(kind)), [
    "auth",
    "billing",
    "config",
    "interrupted",
  ]);
  const told = plainVerdict("limit", { waitClass: "rate_limit_account" });
  assert.equal(verdictWith(told, { hook: "g", error, now, redact }), told);
});

Deno.test("transientPayload() fits its event, with a time that lies ahead", () => {
  const payload = (error: Parameters<typeof transientPayload>[0]) =>
    transientPayload(error, { result: resultOf(), now: now + 0.5, redact });
  const stated = payload({ classification: "api_timeout", reset_at_epoch: now + 9, message: token });
  assert.equal(payloadFault("transient_error_detected", stated), null);
  assert.deepEqual([stated.reset_at_epoch, stated.raw, stated.round_num], [now + 9, "<redacted>", 7]);
  assert.equal(payload({ classification: "api_timeout", retry_after_s: 1.2 }).reset_at_epoch, now + 2);
  assert.equal(payload({ classification: "api_timeout", reset_at_epoch: 3 }).reset_at_epoch, now + 30);
});

Deno.test("usageOf() estimates a cost that is not told, and usagePayload() fits its event", () => {
  const told = {
    model: "m",
    input_tokens: 1_000_000,
    output_tokens: 0,
    reasoning_tokens: 0,
    cached_tokens: 0,
    cache_creation_tokens: 0,
    cost_usd: null,
    duration_ms: 5,
    tool_call_count: 2,
  };
  const price = { input: 3, output: 15, cacheRead: null, cacheWrite: null, reasoning: null, asOf: "2026-11-01" };
  const found = usageOf(told, { m: price });
  assert.deepEqual([found.usage.inputTokens, found.usage.isCumulative, found.estimate?.usd], [1_000_000, false, 3]);
  const payload = usagePayload(found, resultOf());
  assert.equal(payloadFault("agent_usage_recorded", payload), null);
  assert.deepEqual([payload.estimated_cost_usd, payload.cost_usd, payload.success], [3, null, true]);
  assert.equal(usageOf({ ...told, cost_usd: 0.5 }, { m: price }).estimate, null);
  assert.equal(usageOf(told, {}).estimate, null);
});
