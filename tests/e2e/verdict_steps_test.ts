// Proves what comes after each verdict where a user sees it: on standard output, on record, and from another terminal.
import assert from "node:assert/strict";
import { exists, Project } from "./project.ts";

function verdictsOf(project: Project): unknown[] {
  return project.ofKind("round_verdict").map((event) => event.verdict);
}

function lastLine(text: string): string {
  return text.trimEnd().split("\n").at(-1)!.slice("00:00:00  ".length);
}

Deno.test("retry-now ends a real wait at once, and the wait counts as no failure", async () => {
  await using project = await Project.make({ plan: ["limit", "clean"], agentEnv: { FAKE_RESET: 3600 } });
  const serve = project.start("serve", "--max-rounds", "2");
  await project.until("the wait", () => /waiting .* until /.test(serve.stdout));
  const started = project.ofKind("round_start").length;
  const askedAt = performance.now();
  const retry = await project.run(["retry-now"]);
  assert.equal(retry.code, 0, retry.stderr);
  assert.match(retry.stdout, /^The wait is over: the next round starts now \(.*limit.*\)\n$/);
  await project.untilKind("round_start", started + 1);
  assert.ok(performance.now() - askedAt < 5_000);
  const { code, stdout } = await serve.ended();
  assert.equal(code, 0);
  assert.match(stdout, /going on after .* of waiting: 'agent-runner retry-now' was called/);
  const [request] = project.ofKind("retry_requested");
  const [recovered] = project.ofKind("transient_error_recovered");
  assert.deepEqual([request?.classification, recovered?.classification], ["rate_limit_account", "rate_limit_account"]);
  assert.deepEqual([exists(`${project.logs}/wait.json`), exists(`${project.logs}/loop.json`)], [false, false]);
  assert.equal(Deno.statSync(`${project.logs}/requests`).mode! & 0o777, 0o700);
});

Deno.test("retry-now ends the pause after a failure, and a stale request does not", async () => {
  await using project = await Project.make({ plan: ["exit1", "clean"], runtime: { restart_delay_s: 300 } });
  Deno.mkdirSync(`${project.logs}/requests`, { recursive: true });
  Deno.writeTextFileSync(`${project.logs}/requests/retry-now.json`, JSON.stringify({ at: new Date().toISOString() }));
  const serve = project.start("serve", "--max-rounds", "2");
  await project.until("the pause", () => serve.stdout.includes("waiting 10m 00s: short failure 1 of 5 in a row"));
  await new Promise((resolve) => setTimeout(resolve, 700));
  assert.deepEqual(project.ofKind("retry_requested"), []);
  const view = JSON.parse((await project.run(["peek", "--json"])).stdout);
  assert.deepEqual([view.now.state, view.now.why], ["waiting", "short failure 1 of 5 in a row"]);
  assert.equal((await project.run(["retry-now"])).code, 0);
  assert.equal((await serve.ended()).code, 0);
  assert.deepEqual(verdictsOf(project), ["error", "ok"]);
  assert.equal(project.ofKind("retry_requested")[0]?.classification, "error");
});

Deno.test("retry-now says in two lines, with exit 1, that nothing is waited for", async () => {
  await using project = await Project.make({ mode: "hang" });
  const idle = await project.run(["retry-now"]);
  assert.equal(idle.code, 1);
  assert.match(
    idle.stderr,
    /^agent-runner: There is no wait to end, because no supervisor runs: .*\n {2}fix: .*serve.*\n$/,
  );
  const serve = project.start("serve");
  await project.untilAgent();
  const busy = await project.run(["retry-now"]);
  assert.equal(busy.code, 1);
  assert.match(busy.stderr, /^agent-runner: There is no wait to end: Round 1\n {2}fix: .*\n$/);
  assert.equal(exists(`${project.logs}/requests`), false);
  serve.signal("SIGTERM");
  await project.until("the first request to be heard", () => serve.stdout.includes("no further round"));
  serve.signal("SIGTERM");
  await serve.ended();
});

