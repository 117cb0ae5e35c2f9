// Guards what doctor says of agents: found or not, which version, and whether there is a sign of a login.
import assert from "node:assert/strict";
import { smallest } from "../../config/sample.ts";
import { DoctorStage, troublesOf } from "./doctor_stage.ts";

const second = `
[[agent.fallback]]
command = ["codex", "exec"]
prompt_arg_template = ["{prompt}"]
`;

/** A project whose agent is this command, installed in /opt. */
function stageOf(command: readonly string[], options: { readonly agent?: string; readonly more?: string } = {}) {
  const text = smallest.replace('command = ["agent"]', `command = ${JSON.stringify(command)}\n${options.agent ?? ""}`);
  const stage = new DoctorStage(text + (options.more ?? ""));
  install(stage, ...command.slice(0, 1));
  return stage;
}

function install(stage: DoctorStage, ...names: readonly string[]): void {
  for (const name of names) {
    stage.world.files.writeAtomic(`/opt/${name}`, "#!/bin/sh\n");
    stage.world.processes.programs.set(name, `/opt/${name}`);
  }
}

Deno.test("checkAgents() shows version and place of an agent, asked with its own environment and nothing of a round", async () => {
  const stage = stageOf(["claude", "-p"], { agent: 'env = { ANTHROPIC_API_KEY = "sk-x", DISABLE_AUTOUPDATER = "1" }' });
  stage.answers["claude --version"] = { out: "2.1.300 (Claude Code)\nmore\n" };
  const row = await stage.row("agent claude");
  assert.deepEqual([row.state, row.found], ["ok", "2.1.300 (Claude Code) (/opt/claude)"]);
  const asked = stage.asked.find(({ argv }) => argv[0] === "claude");
  assert.deepEqual(asked?.argv, ["claude", "--version"]);
  assert.equal(asked?.workDir, "/home/me/shop");
  assert.deepEqual(asked?.environment, { ANTHROPIC_API_KEY: "sk-x", DISABLE_AUTOUPDATER: "1" });
  assert.ok((asked?.timeoutMs ?? Infinity) <= 15_000);
});

Deno.test("checkAgents() asks behind wrappers and package runners", async () => {
  const stage = stageOf(["npx", "-y", "@openai/codex", "exec"], { agent: 'wrapper = ["nice", "-n", "5"]' });
  install(stage, "nice");
  stage.answers["nice -n 5 npx -y @openai/codex --version"] = { out: "codex-cli 0.170.0" };
  const row = await stage.row("agent codex");
  assert.deepEqual([row.state, row.found], ["ok", "codex-cli 0.170.0 (/opt/npx)"]);
});

Deno.test("checkAgents() never starts a program that it does not know", async () => {
  const stage = stageOf(["my-agent.sh"], { agent: 'reader = "claude"' });
  const row = await stage.row("agent claude");
  assert.equal(row.state, "ok");
  assert.match(row.found, /^\/opt\/my-agent\.sh; its version is not asked for/);
  assert.ok(!stage.asked.some(({ argv }) => argv.includes("my-agent.sh")));
  assert.ok(!(await stage.rows()).some(({ name }) => name.startsWith("login")));
});

Deno.test("checkAgents() warns about a version that is refused or never comes", async () => {
  const stage = stageOf(["claude", "-p"]);
  const cases = [
    {
      answer: { code: 1, err: "node: not found\n" },
      found: /^'claude --version' ended with exit code 1: node: not found$/,
    },
    { answer: { code: 0 }, found: /ended with exit code 0 and said nothing$/ },
    { answer: null, found: /did not answer within 15 s$/ },
  ];
  for (const { answer, found } of cases) {
    stage.answers["claude --version"] = answer;
    const row = await stage.row("agent claude");
    assert.equal(row.state, "warn");
    assert.match(row.found, found);
    assert.match(row.fix ?? "", /by hand/);
  }
});

Deno.test("checkAgents() fails without the first agent, and only warns without one that stands in", async () => {
  const stage = stageOf(["claude", "-p"], { more: second });
  stage.answers["claude --version"] = { out: "2.1.300" };
  assert.equal((await stage.row("agent codex")).state, "warn");
  stage.world.processes.programs.delete("claude");
  const row = await stage.row("agent claude");
  assert.equal(row.state, "fail");
  assert.match(row.found, /^'claude' is not found on PATH \/bin$/);
  assert.match(row.fix ?? "", /Install the agent/);
});

