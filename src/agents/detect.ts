// Tells which agent CLI a command line really runs, behind the wrappers people put in front of it.
import { baseName } from "../core/path.ts";
import { type AgentEntry, agents } from "./registry.ts";
import { behind, wrappers } from "./wrappers.ts";

/** Packages of the CLIs, as package runners take them, and the executable in each. */
const packages: Readonly<Record<string, string>> = {
  "@anthropic-ai/claude-code": "claude",
  "@github/copilot": "copilot",
  "@google/gemini-cli": "gemini",
  "@mariozechner/pi-coding-agent": "pi",
  "@moonshot-ai/kimi-code": "kimi",
  "@openai/codex": "codex",
  "@qwen-code/qwen-code": "qwen",
  "@sourcegraph/amp": "amp",
  "aider-chat": "aider",
  "kimi-cli": "kimi",
  "opencode-ai": "opencode",
};

/** The command without the wrappers in front of it: what is left begins with the program that does the work. */
export function unwrap(command: readonly string[]): readonly string[] {
  let rest = command;
  // Each turn takes at least one word away, so this ends.
  while (rest.length > 0) {
    const name = baseName(rest[0]!);
    const left = Object.hasOwn(wrappers, name) ? behind(wrappers[name]!, rest.slice(1)) : null;
    if (left === null) return rest;
    rest = left;
  }
  return rest;
}

/** `/usr/bin/name`, `@scope/name@1.2.3` as npx takes it, and a script in an installed package alike. */
function entryOf(word: string): AgentEntry | undefined {
  if (word === "") return undefined;
  const installed = /.*\/node_modules\/((?:@[^/]+\/)?[^/.][^/]*)\//.exec(word)?.[1];
  const plain = (installed ?? word).replace(/(?<=.)(?:@|==)[^/@]*$/, "");
  const binary = Object.hasOwn(packages, plain) ? packages[plain]! : baseName(plain);
  return agents.find((agent) => agent.binaries.includes(binary));
}

/**
 * The reader for a command. A reader named in the configuration wins; a program that has none, or a name that does
 * not exist, is read as a plain command.
 */
export function agentFor(command: readonly string[], reader: string | null): AgentEntry {
  const word = unwrap(command)[0] ?? "";
  const found = reader === null ? entryOf(word) : agents.find((agent) => agent.name === reader);
  return found ?? plainEntry();
}

function plainEntry(): AgentEntry {
  return agents.find((agent) => agent.name === "plain")!;
}
