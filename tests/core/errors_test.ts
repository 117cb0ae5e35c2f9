// Guards the one error for people and its exit codes.
import assert from "node:assert/strict";
import { exitCode, messageOf, OperatorError } from "../../src/core/errors.ts";

Deno.test("OperatorError carries what to do and how to leave", () => {
  const error = new OperatorError("It is broken", { fix: "Mend it", exitCode: exitCode.config });
  assert.deepEqual([error.name, error.message, error.fix, error.exitCode], [
    "OperatorError",
    "It is broken",
    "Mend it",
    78,
  ]);
  assert.equal(new OperatorError("x", { fix: "y" }).exitCode, 1);
  assert.ok(error instanceof Error);
});

Deno.test("exitCode has the codes that service managers are told", () => {
  assert.deepEqual(exitCode, { ok: 0, failure: 1, usage: 2, busy: 75, config: 78 });
});

Deno.test("messageOf() gives one line of anything", () => {
  assert.equal(messageOf(new Error("a\n  b\r\nc ")), "a b c");
  assert.equal(messageOf("plain"), "plain");
  assert.equal(messageOf(null), "null");
  assert.equal(messageOf(undefined), "undefined");
  assert.equal(messageOf({ toString: () => "x\ny" }), "x y");
});