Deno.test("checkLogin() looks for names of variables and files alone", async () => {
  const stage = stageOf(["claude", "-p"]);
  stage.answers["claude --version"] = { out: "2.1.300" };
  const none = await stage.row("login claude");
  assert.equal(none.state, "warn");
  assert.match(none.fix ?? "", /\/login/);
  const login = "/home/me/.claude/.credentials.json";
  stage.world.files.writeAtomic(login, "secret content");
  const { files } = stage.world;
  const read: string[] = [];
  const { readBytes, readText, openReader } = files;
  files.readBytes = (path, range) => (read.push(path), readBytes.call(files, path, range));
  files.readText = (path) => (read.push(path), readText.call(files, path));
  files.openReader = (path) => (read.push(path), openReader.call(files, path));
  assert.deepEqual(await stage.row("login claude"), {
    name: "login claude",
    state: "ok",
    found: `signs of a login: '${login}'`,
    fix: null,
    fixed: null,
  });
  assert.ok(read.length > 0 && !read.includes(login), read.join(" "));
});

Deno.test("checkLogin() says who pays when a key goes before a subscription, and never shows the key", async () => {
  const stage = stageOf(["claude", "-p"], {
    agent: 'env = { ANTHROPIC_API_KEY = "sk-ant-secret", CLAUDE_CONFIG_DIR = "/c" }',
  });
  stage.answers["claude --version"] = { out: "2.1.300" };
  stage.world.files.writeAtomic("/c/.credentials.json", "{}");
  const row = await stage.row("login claude");
  assert.equal(row.state, "ok");
  assert.match(row.found, /ANTHROPIC_API_KEY is set, '\/c\/\.credentials\.json'; the key goes before the subscription/);
  assert.ok(!JSON.stringify(await stage.rows()).includes("sk-ant-secret"));
});

Deno.test("checkLogin() shows the operator's own hint, and says so where nothing can be told", async () => {
  const hinted = stageOf(["claude", "-p"], { more: '[monitor]\nauth_fail_hint = "Ask Ada"\n' });
  hinted.answers["claude --version"] = { out: "2.1.300" };
  assert.equal((await hinted.row("login claude")).fix, "Ask Ada");
  const mac = stageOf(["claude", "-p"]);
  mac.answers["claude --version"] = { out: "2.1.300" };
  mac.world.files.makeDir("/System/Library/CoreServices");
  assert.match((await mac.row("login claude")).found, /^cannot be told without asking the provider; .*\/login/);
  const other = stageOf(["pi", "-p"], { agent: 'env = { GROQ_API_KEY = "x", NPM_TOKEN = "y" }' });
  other.answers["pi --version"] = { out: "0.9" };
  assert.equal((await other.row("login pi")).found, "signs of a login: GROQ_API_KEY is set");
});

Deno.test("checkPrompt() refuses what the battery before a round would refuse", async () => {
  const cases = [
    { prompt: null, found: /missing or out of reach: '\/home\/me\/shop\/main\.md'/ },
    { prompt: "", found: /the prompt is empty/ },
    { prompt: "Say more.", found: /9 bytes, fewer than prompt\.min_bytes/ },
    { prompt: `--- ${"x".repeat(600)}`, found: /begins with "-"/ },
  ];
  for (const { prompt, found } of cases) {
    const stage = new DoctorStage();
    if (prompt === null) stage.world.files.remove("/home/me/shop/main.md");
    else stage.world.files.writeAtomic("/home/me/shop/main.md", prompt);
    const row = await stage.row("prompt");
    assert.equal(row.state, "fail");
    assert.match(row.found, found);
  }
  const stage = new DoctorStage();
  assert.deepEqual([(await stage.row("prompt")).found, troublesOf(await stage.rows())], ["main.md (600 B)", []]);
});

Deno.test("checkPrompt() wants none where the agent takes none", async () => {
  const stage = new DoctorStage(
    smallest.replace(/prompt_arg_template.*/, 'prompt_delivery = "none"').replace(/\[prompt\]\n.*/, ""),
  );
  assert.equal((await stage.row("prompt")).found, "the agent takes none");
});
