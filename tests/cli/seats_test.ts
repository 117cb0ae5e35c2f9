// Guards the agents of a configuration: their names, and that no provider is drawn on twice.
import assert from "node:assert/strict";
import { seatProblems, seatsOf } from "../../src/cli/seats.ts";
import { configOf, smallest } from "../config/sample.ts";

function withAgents(...commands: readonly string[]) {
  const [first, ...others] = commands;
  const text = smallest.replace(/^command = .*$/m, `command = ["${first}"]`);
  const rest = others.map((command) =>
    `[[agent.fallback]]\ncommand = ["${command}"]\nprompt_arg_template = ["{prompt}"]`
  );
  return configOf(`${text}\n${rest.join("\n\n")}\n`);
}

Deno.test("seatsOf() names each agent once", async () => {
  const seats = await seatsOf(withAgents("claude", "opencode", "/opt/opencode", "./run.sh"));
  assert.deepEqual(seats.map((seat) => seat.name), ["claude", "opencode", "opencode 2", "run.sh"]);
  assert.deepEqual(seats.map((seat) => seat.agent.name), ["claude", "opencode", "opencode", "plain"]);
});

Deno.test("seatProblems() refuses a second account of one provider, and nothing else", () => {
  assert.deepEqual(seatProblems(withAgents("claude", "codex", "opencode", "opencode", "a", "b")), []);
  const problems = seatProblems(withAgents("codex", "claude", "/usr/bin/codex"));
  assert.deepEqual(problems.map(({ key }) => key), ["agent.fallback.1.command"]);
  assert.match(problems[0]!.wanted, /second account/);
});
