// Guards doctor's row on the command of progress.verify.
import assert from "node:assert/strict";
import { withLines } from "../../config/sample.ts";
import { DoctorStage } from "./doctor_stage.ts";

Deno.test("doctor has no row on progress.verify where none is set", async () => {
  const rows = await new DoctorStage().rows();
  assert.deepEqual(rows.filter(({ name }) => name === "verify"), []);
});

Deno.test("doctor finds the command, warns of one that is to be written, and fails for one that is nowhere", async () => {
  const stage = new DoctorStage(withLines({ progress: 'verify = ["agent", "check"]' }));
  const found = await stage.row("verify");
  assert.deepEqual([found.state, found.found], ["ok", "agent check (/bin/agent)"]);
  stage.configure(withLines({ progress: 'verify = ["./check.sh"]' }));
  const later = await stage.row("verify");
  assert.deepEqual([later.state, /no \.agent-done is believed/.test(later.found)], ["warn", true]);
  stage.configure(withLines({ progress: 'verify = ["mkae"]' }));
  const missing = await stage.row("verify");
  assert.equal(missing.state, "fail");
  assert.match(missing.found, /'mkae' is not found on PATH/);
  assert.match(missing.fix ?? "", /progress\.verify/);
});
