// `init` with files in memory and a scripted git: what it writes, what it refuses, what it says.
import assert from "node:assert/strict";
import init from "../../src/cli/verbs/init.ts";
import { promptText } from "../../src/cli/scaffold.ts";
import { SCHEMA_URL } from "../../src/config/schema.ts";
import { OperatorError } from "../../src/core/errors.ts";
import { memoryFiles } from "../fakes/memory_files.ts";
import { type GitScript, scriptedGit, stage } from "./stage.ts";

const project = "/home/me/shop";
const presets = {
  "presets/claude.toml": '#:schema {schema}\nlog_dir = "~/{project}"\n',
  "presets/codex.toml": "codex of {project}\n",
};
const inWorkTree = ["rev-parse", { code: 0, out: "true\n" }] as const;
const clean: GitScript = [inWorkTree];
const allUnsaved: GitScript = [inWorkTree, ["status", { code: 0, out: "?? x\n" }]];

interface Call {
  readonly initial?: Readonly<Record<string, string>>;
  readonly script?: GitScript;
  readonly flags?: Partial<Parameters<typeof init.run>[0]["flags"]>;
  readonly isJson?: boolean;
  readonly configPath?: string;
}

async function call(options: Call = {}) {
  const files = memoryFiles({ [`${project}/README.md`]: "", ...options.initial });
  const git = scriptedGit(options.script ?? clean);
  const on = stage({ files, processes: git.processes, workDir: project, presets });
  const code = await init.run({
    flags: { preset: undefined, force: false, commit: false, "no-commit": false, ...options.flags },
    positional: [],
    configPath: options.configPath ?? "./agent-runner.toml",
    isJson: options.isJson ?? false,
  }, on.world);
  const commands = git.calls.map((spec) => spec.argv.slice(2).join(" "));
  return {
    code,
    files,
    commands,
    calls: git.calls,
    out: on.out(),
    read: (name: string) => files.readText(`${project}/${name}`),
  };
}

async function fails(options: Call, message: RegExp, fix: RegExp): Promise<OperatorError> {
  let caught: unknown = null;
  await call(options).catch((thrown) => caught = thrown);
  assert.ok(caught instanceof OperatorError, String(caught));
  assert.match(caught.message, message);
  assert.match(caught.fix, fix);
  return caught;
}

Deno.test("init() writes configuration, prompt and .gitignore, readable by all, and commits them", async () => {
  const done = await call();
  assert.equal(done.code, 0);
  assert.equal(done.read("agent-runner.toml"), `#:schema ${SCHEMA_URL}\nlog_dir = "~/shop"\n`);
  assert.equal(done.read("prompts/main.md"), promptText);
  assert.equal(done.read(".gitignore"), "logs/\n");
  for (const name of ["agent-runner.toml", "prompts/main.md", ".gitignore"]) {
    assert.equal(done.files.modeOf(`${project}/${name}`), 0o644, name);
  }
  assert.equal(done.files.modeOf(`${project}/prompts`), 0o755);
  assert.ok(done.calls.every((spec) => spec.workDir === project && spec.argv[1] === "--literal-pathspecs"));
  assert.deepEqual(done.commands.slice(-2), [
    "add -- agent-runner.toml prompts/main.md .gitignore",
    "-c commit.gpgSign=false commit --quiet -m chore: agent-runner initial config --only -- " +
    "agent-runner.toml prompts/main.md .gitignore",
  ]);
});

Deno.test("init() says what it wrote and names the next two commands", async () => {
  const { out } = await call();
  assert.match(out, /^Wrote agent-runner\.toml, prompts\/main\.md, \.gitignore \(preset claude\)\nCommitted as /);
  assert.match(out, /\n {2}agent-runner serve\n {2}agent-runner peek /);
});

Deno.test("init() prints the result as JSON when asked", async () => {
  const { out } = await call({ isJson: true, flags: { preset: "codex" } });
  assert.deepEqual(JSON.parse(out), {
    work_dir: project,
    files_created: ["agent-runner.toml", "prompts/main.md", ".gitignore"],
    committed: true,
    preset: "codex",
    reason: null,
    files_kept: [],
  });
});

