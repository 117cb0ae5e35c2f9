// Proves that what cannot work is refused before a round, with a reason and a way out.
import assert from "node:assert/strict";
import { oneRound } from "./one_round.ts";
import { exists, names, Project } from "./project.ts";
import type { ProjectOptions } from "./project.ts";

/** An ELF header for a machine that this one is not. */
function foreignProgram(): Uint8Array {
  const header = new Uint8Array(64);
  header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  header[16] = 2;
  header[18] = Deno.build.arch === "x86_64" ? 183 : 62;
  return header;
}

interface Case {
  readonly what: string;
  readonly options?: ProjectOptions;
  readonly arrange?: (project: Project) => void;
  readonly failure: RegExp;
}

function agentFile(content: Uint8Array | string, mode: number) {
  return (project: Project) => {
    const path = `${project.work}/agent`;
    Deno.writeFileSync(path, typeof content === "string" ? new TextEncoder().encode(content) : content);
    Deno.chmodSync(path, mode);
  };
}

const own: ProjectOptions = { agent: { command: ["./agent"] } };

const cases: readonly Case[] = [
  {
    what: "an agent that is not installed",
    options: { agent: { command: ["no-such-agent-anywhere"] } },
    failure: /^STARTUP FAIL: agent_cli_in_path: 'no-such-agent-anywhere' is not found on PATH .+ \| how-to-fix: \S/m,
  },
  {
    what: "an agent that may not be run",
    options: own,
    arrange: agentFile("#!/bin/sh\n", 0o644),
    failure: /^STARTUP FAIL: agent_cli_in_path: '\.\/agent' is no file that may be executed/m,
  },
  {
    what: "an agent whose file is cut",
    options: own,
    arrange: agentFile("\x7fELF\x02\x01\x01", 0o755),
    failure: /^STARTUP FAIL: agent_cli_in_path: '\S+\/agent' is a damaged program/m,
  },
  {
    what: "an agent for another machine",
    options: own,
    arrange: agentFile(foreignProgram(), 0o755),
    failure:
      /^STARTUP FAIL: agent_cli_in_path: '\S+\/agent' is built for \w+, and this machine is \w+ \| how-to-fix: \S/m,
  },
  {
    what: "a missing prompt",
    arrange: (project) => Deno.removeSync(`${project.work}/prompts/main.md`),
    failure: /^STARTUP FAIL: prompt_file_exists: .*prompts\/main\.md' \| how-to-fix: \S/m,
  },
  {
    what: "a prompt that begins with a dash",
    options: { prompt: `-${"x".repeat(600)}` },
    failure: /^STARTUP FAIL: prompt_smoke_passes: the prompt begins with "-" \| how-to-fix: \S/m,
  },
  {
    what: "a prompt that nobody filled in",
    options: { prompt: "Do it." },
    failure: /^STARTUP FAIL: prompt_smoke_passes: the prompt has 6 bytes, fewer than prompt\.min_bytes = 500/m,
  },
  {
    what: "a folder without git",
    arrange: (project) => Deno.removeSync(`${project.work}/.git`, { recursive: true }),
    failure: /^STARTUP FAIL: work_dir_is_git_repo: '\S+\/proj' is not a git work tree/m,
  },
];

for (const { what, options = {}, arrange, failure } of cases) {
  Deno.test(`round refuses ${what} with exit 78, and serve leaves with exit 0 and says why`, async () => {
    await using project = await Project.make(options);
    arrange?.(project);
    const round = await project.run(["round"]);
    assert.equal(round.code, 78, round.stderr);
    assert.match(round.stderr, failure);
    const serve = await project.run(["serve"]);
    assert.equal(serve.code, 0, serve.stderr);
    assert.match(serve.stdout, new RegExp(failure.source.replace("^", ""), "m"));
    assert.match(serve.stdout, /stopped: the start-up battery failed: \w+ \(0 rounds completed\)\n$/);
    const [check] = /(?<=STARTUP FAIL: )\w+: .*(?= \| how-to-fix)/.exec(round.stderr)!;
    assert.deepEqual(project.ofKind("smoke_check_failed").map((event) => event.reason), [check, check]);
    assert.equal(project.ofKind("config_broken").length, 1);
    assert.deepEqual(project.ofKind("serve_stopped").map((event) => event.reason), ["config_broken"]);
    assert.deepEqual([project.ofKind("round_start"), names(project.out)], [[], []]);
    assert.equal(exists(`${project.logs}/status.json`), false, "no number may be taken");
  });
}

Deno.test("round tells all failures at once", async () => {
  await using project = await Project.make({ agent: { command: ["no-such-agent-anywhere"] }, prompt: "short" });
  const { code, stderr } = await project.run(["round"]);
  assert.equal(code, 78);
  assert.deepEqual([...stderr.matchAll(/^STARTUP FAIL: (\w+)/gm)].map((match) => match[1]), [
    "agent_cli_in_path",
    "prompt_smoke_passes",
  ]);
});

Deno.test("round skips the battery when AGENT_RUNNER_SKIP_STARTUP_CHECK says so", async () => {
  await using short = await Project.make({ prompt: "short", env: { AGENT_RUNNER_SKIP_STARTUP_CHECK: "Yes" } });
  const round = await oneRound(short);
  assert.deepEqual([round.exit.exit_code, round.verdict.verdict], [0, "ok"]);
  await using missing = await Project.make({
    agent: { command: ["no-such-agent-anywhere"] },
    env: { AGENT_RUNNER_SKIP_STARTUP_CHECK: "1" },
  });
  const failed = await oneRound(missing);
  assert.deepEqual([failed.exit.exit_code !== 0, failed.verdict.verdict], [true, "config"]);
  await using off = await Project.make({ prompt: "short", env: { AGENT_RUNNER_SKIP_STARTUP_CHECK: "0" } });
  assert.equal((await off.run(["round"])).code, 78);
});
