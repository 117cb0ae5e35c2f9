// Proves what Claude Code's failures mean when fields that usually tell are missing or of another type.
import assert from "node:assert/strict";
import { assistant, exit1, failed, type Fields, init, reader, result, retry, wall } from "./claude_records.ts";

const exit0 = { kind: "exited", code: 0 } as const;

function kindOf(record: Fields): string {
  return reader([init, record]).judge(exit1).kind;
}

Deno.test("judge() sees a failure although is_error does not tell of it", () => {
  for (const is_error of [undefined, null, "true", 1]) {
    assert.equal(kindOf(failed({ is_error, api_error_status: 401 })), "auth", String(is_error));
    assert.equal(kindOf(failed({ is_error, api_error_status: "429" })), "transient", String(is_error));
  }
  assert.equal(kindOf(failed({ is_error: false, subtype: "error_max_turns" })), "bounded");
  assert.equal(reader([init, { ...result, is_error: null }]).judge(exit0).kind, "ok");
  assert.equal(reader([init, { ...result, subtype: undefined }]).judge(exit0).kind, "ok");
});

Deno.test("judge() takes the provider's own word where Claude Code has none", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["overloaded_error", "transient"],
    ["api_error", "transient"],
    ["timeout_error", "transient"],
    ["rate_limit_error", "transient"],
    ["authentication_error", "auth"],
    ["permission_error", "auth"],
    ["not_found_error", "config"],
    ["request_too_large", "context"],
    ["constructor", "error"],
  ];
  for (const [api_error_type, kind] of cases) {
    const word = assistant([], { error: "unknown", is_api_error_message: true });
    assert.equal(reader([init, word, failed({ api_error_type })]).judge(exit1).kind, kind, api_error_type);
  }
});

Deno.test("judge() takes the error's own sentence where no field explains it", () => {
  assert.equal(kindOf(failed({ api_error_status: 400, result: "Credit balance is too low" })), "billing");
  assert.equal(kindOf(failed({ api_error_status: 400, result: "Prompt is too long · the request is" })), "context");
  assert.equal(kindOf(failed({ api_error_status: 400, result: "messages.0: Credit balance is too low?" })), "error");
});

Deno.test("judge() reads the sentences of the mode that prints text", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["There's an issue with the selected model (nope). It may not exist", "config"],
    ["API Error: 401 invalid x-api-key", "auth"],
    ["API Error: 402 Your account has a billing issue.", "billing"],
    ["API Error: 404 not found", "config"],
    ["API Error: 429 slow down", "transient"],
    ["API Error: 529 Overloaded.", "transient"],
    ["API Error: Claude's response exceeded the 32000 output token maximum.", "bounded"],
    ["API Error: 4010 of them", "error"],
    ["I saw API Error: 401 in the log", "error"],
  ];
  for (const [text, kind] of cases) assert.equal(reader([text]).judge(exit1).kind, kind, text);
});

Deno.test("judge() of a wall takes a request that is tried again for trouble that passes", () => {
  for (const status of ["529", 529, null, undefined, {}]) {
    const again = { ...retry(null, "unknown"), error_status: status };
    assert.equal(reader([init, again]).judge(wall).kind, "transient", String(status));
  }
});

Deno.test("a record without its session counts when it has an id of its own", () => {
  const { session_id: _, ...unsigned } = result;
  assert.equal(reader([init, { ...unsigned, uuid: "u1" }]).judge(exit0).kind, "ok");
  assert.equal(reader([init, unsigned]).judge(exit0).kind, "no_result");
});

Deno.test("judge() does not call it an interruption that the supervisor ended the run", () => {
  const cut = failed({ subtype: "error_during_execution", terminal_reason: "aborted_streaming" });
  assert.equal(reader([init, cut]).judge(exit0).kind, "interrupted");
  assert.equal(reader([init, cut]).judge(wall).kind, "hung");
  assert.equal(reader([init, retry(529, "overloaded"), cut]).judge(wall).kind, "transient");
  assert.equal(
    reader([init, retry(401, "authentication_failed"), cut]).judge({ kind: "stopped", by: "supervisor", code: 0 }).kind,
    "auth",
  );
});
