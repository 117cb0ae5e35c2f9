// Guards the records of failures: masked before they are cut, on one line, never too long.
import assert from "node:assert/strict";
import { payloadFault } from "../../src/core/event_payload.ts";
import { redact } from "../../src/core/redact.ts";
import { failedPayload, lastLine, quoted, spellFailure, startFailedPayload } from "../../src/hooks/failure.ts";
import type { HookFailure } from "../../src/hooks/failure.ts";

const token = `ghp_${"a1B2".repeat(9)}`;

function failure(changes: Partial<HookFailure>): HookFailure {
  return { hook: "notify", point: "round_after", fault: "exit_code", message: "exit code 1", said: "", ...changes };
}

Deno.test("failedPayload() tells of a failure in the fields that readers know", () => {
  const payload = failedPayload(failure({ said: "no route\n" }), redact);
  assert.deepEqual(payload, {
    hook_name: "notify",
    hook_kind: "post_round",
    error_type: "exit_code",
    error_message: "exit code 1",
    traceback: "no route\n",
  });
  assert.equal(payloadFault("hook_failed", payload), null);
});

Deno.test("failedPayload() masks secrets before it cuts, also where the cut would go through one", () => {
  for (const length of [400, 470, 480, 490, 495, 499]) {
    const payload = failedPayload(failure({ message: `${"x".repeat(length)} ${token}` }), redact);
    assert.ok(!payload.error_message.includes("ghp_"), payload.error_message.slice(-40));
    assert.ok(payload.error_message.length <= 500);
  }
  const said = `${"a ".repeat(500)}${token}${" b".repeat(5000)} ${token}`;
  const { traceback } = failedPayload(failure({ said }), redact);
  assert.ok(traceback.length < 2100 && traceback.includes("(cut)"), String(traceback.length));
  assert.ok(!traceback.includes("ghp_"));
});

Deno.test("failedPayload() shows control characters instead of passing them on", () => {
  const { error_message } = failedPayload(failure({ message: "it \u001b[2Jsaid\npassword: hunter22" }), redact);
  assert.equal(error_message, "it \\u001b[2Jsaid\\npassword: <redacted>");
});

Deno.test("startFailedPayload() fits its event", () => {
  const payload = startFailedPayload(failure({ point: "serve_start", message: "m".repeat(900) }), redact);
  assert.equal(payloadFault("serve_startup_hook_failed", payload), null);
  assert.deepEqual([payload.hook, payload.exc_type, payload.exc_msg.length], ["notify", "exit_code", 200]);
  assert.equal(spellFailure(failure({}), redact), "exit code 1");
});

Deno.test("quoted() leaves out the word it cuts", () => {
  assert.equal(quoted("short text"), "short text");
  const cut = quoted(`${"w".repeat(1980)} ${token} end`);
  assert.ok(cut.length <= 2000 && !cut.includes("ghp_"));
});

Deno.test("lastLine() is the last one that says something", () => {
  assert.equal(lastLine("first\nlast one\n\n  \n"), "last one");
  assert.equal(lastLine(" \n"), "");
});
