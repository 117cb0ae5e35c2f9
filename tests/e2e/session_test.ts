// Proves that rounds go on in one session where they are told to, and start anew where the agent cannot.
import assert from "node:assert/strict";
import { fakeAgent } from "./paths.ts";
import { Project } from "./project.ts";

function wordsOf(project: Project): readonly string[] {
  return Deno.readTextFileSync(`${project.out}/words`).trimEnd().split("\n");
}

function contextOf(project: Project, round: number): Record<string, Record<string, unknown>> {
  const prompt = Deno.readTextFileSync(`${project.out}/prompt-${round}`);
  return JSON.parse(/```json round-context\n([\s\S]*?)\n```/.exec(prompt)![1]!);
}

Deno.test("serve resumes the last session, and starts a new one when the agent does not know it any more", async () => {
  await using project = await Project.make({ mode: "session", agent: { session: "resume" } });
  const { code, stdout } = await project.run(["serve", "--max-rounds", "4"]);
  assert.equal(code, 0, stdout);
  const [first, second, third, fourth] = wordsOf(project);
  assert.match(first!, /^--session-id [0-9a-f-]{36}$/);
  assert.equal(second, "--resume s-1");
  assert.equal(third, "--resume s-2");
  assert.match(fourth!, /^--session-id [0-9a-f-]{36}$/);
  assert.deepEqual(project.ofKind("session_resumed").map(({ round_num, session_id }) => [round_num, session_id]), [
    [2, "s-1"],
    [3, "s-2"],
  ]);
  assert.deepEqual(project.ofKind("session_refused").map(({ session_id }) => session_id), ["s-2"]);
  assert.deepEqual(project.ofKind("round_verdict").map(({ verdict }) => verdict), ["ok", "ok", "config", "ok"]);
  assert.deepEqual(project.ofKind("human_needed"), [], "a lost session needs nobody");
  assert.equal(contextOf(project, 1).session, undefined);
  assert.equal(contextOf(project, 2).session?.resumed, true);
  assert.match(String(contextOf(project, 2).session?.note), /ago/);
  assert.equal(contextOf(project, 4).session, undefined);
});

Deno.test("serve hands over to another agent while the first waits, and tells it so", async () => {
  const other =
    '[[agent.fallback]]\nname = "spare"\nreader = "plain"\nprompt_delivery = "stdin"\nprompt_arg_template = []';
  await using project = await Project.make({ mode: "clean" });
  const options = {
    plan: ["limit", "record", "record"],
    agentEnv: { FAKE_RESET: 3600 },
    toml: `${other}\ncommand = ["${fakeAgent}"]\nenv = { FAKE_OUT = "${project.out}", FAKE_MODE = "record" }\n`,
  };
  project.writeConfig(options);
  await project.git("commit", "-q", "-a", "-m", "config");
  const { code, stdout } = await project.run(["serve", "--max-rounds", "2"]);
  assert.equal(code, 0, stdout);
  assert.deepEqual(project.ofKind("round_verdict").map(({ verdict }) => verdict), ["limit", "ok"]);
  const [started] = project.ofKind("fallback_started");
  assert.deepEqual([started?.agent, started?.instead_of], ["spare", "claude"]);
  assert.match(stdout, /spare works instead of claude until /);
  assert.equal(contextOf(project, 2).handover?.from, "claude");
  assert.equal(project.status().agent, "plain");
  const again = await project.run(["serve", "--max-rounds", "1"]);
  assert.equal(again.code, 0);
  assert.equal(project.ofKind("round_verdict").at(-1)?.verdict, "ok", "the next life remembers whose turn it is");
});

Deno.test("two accounts of one provider are refused before anything starts", async () => {
  const toml = '[[agent.fallback]]\ncommand = ["/opt/second/claude"]\nprompt_arg_template = ["{prompt}"]';
  await using project = await Project.make({ toml });
  const { code, stderr } = await project.run(["config", "check"]);
  assert.equal(code, 78);
  assert.match(stderr + (await project.run(["serve"])).stderr, /a second time/);
});
