// Guards the list of agents that stand in: its values, its defaults and what is said about mistakes in it.
import assert from "node:assert/strict";
import { configOf, problemsOf, smallest } from "./sample.ts";

const two = `${smallest}
[[agent.fallback]]
command = ["codex", "exec", "--json"]
prompt_delivery = "stdin"
prompt_arg_template = ["-"]

[[agent.fallback]]
name = "local"
command = ["my-agent"]
prompt_arg_template = ["{prompt}"]
env = { A = "1" }
reader = "plain"
`;

Deno.test("loadConfig() reads the agents that stand in, in their order", () => {
  const { fallbacks } = configOf(two).agent;
  assert.deepEqual(fallbacks.map((agent) => agent.command), [["codex", "exec", "--json"], ["my-agent"]]);
  assert.deepEqual(fallbacks.map((agent) => agent.promptDelivery), ["stdin", "argv"]);
  assert.deepEqual(fallbacks.map((agent) => agent.promptArgTemplate), [["-"], ["{prompt}"]]);
  assert.deepEqual(fallbacks[1]?.env, { A: "1" });
  assert.deepEqual(fallbacks[1]?.reader, "plain");
  assert.deepEqual(configOf(smallest).agent.fallbacks, []);
});

Deno.test("loadConfig() checks each of them like the first agent, and tells the line", () => {
  const problems = problemsOf(`${two}
[[agent.fallback]]
comand = ["x"]
prompt_delivery = "stdin"
prompt_arg_template = ["{prompt}"]
reader = "claud"
session = "resume"
`);
  const found = problems.map(({ key, line }) => [key, line === null ? null : line - two.split("\n").length - 1]);
  assert.deepEqual(found, [
    ["agent.fallback.2.comand", 1],
    ["agent.fallback.2.prompt_arg_template", 3],
    ["agent.fallback.2.reader", 4],
    ["agent.fallback.2.session", 5],
    ["agent.fallback.2.command", null],
  ]);
  assert.match(problems[0]!.fix, /Did you mean "command"/);
  assert.match(problems[2]!.fix, /Did you mean "claude"/);
});

Deno.test("loadConfig() refuses a fallback that is no list of tables", () => {
  for (const line of ['fallback = "codex"', "fallback = { command = ['x'] }", "fallback = [1]"]) {
    const problems = problemsOf(smallest.replace("[agent]", `[agent]\n${line}`));
    assert.ok(problems.length > 0 && problems[0]!.key.startsWith("agent.fallback"), line);
  }
});
