// Proves what an agent is given: its environment, its folder, and what it is told of the rounds before.
import assert from "node:assert/strict";
import { oneRound } from "./one_round.ts";
import { Project } from "./project.ts";

function environmentOf(project: Project, round: number): Map<string, string> {
  const lines = Deno.readTextFileSync(`${project.out}/env-${round}`).split("\n");
  return new Map(
    lines.filter((line) => line.includes("=")).map((line) => {
      const at = line.indexOf("=");
      return [line.slice(0, at), line.slice(at + 1)];
    }),
  );
}

function promptOf(project: Project, round: number): string {
  return Deno.readTextFileSync(`${project.out}/prompt-${round}`);
}

/** The context in front of a prompt, and what follows it. */
function split(
  prompt: string,
): { readonly context: Record<string, unknown>; readonly text: string; readonly rest: string } {
  const match = /^```json round-context\n([\s\S]*?)\n```\n\n([\s\S]*)$/.exec(prompt);
  assert.ok(match, prompt.slice(0, 500));
  return { context: JSON.parse(match[1]!), text: match[1]!, rest: match[2]! };
}

Deno.test("round gives the agent the environment of the contract, with [agent.env] over what is inherited", async () => {
  await using project = await Project.make({
    mode: "record",
    agentEnv: { OWN: "of the table", BOTH: "of the table", EMPTY: "", COUNT: 3 },
    env: { BOTH: "inherited", EMPTY: "inherited", INHERITED: "yes", NOTIFY_SOCKET: "/run/x", LISTEN_FDS: "1" },
  });
  await oneRound(project);
  const environment = environmentOf(project, 1);
  const get = (name: string) => environment.get(name);
  assert.equal(get("AGENT_RUNNER_LOG_DIR"), project.logs);
  assert.equal(get("AGENT_RUNNER_ROUND_NUM"), "1");
  assert.equal(get("AGENT_RUNNER_PHASE"), "");
  assert.equal(get("AGENT_RUNNER_FRESH_EYES"), "0");
  assert.equal(get("AGENT_RUNNER_ROUND_ID"), project.ofKind("round_start")[0]?.round_id);
  assert.deepEqual([get("OWN"), get("BOTH"), get("EMPTY"), get("COUNT"), get("INHERITED")], [
    "of the table",
    "of the table",
    "",
    "3",
    "yes",
  ]);
  assert.deepEqual([get("NOTIFY_SOCKET"), get("LISTEN_FDS")], [undefined, undefined]);
});

Deno.test("round puts the wrapper's words before the agent's", async () => {
  await using project = await Project.make({ mode: "record", agent: { wrapper: ["env", "WRAPPED=in a sandbox"] } });
  await oneRound(project);
  assert.equal(environmentOf(project, 1).get("WRAPPED"), "in a sandbox");
});

Deno.test("round runs the agent in work_dir, and takes relative paths from the file, wherever it is called", async () => {
  await using project = await Project.make({ mode: "record" });
  const toml = `${project.work}/agent-runner.toml`;
  const nested = `${project.work}/conf/deep`;
  Deno.mkdirSync(nested, { recursive: true });
  const text = Deno.readTextFileSync(toml).replace('work_dir = "."', 'work_dir = "../.."')
    .replace(/^log_dir = .*$/m, 'log_dir = "../../../logs"').replace("./prompts/", "../../prompts/");
  Deno.writeTextFileSync(`${nested}/runner.toml`, text);
  Deno.removeSync(toml);
  await project.git("add", "-A");
  await project.git("commit", "-q", "-m", "move the configuration");
  project.cwd = project.root;
  await oneRound(project, "--config", "proj/conf/deep/runner.toml");
  project.cwd = "/";
  await oneRound(project, "--config", `${nested}/runner.toml`);
  for (const number of [1, 2]) {
    assert.equal(Deno.readTextFileSync(`${project.out}/pwd-${number}`).trim(), Deno.realPathSync(project.work));
    assert.equal(environmentOf(project, number).get("AGENT_RUNNER_LOG_DIR"), `${project.root}/logs`);
  }
});

Deno.test("round tells the agent of the round before, in round-context.json and before the prompt", async () => {
  const prompt = "Ümläute, 漢字 and a fence:\n```\nof its own\n```\n".repeat(20);
  await using project = await Project.make({ plan: ["record", "record_fail", "record"], prompt });
  await oneRound(project);
  const first = split(promptOf(project, 1));
  assert.deepEqual(Object.keys(first.context), ["round_num", "started_at"]);
  assert.equal(first.rest, prompt);
  await oneRound(project);
  const second = split(promptOf(project, 2)).context;
  assert.deepEqual(Object.keys(second), ["round_num", "started_at", "previous"]);
  const previous = second.previous as Record<string, unknown>;
  assert.deepEqual(Object.keys(previous).slice(0, 4), ["exit_code", "duration_s", "ended_at", "had_dirty_tree"]);
  assert.deepEqual([second.round_num, previous.exit_code, previous.had_dirty_tree], [2, 0, false]);
  await oneRound(project);
  const third = split(promptOf(project, 3));
  const failed = third.context.previous as Record<string, unknown>;
  assert.deepEqual([failed.exit_code, failed.verdict], [1, "error"]);
  const file = Deno.readTextFileSync(`${project.logs}/round-context.json`);
  assert.equal(file.trimEnd(), third.text);
  assert.equal(third.text, JSON.stringify(third.context, null, 2));
});

Deno.test("round puts no context before the prompt when it is not to, but writes the file", async () => {
  const prompt = "x".repeat(600);
  for (const toml of ['context_injection_mode = "file"', 'context_injection_mode = "none"', "inject_context = false"]) {
    await using project = await Project.make({ mode: "record", prompt, toml });
    await oneRound(project);
    assert.equal(promptOf(project, 1), prompt);
    assert.equal(JSON.parse(Deno.readTextFileSync(`${project.logs}/round-context.json`)).round_num, 1);
  }
});

Deno.test("round leaves front matter out, also with CRLF and a byte order mark, and joins the files of a prompt", async () => {
  const body = "The prompt itself. ".repeat(40);
  const spellings = [`---\ntitle: x\n---\n\n${body}`, `\ufeff---\r\ntitle: x\r\n---\r\n${body}`, `---\n---\n${body}`];
  for (const prompt of spellings) {
    await using project = await Project.make({ mode: "record", prompt, toml: "inject_context = false" });
    await oneRound(project);
    assert.equal(promptOf(project, 1), body);
  }
  const toml = 'inject_context = false\nstrip_yaml_frontmatter = false\nconcat_separator = "\\n--8<--\\n"';
  await using project = await Project.make({ mode: "record", prompt: body, toml });
  const path = `${project.work}/agent-runner.toml`;
  const text = Deno.readTextFileSync(path).replace('file = "./prompts/main.md"', 'files = ["prompts/main.md", "b.md"]');
  Deno.writeTextFileSync(path, text);
  Deno.writeTextFileSync(`${project.work}/b.md`, "---\nkept: yes\n---\nsecond\n");
  await oneRound(project);
  assert.equal(promptOf(project, 1), `${body}\n--8<--\n---\nkept: yes\n---\nsecond\n`);
});
