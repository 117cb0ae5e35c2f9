// Proves that the agent CLI is recognised behind what people put in front of it.
import assert from "node:assert/strict";
import fc from "fast-check";
import { agentFor, unwrap } from "../../src/agents/detect.ts";
import { agents } from "../../src/agents/registry.ts";

Deno.test("agentFor() sees Claude Code behind wrappers", () => {
  for (
    const line of [
      "claude -p",
      "/opt/bin/claude",
      "npx claude",
      "npx -y @anthropic-ai/claude-code@2.1.0 -p",
      "npx --yes -p @anthropic-ai/claude-code claude -p",
      "env claude",
      "env -i A=1 PATH=/bin claude -p",
      "env -u HOME -- A=1 claude",
      "bwrap --ro-bind / / --dev /dev -- claude -p",
      "bwrap --ro-bind / / claude -p",
      "nice claude",
      "nice -n 10 claude",
      "nice -10 /usr/bin/claude",
      "nice --adjustment=5 claude",
      "timeout 30m claude",
      "timeout -k 5 --foreground -s INT 30 claude",
      "stdbuf -oL claude",
      "stdbuf -o L claude",
      "sudo -u bob claude",
      "sudo -E -u bob -- A=1 claude",
      "nohup claude",
      "setsid -w claude",
      "ionice -c 3 nice -n 19 timeout 5 env A=1 npx claude",
    ]
  ) assert.equal(agentFor(line.split(" "), null).name, "claude", line);
});

Deno.test("agentFor() reads anything else as a plain command", () => {
  for (
    const line of [
      "my-claude",
      "claude.sh",
      "env A=claude sh",
      "env",
      "npx",
      "sudo -u claude whoami",
      "timeout claude",
      "bwrap --ro-bind /x /claude-data sh",
      "sh -c claude",
      "constructor",
      "",
    ]
  ) assert.equal(agentFor(line.split(" "), null).name, "plain", line);
  assert.equal(agentFor([], null).name, "plain");
});

Deno.test("agentFor() obeys the reader named in the configuration", () => {
  assert.equal(agentFor(["./run.sh"], "claude").name, "claude");
  assert.equal(agentFor(["claude"], "plain").name, "plain");
  assert.equal(agentFor(["claude"], "no-such-reader").name, "plain");
});

Deno.test("unwrap() leaves the program that does the work first", () => {
  assert.deepEqual(unwrap(["timeout", "-k", "5", "30", "claude", "-p"]), ["claude", "-p"]);
  assert.deepEqual(unwrap(["nice", "-n"]), []);
});

Deno.test("agentFor() ends with an answer for any words", () => {
  const word = fc.constantFrom(
    "env",
    "nice",
    "-n",
    "--",
    "A=1",
    "npx",
    "timeout",
    "bwrap",
    "claude",
    "-u",
    "",
    "sudo",
    "__proto__",
  );
  fc.assert(fc.property(fc.array(word), (words) => {
    assert.ok(["claude", "plain"].includes(agentFor(words, null).name));
  }));
});

Deno.test("every registered reader loads under its own name", async () => {
  for (const entry of agents) {
    const agent = await entry.load();
    assert.equal(agent.name, entry.name);
    assert.deepEqual(agent.binaries, entry.binaries);
    const reader = agent.createReader();
    assert.equal(reader.name, entry.name);
    assert.equal(reader.observe().hasTerminalRecord, false);
    assert.equal(reader.lastLines(), "");
  }
});
