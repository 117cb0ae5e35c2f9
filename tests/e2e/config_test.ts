// Proves that a configuration that cannot be used is told in full, with places and fixes, before anything is touched.
import assert from "node:assert/strict";
import { names, Project } from "./project.ts";

/** Lines of a file that breaks every kind of rule, each with what is to be said about it; null: nothing. */
const broken: readonly (readonly [line: string, said: RegExp | null])[] = [
  ["[agent]", null],
  ['command = "claude -p"', /: agent\.command: found .*"claude -p".*\n {2}fix: Write command = \["claude", "-p"\]/],
  ['prompt_arg_template = ["{prompt}"]', /: agent\.prompt_arg_template: .*\n {2}fix: .*prompt_delivery = "argv"/],
  ['prompt_delivery = "stdin"', null],
  ['reader = "cluade"', /: agent\.reader: found "cluade".*\n {2}fix: Did you mean "claude"\?/],
  ["[agent.env]", null],
  ['LIST = ["a"]', /: agent\.env.*: found .*\n {2}fix: \S/],
  ["[runtime]", null],
  ['work_dir = "."', null],
  ["round_timout_s = 60", /: runtime\.round_timout_s: .*unknown key.*\n {2}fix: Did you mean "round_timeout_s"\?/],
  ["restart_delay_s = 0", /: runtime\.restart_delay_s: found 0, wanted a whole number of at least 1.*\n {2}fix: \S/],
  ["max_rounds = true", /: runtime\.max_rounds: found true.*\n {2}fix: \S/],
  ["stop_grace_s = 1.5", /: runtime\.stop_grace_s: found 1\.5.*\n {2}fix: \S/],
  ['dry_run = "no"', /: runtime\.dry_run: found "no", wanted true or false\n {2}fix: \S/],
  ['grace_kill_ignore_patterns = ["["]', /: runtime\.grace_kill_ignore_patterns: .*\n {2}fix: \S/],
  ['transient_error_action = "backoff"', /: runtime\.transient_error_action: .*\n {2}fix: Did you mean "back_off"\?/],
  ["[runtime.round_timeout_per_phase]", /: runtime\.round_timeout_per_phase: .*gone.*\n {2}fix: .*phases/],
  ["plan = 60", null],
  ["[prompt]", null],
  ['file = "a.md"', null],
  ['files = ["a.md", "b.md"]', /: prompt\.files: found both file and files.*\n {2}fix: \S/],
  ["[vcs]", null],
  ['orphan_action = "stash"', /: vcs\.orphan_action: .*gone.*\n {2}fix: .*dirty_action/],
  ["[vsc]", /: vsc: found an unknown table.*\n {2}fix: Did you mean "vcs"\?/],
  ["[phases]", null],
  ['list = ["plan"]', null],
  ["[phases.plann]", /: phases\.plann: .*not in phases\.list.*\n {2}fix: Did you mean "plan"\?/],
  ["round_timeout_s = 60", null],
];

const text = `${broken.map(([line]) => line).join("\n")}\n`;

function write(project: Project, content: string): void {
  Deno.writeTextFileSync(`${project.work}/agent-runner.toml`, content);
}

Deno.test("config check tells every kind of problem at once, in two lines with file and line", async () => {
  await using project = await Project.make();
  write(project, text);
  const { code, stdout } = await project.run(["config", "check"]);
  assert.equal(code, 78);
  const problems = stdout.trimEnd().split(/\n(?! )/);
  const file = `${project.work}/agent-runner.toml`;
  const wanted = broken.flatMap(([, said], i) => said === null ? [] : [{ said, place: `${file}:${i + 1}: ` }]);
  for (const { said, place } of wanted) {
    const found = problems.find((problem) => problem.startsWith(place));
    assert.match(found ?? stdout, said);
  }
  const missing = problems.filter((problem) => problem.includes("runtime.log_dir: found nothing"));
  assert.equal(missing.length, 1);
  assert.equal(problems.length, wanted.length + 1, stdout);
  assert.ok(problems.every((problem) => /^[^\n]+\n {2}fix: [^\n]+$/.test(problem)), stdout);
  const json = JSON.parse((await project.run(["--json", "config", "check"])).stdout);
  assert.deepEqual([json.ok, json.file, json.problems.length], [false, file, problems.length]);
});

