// Proves the way of a new user: init in a project of theirs, a prompt, serve, peek.
import assert from "node:assert/strict";
import { fakeAgent } from "./paths.ts";
import { exists, names, Project } from "./project.ts";

/** A project without a trace of this program; its agent is on the PATH under the name the preset calls. */
async function strangersProject(): Promise<Project> {
  const project = await Project.make();
  await project.git("rm", "-q", "-r", "agent-runner.toml", "prompts");
  Deno.writeTextFileSync(`${project.work}/.gitignore`, "build/\n");
  await project.git("add", "-A");
  await project.git("commit", "-q", "-m", "a project");
  Deno.mkdirSync(`${project.root}/bin`);
  Deno.symlinkSync(fakeAgent, `${project.root}/bin/claude`);
  Object.assign(project.env, {
    PATH: `${project.root}/bin:${project.env.PATH}`,
    FAKE_OUT: project.out,
    FAKE_MODE: "commit",
  });
  return project;
}

Deno.test("init makes a project ready, and serve works in it once the prompt is written", async () => {
  await using project = await strangersProject();
  const logs = `${project.root}/home/.agent-runner/proj/logs`;
  const init = await project.run(["init"]);
  assert.equal(init.code, 0, init.stderr);
  assert.match(init.stdout, /^Wrote agent-runner\.toml, prompts\/main\.md, \.gitignore \(preset claude\)\n/);
  assert.equal(Deno.readTextFileSync(`${project.work}/.gitignore`), "build/\nlogs/\n");
  assert.equal(await project.git("log", "-1", "--format=%s"), "chore: agent-runner initial config\n");
  assert.equal(await project.git("status", "--porcelain"), "");
  assert.equal((await project.run(["config", "check"])).stdout, "ok\n");

  const again = await project.run(["init"]);
  assert.equal(again.code, 1);
  assert.match(again.stderr, /^agent-runner: .*exists already\n {2}fix: .*--force/);

  Deno.writeTextFileSync(
    `${project.work}/prompts/main.md`,
    "Work on the project, and commit what you did.\n".repeat(20),
  );
  await project.git("commit", "-q", "-am", "prompt");
  const serve = await project.run(["serve", "--max-rounds", "1"]);
  assert.equal(serve.code, 0, serve.stderr);
  assert.match(serve.stdout, /round 1 ended: ok .*HEAD is now/);
  assert.equal(Deno.readTextFileSync(`${project.work}/done.txt`), "1\n");
  assert.equal(await project.git("log", "-1", "--format=%s"), "round 1\n");
  assert.ok(exists(`${logs}/status.json`));
  assert.deepEqual(names(project.work), [".git", ".gitignore", "agent-runner.toml", "done.txt", "prompts"]);

  const peek = await project.run(["peek"]);
  assert.equal(peek.code, 0, peek.stderr);
  assert.match(peek.stdout, /^proj {2}stopped: max_rounds/);
  assert.match(peek.stdout, /\n +1 +ok +clean /);
});

Deno.test("the prompt that init writes starts rounds as it is, and names what the agent really is told", async () => {
  await using project = await strangersProject();
  await project.run(["init"]);
  delete project.env.FAKE_MODE;
  project.env.FAKE_PLAN = "dirty record";
  for (let i = 0; i < 2; i++) {
    const { code, stderr } = await project.run(["round"]);
    assert.equal(code, 0, stderr);
  }
  const prompt = Deno.readTextFileSync(`${project.out}/prompt-2`);
  const [, context, text] = /^```json round-context\n([\s\S]*?)\n```\n\n([\s\S]*)$/.exec(prompt)!;
  const { orphan_stash, ...told } = JSON.parse(context!);
  const names = [...Object.keys(told), "orphan_stash", ...Object.keys(orphan_stash)];
  const mentioned = [...text!.matchAll(/`([a-z_]+)`/g)].map((match) => match[1]!);
  assert.ok(mentioned.includes("ref") && mentioned.includes("previous"), mentioned.join(" "));
  assert.deepEqual(mentioned.filter((name) => !names.includes(name)), []);
});

Deno.test("init refuses a folder outside of git, and an unknown preset, in two lines", async () => {
  await using project = await strangersProject();
  const unknown = await project.run(["init", "--preset", "cluade"]);
  assert.notEqual(unknown.code, 0);
  assert.match(unknown.stderr, /^agent-runner: [^\n]*cluade[^\n]*\n {2}fix: [^\n]*claude[^\n]*\n$/);
  Deno.removeSync(`${project.work}/.git`, { recursive: true });
  const outside = await project.run(["init"]);
  assert.equal(outside.code, 1);
  assert.match(outside.stderr, /^agent-runner: [^\n]+\n {2}fix: [^\n]*git init[^\n]*\n$/);
  assert.equal(exists(`${project.work}/agent-runner.toml`), false);
});
