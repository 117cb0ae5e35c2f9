// Proves that limits are waited out as the provider says, also over a restart, or handled as configured.
import assert from "node:assert/strict";
import { exists, Project } from "./project.ts";

function readJson(path: string): Record<string, unknown> {
  return JSON.parse(Deno.readTextFileSync(path));
}

Deno.test("serve waits for the named reset, says so everywhere, keeps waiting after a restart, and then goes on", async () => {
  await using project = await Project.make({ plan: ["limit", "clean"], agentEnv: { FAKE_RESET: 600 } });
  const waitPath = `${project.logs}/wait.json`;
  const first = project.start("serve");
  await project.until("the wait", () => exists(waitPath) && first.stdout.includes("waiting"));
  const wait = readJson(waitPath);
  const until = Number(wait.reset_at_epoch);
  const [detected] = project.ofKind("transient_error_detected");
  const resets = Number(detected?.reset_at_epoch);
  assert.deepEqual(Object.keys(detected!).slice(2), [
    "classification",
    "agent",
    "reset_at_epoch",
    "round_num",
    "raw",
  ]);
  assert.ok(Math.abs(resets - Date.now() / 1000 - 600) < 10, `${resets}`);
  assert.deepEqual([wait.classification, wait.agent, wait.since_round], ["rate_limit_account", "claude", 1]);
  assert.ok(until - resets >= 5 && until - resets <= 31, `${until - resets} s of jitter`);
  const spelled = new Date(until * 1000).toISOString().slice(0, 19);
  assert.match(first.stdout, new RegExp(`waiting 10m \\d\\ds until ${spelled}Z: .*limit`));
  const view = JSON.parse((await project.run(["peek", "--json"])).stdout);
  assert.deepEqual(view.service.rate_limit, {
    throttled_until_epoch: until,
    limit_type: "rate_limit_account",
    agent: "claude",
    since_round: 1,
  });
  assert.deepEqual([view.now.state, view.now.until], ["waiting", new Date(until * 1000).toISOString()]);
  assert.equal((view.status.waiting as Record<string, unknown>).until_epoch, until);
  const askedAt = performance.now();
  first.signal("SIGTERM");
  assert.equal((await first.ended()).code, 0);
  assert.ok(performance.now() - askedAt < 5000, `${performance.now() - askedAt} ms`);
  assert.deepEqual(readJson(waitPath), wait);

  const second = project.start("serve");
  await project.until("the same wait", () => second.stdout.includes(`until ${spelled}Z`));
  second.signal("SIGTERM");
  assert.equal((await second.ended()).code, 0);
  assert.equal(project.ofKind("round_start").length, 1);
  assert.deepEqual(project.ofKind("transient_error_recovered"), []);

  // The time passes: what is on record lies a moment ahead.
  Deno.writeTextFileSync(waitPath, JSON.stringify({ ...wait, reset_at_epoch: Math.ceil(Date.now() / 1000) + 5 }));
  const third = await project.run(["serve", "--once"]);
  assert.match(third.stdout, /waiting .*\n.*round 2 started .*\n.*round 2 ended: ok/);
  const [recovered] = project.ofKind("transient_error_recovered");
  assert.deepEqual([recovered?.classification, recovered?.agent], ["rate_limit_account", "claude"]);
  assert.ok(Number(recovered?.throttled_for_s) >= 0);
  assert.equal(exists(waitPath), false);
});

Deno.test("serve guesses a wait where the provider names none, and a longer one the next time", async () => {
  await using project = await Project.make({ mode: "transient" });
  const waits: number[] = [];
  for (let round = 1; round <= 2; round++) {
    const serve = project.start("serve");
    await project.until("the wait", () => serve.stdout.includes("waiting") && exists(`${project.logs}/wait.json`));
    serve.signal("SIGTERM");
    assert.equal((await serve.ended()).code, 0);
    const wait = readJson(`${project.logs}/wait.json`);
    assert.equal(wait.classification, "api_transient_5xx");
    waits.push(Number(wait.reset_at_epoch) - Number(wait.started_epoch));
    await Deno.remove(`${project.logs}/wait.json`);
  }
  assert.ok(waits[0]! >= 65 && waits[0]! <= 92, `${waits}`);
  assert.ok(waits[1]! >= 125 && waits[1]! <= 152, `${waits}`);
  const [capped] = project.ofKind("transient_error_backoff_capped");
  assert.deepEqual([capped?.classification, capped?.requested_sleep_s, capped?.consecutive_count], [
    "api_transient_5xx",
    120,
    1,
  ]);
});

Deno.test("serve goes on after a limit when transient_error_action is skip, and does not count it as a failure", async () => {
  await using project = await Project.make({
    plan: ["limit", "transient", "clean"],
    agentEnv: { FAKE_RESET: 600 },
    runtime: { transient_error_action: "skip" },
  });
  const { code, stdout } = await project.run(["serve", "--max-rounds", "3"]);
  assert.equal(code, 0);
  assert.match(stdout, /waiting 1\.0s: transient_error_action is skip/);
  assert.deepEqual(project.ofKind("round_verdict").map((event) => event.verdict), ["limit", "transient", "ok"]);
  assert.deepEqual([exists(`${project.logs}/wait.json`), exists(`${project.logs}/loop.json`)], [false, false]);
});

Deno.test("serve leaves after a limit when transient_error_action is stop, with exit 0 and the reason", async () => {
  const reasons = { limit: "rate_limit", transient: "transient_error" };
  for (const [mode, reason] of Object.entries(reasons)) {
    await using project = await Project.make({ mode, runtime: { transient_error_action: "stop" } });
    const { code, stdout } = await project.run(["serve"]);
    assert.equal(code, 0);
    assert.match(stdout, /stopped: .*\(transient_error_action is stop\) \(1 round completed\)\n$/);
    assert.deepEqual(project.ofKind("agent_self_terminated").map((event) => event.reason), [reason]);
  }
});
