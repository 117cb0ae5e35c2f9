// `init` against a real git in a throw-away repository: nothing of the user's may get into the commit.
import assert from "node:assert/strict";
import init from "../../src/cli/verbs/init.ts";
import { denoFiles } from "../../src/ports/deno/files.ts";
import { denoProcesses } from "../../src/ports/deno/processes.ts";
import { stage } from "./stage.ts";

const presets = { "presets/claude.toml": 'log_dir = "{project}"\n' };

interface Repository {
  readonly folder: string;
  git(...words: string[]): string;
  write(name: string, text: string): void;
}

async function inRepository(test: (repository: Repository) => Promise<void>): Promise<void> {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  const git = (...words: string[]) => {
    const { stdout } = new Deno.Command("git", { args: words, cwd: folder, stderr: "null" }).outputSync();
    return new TextDecoder().decode(stdout).trim();
  };
  const write = (name: string, text: string) => {
    Deno.mkdirSync(`${folder}/${name}`.replace(/\/[^/]*$/, ""), { recursive: true });
    Deno.writeTextFileSync(`${folder}/${name}`, text);
  };
  git("init", "--quiet", "--initial-branch=main");
  git("config", "user.name", "Me");
  git("config", "user.email", "me@example.org");
  git("config", "commit.gpgSign", "true");
  git("config", "gpg.program", "/nonexistent/gpg");
  try {
    await test({ folder, git, write });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function run(folder: string, flags: { readonly force?: boolean; readonly configPath?: string } = {}) {
  const on = stage({ files: denoFiles(), processes: denoProcesses(), workDir: folder, presets });
  await init.run({
    flags: { preset: undefined, force: flags.force ?? false, commit: false, "no-commit": false },
    positional: [],
    configPath: flags.configPath ?? "agent-runner.toml",
    isJson: true,
  }, on.world);
  return JSON.parse(on.out());
}

Deno.test("init() commits its three files as the first commit, unsigned", () =>
  inRepository(async ({ folder, git }) => {
    assert.equal((await run(folder)).committed, true);
    assert.equal(git("log", "--format=%s"), "chore: agent-runner initial config");
    assert.equal(git("show", "--name-only", "--format=", "HEAD"), ".gitignore\nagent-runner.toml\nprompts/main.md");
    assert.equal(git("status", "--porcelain"), "");
  }));

Deno.test("init() leaves staged, changed and new files of the user as they were", () =>
  inRepository(async ({ folder, git, write }) => {
    write("a.txt", "1");
    git("add", ".");
    git("-c", "commit.gpgSign=false", "commit", "--quiet", "-m", "first");
    write("a.txt", "2");
    write("staged.txt", "s");
    git("add", "staged.txt");
    write("new.txt", "n");
    assert.equal((await run(folder)).committed, true);
    assert.equal(git("show", "--name-only", "--format=", "HEAD"), ".gitignore\nagent-runner.toml\nprompts/main.md");
    assert.equal(git("status", "--porcelain"), "M a.txt\nA  staged.txt\n?? new.txt");
  }));

Deno.test("init() reports the reason and leaves an index as before when a hook refuses", () =>
  inRepository(async ({ folder, git, write }) => {
    write(".git/hooks/pre-commit", "#!/bin/sh\necho 'no commits on Fridays' >&2\nexit 1\n");
    Deno.chmodSync(`${folder}/.git/hooks/pre-commit`, 0o755);
    write("staged.txt", "s");
    git("add", "staged.txt");
    const result = await run(folder);
    assert.deepEqual([result.committed, result.reason], [false, "no commits on Fridays"]);
    assert.equal(git("status", "--porcelain"), "A  staged.txt\n?? .gitignore\n?? agent-runner.toml\n?? prompts/");
  }));

Deno.test("init() reports the reason when the project ignores its files", () =>
  inRepository(async ({ folder, git, write }) => {
    write(".gitignore", "prompts/\n");
    const result = await run(folder);
    assert.equal(result.committed, false);
    assert.match(result.reason, /ignored/);
    assert.equal(git("diff", "--cached", "--name-only"), "");
  }));

Deno.test("init() works in a folder of a larger repository, and with names git could take for patterns", () =>
  inRepository(async ({ folder, git, write }) => {
    write("sub/[x]*/a.txt", "a");
    write("sub/x/agent-runner.toml", "stranger");
    assert.equal((await run(`${folder}/sub/[x]*`)).committed, true);
    const names = git("-c", "core.quotePath=false", "show", "--name-only", "--format=", "HEAD").split("\n");
    assert.deepEqual(names, ["sub/[x]*/.gitignore", "sub/[x]*/agent-runner.toml", "sub/[x]*/prompts/main.md"]);
  }));

Deno.test("init() overwrites with --force only what git can give back, and keeps the rest", () =>
  inRepository(async ({ folder, git, write }) => {
    await run(folder);
    write("prompts/main.md", "my long work on the prompt");
    write("agent-runner.toml", "old and committed");
    git("add", "agent-runner.toml");
    git("-c", "commit.gpgSign=false", "commit", "--quiet", "-m", "mine", "--only", "--", "agent-runner.toml");
    const result = await run(folder, { force: true });
    assert.deepEqual(result.files_kept, ["prompts/main.md.bak"]);
    assert.equal(Deno.readTextFileSync(`${folder}/prompts/main.md.bak`), "my long work on the prompt");
    assert.equal(git("show", "HEAD^:agent-runner.toml"), "old and committed");
  }));
