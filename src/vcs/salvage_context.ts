// What an agent is told of work that earlier rounds left: what it is, why it is there, and commands that work.
import { clip, shellQuote, visible } from "../core/text.ts";
import type { SalvageEntry } from "../store/salvage_entries.ts";

const filesNamed = 20;
const longestName = 200;

/**
 * One object for each salvage, for `round-context.json`. `command`: the words that start this program with its
 * configuration, quoted for a shell, such as `agent-runner --config '/home/me/shop/agent-runner.toml'`.
 */
export function salvageContext(
  salvages: readonly (SalvageEntry & { readonly sha: string })[],
  { command }: { readonly command: string },
): readonly Readonly<Record<string, unknown>>[] {
  return salvages.map(({ sha, round, phase, at, count, files, why }) => ({
    round,
    ...(phase === null ? {} : { phase }),
    sha,
    saved_at: at,
    why,
    count,
    files: files.slice(0, filesNamed).map((name) => clip(visible(name), longestName)),
    look: lookCommand(sha),
    restore: `${command} salvage restore ${sha}`,
    ...(spellable(files) === null ? {} : {
      one_file: `${command} salvage restore ${sha} --path ${shellQuote(spellable(files)!)}`,
    }),
  }));
}

/** The first name that a command can carry byte by byte. */
function spellable(files: readonly string[]): string | null {
  return files.find((name) => !name.includes("\ufffd") && !name.startsWith("-")) ?? null;
}

/** Shows what a salvage changes; plain `git show` would hide most of one that has a second parent. */
export function lookCommand(sha: string): string {
  return `git show -m --first-parent ${sha}`;
}
