// Guards that what a monitor writes beside a supervisor is never taken for a sign that the supervisor lives.
import assert from "node:assert/strict";
import { witnessEventKinds } from "../../src/core/event_witness.ts";
import { stage } from "../monitor/stage.ts";

Deno.test("take() hears no supervisor in what a monitor writes, its hooks' failures among it", () => {
  const project = stage().event("serve_started", { pid: 1, version: "1" }).look();
  const signOf = () => project.sight.of(project.now).supervisor.lastSign;
  project.pass(60);
  for (const kind of Object.keys(witnessEventKinds)) project.event(kind, { detector: "hung" });
  project.event("hook_failed", { hook_name: "queue", hook_kind: "detector", error_message: "x" });
  assert.equal(signOf(), "serve_started");
  assert.equal(project.sight.of(project.now).hookFailures.length, 1);
  project.event("hook_failed", { hook_name: "after", hook_kind: "post_round", error_message: "x" });
  assert.equal(signOf(), "hook_failed");
});
