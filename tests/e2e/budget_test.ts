// Proves on the real program that no way of starting a round leads past a budget, nor dying in the middle of one.
import assert from "node:assert/strict";
import { fakeAgent } from "./paths.ts";
import { Project } from "./project.ts";

function ledgerOf(project: Project): Record<string, Record<string, number>> {
  return JSON.parse(Deno.readTextFileSync(`${project.logs}/budget.json`));
}

Deno.test("round counts against the budgets, and is refused in two lines when they are used up", async () => {
  await using project = await Project.make({ mode: "clean", toml: "[budget.day]\nrounds = 1" });
  assert.equal((await project.run(["round"])).code, 0);
  assert.equal(ledgerOf(project).total!.rounds, 1);
  const { code, stderr } = await project.run(["round"]);
  assert.equal(code, 1);
  assert.match(stderr, /^agent-runner: No round is started: the budget of .* is used up.*\n.*Start it again after 2/);
  assert.equal(project.ofKind("round_start").length, 1);
});

Deno.test("a round that outlives its supervisor is held to the budget by the next one, and counted once", async () => {
  const toml = "[budget.total]\nhours = 0.002";
  await using project = await Project.make({ mode: "hang", toml });
  const first = project.start("serve");
  await project.untilAgent();
  first.kill();
  await first.settled();
  const { code, stdout } = await project.run(["serve"]);
  assert.equal(code, 0);
  assert.match(stdout, /the budget for agent time is used up/);
  assert.match(stdout, /stopped: the budget .* is used up/);
  assert.equal(ledgerOf(project).total!.rounds, 1);
  assert.equal(project.ofKind("round_start").length, 1);
});

Deno.test("a round of an agent that stands in is read with its own reader, also when seats.json is torn", async () => {
  const other = '[[agent.fallback]]\nname = "spare"\nreader = "claude"\nprompt_delivery = "stdin"\n' +
    "prompt_arg_template = []";
  await using project = await Project.make();
  project.writeConfig({
    mode: "exit1",
    agent: { reader: "plain" },
    toml: `${other}\ncommand = ["${fakeAgent}"]\nenv = { FAKE_OUT = "${project.out}", ` +
      'FAKE_MODE = "late", FAKE_GATE = "1", FAKE_SLEEP = "0.1", FAKE_END = "result" }\n',
  });
  const until = Math.ceil(Date.now() / 1000) + 3600;
  const block = { until_epoch: until, reason: "the limit", since_round: 0 };
  Deno.mkdirSync(project.logs, { recursive: true });
  Deno.writeTextFileSync(
    `${project.logs}/seats.json`,
    JSON.stringify({ active: "spare", blocks: { "fake_agent.sh": block } }),
  );
  const first = project.start("serve");
  await project.untilAgent();
  first.kill();
  await first.settled();
  Deno.writeTextFileSync(`${project.logs}/seats.json`, '{"active": "spa');
  const second = project.start("serve", "--once");
  await project.untilKind("round_adopted");
  Deno.writeTextFileSync(`${project.out}/go`, "");
  await second.ended();
  const [verdict] = project.ofKind("round_verdict");
  assert.deepEqual([verdict?.verdict, verdict?.session_id], ["ok", "s-1"]);
  assert.equal(project.status().agent, "claude");
});
