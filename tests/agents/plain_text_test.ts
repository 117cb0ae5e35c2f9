// Proves that a failed command's lines are a verdict only beyond doubt, and a hint otherwise.
import assert from "node:assert/strict";
import plain from "../../src/agents/plain.ts";
import { causeOfLastLine, hintIn } from "../../src/agents/plain_text.ts";
import { lookAlikes } from "./look_alikes.ts";

function judged(output: string, code = 1) {
  const made = plain.createReader();
  made.push(new TextEncoder().encode(output));
  return made.judge({ kind: "exited", code });
}

Deno.test("causeOfLastLine() trusts a complaint with a status and the words that belong to it", () => {
  const cases: readonly (readonly [string, string, string | null])[] = [
    ["Error: 401 Unauthorized", "auth", null],
    ["my-agent: error: HTTP 403 Forbidden", "auth", null],
    ["API Error: 429 Too Many Requests, try again in 30s", "transient", "rate_limit_model"],
    ["Request failed with status code 503 Service Unavailable", "transient", "api_transient_5xx"],
    ["fatal: HTTP/1.1 502 Bad Gateway", "transient", "api_transient_5xx"],
    ["error: 402 Payment Required", "billing", null],
  ];
  for (const [line, kind, waitClass] of cases) {
    assert.deepEqual([judged(`working\n${line}\n`).kind, judged(line).waitClass], [kind, waitClass], line);
    assert.equal(judged(line, 0).kind, "ok", line);
    assert.equal(judged(`${line}\nbut then something else broke\n`).kind, "error", line);
  }
  assert.equal(judged("API Error: 429 Too Many Requests, try again in 30s").retryAfterSeconds, 30);
});

Deno.test("causeOfLastLine() leaves everything else an error", () => {
  const doubtful = [
    "Error: 429",
    "Error: 401 tests failed",
    "expected 401 Unauthorized",
    "Error: rate limit",
    "",
    "error",
  ];
  // In a failed command's very last line these two say what they seem to say.
  const plainEnough = lookAlikes.filter((text) => /^API Error: 5\d\d \w/.test(text));
  assert.equal(plainEnough.length, 2);
  for (const text of [...lookAlikes.filter((one) => !plainEnough.includes(one)), ...doubtful]) {
    assert.equal(causeOfLastLine(text.split("\n")), null, text);
    assert.equal(judged(text).kind, "error", text);
  }
});

Deno.test("hintIn() names the newest complaint among the last lines, as evidence only", () => {
  assert.equal(hintIn(["Error: rate limit reached", "Error: quota exceeded", "done"]), "Error: quota exceeded");
  assert.equal(hintIn(["the rate limit is high", "all is well"]), null);
  assert.equal(hintIn(["Error: quota exceeded", ...Array.from({ length: 10 }, () => "line")]), null);
  const verdict = judged("Error: rate limit for TOKEN=abcdefgh\nbye\n", 3);
  assert.deepEqual([verdict.kind, verdict.waitClass], ["error", null]);
  assert.deepEqual(verdict.evidence.map(({ field, value }) => [field, value]), [
    ["exit_code", "3"],
    ["hint", "Error: rate limit for TOKEN=<redacted>"],
    ["last_line", "bye"],
  ]);
  assert.equal(
    judged("Error: connect ECONNREFUSED\n").evidence.find(({ field }) => field === "network")?.value,
    "ECONNREFUSED",
  );
});