Deno.test("init() touches no commit when --no-commit is given", async () => {
  const { commands, out } = await call({ flags: { "no-commit": true }, isJson: true });
  assert.ok(!commands.some((command) => /^(add|-c)/.test(command)));
  assert.equal(JSON.parse(out).committed, false);
});

Deno.test("init() refuses --commit together with --no-commit", async () => {
  const error = await fails({ flags: { commit: true, "no-commit": true } }, /--commit/, /default/);
  assert.equal(error.exitCode, 2);
});

Deno.test("init() suggests a preset and lists all when it does not know the name", async () => {
  const error = await fails({ flags: { preset: "codx" } }, /"codx"/, /Did you mean "codex"\?.*claude, codex/);
  assert.equal(error.exitCode, 2);
});

Deno.test("init() names the flag when there is a configuration already, and leaves it alone", async () => {
  const initial = { [`${project}/agent-runner.toml`]: "mine" };
  await fails({ initial }, /exists already/, /--force/);
});

Deno.test("init() keeps a prompt that is there, and lines of .gitignore", async () => {
  const done = await call({
    initial: { [`${project}/prompts/main.md`]: "mine", [`${project}/.gitignore`]: "dist\r\nlogs/\r\n" },
    isJson: true,
  });
  assert.equal(done.read("prompts/main.md"), "mine");
  assert.equal(done.read(".gitignore"), "dist\r\nlogs/\r\n");
  assert.deepEqual(JSON.parse(done.out).files_created, ["agent-runner.toml"]);
});

for (
  const [before, after] of [["dist", "dist\nlogs/\n"], ["a\r\nb", "a\r\nb\r\nlogs/\r\n"], ["", "logs/\n"], [
    "/logs/\n",
    "/logs/\nlogs/\n",
  ]] as const
) {
  Deno.test(`init() appends its line when .gitignore is ${JSON.stringify(before)}`, async () => {
    const done = await call({ initial: { [`${project}/.gitignore`]: before } });
    assert.equal(done.read(".gitignore"), after);
  });
}

Deno.test("init() replaces configuration and prompt when --force is given", async () => {
  const initial = { [`${project}/agent-runner.toml`]: "old", [`${project}/prompts/main.md`]: "old" };
  const done = await call({ initial, flags: { force: true } });
  assert.match(done.read("agent-runner.toml") ?? "", /log_dir/);
  assert.equal(done.read("prompts/main.md"), promptText);
  assert.equal(done.read("prompts/main.md.bak"), null);
});

Deno.test("init() keeps under another name what --force replaces and git could not give back", async () => {
  const initial = {
    [`${project}/agent-runner.toml`]: "old",
    [`${project}/prompts/main.md`]: "my prompt",
    [`${project}/prompts/main.md.bak`]: "older",
  };
  const done = await call({ initial, script: allUnsaved, flags: { force: true } });
  assert.equal(done.read("agent-runner.toml.bak"), "old");
  assert.equal(done.read("prompts/main.md.bak"), "older");
  assert.equal(done.read("prompts/main.md.bak2"), "my prompt");
  assert.match(done.out, /Kept what was there as agent-runner\.toml\.bak, prompts\/main\.md\.bak2/);
});

Deno.test("init() leaves a .gitignore with unfinished changes out of its commit", async () => {
  const { commands } = await call({ initial: { [`${project}/.gitignore`]: "wip" }, script: allUnsaved });
  assert.match(commands.at(-1) ?? "", /-- agent-runner\.toml prompts\/main\.md$/);
});

