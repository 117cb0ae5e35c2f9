// Proves that phases take their turns, each with its own prompt and time, and that fresh eyes come round.
import assert from "node:assert/strict";
import { oneRound } from "./one_round.ts";
import { names, Project } from "./project.ts";

const phases = `
inject_context = false
[phases]
list = ["plan", "build", "review"]
[phases.build]
round_timeout_s = 7
[phases.review.prompt]
files = ["./prompts/main.md", "./prompts/review.md"]
`;

const reviewPrompt = "Look at what was built.\n";

async function makeProject(): Promise<Project> {
  const project = await Project.make({ mode: "record", toml: phases });
  Deno.writeTextFileSync(`${project.work}/prompts/review.md`, reviewPrompt);
  await project.git("add", "-A");
  await project.git("commit", "-q", "-m", "review");
  return project;
}

Deno.test("rounds take the phases in turn by their number, whatever --phase did in between", async () => {
  await using project = await makeProject();
  await oneRound(project);
  await oneRound(project, "--phase", "review");
  assert.deepEqual([project.status().current_phase, project.status().phase_index], ["review", 2]);
  for (let i = 0; i < 3; i++) await oneRound(project);
  assert.deepEqual(project.ofKind("round_start").map((event) => event.phase), [
    "plan",
    "review",
    "review",
    "plan",
    "build",
  ]);
  assert.deepEqual([project.status().current_phase, project.status().phase_index], ["build", 1]);
  assert.deepEqual(project.ofKind("agent_spawn").map((event) => event.timeout_s), [60, 60, 60, 60, 7]);
  const main = Deno.readTextFileSync(`${project.work}/prompts/main.md`);
  const prompts = [1, 3, 5].map((number) => Deno.readTextFileSync(`${project.out}/prompt-${number}`));
  assert.deepEqual(prompts, [main, `${main}\n\n${reviewPrompt}`, main]);
  const told = [1, 3, 5].map((number) =>
    /^AGENT_RUNNER_PHASE=(.*)$/m.exec(Deno.readTextFileSync(`${project.out}/env-${number}`))?.[1]
  );
  assert.deepEqual(told, ["plan", "review", "build"]);
  assert.equal(project.ofKind("agent_usage_recorded")[1]?.phase, "review");
});

Deno.test("round refuses an unknown phase before it touches anything", async () => {
  await using project = await makeProject();
  const { code, stderr } = await project.run(["round", "--phase", "biuld"]);
  assert.equal(code, 2);
  assert.match(stderr, /^agent-runner: There is no phase "biuld"\n {2}fix: Did you mean "build"\?/);
  assert.deepEqual([names(project.out), names(project.logs)], [[], []]);
});

Deno.test("every n-th round is told to look with fresh eyes", async () => {
  await using project = await Project.make({ mode: "record", runtime: { fresh_eyes_every_n: 2 } });
  for (let i = 0; i < 3; i++) await oneRound(project);
  assert.deepEqual(project.ofKind("fresh_eyes_round_triggered").map((event) => [event.round_num, event.every_n]), [
    [2, 2],
  ]);
  const told = [1, 2, 3].map((number) =>
    /^AGENT_RUNNER_FRESH_EYES=(.*)$/m.exec(Deno.readTextFileSync(`${project.out}/env-${number}`))?.[1]
  );
  assert.deepEqual(told, ["0", "1", "0"]);
  const kinds = project.events().filter((event) => event.round_num === 2).map((event) => event.event);
  assert.deepEqual(kinds.slice(0, 3), ["round_substrate_before", "fresh_eyes_round_triggered", "round_start"]);
});
