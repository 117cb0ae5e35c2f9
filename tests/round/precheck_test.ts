// Guards the start-up battery: every check fails for its reason, names its mend, and hides no other.
import assert from "node:assert/strict";
import { planRound } from "../../src/round/plan.ts";
import { precheck } from "../../src/round/precheck.ts";
import type { Precheck, WorkTreeFact } from "../../src/round/precheck.ts";
import { configOf, smallest, withLines } from "../config/sample.ts";
import { FakeClock } from "../fakes/fake_clock.ts";
import { FakeProcesses } from "../fakes/fake_processes.ts";
import { memoryFiles } from "../fakes/memory_files.ts";
import type { MemoryFiles } from "../fakes/memory_files.ts";

const prompt = "Work on it. ".repeat(50);

interface Scene {
  readonly files: MemoryFiles;
  readonly processes: FakeProcesses;
  check(options?: {
    readonly toml?: string;
    readonly number?: number;
    readonly workTree?: WorkTreeFact;
    readonly context?: Readonly<Record<string, unknown>>;
  }): Precheck;
}

function scene(): Scene {
  const files = memoryFiles({ "/bin/agent": "#!/bin/sh\n", "/home/me/shop/main.md": prompt });
  const processes = new FakeProcesses(new FakeClock());
  processes.programs.set("agent", "/bin/agent");
  return {
    files,
    processes,
    check({ toml = smallest, number = 1, workTree = { isWorkTree: true, reason: "" }, context } = {}) {
      const config = configOf(toml);
      const plan = planRound({ config, number, id: "x", phase: null, inherited: { PATH: "/bin" } });
      return precheck({ config, plan, workTree, machine: "x86_64", context: context ?? null }, { files, processes });
    },
  };
}

/** The names of what failed; every failure must say why and how to mend it, on one line. */
function names(checked: Precheck): string[] {
  for (const failure of checked.failures) {
    assert.ok(failure.reason !== "" && failure.fix !== "", failure.name);
    assert.ok(!/\n/.test(failure.reason + failure.fix));
  }
  return checked.failures.map((failure) => failure.name);
}

Deno.test("precheck() passes a project that is in order, and says where the agent is", () => {
  const { check, files } = scene();
  assert.deepEqual(check(), { failures: [], agentFile: "/bin/agent" });
  assert.ok(files.stat("/home/me/shop/logs/rounds")?.isDirectory);
  assert.equal(files.stat("/home/me/shop/logs/.write_probe"), null);
});

Deno.test("precheck() shows all failures at once, in the battery's order", () => {
  const { check, files, processes } = scene();
  files.failWith("/home/me/shop/logs", "denied");
  processes.programs.clear();
  files.remove("/home/me/shop/main.md");
  assert.deepEqual(names(check({ workTree: { isWorkTree: false, reason: "no .git" } })), [
    "log_dir_writable",
    "agent_cli_in_path",
    "work_dir_is_git_repo",
    "prompt_file_exists",
  ]);
});

for (const kind of ["read_only", "denied", "other"] as const) {
  Deno.test(`precheck() fails when the log folder is ${kind}`, () => {
    const { check, files } = scene();
    files.failWith("/home/me/shop/logs", kind);
    assert.deepEqual(names(check()), ["log_dir_writable"]);
  });
}

Deno.test("precheck() passes on a full disk: records are kept until there is room", () => {
  const { check, files } = scene();
  files.failWith("/home/me/shop/logs", "full");
  assert.deepEqual(names(check()), []);
});

Deno.test("precheck() names the PATH on which the agent was not found", () => {
  const { check, processes } = scene();
  processes.programs.clear();
  const checked = check({ toml: withLines({ "agent.env": 'PATH = "/opt/tools"' }) });
  assert.deepEqual(names(checked), ["agent_cli_in_path"]);
  assert.match(checked.failures[0]!.reason, /'agent'.*\/opt\/tools/);
  assert.equal(checked.agentFile, "");
});

Deno.test("precheck() refuses an agent that is empty, damaged or made for another machine", () => {
  const { check, files } = scene();
  const arm = new Uint8Array(64);
  arm.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  arm.set([2, 0, 183, 0], 16);
  for (const [bytes, said] of [["", /empty/], [arm, /aarch64/], [arm.slice(0, 30), /damaged/]] as const) {
    files.writeAtomic("/bin/agent", bytes);
    const checked = check();
    assert.deepEqual(names(checked), ["agent_cli_in_path"]);
    assert.match(checked.failures[0]!.reason, said);
  }
});

Deno.test("precheck() passes an agent that may be run but not read", () => {
  const { check, files } = scene();
  files.failWith("/bin/agent", "denied");
  assert.deepEqual(names(check()), []);
});

Deno.test("precheck() looks for the wrapper and for the agent behind it", () => {
  const { check, processes, files } = scene();
  const toml = withLines({ agent: 'wrapper = ["bwrap", "--ro-bind"]' });
  assert.deepEqual(names(check({ toml })), ["agent_cli_in_path"], "the wrapper is missing");
  processes.programs.set("bwrap", "/bin/bwrap");
  files.writeAtomic("/bin/bwrap", "#!/bin/sh\n");
  assert.deepEqual(check({ toml }), { failures: [], agentFile: "/bin/bwrap" });
  processes.programs.delete("agent");
  const checked = check({ toml });
  assert.deepEqual(names(checked), ["agent_cli_in_path"]);
  assert.match(checked.failures[0]!.reason, /^'agent' is not found on PATH/);
});

