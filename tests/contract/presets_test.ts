// Every preset starts its agent the way that agent is known to work unattended.
import assert from "node:assert/strict";
import { loadConfig } from "../../src/config/load.ts";
import { renderPreset } from "../../src/config/presets.ts";
import { type Config, READER_NAMES, SCHEMA_URL } from "../../src/config/schema.ts";
import { memoryFiles } from "../fakes/memory_files.ts";

interface Known {
  readonly argv: readonly string[];
  readonly delivery: Config["agent"]["promptDelivery"];
  /** The flag that lets it use its tools with nobody there. */
  readonly unattended: string | null;
}

const known: Readonly<Record<string, Known>> = {
  claude: {
    argv: ["claude", "-p", "--output-format", "stream-json", "--verbose", "--permission-mode", "bypassPermissions"],
    delivery: "stdin",
    unattended: "bypassPermissions",
  },
  codex: {
    argv: ["codex", "exec", "--json", "--dangerously-bypass-approvals-and-sandbox", "-"],
    delivery: "stdin",
    unattended: "--dangerously-bypass-approvals-and-sandbox",
  },
  gemini: {
    argv: ["gemini", "-o", "stream-json", "--approval-mode=yolo", "--skip-trust"],
    delivery: "stdin",
    unattended: "--approval-mode=yolo",
  },
  opencode: { argv: ["opencode", "run", "--format", "json", "--auto"], delivery: "stdin", unattended: "--auto" },
  aider: {
    argv: [
      "aider",
      "--yes-always",
      "--no-stream",
      "--no-pretty",
      "--no-check-update",
      "--analytics-disable",
      "--no-suggest-shell-commands",
      "--no-detect-urls",
      "--message",
      "{prompt}",
    ],
    delivery: "argv",
    unattended: "--yes-always",
  },
  qwen: { argv: ["qwen", "--output-format", "stream-json", "--yolo"], delivery: "stdin", unattended: "--yolo" },
  kimi: { argv: ["kimi", "--output-format", "stream-json", "-p", "{prompt}"], delivery: "argv", unattended: "-p" },
  pi: { argv: ["pi", "-p", "--mode", "json"], delivery: "stdin", unattended: "-p" },
  codewhale: {
    argv: ["codewhale", "exec", "--auto", "--output-format", "stream-json", "{prompt}"],
    delivery: "argv",
    unattended: "--auto",
  },
  copilot: {
    argv: ["copilot", "--allow-all", "--no-ask-user", "--output-format", "json", "--no-color"],
    delivery: "stdin",
    unattended: "--allow-all",
  },
  cursor: {
    argv: ["cursor-agent", "-p", "--output-format", "stream-json", "--force", "{prompt}"],
    delivery: "argv",
    unattended: "--force",
  },
  amp: {
    argv: ["amp", "--dangerously-allow-all", "--stream-json", "-x", "{prompt}"],
    delivery: "argv",
    unattended: "--dangerously-allow-all",
  },
  custom: { argv: ["./scripts/nightly.sh"], delivery: "none", unattended: null },
};

const folder = new URL("../../presets/", import.meta.url);
/** The table of prices stands beside the presets, but configures no agent. */
const files = [...Deno.readDirSync(folder)].map((entry) => entry.name).filter((name) => !name.startsWith("prices."));
const names = files.map((name) => name.replace(/\.toml$/, "")).sort();

function textOf(name: string): string {
  return renderPreset(Deno.readTextFileSync(new URL(`${name}.toml`, folder)), { project: "shop" });
}

function load(name: string): Config {
  const loaded = loadConfig("/home/me/shop/agent-runner.toml", {
    files: memoryFiles({ "/home/me/shop/agent-runner.toml": textOf(name) }),
    homeDir: "/home/me",
    currentDir: "/",
    knownReaders: READER_NAMES,
  });
  assert.deepEqual(loaded.kind === "ok" ? loaded.warnings : loaded.problems, []);
  assert.equal(loaded.kind, "ok");
  return (loaded as typeof loaded & { kind: "ok" }).config;
}

Deno.test("there is a preset for every agent of the list, and no other", () => {
  assert.deepEqual(names, Object.keys(known).sort());
});

for (const name of names) {
  Deno.test(`preset ${name} loads without problems or warnings`, () => {
    const config = load(name);
    assert.equal(config.runtime.logDir, "/home/me/.agent-runner/shop/logs");
    assert.equal(config.runtime.workDir, "/home/me/shop");
    assert.deepEqual(config.prompt.files, name === "custom" ? [] : ["/home/me/shop/prompts/main.md"]);
  });

  Deno.test(`preset ${name} starts the agent as it is known to work with nobody there`, () => {
    const { agent } = load(name);
    const expected = known[name]!;
    const argv = [...agent.command, ...agent.promptArgTemplate];
    assert.deepEqual(argv, expected.argv);
    assert.equal(agent.promptDelivery, expected.delivery);
    assert.equal(argv.some((word) => word.includes("{prompt}")), agent.promptDelivery === "argv");
    if (expected.unattended !== null) assert.ok(argv.includes(expected.unattended));
    if (agent.resumeArgTemplate.length > 0) assert.ok(agent.resumeArgTemplate.join(" ").includes("{session_id}"));
  });

  Deno.test(`preset ${name} names the schema on its first line and says what its flags do`, () => {
    const text = textOf(name);
    assert.equal(text.split("\n")[0], `#:schema ${SCHEMA_URL}`);
    assert.ok(!/\{(project|schema)\}/.test(text));
    const command = text.slice(text.indexOf("command = ["), text.indexOf("]\n", text.indexOf("command = [")));
    if (name !== "custom") assert.match(command, / # \w/);
    assert.ok(text.split("\n").every((line) => line.length <= 120), "a line is too long");
  });
}

Deno.test("presets end what lingers for agents whose last record can be told", () => {
  const lingers = names.filter((name) => load(name).runtime.lingerSeconds === 0);
  assert.deepEqual(lingers, ["aider", "codewhale", "custom"]);
});

Deno.test("preset claude does not take its own shell helper for work still going on", () => {
  const [pattern = "$^"] = load("claude").runtime.graceKillIgnorePatterns;
  assert.ok(new RegExp(pattern).test("/bin/bash -c source /home/me/.claude/shell-snapshots/snapshot-bash-17-ab.sh"));
  assert.ok(!new RegExp(pattern).test("/bin/bash -c npm test"));
});
