// Proves that an agent which keeps failing is started ever later, and then no more.
import assert from "node:assert/strict";
import { exists, Project } from "./project.ts";

Deno.test("serve counts the agent's own failures over restarts, waits longer each time, and stops at the fifth", async () => {
  await using project = await Project.make({ mode: "exit1" });
  const first = project.start("serve");
  await project.until("the second delay", () => first.stdout.includes("short failure 2 of 5"));
  assert.match(first.stdout, /waiting 2\.0s: short failure 1 of 5 in a row\n/);
  assert.match(first.stdout, /waiting 4\.0s: short failure 2 of 5 in a row\n/);
  first.signal("SIGTERM");
  assert.equal((await first.ended()).code, 0);
  for (let i = 0; i < 2; i++) {
    const { code, stdout } = await project.run(["serve", "--once"]);
    assert.equal(code, 0);
    assert.match(stdout, /stopped: one round was asked for/);
  }
  const last = await project.run(["serve"]);
  assert.equal(last.code, 0, "a crash loop is a designed end");
  const words = "5 short failures in a row; the agent's last line: cannot do it";
  assert.ok(last.stdout.endsWith(`stopped: ${words} (1 round completed)\n`), last.stdout);
  const [crash] = project.ofKind("crash_loop");
  assert.deepEqual([crash?.consecutive, crash?.exit_code, crash?.reason], [5, 1, "cannot do it"]);
  assert.equal(project.ofKind("serve_stopped").at(-1)?.reason, "crash_loop");
  assert.equal(project.ofKind("round_start").length, 5);
});

Deno.test("serve forgets failures after a round that went well", async () => {
  await using project = await Project.make({ plan: ["exit1", "clean", "exit1"] });
  const shortFailures: unknown[] = [];
  for (let i = 0; i < 3; i++) {
    assert.equal((await project.run(["serve", "--once"])).code, 0);
    const path = `${project.logs}/loop.json`;
    shortFailures.push(exists(path) ? JSON.parse(Deno.readTextFileSync(path)).short_failures : 0);
  }
  assert.deepEqual(shortFailures, [1, 0, 1]);
});

Deno.test("serve keeps secrets in the agent's last words out of the crash loop's event and line", async () => {
  await using project = await Project.make({
    agent: { command: ["sh", "-c", 'echo "login failed: API_TOKEN=$SECRET"; exit 3'], reader: "plain" },
    agentEnv: { SECRET: "c0ffee-not-for-eyes" },
  });
  let stdout = "";
  for (let i = 0; i < 5; i++) stdout += (await project.run(["serve", "--once"])).stdout;
  const [crash] = project.ofKind("crash_loop");
  assert.match(String(crash?.reason), /login failed: API_TOKEN=<redacted>/);
  assert.ok(!stdout.includes("c0ffee") && !JSON.stringify(project.events()).includes("c0ffee"));
  assert.ok(project.roundLog(1).includes("c0ffee"), "the agent's own log is not changed");
});
