// Proves what a provider's error answers mean when opencode passes them on.
import assert from "node:assert/strict";
import { exit1, failed, type Fields, reader, refused, time, wall } from "./opencode_records.ts";

Deno.test("judge() names every kind of failure", () => {
  const quota = JSON.stringify({
    error: { message: "No more.", type: "insufficient_quota", code: "insufficient_quota" },
  });
  const weekly = JSON.stringify({
    type: "error",
    error: { type: "GoUsageLimitError", message: "Weekly usage limit reached. Resets in 19hr" },
  });
  const cases: readonly (readonly [string, string | null, Fields])[] = [
    ["auth", null, refused(401)],
    ["auth", null, refused(403)],
    ["auth", null, failed("ProviderAuthError", { providerID: "acme", message: "No key." })],
    ["auth", null, refused(400, { message: "API key not valid. Please pass a valid API key." })],
    ["billing", null, refused(402)],
    ["billing", null, refused(429, { isRetryable: true, responseBody: quota })],
    ["billing", null, refused(400, { message: "Your credit balance is too low to access the Anthropic API." })],
    ["billing", null, refused(401, { responseBody: '{"type":"error","error":{"type":"CreditsError","message":"x"}}' })],
    ["config", null, refused(404)],
    ["config", null, failed("ProviderModelNotFoundError", { message: "none" })],
    ["config", null, failed("UnknownError", { message: "Model not found: nope/none." })],
    ["context", null, failed("ContextOverflowError", { message: "too long" })],
    ["context", null, refused(413)],
    ["context", null, refused(400, { message: "prompt is too long: 250000 tokens > 200000 maximum" })],
    ["error", null, failed("ContentFilterError", { message: "stopped" })],
    ["error", null, refused(400)],
    ["error", null, failed("UnknownError", { message: "Unexpected server error. Check server logs for details." })],
    ["error", null, failed("Strange")],
    ["bounded", null, failed("MessageOutputLengthError")],
    ["interrupted", null, failed("MessageAbortedError", { message: "Aborted" })],
    ["transient", "rate_limit_model", refused(429, { isRetryable: true, responseHeaders: { "Retry-After": "8" } })],
    ["transient", "api_transient_5xx", refused(503, { isRetryable: true })],
    ["transient", "api_transient_5xx", refused(529)],
    ["transient", "api_transient_5xx", failed("APIError", { message: "Cannot connect to API: x", isRetryable: true })],
    ["transient", "api_transient_5xx", failed("APIError", { message: "Strange things.", isRetryable: true })],
    [
      "transient",
      "api_transient_5xx",
      failed("UnknownError", {
        message: '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}',
      }),
    ],
    ["transient", "api_timeout", failed("UnknownError", { message: "The operation timed out." })],
    ["limit", "rate_limit_account", refused(429, { isRetryable: true, responseHeaders: { "retry-after": "3600" } })],
    ["limit", "rate_limit_account", refused(429, { isRetryable: true, responseBody: weekly })],
  ];
  for (const [kind, waitClass, error] of cases) {
    for (const ending of [exit1, wall]) {
      const verdict = reader([error]).judge(ending);
      assert.equal(verdict.kind, kind, JSON.stringify(error));
      assert.equal(verdict.waitClass, waitClass, JSON.stringify(error));
      assert.equal(verdict.evidence[0]?.record, "error");
    }
  }
});

Deno.test("judge() tells until when a limit holds", () => {
  const now = time / 1000;
  const cases: readonly (readonly [number | null, number | null, Fields])[] = [
    [null, 8, { responseHeaders: { "retry-after": "8" } }],
    [null, 8, { responseHeaders: { "retry-after-ms": 7500 } }],
    [now + 3600, 3600, { responseHeaders: { "retry-after": "3600" } }],
    [now + 7200, 7200, { responseHeaders: { "retry-after": new Date(time + 7_200_000).toUTCString() } }],
    [now + 900, null, {
      responseBody: JSON.stringify({ error: { type: "usage_limit_reached", resets_at: now + 900 } }),
    }],
    [now + 900, null, {
      responseBody: JSON.stringify({ error: { type: "usage_limit_reached", resets_in_seconds: 900 } }),
    }],
    [null, null, { responseBody: JSON.stringify({ error: { type: "usage_limit_reached", resets_at: now - 5 } }) }],
    [now + 68_400, null, { message: "Weekly usage limit reached. Resets in 19hr" }],
    [now + 90_000, null, {
      responseHeaders: {
        "anthropic-ratelimit-unified-status": "rejected",
        "anthropic-ratelimit-unified-reset": String(now + 60),
        "anthropic-ratelimit-unified-5h-status": "rejected",
        "anthropic-ratelimit-unified-5h-reset": String(now + 60),
        "anthropic-ratelimit-unified-7d-status": "rejected",
        "anthropic-ratelimit-unified-7d-reset": String(now + 90_000),
        "anthropic-ratelimit-unified-7d-utilization": "1.02",
      },
    }],
  ];
  for (const [resetsAt, retryAfterSeconds, data] of cases) {
    const made = reader([refused(429, { isRetryable: true, ...data })]);
    const verdict = made.judge(exit1);
    assert.equal(verdict.resetsAt, resetsAt, JSON.stringify(data));
    assert.equal(verdict.retryAfterSeconds, retryAfterSeconds, JSON.stringify(data));
    assert.equal(made.observe().windows.length, Object.keys(data.responseHeaders ?? {}).length > 2 ? 2 : 0);
  }
  const overloaded = reader([refused(503, { responseHeaders: { "retry-after": "30" } })]).judge(exit1);
  assert.deepEqual([overloaded.kind, overloaded.retryAfterSeconds], ["transient", 30]);
});

Deno.test("judge() knows every refused window, and a plan without the model", () => {
  const reset = time / 1000 + 9000;
  const windows = refused(429, {
    isRetryable: true,
    responseHeaders: {
      "anthropic-ratelimit-unified-5h-status": "rejected",
      "anthropic-ratelimit-unified-5h-reset": reset - 900,
      "Anthropic-Ratelimit-Unified-7d_opus-Status": "rejected",
      "Anthropic-Ratelimit-Unified-7d_opus-Reset": String(reset * 1000),
      "anthropic-ratelimit-unified-7d-status": "allowed",
      "anthropic-ratelimit-unified-7d-reset": String(reset + 9000),
      "anthropic-ratelimit-unified-overage-status": "rejected",
      "anthropic-ratelimit-unified-overage-reset": String(reset + 99_000),
    },
  });
  const made = reader([windows]);
  assert.deepEqual([made.judge(exit1).kind, made.judge(exit1).resetsAt], ["limit", reset]);
  assert.deepEqual(made.observe().windows.map(({ name }) => name), ["five_hour", "seven_day", "7d_opus"]);
  const body = '{"error":{"type":"usage_not_included","message":"Usage not included in your plan"}}';
  assert.equal(reader([refused(429, { isRetryable: true, responseBody: body })]).judge(exit1).kind, "billing");
});