Deno.test("serve tries a refused login once more, also in its next life, and then asks for a person", async () => {
  await using project = await Project.make({ mode: "auth" });
  const serve = project.start("serve");
  await project.until(
    "the minute",
    () => serve.stdout.includes("waiting 1m 00s: the login was refused; one more attempt"),
  );
  serve.signal("SIGTERM");
  assert.equal((await serve.ended()).code, 0);
  assert.deepEqual(project.ofKind("human_needed"), []);
  const second = await project.run(["serve"]);
  assert.equal(second.code, 0, "a designed end");
  assert.deepEqual(verdictsOf(project), ["auth", "auth"]);
  const [event] = project.ofKind("human_needed");
  assert.deepEqual([event?.round_num, event?.verdict], [2, "auth"]);
  assert.ok(second.stdout.includes(`a person is needed: ${event?.hint}\n`), second.stdout);
  assert.match(String(event?.hint), /Log the agent in .* see 'agent-runner peek --round 2 --log'/);
  assert.match(lastLine(second.stdout), /^stopped: a person is needed: .* \(1 round completed\)$/);
  assert.equal(project.ofKind("serve_stopped").at(-1)?.reason, "human_needed");
});

Deno.test("serve stops for a person at the first refusal of an account without credit", async () => {
  await using project = await Project.make({ mode: "billing" });
  const { code, stdout } = await project.run(["serve"]);
  assert.equal(code, 0);
  assert.deepEqual(verdictsOf(project), ["billing"]);
  assert.match(stdout, /a person is needed: Look at the account's credit and spending limits/);
  assert.equal(project.ofKind("serve_stopped").at(-1)?.reason, "human_needed");
});

Deno.test("serve does what [on_verdict] says instead", async () => {
  await using project = await Project.make({
    plan: ["billing", "limit", "clean"],
    agentEnv: { FAKE_RESET: 3600 },
    toml: '[on_verdict]\nbilling = "again"\nlimit = "fresh_session"\nok = "stop"',
  });
  const { code, stdout } = await project.run(["serve"]);
  assert.equal(code, 0);
  assert.deepEqual(verdictsOf(project), ["billing", "limit", "ok"]);
  assert.match(stdout, /waiting 2\.0s: short failure 1 of 5 in a row\n/);
  assert.match(stdout, /waiting 1\.0s: on_verdict\.limit is fresh_session\n/);
  assert.match(lastLine(stdout), /^stopped: .* \(on_verdict\.ok is stop\) \(3 rounds completed\)$/);
  assert.deepEqual([project.ofKind("human_needed"), exists(`${project.logs}/wait.json`)], [[], false]);
});

Deno.test("config refuses what [on_verdict] does not take, and names what it does", async () => {
  await using project = await Project.make({ toml: '[on_verdict]\nauth = "retry"\noops = "again"' });
  const { code, stdout } = await project.run(["config"]);
  assert.equal(code, 78);
  assert.match(stdout, /on_verdict\.auth: .*one of "again", "wait", "fresh_session", "stop"/);
  assert.match(stdout, /on_verdict\.oops: /);
});

Deno.test("reset closes the breaker on record, and is refused beside a serve", async () => {
  await using project = await Project.make({ mode: "exit1" });
  for (let i = 0; i < 4; i++) await project.run(["serve", "--once"]);
  const serve = project.start("serve");
  const opened = await serve.ended();
  assert.match(lastLine(opened.stdout), /^stopped: 5 short failures in a row; the agent's last line: cannot do it/);
  // The operator may start it again, but one more failure is enough.
  const again = await project.run(["serve"]);
  assert.match(lastLine(again.stdout), /^stopped: 6 short failures in a row/);
  const reset = await project.run(["reset", "--reason", "mended the key"]);
  assert.equal(reset.code, 0, reset.stderr);
  assert.match(reset.stdout, /^Forgotten: 6 short failures in a row/);
  const [event] = project.ofKind("breaker_reset");
  assert.deepEqual([event?.reason, event?.consecutive], ["mended the key", 6]);
  const fresh = project.start("serve");
  await project.until("the first failure", () => fresh.stdout.includes("short failure 1 of 5 in a row"));
  const refused = await project.run(["reset", "--reason", "x"]);
  assert.equal(refused.code, 75);
  assert.match(refused.stderr, /^agent-runner: A supervisor works on .*\n {2}fix: Stop it first; .*retry-now'\n$/);
  fresh.signal("SIGTERM");
  await fresh.ended();
});
