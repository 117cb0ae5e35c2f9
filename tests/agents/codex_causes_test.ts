// Proves what the error texts of Codex are taken for, and that nothing else is taken for one.
import assert from "node:assert/strict";
import codex from "../../src/agents/codex.ts";
import {
  answer,
  chatter,
  completed,
  done,
  exit0,
  exit1,
  failed,
  json,
  now,
  reader,
  start,
  wall,
} from "./codex_records.ts";
import { lookAlikes } from "./look_alikes.ts";

const texts: readonly (readonly [string, string | null, string])[] = [
  ["limit", "rate_limit_account", "You\u2019ve hit your usage limit. Upgrade to Pro, or try again at 7:50 AM."],
  ["limit", "rate_limit_account", "You've hit your usage limit. Upgrade to Plus to continue using Codex."],
  ["limit", "rate_limit_account", "You've hit your usage limit for GPT-5. Try again later."],
  ["billing", null, "Quota exceeded. Check your plan and billing details."],
  ["billing", null, "To use Codex with your ChatGPT plan, upgrade to Plus: https://chatgpt.com/explore/plus."],
  ["billing", null, "You\u2019re out of credits. Your workspace is out of credits. Add credits to continue."],
  ["billing", null, "You hit your spend cap set by the owner of your workspace."],
  ["billing", null, "unexpected status 402 Payment Required: pay, url: http://127.0.0.1/v1, request id: r"],
  ["billing", null, '{"error":{"message":"x","type":"usage_not_included"}}'],
  ["billing", null, '{"error":{"message":"x","code":"insufficient_quota"}}'],
  ["auth", null, "unexpected status 401 Unauthorized: Missing bearer, url: http://127.0.0.1/v1"],
  ["auth", null, "unexpected status 403 Forbidden: no, url: http://127.0.0.1/v1"],
  ["auth", null, "exceeded retry limit, last status: 401 Unauthorized, request id: r"],
  ["auth", null, "Missing environment variable: `MOCK_API_KEY`."],
  ["auth", null, "Your access token could not be refreshed because your refresh token was revoked."],
  ["auth", null, "Your authentication session could not be refreshed. Please log out and sign in again."],
  ["auth", null, "error sending request for url (https://auth.openai.com/oauth/token)"],
  ["auth", null, '{"error":{"message":"x","code":"invalid_api_key"}}'],
  ["context", null, "Codex ran out of room in the model\u2019s context window. Start a new thread."],
  ["context", null, '{"error":{"message":"Your input is long","code":"context_length_exceeded"}}'],
  ["context", null, "unexpected status 413 Payload Too Large: no"],
  ["config", null, "The model `nope-1` does not exist or you do not have access to it."],
  ["config", null, "unexpected status 404 Not Found: not found, url: http://127.0.0.1/v1/responses"],
  ["config", null, '{"detail":"The \'x\' model is not supported when using Codex with a ChatGPT account."}'],
  ["bounded", null, "Incomplete response returned, reason: max_output_tokens"],
  ["interrupted", null, "turn aborted. Something went wrong? Hit `/feedback` to report the issue."],
  ["transient", "rate_limit_model", "exceeded retry limit, last status: 429 Too Many Requests, request id: r"],
  ["transient", "rate_limit_model", "rate limit exceeded: Limit 3, Used 3. Please try again in 3.5s."],
  ["transient", "rate_limit_model", "stream disconnected before completion: Rate limit reached for m on tokens"],
  ["transient", "api_transient_5xx", "unexpected status 503 Service Unavailable: The server is overloaded"],
  [
    "transient",
    "api_transient_5xx",
    "We\u2019re currently experiencing high demand, which may cause temporary errors.",
  ],
  ["transient", "api_transient_5xx", "Selected model is at capacity. Please try a different model."],
  ["transient", "api_transient_5xx", "stream disconnected before completion: stream closed before response.completed"],
  ["transient", "api_transient_5xx", "Connection failed: error sending request"],
  ["transient", "api_timeout", "stream disconnected before completion: idle timeout waiting for SSE"],
  ["error", null, '{"error": {"message": "Unsupported parameter: \'foo\'", "type": "invalid_request_error"}}'],
  ["error", null, "Incomplete response returned, reason: content_filter"],
  ["error", null, "Image poisoning"],
  ["error", null, "{"],
  ["error", null, ""],
];

for (const [kind, waitClass, text] of texts) {
  Deno.test(`judge() says ${kind} when the turn failed with ${JSON.stringify(text)}`, () => {
    for (const records of [[failed(text)], [chatter(text), failed(text)], [answer, failed(text)]]) {
      const verdict = reader([...start, ...records]).judge(exit1);
      assert.deepEqual([verdict.kind, verdict.waitClass], [kind, waitClass]);
      assert.equal(verdict.needsHuman, ["auth", "billing", "config"].includes(kind));
      assert.ok(verdict.evidence.length > 0 || text === "");
    }
  });
}

Deno.test("judge() takes the time of a usage limit from its text, in the zone of the machine that wrote it", () => {
  const resetOf = (text: string, zone = "UTC") => {
    const made = codex.createReader({ command: json, now: () => now, timeZone: zone });
    made.push(new TextEncoder().encode(`${JSON.stringify(failed(`You\u2019ve hit your usage limit. ${text}`))}\n`));
    const { resetsAt } = made.judge(exit1);
    return resetsAt === null ? null : new Date(resetsAt * 1000).toISOString();
  };
  assert.equal(resetOf("Try again at 7:50 AM."), "2026-11-21T07:50:00.000Z");
  assert.equal(resetOf("Try again at 7:50 AM.", "America/New_York"), "2026-11-21T12:50:00.000Z");
  assert.equal(resetOf("Or try again at Nov 24th, 2026 3:47 AM."), "2026-11-24T03:47:00.000Z");
  assert.equal(resetOf("Try again in 2 hours 10 minutes."), "2026-11-21T08:10:00.000Z");
  assert.equal(resetOf("Try again at Nov 20th, 2026 3:47 AM."), null, "a time that is over is none");
  assert.equal(resetOf("Try again later."), null);
});

Deno.test("judge() names no reset when nobody knows when the text was written", () => {
  const made = codex.createReader({ command: json });
  made.push(new TextEncoder().encode(JSON.stringify(failed("You've hit your usage limit. Try again at 7:50 AM."))));
  assert.deepEqual([made.judge(exit1).kind, made.judge(exit1).resetsAt], ["limit", null]);
});

Deno.test("judge() passes on how long a rate limit lasts", () => {
  const verdict = reader([...start, failed("rate limit exceeded: Please try again in 3.5s.")]).judge(exit1);
  assert.equal(verdict.retryAfterSeconds, 4);
});

Deno.test("judge() takes prose about failures for prose", () => {
  for (const text of [...lookAlikes, ...texts.map(([, , said]) => said)]) {
    const command = {
      type: "command_execution",
      command: text,
      aggregated_output: text,
      exit_code: 1,
      status: "failed",
    };
    for (
      const records of [
        [done({ type: "agent_message", text: text || "x" })],
        [done(command, "item_0"), answer],
        [done({ type: "error", message: text }, "item_0"), answer],
        [`stderr: ${text.replaceAll("\n", " ")}`, answer],
        [chatter(text), answer],
      ]
    ) {
      const made = reader([...start, ...records, completed]);
      assert.equal(made.judge(exit0).kind, "ok", text);
      assert.equal(made.observe().early, null, text);
      const unfinished = reader([...start, ...records]);
      assert.equal(unfinished.judge(wall).kind, "hung", text);
    }
  }
});
