// Loads files that are wrong in every way, and files that are right in unusual ways.
import assert from "node:assert/strict";
import { findLogDir, loadConfig } from "../../src/config/load.ts";
import { READER_NAMES } from "../../src/config/schema.ts";
import { memoryFiles } from "../fakes/memory_files.ts";
import { configOf, loadText, problemOf, problemsOf, sampleFile, smallest, warningsOf, withLines } from "./sample.ts";

Deno.test("loadConfig() fills every table when only the required keys are written", () => {
  const config = configOf(smallest);
  assert.equal(config.file, sampleFile);
  assert.equal(config.project, "shop");
  assert.deepEqual(config.agent.command, ["agent"]);
  assert.equal(config.runtime.roundTimeoutSeconds, 1800);
  assert.equal(config.monitor.hostHealth.diskWarningPercent, 90);
  assert.deepEqual(config.prompt.files, ["/home/me/shop/main.md"]);
  assert.deepEqual(config.phases.list, []);
  assert.deepEqual(warningsOf(smallest), []);
});

Deno.test("loadConfig() never gives undefined when keys are absent", () => {
  const seen = JSON.stringify(configOf(smallest), (_, value) => value === undefined ? "UNDEFINED" : value);
  assert.ok(!seen.includes("UNDEFINED"));
});

Deno.test("loadConfig() asks for every required key when the file is empty", () => {
  assert.deepEqual(problemsOf("").map((problem) => problem.key).sort(), [
    "agent.command",
    "agent.prompt_arg_template",
    "prompt.file",
    "runtime.log_dir",
    "runtime.work_dir",
  ]);
});

Deno.test("loadConfig() reports all problems at once, in the order of the file", () => {
  const problems = problemsOf(`
[agent]
command = "agent --yes"
reader = "clade"
prompt_arg_template = []
[runtime]
round_timout_s = 5
work_dir = "."
restart_delay_s = 0
[vcs]
dirty_action = "stach"
[promt]
file = "a"
`);
  assert.deepEqual(problems.map(({ line, key }) => [line, key]), [
    [3, "agent.command"],
    [4, "agent.reader"],
    [7, "runtime.round_timout_s"],
    [9, "runtime.restart_delay_s"],
    [11, "vcs.dirty_action"],
    [12, "promt"],
    [null, "runtime.log_dir"],
    [null, "prompt.file"],
  ]);
  assert.equal(problems[0]?.fix, 'Write command = ["agent", "--yes"]');
  assert.match(problems[1]?.fix ?? "", /Did you mean "claude"/);
  assert.match(problems[2]?.fix ?? "", /Did you mean "round_timeout_s"/);
  assert.match(problems[4]?.fix ?? "", /Did you mean "stash"/);
  assert.match(problems[5]?.fix ?? "", /Did you mean "prompt"/);
});

Deno.test("loadConfig() names each bad entry when a list holds several", () => {
  const problems = problemsOf(withLines({ runtime: "grace_kill_ignore_patterns = ['(', 'ok', '[']" }));
  assert.deepEqual(problems.map((problem) => problem.found), ['"(" as entry 1', '"[" as entry 3']);
});

Deno.test("loadConfig() says where a key belongs when it stands in the wrong table", () => {
  assert.match(problemOf(withLines({ agent: "max_rounds = 3" })).fix, /Move it into \[runtime\]/);
  assert.match(problemOf(`dirty_action = "stash"\n${smallest}`).fix, /Move it into \[vcs\]/);
});

const wrongShapes = [
  'agent = "x"',
  "agent = 3",
  "agent = []",
  "[[agent]]",
  "agent = 1979-05-27",
  "monitor.host_health = 1",
];

for (const text of wrongShapes) {
  Deno.test(`loadConfig() wants a table when the file says ${text}`, () => {
    const key = text.includes("monitor") ? "monitor.host_health" : "agent";
    const problem = problemsOf(text).find((problem) => problem.key === key);
    assert.equal(problem?.wanted, "a table");
    assert.equal(problem?.line, 1);
  });
}

Deno.test("loadConfig() names the successor when a key is gone", () => {
  const problems = problemsOf(
    withLines({ runtime: "round_timeout_per_phase = { a = 1 }", vcs: "orphan_action = 'x'" }),
  );
  assert.match(problems[0]?.fix ?? "", /\[phases\.<name>\]/);
  assert.match(problems[1]?.fix ?? "", /dirty_action/);
  assert.equal(problems.length, 2);
});

Deno.test("loadConfig() takes rate_limit_action with a warning when the newer name is absent", () => {
  const text = withLines({ runtime: 'rate_limit_action = "stop"' });
  assert.equal(configOf(text).runtime.transientErrorAction, "stop");
  const [warning, ...others] = warningsOf(text);
  assert.equal(others.length, 0);
  assert.equal(warning?.key, "runtime.rate_limit_action");
  assert.match(warning?.fix ?? "", /transient_error_action/);
});