Deno.test("every verb that needs the configuration leaves with 78 and the same words, and touches nothing", async () => {
  await using project = await Project.make();
  const before = Deno.readTextFileSync(`${project.work}/agent-runner.toml`);
  write(project, before.replace("round_timeout_s", "round_timout_s"));
  const line = before.split("\n").findIndex((candidate) => candidate.startsWith("round_timeout_s")) + 1;
  const verbs = [["serve"], ["round"], ["peek"], ["events"], ["watch"], ["config", "show"]];
  const outcomes = await Promise.all(verbs.map((words) => project.run(words)));
  for (const [i, { code, stdout, stderr }] of outcomes.entries()) {
    assert.equal(code, 78, verbs[i]!.join(" "));
    assert.equal(stdout, "");
    const place = `${project.work}/agent-runner.toml:${line}: runtime.round_timout_s`;
    assert.equal(stderr.split("\n").length, 3, stderr);
    assert.ok(stderr.startsWith(`agent-runner: ${place}: found an unknown key`), stderr);
    assert.match(stderr, /\n {2}fix: Did you mean "round_timeout_s"\? Rename it\n$/);
  }
  assert.deepEqual([names(project.logs), names(project.out)], [[], []]);
});

Deno.test("a missing, unreadable or empty-handed configuration is an error with a way out", async () => {
  await using project = await Project.make();
  const cases: readonly (readonly [content: string | Uint8Array | null, said: RegExp])[] = [
    [null, /^agent-runner: .*agent-runner\.toml.*\n {2}fix: .*agent-runner init/],
    ["[agent\ncommand = 1\n", /^agent-runner: .*agent-runner\.toml:1.*\n {2}fix: \S/],
    ["[runtime]\nwork_dir = 1\nwork_dir = 2\n", /agent-runner\.toml:3.*\n {2}fix: \S/],
    [new Uint8Array([0x5b, 0xff, 0xfe, 0x00]), /^agent-runner: .*\n {2}fix: \S/],
    [
      '[agent]\ncommand = []\nprompt_delivery = "none"\n',
      /agent-runner\.toml:2: agent\.command: found .*\n {2}fix: \S/,
    ],
    ["", /agent\.command: found nothing.*\n {2}fix: \S/],
  ];
  for (const [content, said] of cases) {
    if (content === null) Deno.removeSync(`${project.work}/agent-runner.toml`);
    else if (typeof content === "string") write(project, content);
    else Deno.writeFileSync(`${project.work}/agent-runner.toml`, content);
    const [serve, round] = await Promise.all([project.run(["serve"]), project.run(["round"])]);
    assert.match(serve.stderr, said);
    assert.equal(round.stderr, serve.stderr);
    assert.deepEqual([serve.code, round.code], [78, 78], String(content));
    assert.doesNotMatch(serve.stderr, /^\s+at /m, "no stack is for people");
  }
});

Deno.test("serve reads the configuration once: what is changed meanwhile waits for the next serve", async () => {
  // The file is tracked: any other dirty_action would take the change away with the agent's leftovers.
  await using project = await Project.make({ toml: '[vcs]\ndirty_action = "ignore"' });
  const serve = project.start("serve", "--max-rounds", "2");
  await project.untilKind("round_end");
  write(project, "[agent\n");
  const { code, stderr } = await serve.ended();
  assert.deepEqual([code, stderr], [0, ""]);
  assert.deepEqual(project.ofKind("round_verdict").map((event) => event.verdict), ["ok", "ok"]);
  assert.equal((await project.run(["serve"])).code, 78);
});

Deno.test("older names keep working, the deprecated one with a warning", async () => {
  const runtime = { rate_limit_action: "skip", max_grace_after_result_s: 2 };
  await using project = await Project.make({ runtime });
  const { code, stdout, stderr } = await project.run(["config", "check"]);
  assert.deepEqual([code, stdout], [0, "ok\n"]);
  assert.match(stderr, /^warning: .*agent-runner\.toml:\d+: runtime\.rate_limit_action: .*transient_error_action\n$/);
  const shown = JSON.parse((await project.run(["config", "show", "--json"])).stdout);
  assert.deepEqual([shown.runtime.transient_error_action, shown.runtime.linger_s], ["skip", 2]);
});
