// Asks real shells what they would complete, with the script that the verb prints.
import assert from "node:assert/strict";
import completions from "../../../src/cli/verbs/completions.ts";
import { shellQuote } from "../../../src/core/text.ts";
import { runProgram } from "../../../scripts/toolchain.ts";
import { filesBelow, readText } from "../../../scripts/tree.ts";
import { stage } from "../stage.ts";
import { memoryFiles } from "../../fakes/memory_files.ts";

export type Shell = "bash" | "zsh" | "fish";

const presets = Object.fromEntries(filesBelow("presets", ".toml").map((path) => [path, readText(path) ?? ""]));

/** What `agent-runner completions SHELL` prints. */
export async function scriptOf(shell: string): Promise<string> {
  const { world, out } = stage({ files: memoryFiles(), workDir: "/home/me", presets });
  const args = { flags: {}, positional: [shell], configPath: "agent-runner.toml", isJson: false };
  assert.equal(await completions.run(args, world), 0);
  return out();
}

/** Whether this machine has the shell. */
export async function hasShell(shell: Shell): Promise<boolean> {
  try {
    return (await runProgram([shell, "-c", "exit 0"], { limitSeconds: 20 })).code === 0;
  } catch {
    return false;
  }
}

/** Completes each line in a folder that holds `other.toml` and `more/`; gives what is offered, sorted. */
export type Complete = (lines: readonly string[]) => Promise<Readonly<Record<string, readonly string[]>>>;

/** Runs `body` with the completion of one shell. */
export async function inShell(shell: Shell, body: (complete: Complete) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "completions-" });
  try {
    await Deno.mkdir(`${folder}/here/more`, { recursive: true });
    await Deno.writeTextFile(`${folder}/here/other.toml`, "");
    await Deno.writeTextFile(`${folder}/script`, await scriptOf(shell));
    await body(async (lines) => {
      await Deno.writeTextFile(`${folder}/ask`, askers[shell](lines, folder));
      const run = { bash: ["bash", "--norc"], zsh: ["zsh", "-f"], fish: ["fish", "--no-config"] }[shell];
      const outcome = await runProgram([...run, `${folder}/ask`], {
        cwd: `${folder}/here`,
        env: { HOME: folder, PATH: Deno.env.get("PATH") ?? "", TERM: "dumb", LC_ALL: "C" },
        limitSeconds: 60,
      });
      assert.equal(outcome.stderr, "", outcome.stderr);
      const offers: Record<string, string[]> = Object.fromEntries(lines.map((line) => [line, []]));
      for (const row of outcome.stdout.split("\n")) {
        const [line, offer] = row.split("\t");
        if (line !== undefined && offer !== undefined && offer !== "") offers[line]!.push(offer.trim());
      }
      return Object.fromEntries(Object.entries(offers).map(([line, found]) => [line, [...new Set(found)].sort()]));
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The program of a shell that writes `LINE<tab>OFFER` for every offer to every line. */
const askers: Readonly<Record<Shell, (lines: readonly string[], folder: string) => string>> = {
  bash: (lines, folder) =>
    `. ${folder}/script\n${
      lines.map((line) => {
        // Bash itself takes "=" for a word of its own.
        const words = line.replaceAll("=", " = ").split(/\s+/);
        const asked = words.map(shellQuote).join(" ");
        return `COMP_WORDS=(${asked}); COMP_CWORD=${words.length - 1}; _agent_runner 2>&1
for offer in "\${COMPREPLY[@]}"; do printf '%s\\t%s\\n' ${shellQuote(line)} "$offer"; done`;
      }).join("\n")
    }\n`,
  fish: (lines, folder) =>
    `source ${folder}/script\n${
      lines.map((line) =>
        `for offer in (complete -C ${shellQuote(line)}); printf '%s\\t%s\\n' ${shellQuote(line)} $offer; end`
      ).join("\n")
    }\n`,
  zsh: (lines, folder) =>
    `zmodload zsh/zpty
print -r -- ${shellQuote(zshInside(folder))} >${folder}/inside
for line in ${lines.map(shellQuote).join(" ")}; do
  print -r -- "$line" >${folder}/line
  : >${folder}/offers
  zpty inner "ZDOTDIR=${folder} zsh -f -i"
  zpty -w inner "source ${folder}/inside"
  zpty -r inner seen '*READY*'
  zpty -w -n inner "$line"$'\\t'
  zpty -r inner seen '*COMPLETED*'
  zpty -d inner
  while IFS= read -r offer; do printf '%s\\t%s\\n' "$line" "$offer"; done <${folder}/offers
done
`,
};

/** Set up in the terminal that zsh completes in: every offer goes into a file. */
function zshInside(folder: string): string {
  return `PS1= PROMPT_EOL_MARK=
autoload -Uz compinit && compinit -u -d ${folder}/dump
. ${folder}/script
unsetopt automenu
compadd() {
  local -a found
  local word
  for word in "$@"; do
    if [[ $word == -[AOD] ]]; then builtin compadd "$@"; return; fi
    if [[ $word == -- || $word == - ]]; then break; fi
  done
  builtin compadd -A found "$@"
  print -rl -- $found >>${folder}/offers
  builtin compadd "$@"
}
complete_and_tell() { zle complete-word; print -n COMP; print LETED }
zle -N complete_and_tell
bindkey '^I' complete_and_tell
print -n REA; print DY`;
}
