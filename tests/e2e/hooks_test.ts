// Proves that hooks in a user's own language change a round where they may, and nothing where they fail.
import assert from "node:assert/strict";
import { Project } from "./project.ts";

function hook(project: Project, name: string, body: string): string {
  const path = `${project.root}/${name}.sh`;
  Deno.writeTextFileSync(path, `#!/bin/sh\nrequest=$(cat)\necho "$request" >> "${project.out}/${name}"\n${body}\n`);
  Deno.chmodSync(path, 0o755);
  return path;
}

function table(name: string, path: string, lines: readonly string[]): string {
  return [`[hooks.${name}]`, `command = ["${path}"]`, ...lines, ""].join("\n");
}

Deno.test("serve calls hooks at their points, with what they may change", async () => {
  await using project = await Project.make({ plan: ["record", "dirty"] });
  const before = hook(project, "before", `echo '{"protocol":1,"prompt_addendum":"ADDENDUM 42"}'`);
  const context = hook(project, "ctx", `echo '{"protocol":1,"context":{"tickets":7}}'`);
  const dirty = hook(
    project,
    "tidy",
    `git add -A && git commit -q -m tidy && sha=$(git rev-parse HEAD)
echo "{\\"protocol\\":1,\\"outcome\\":\\"committed\\",\\"ref\\":\\"$sha\\"}"`,
  );
  const after = hook(project, "after", `echo '{"protocol":1,"events":[{"kind":"after_seen","fields":{"n":1}}]}'`);
  const bad = hook(project, "bad", "echo not json; exit 3");
  const toml = [
    table("before", before, ['points = ["round_before"]']),
    table("ctx", context, ['points = ["round_context"]']),
    table("tidy", dirty, ['points = ["round_dirty"]']),
    table("after", after, ['points = ["round_after"]']),
    table("bad", bad, ['points = ["round_before", "round_after"]', "timeout_s = 5"]),
  ].join("\n");
  project.writeConfig({ plan: ["record", "dirty"], toml });
  await project.git("commit", "-q", "-a", "-m", "config");
  const { code, stdout, stderr } = await project.run(["serve", "--max-rounds", "2"]);
  assert.equal(code, 0, stdout + stderr);
  const prompt = Deno.readTextFileSync(`${project.out}/prompt-1`);
  assert.match(prompt, /ADDENDUM 42\s*$/);
  assert.match(prompt, /"ctx": \{\s*"tickets": 7/);
  const [handled] = project.ofKind("dirty_handled_by_hook");
  assert.deepEqual([handled?.hook, handled?.outcome], ["tidy", "committed"]);
  assert.equal((await project.git("log", "-1", "--format=%s")).trim(), "tidy");
  assert.deepEqual(project.ofKind("orphan_stashed"), []);
  assert.equal(project.ofKind("after_seen").length, 2, stdout);
  assert.deepEqual([...new Set(project.ofKind("hook_failed").map(({ hook_name }) => hook_name))], ["bad"]);
  assert.deepEqual(project.ofKind("round_verdict").map(({ verdict }) => verdict), ["ok", "ok"]);
  const plugins = JSON.parse((await project.run(["peek", "--json"])).stdout).plugins;
  assert.deepEqual(plugins.context_enrichers, ["ctx"]);
});

Deno.test("serve does not begin when a hook at its start fails, and says which", async () => {
  await using project = await Project.make({});
  const start = hook(project, "start", "echo 'cannot reach the tracker' >&2; exit 2");
  project.writeConfig({ toml: table("start", start, ['points = ["serve_start"]']) });
  const { code, stderr } = await project.run(["serve", "--max-rounds", "1"]);
  assert.equal(code, 1);
  assert.match(stderr, /^agent-runner: Hook 'start' failed at the start: .*\n {2}fix: .*\n$/);
  assert.deepEqual(project.ofKind("serve_startup_hook_failed").map(({ hook }) => hook), ["start"]);
  assert.deepEqual(project.ofKind("round_start"), []);
});

Deno.test("a hook says what comes after a round where [on_verdict] leaves it to hooks", async () => {
  await using project = await Project.make({ mode: "exit1" });
  const judge = hook(project, "judge", `echo '{"protocol":1,"next":"stop"}'`);
  const toml = `${table("judge", judge, ['points = ["round_after"]'])}\n[on_verdict]\nerror = "hook"`;
  project.writeConfig({ mode: "exit1", toml });
  const { code, stdout } = await project.run(["serve"]);
  assert.equal(code, 0, stdout);
  assert.equal(project.ofKind("round_start").length, 1);
  assert.equal(project.ofKind("serve_stopped")[0]?.reason, "on_verdict");
});