Deno.test("precheck() says what git says of the work folder", () => {
  const checked = scene().check({ workTree: { isWorkTree: false, reason: "it is a bare repository" } });
  assert.deepEqual(names(checked), ["work_dir_is_git_repo"]);
  assert.match(checked.failures[0]!.reason, /'\/home\/me\/shop'.*bare repository/);
});

const badPrompts: readonly [name: string, text: string, said: RegExp][] = [
  ["is empty", "", /empty/],
  ["is front matter only", "---\na: 1\n---\n", /empty/],
  ["begins with a dash", `- ${prompt}`, /begins with "-"/],
  ["begins with a space", ` ${prompt}`, /begins with " "/],
  ["begins with a newline", `\n${prompt}`, /begins with "\\n"/],
  ["begins with a tab", `\t${prompt}`, /begins with "\\t"/],
  ["is too short", "Do it.", /has 6 bytes, fewer than prompt.min_bytes = 500/],
];

for (const [name, text, said] of badPrompts) {
  Deno.test(`precheck() refuses a prompt that ${name}`, () => {
    const { check, files } = scene();
    files.writeAtomic("/home/me/shop/main.md", text);
    const checked = check();
    assert.deepEqual(names(checked), ["prompt_smoke_passes"]);
    assert.match(checked.failures[0]!.reason, said);
  });
}

Deno.test("precheck() counts bytes, and takes prompt.min_bytes for the bound", () => {
  const { check, files } = scene();
  files.writeAtomic("/home/me/shop/main.md", "é".repeat(250));
  assert.deepEqual(names(check()), []);
  assert.deepEqual(names(check({ toml: withLines({ prompt: "min_bytes = 501" }) })), ["prompt_smoke_passes"]);
});

Deno.test("precheck() passes front matter that is stripped, and refuses it where it is not", () => {
  const { check, files } = scene();
  files.writeAtomic("/home/me/shop/main.md", `\uFEFF---\r\na: 1\r\n---\r\n${prompt}`);
  assert.deepEqual(names(check()), []);
  assert.deepEqual(names(check({ toml: withLines({ prompt: "strip_yaml_frontmatter = false" }) })), [
    "prompt_smoke_passes",
  ]);
});

const phases = 'list = ["plan", "build"]\n[phases.build]\nprompt = { files = ["build.md", "more.md"] }';

Deno.test("precheck() names the missing prompt files of every phase before their turn comes", () => {
  const { check, files } = scene();
  const toml = withLines({ phases });
  const checked = check({ toml, number: 1 });
  assert.deepEqual(names(checked), ["prompt_file_exists"]);
  assert.match(checked.failures[0]!.reason, /'\/home\/me\/shop\/build.md', '\/home\/me\/shop\/more.md'/);
  files.writeAtomic("/home/me/shop/build.md", prompt);
  files.writeAtomic("/home/me/shop/more.md", prompt);
  assert.deepEqual(names(check({ toml, number: 1 })), []);
});

Deno.test("precheck() reads the prompt of the phase whose turn it is", () => {
  const { check, files } = scene();
  files.writeAtomic("/home/me/shop/build.md", "- dash");
  files.writeAtomic("/home/me/shop/more.md", "");
  const toml = withLines({ phases });
  assert.deepEqual(names(check({ toml, number: 1 })), []);
  assert.deepEqual(names(check({ toml, number: 2 })), ["prompt_smoke_passes"]);
});

Deno.test("precheck() takes a folder in the prompt's place for a missing file", () => {
  const { check, files } = scene();
  files.remove("/home/me/shop/main.md");
  files.makeDir("/home/me/shop/main.md");
  assert.deepEqual(names(check()), ["prompt_file_exists"]);
});

Deno.test("precheck() reports a prompt file that may not be read", () => {
  const { check, files } = scene();
  files.failWith("/home/me/shop/main.md", "denied");
  const checked = check();
  assert.equal(checked.failures.length, 1);
  assert.match(checked.failures[0]!.reason, /main\.md/);
});

Deno.test("precheck() refuses a prompt that no command line can carry, but lets stdin have it", () => {
  const { check, files } = scene();
  files.writeAtomic("/home/me/shop/main.md", "x".repeat(200_000));
  const checked = check();
  assert.deepEqual(names(checked), ["prompt_smoke_passes"]);
  assert.match(checked.failures[0]!.fix, /prompt_delivery = "stdin"/);
  const stdin = smallest.replace('["{prompt}"]', '[]\nprompt_delivery = "stdin"');
  assert.deepEqual(names(check({ toml: stdin })), []);
});

Deno.test("precheck() counts the context that will stand before the prompt", () => {
  const { check } = scene();
  assert.deepEqual(names(check({ context: { files: ["x".repeat(50_000)] } })), []);
  assert.deepEqual(names(check({ context: { files: ["x".repeat(140_000)] } })), ["prompt_smoke_passes"]);
});

Deno.test("precheck() asks for no prompt where none is delivered", () => {
  const { check, files } = scene();
  files.remove("/home/me/shop/main.md");
  const toml = smallest.replace('prompt_arg_template = ["{prompt}"]', 'prompt_delivery = "none"')
    .replace('[prompt]\nfile = "main.md"\n', "");
  assert.deepEqual(names(check({ toml })), []);
});
