// Guards what a row of doctor shows of what tools print: masked while it is whole, on one line, nothing to obey.
import assert from "node:assert/strict";
import { fail, ok, warn } from "../../../src/cli/doctor/check.ts";
import { redact, useSecretValues } from "../../../src/core/redact.ts";
import { withLines } from "../../config/sample.ts";
import { DoctorStage } from "./doctor_stage.ts";

const token = `gh${"p_"}${"a1B2".repeat(9)}`;

Deno.test("a row masks secrets in what was found and in the fix, before it is cut", () => {
  const said = `fatal: https://me:hunter2@host\n${"is gone ".repeat(71)}${token} was refused`;
  assert.ok(said.indexOf(token) < 600 && said.indexOf(token) + token.length > 600, "the cut goes through it");
  for (const row of [ok("a", said), warn("a", { found: said, fix: said }), fail("a", { found: said, fix: said })]) {
    for (const text of [row.found, row.fix ?? row.found]) {
      assert.match(text, /^fatal: https:\/\/<redacted>@host is gone/);
      assert.ok(!text.includes(token.slice(0, 6)) && text.length <= 600, text);
    }
  }
});

Deno.test("a row is one line that no terminal obeys", () => {
  assert.equal(ok("a", "  one \n two\u009b31m\u202e ").found, "one two\\u009b31m\\u202e");
});

Deno.test("examine() has the values of the agent's secrets masked, too", async () => {
  const own = "Zq7-kwandel-0815";
  try {
    await new DoctorStage(withLines({ agent: `env = { API_TOKEN = "${own}" }` })).rows();
    assert.equal(ok("a", `the helper said ${own}`).found, "the helper said <redacted>");
  } finally {
    useSecretValues([]);
  }
  assert.equal(redact(own), own);
});