Deno.test("loadConfig() takes max_grace_after_result_s as linger_s, and refuses two that differ", () => {
  const text = withLines({ runtime: "max_grace_after_result_s = 12" });
  assert.equal(configOf(text).runtime.lingerSeconds, 12);
  assert.deepEqual(warningsOf(text), []);
  assert.equal(configOf(withLines({ runtime: "max_grace_after_result_s = 9\nlinger_s = 9" })).runtime.lingerSeconds, 9);
  const problem = problemOf(withLines({ runtime: "max_grace_after_result_s = 9\nlinger_s = 8" }));
  assert.equal(problem.key, "runtime.max_grace_after_result_s");
  assert.match(problem.wanted, /linger_s = 8/);
  const bad = problemOf(withLines({ runtime: 'max_grace_after_result_s = "9"' }));
  assert.equal(bad.key, "runtime.max_grace_after_result_s");
});

Deno.test("loadConfig() keeps delivery and template together", () => {
  const template = (delivery: string, words: string) =>
    smallest.replace('prompt_arg_template = ["{prompt}"]', `prompt_delivery = "${delivery}"\n${words}`);
  assert.match(problemOf(template("stdin", 'prompt_arg_template = ["a{prompt}b"]')).wanted, /no \{prompt\}/);
  assert.match(problemOf(template("stdin", "")).fix, /prompt_arg_template = \[\]/);
  assert.match(problemOf(template("argv", "")).fix, /\{prompt\}/);
  assert.match(problemOf(template("none", 'prompt_arg_template = ["{prompt}"]')).wanted, /"none"/);
  assert.deepEqual(configOf(template("stdin", "prompt_arg_template = []")).agent.promptArgTemplate, []);
  const [warning] = warningsOf(template("argv", 'prompt_arg_template = ["-p"]'));
  assert.equal(warning?.key, "agent.prompt_arg_template");
  const [inCommand] = warningsOf(smallest.replace('["agent"]', '["agent", "{prompt}"]'));
  assert.equal(inCommand?.key, "agent.command");
});

Deno.test("loadConfig() needs neither prompt nor template when nothing is delivered", () => {
  const text = '[agent]\ncommand = ["make"]\nprompt_delivery = "none"\n[runtime]\nwork_dir = "."\nlog_dir = "l"\n';
  const config = configOf(text);
  assert.deepEqual(config.prompt.files, []);
  assert.deepEqual(config.agent.promptArgTemplate, []);
  assert.deepEqual(warningsOf(text), []);
  assert.equal(warningsOf(`${text}[prompt]\nfile = "a"\n`)[0]?.key, "prompt.file");
});

Deno.test("loadConfig() takes one prompt or several, not both and not none", () => {
  const several = smallest.replace('file = "main.md"', 'files = ["a.md", "/b.md", "~/c.md"]');
  assert.deepEqual(configOf(several).prompt.files, ["/home/me/shop/a.md", "/b.md", "/home/me/c.md"]);
  assert.match(problemOf(withLines({ prompt: 'files = ["a"]' })).found, /both/);
  assert.equal(problemOf(smallest.replace('file = "main.md"', "")).key, "prompt.file");
});

Deno.test("loadConfig() refuses a disk warning above the critical mark", () => {
  const text = withLines({ "monitor.host_health": "disk_warning_pct = 96" });
  assert.equal(problemOf(text).key, "monitor.host_health.disk_warning_pct");
  assert.equal(
    configOf(withLines({ monitor: "host_health = { disk_warning_pct = 95 }" })).monitor.hostHealth.diskWarningPercent,
    95,
  );
});

Deno.test("loadConfig() resolves every relative path against the file's folder, wherever it is called", () => {
  const text = smallest.replace('work_dir = "."', 'work_dir = "app"');
  const files = memoryFiles({ [sampleFile]: text, "/home/me/shop/app/x": "" });
  const loaded = loadConfig("../shop/agent-runner.toml", {
    files,
    homeDir: "/home/me",
    currentDir: "/home/me/elsewhere",
    knownReaders: READER_NAMES,
  });
  assert.equal(loaded.kind, "ok");
  if (loaded.kind !== "ok") return;
  assert.equal(loaded.config.file, sampleFile);
  assert.equal(loaded.config.project, "app");
  assert.equal(loaded.config.runtime.workDir, "/home/me/shop/app");
  assert.equal(loaded.config.runtime.logDir, "/home/me/shop/logs");
  assert.deepEqual(loaded.config.prompt.files, ["/home/me/shop/main.md"]);
});