Deno.test("init() says why and puts the index back when the commit fails", async () => {
  const script: GitScript = [
    inWorkTree,
    ["commit", { code: 128, err: "Author identity unknown\n\nhint: x\nfatal: unable to auto-detect email\n" }],
  ];
  const done = await call({ script });
  assert.equal(done.code, 0);
  assert.match(
    done.out,
    /Not committed: fatal: unable to auto-detect email\n {2}fix: Run 'git config --global user\.name/,
  );
  assert.match(done.commands.at(-1) ?? "", /^reset --quiet -- agent-runner\.toml/);
  const json = JSON.parse((await call({ script, isJson: true })).out);
  assert.deepEqual([json.committed, json.reason], [false, "fatal: unable to auto-detect email"]);
});

for (
  const [what, answer, reason] of [
    ["add", { code: 1, err: "The paths are ignored:\nprompts\nhint: Use -f\n" }, "The paths are ignored: prompts"],
    ["commit", { kind: "timed_out" }, "git took too long"],
    ["commit", { code: 1, out: "\u001b[31mhook says no\n" }, "\\u001b[31mhook says no"],
    ["commit", { code: 3 }, "git left with code 3"],
  ] as const
) {
  Deno.test(`init() shows ${JSON.stringify(reason)} when git ${what} fails`, async () => {
    const { out } = await call({ script: [inWorkTree, [`${what} -`, answer]] });
    assert.ok(out.includes(`Not committed: ${reason}\n  fix: See to what git says, then commit them`), out);
  });
}

Deno.test("init() shows no secret of what git and its hooks print", async () => {
  const err = "fatal: https://bob:hunter2hunter2@example.org/x.git refused\n";
  const { out } = await call({ script: [inWorkTree, ["commit -", { code: 1, err }]] });
  assert.match(out, /Not committed: fatal: https:\/\/<redacted>@example\.org\/x\.git/);
  assert.ok(!out.includes("hunter2"));
});

Deno.test("init() wants a git work tree, and git", async () => {
  const none: GitScript = [["rev-parse", { code: 128, err: "fatal: not a git repository (or any parent)\n" }]];
  await fails({ script: none }, /"\/home\/me\/shop" is not inside a git work tree$/, /git init/);
  await fails({ script: [["rev-parse", { code: 0, out: "false\n" }]] }, /work tree$/, /git init/);
  const doubtful: GitScript = [["rev-parse", { code: 128, err: "fatal: detected dubious ownership in x\n" }]];
  await fails({ script: doubtful }, /dubious ownership/, /./);
  await fails({ script: [["rev-parse", { kind: "absent", reason: "no git" }]] }, /"git" was not found/, /Install/);
});

Deno.test("init() writes beside the path of --config and repeats it in its advice", async () => {
  const done = await call({ configPath: "sub/my runner.toml", initial: { [`${project}/sub/x`]: "" } });
  assert.match(done.read("sub/my runner.toml") ?? "", /"~\/sub"/);
  assert.match(done.out, /agent-runner serve --config 'sub\/my runner\.toml'\n/);
  await fails({ configPath: "absent/agent-runner.toml" }, /no folder/, /--config/);
  await fails({ configPath: "sub", initial: { [`${project}/sub/x`]: "" } }, /is a folder/, /sub\/agent-runner\.toml/);
});

Deno.test("init() says which file could not be written when the disk is full or read-only", async () => {
  const files = memoryFiles({ [`${project}/README.md`]: "" });
  files.failWith(`${project}/prompts`, "read_only");
  const on = stage({ files, processes: scriptedGit(clean).processes, workDir: project, presets });
  const flags = { preset: undefined, force: false, commit: false, "no-commit": false };
  await assert.rejects(
    init.run({ flags, positional: [], configPath: "agent-runner.toml", isJson: false }, on.world),
    (thrown) => thrown instanceof OperatorError && /prompts.*Read-only file system/.test(thrown.message),
  );
});

Deno.test("the first prompt passes the battery and gives advice that git accepts", () => {
  assert.ok(new TextEncoder().encode(promptText).length > 500);
  assert.doesNotMatch(promptText[0]!, /[-\s]/);
  assert.ok(!promptText.startsWith("---"));
  assert.match(promptText, /git stash apply <sha>/);
  assert.doesNotMatch(promptText, /git stash (pop|drop)/);
});
