// Proves that a round is ended as soon as its output proves it useless, and that nothing of it is left.
import assert from "node:assert/strict";
import { Project } from "./project.ts";

const once = ["serve", "--max-rounds", "1"];

Deno.test("serve ends a round whose login is refused again and again, with the tools it started", async () => {
  await using project = await Project.make({ mode: "retrying" });
  const { code, stdout } = await project.run(once);
  assert.equal(code, 0);
  const [early] = project.ofKind("round_ended_early");
  assert.equal(early?.sign, "hopeless");
  const [exit] = project.ofKind("agent_exit");
  assert.equal(exit?.ending, "stopped");
  assert.ok(Number(exit?.duration_s) < 15, `${exit?.duration_s}`);
  assert.deepEqual(project.ofKind("round_verdict").map(({ verdict, needs_human }) => [verdict, needs_human]), [[
    "auth",
    true,
  ]]);
  assert.match(stdout, /round 1 is being ended: .*\(SIGTERM now/);
  assert.deepEqual(await project.processes(), []);
});

Deno.test("serve waits for a limit outside of the round when the agent would sleep through it", async () => {
  await using project = await Project.make({ plan: ["sleeping", "clean"] });
  const serve = project.start("serve", "--max-rounds", "2");
  await project.until("the wait", () => /waiting .* until /.test(serve.stdout));
  assert.deepEqual(project.ofKind("round_ended_early").map(({ sign }) => sign), ["long_wait"]);
  const [verdict] = project.ofKind("round_verdict");
  assert.ok(["limit", "transient"].includes(String(verdict?.verdict)), String(verdict?.verdict));
  assert.equal(verdict?.retry_after_s, 3600);
  assert.equal((await project.run(["retry-now"])).code, 0);
  assert.equal((await serve.ended()).code, 0);
  assert.equal(project.ofKind("round_verdict").at(-1)?.verdict, "ok");
});

Deno.test("serve lets the agent have its way with act_early off, up to the wall", async () => {
  const options = { mode: "retrying", agent: { act_early: false }, runtime: { round_timeout_s: 4 } };
  await using project = await Project.make(options);
  assert.equal((await project.run(once)).code, 0);
  assert.deepEqual(project.ofKind("round_ended_early"), []);
  assert.deepEqual(project.ofKind("agent_exit").map(({ ending }) => ending), ["timed_out"]);
  assert.deepEqual(project.ofKind("round_verdict").map(({ verdict }) => verdict), ["auth"], "not hung: it said why");
});