Deno.test("loadConfig() finds a prompt where the predecessor looked for it, and warns", () => {
  const text = smallest.replace('work_dir = "."', 'work_dir = "app"');
  const options = { homeDir: "/home/me", currentDir: "/", knownReaders: READER_NAMES };
  const inWorkDir = memoryFiles({ [sampleFile]: text, "/home/me/shop/app/main.md": "x" });
  const loaded = loadConfig(sampleFile, { files: inWorkDir, ...options });
  assert.ok(loaded.kind === "ok");
  assert.deepEqual(loaded.config.prompt.files, ["/home/me/shop/app/main.md"]);
  assert.equal(loaded.warnings.length, 1);
  const inBoth = memoryFiles({ [sampleFile]: text, "/home/me/shop/app/main.md": "x", "/home/me/shop/main.md": "y" });
  const plain = loadConfig(sampleFile, { files: inBoth, ...options });
  assert.ok(plain.kind === "ok");
  assert.deepEqual(plain.config.prompt.files, ["/home/me/shop/main.md"]);
  assert.deepEqual(plain.warnings, []);
});

Deno.test("loadConfig() says that a home folder is missing when a path needs it", () => {
  const files = memoryFiles({ [sampleFile]: smallest.replace('"logs"', '"~/logs"') });
  const loaded = loadConfig(sampleFile, { files, homeDir: "", currentDir: "/", knownReaders: [] });
  assert.match(JSON.stringify(loaded), /HOME is not set/);
});

Deno.test("loadConfig() calls a project `default` when its folder has no name", () => {
  const text = smallest.replace('work_dir = "."', 'work_dir = "/"').replace('"logs"', '"/l/{project}"');
  assert.equal(configOf(text).project, "default");
  assert.equal(configOf(text).runtime.logDir, "/l/default");
});

Deno.test("loadConfig() hands the other keys of [plugins] on as they are", () => {
  const text = withLines({
    plugins: 'disable = ["x"]\na = 1\nb = [1.5, { c = 1979-05-27T00:00:00Z }]\n[plugins.deep]\nd = true',
  });
  const { plugins } = configOf(text);
  assert.deepEqual(plugins.disable, ["x"]);
  assert.deepEqual(plugins.raw, { a: 1, b: [1.5, { c: "1979-05-27T00:00:00.000Z" }], deep: { d: true } });
});

Deno.test("loadConfig() changes the fingerprint when and only when the text changes", () => {
  const one = configOf(smallest).fingerprint;
  assert.match(one, /^[0-9a-f]{16}$/);
  assert.equal(configOf(smallest).fingerprint, one);
  assert.notEqual(configOf(`${smallest}\n`).fingerprint, one);
});

Deno.test("loadConfig() shows no control characters when a value holds them", () => {
  const text = withLines({ runtime: 'transient_error_action = "\\u001b[31mred"' });
  assert.ok(!problemOf(text).found.includes("\u001b"));
  const loaded = loadText(withLines({ '"\\u001b[2Jx"': "a = 1" }));
  assert.ok(!JSON.stringify(loaded).includes("\u001b"));
});

function logDirIn(text: string): string | null {
  const files = memoryFiles({ [sampleFile]: text, "/srv/other/keep": "" });
  return findLogDir(sampleFile, { files, homeDir: "/home/me", currentDir: "/nowhere" });
}

Deno.test("findLogDir() finds the log folder whatever else is wrong with the file", () => {
  const broken = [
    smallest.replace("[agent]", "[agent"),
    smallest.replace('["agent"]', '["agent'),
    smallest.replace('["agent"]', '"""agent'),
    smallest.replace('file = "main.md"', "file = main.md\nfile ="),
    `${smallest}\n[runtime]\nmax_rounds = 3`,
    `${smallest}\n= 7\n<<<<<<< HEAD\n=======\n>>>>>>> theirs`,
    withLines({ runtime: 'max_rounds = "many"\nno_such_key = 1' }),
    smallest.replace('prompt_arg_template = ["{prompt}"]', ""),
  ];
  for (const text of broken) assert.equal(logDirIn(text), "/home/me/shop/logs", text);
  assert.equal(logDirIn(withLines({}).replace('"logs"', '"~/x/{project}"').replace("]", "")), "/home/me/x/shop");
});

Deno.test("findLogDir() does not guess", () => {
  const unsure = [
    "",
    smallest.replace('log_dir = "logs"', "log_dir = logs"),
    smallest.replace('log_dir = "logs"', "log_dir = 5"),
    smallest.replace('work_dir = "."', 'work_dir = "/nowhere/at/all"'),
    smallest.replace('"logs"', '"~other/logs"'),
    `${Array(50).fill("= 1").join("\n")}\n${smallest}`,
  ];
  for (const text of unsure) assert.equal(logDirIn(text), null, text);
  assert.equal(findLogDir("/none.toml", { files: memoryFiles({}), homeDir: "", currentDir: "/" }), null);
});
