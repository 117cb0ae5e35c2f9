// The agent CLIs that are tried for real.
import { claude } from "./claude_cli.ts";
import { codex } from "./codex_cli.ts";
import { gemini } from "./gemini_cli.ts";
import { opencode } from "./opencode_cli.ts";
import type { RealCli } from "./real_cli.ts";

export const clis: readonly RealCli[] = [claude, codex, gemini, opencode];

/** @throws for an unknown name */
export function cliNamed(name: string): RealCli {
  const found = clis.find((cli) => cli.name === name);
  if (found === undefined) throw new Error(`no CLI is named '${name}'`);
  return found;
}
