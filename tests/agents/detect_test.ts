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

Deno.test("agentFor() sees each CLI under its own name and the name of its package", () => {
  const known: Readonly<Record<string, readonly string[]>> = {
    aider: ["aider --yes-always", "uvx aider-chat", "uvx --from aider-chat aider", "uvx --python 3.12 aider-chat@0.86"],
    amp: ["amp -x", "npx -y @sourcegraph/amp", "pnpm dlx @sourcegraph/amp@latest -x"],
    claude: ["claude -p", "npx @anthropic-ai/claude-code", "bunx @anthropic-ai/claude-code@2.1.0 -p"],
    codewhale: ["codewhale", "timeout 3h /opt/codewhale exec"],
    codex: [
      "codex exec --json",
      "npx @openai/codex exec",
      "yarn dlx @openai/codex@0.169.0 exec",
      "bun x @openai/codex",
    ],
    copilot: ["copilot -p x", "npx --yes @github/copilot@1.0.102 -p x"],
    cursor: ["cursor-agent -p", "env CURSOR_API_KEY=k cursor-agent"],
    gemini: ["gemini -p x", "npx @google/gemini-cli@0.61.0", "npm exec -- @google/gemini-cli -p"],
    kimi: ["kimi -p x", "uv tool run kimi-cli", "npx @moonshot-ai/kimi-code"],
    opencode: ["opencode run x", "npx opencode-ai@latest run", "pnpm --silent dlx opencode-ai run"],
    pi: ["pi -p", "npx -y @mariozechner/pi-coding-agent -p"],
    qwen: ["qwen -p x", "npx @qwen-code/qwen-code@0.24.4", "pnpm exec qwen"],
  };
  assert.deepEqual(Object.keys(known), agents.map(({ name }) => name).filter((name) => name !== "plain"));
  for (const [name, lines] of Object.entries(known)) {
    for (const line of lines) assert.equal(agentFor(line.split(" "), null).name, name, line);
  }
});

Deno.test("every registered executable is recognised behind every wrapper", () => {
  const wrapped: readonly string[] = [
    "/usr/bin/NAME",
    "env A=1 B=2 NAME",
    "nice -n 5 NAME",
    "bwrap --bind /home/NAME /home/NAME --setenv A NAME --unshare-all --chdir /home/NAME NAME",
    "bwrap --ro-bind / / --die-with-parent -- NAME",
    "timeout --kill-after=5 -s KILL 3h NAME",
    "systemd-run --user --scope -p MemoryMax=4G --unit NAME-1 --nice=5 -- NAME",
    "systemd-run --user --wait --pipe --working-directory /srv/x NAME",
    "npx --yes --package=@some/package NAME",
    "bunx --bun NAME@1.2.3",
    "pnpm dlx NAME@^1.0",
    "pnpm --package=x dlx NAME",
    "npm exec --yes -- NAME",
    "npm x NAME",
    "yarn dlx -p x NAME",
    "bun x NAME",
    "uvx NAME@latest",
    "uvx --with httpx --from x NAME",
    "uv tool run --python 3.12 NAME",
    "uv run --with x NAME",
    "pipx run --spec x NAME",
    "python3 -X utf8 -m NAME",
    "node --import ./x.js /usr/lib/node_modules/NAME/cli.js",
    "/home/me/project/node_modules/.bin/NAME",
    "doas -u bob NAME",
    "sudo -E -u bob A=1 NAME",
    "firejail --net=none NAME",
    "unbuffer NAME",
    "xvfb-run -a -s -screen NAME",
    "systemd-inhibit --what=sleep NAME",
    "systemd-inhibit --why agent nice timeout 1h env -u X npx -y NAME",
  ];
  for (const { name, binaries } of agents) {
    for (const binary of binaries) {
      for (const line of wrapped) {
        const words = [...line.replaceAll("NAME", binary).split(" "), "-p", "words"];
        assert.equal(agentFor(words, null).name, name, words.join(" "));
        // What is left is an end of the command, so that words can be put into its right place.
        const left = unwrap(words);
        assert.deepEqual(left, words.slice(words.length - left.length));
        assert.deepEqual(left.slice(1), ["-p", "words"], words.join(" "));
      }
    }
  }
});

Deno.test("agentFor() does not look into containers, other machines and shells", () => {
  for (
    const line of [
      "docker run --rm -it image claude -p",
      "podman run image codex exec",
      "ssh host claude -p",
      "kubectl exec pod -- claude",
      "sh -c claude",
      "bash -lc codex",
      "npm install claude",
      "npm run claude",
      "pnpm add -g @openai/codex",
      "uv pip install aider-chat",
      "uv tool install aider-chat",
      "python3 claude.py",
      "python3 -c codex",
      "node ./claude.js",
      "npx -c claude",
      "bun run claude",
      "bwrap --bind /home/claude /home/claude sh",
      "systemd-run -u claude sh",
      "@openai/codex-helper",
      "npx @evil/openai",
    ]
  ) assert.equal(agentFor(line.split(" "), null).name, "plain", line);
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
    "bwrap",
    "--bind",
    "pnpm",
    "dlx",
    "python",
    "-m",
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
