// completions: prints the script by which a shell completes the program's verbs, flags and values.
import { agents } from "../../agents/registry.ts";
import { listPresets } from "../../config/presets.ts";
import { exitCode, usageError } from "../../core/errors.ts";
import { eventKinds } from "../../core/event.ts";
import { nearest } from "../../core/text.ts";
import type { VerbWords } from "../completions/words.ts";
import { defineVerb } from "../verb.ts";
import type { Verb } from "../verb.ts";
import type { World } from "../world.ts";

const shells = ["bash", "zsh", "fish"] as const;

export default defineVerb({
  name: "completions",
  summary: "Print the script that completes agent-runner in a shell",
  flags: {},
  positional: { placeholder: "bash|zsh|fish", brief: "the shell", max: 1, values: shells },
  needs: ["read"],
  examples: [
    "agent-runner completions bash >~/.local/share/bash-completion/completions/agent-runner",
    "agent-runner completions zsh >~/.zfunc/_agent-runner",
    "agent-runner completions fish >~/.config/fish/completions/agent-runner.fish",
  ],
  async run({ positional: [shell] }, world) {
    const write = await writerOf(shell);
    world.stdout.write(write(await words(world)));
    return exitCode.ok;
  },
});

async function writerOf(shell: string | undefined): Promise<(verbs: readonly VerbWords[]) => string> {
  switch (shell) {
    case "bash":
      return (await import("../completions/bash.ts")).bashScript;
    case "zsh":
      return (await import("../completions/zsh.ts")).zshScript;
    case "fish":
      return (await import("../completions/fish.ts")).fishScript;
    case undefined:
      throw usageError("No shell is named", "Write agent-runner completions bash, zsh or fish");
    default: {
      const meant = nearest(shell, shells);
      const fix = meant
        ? `Did you mean 'agent-runner completions ${meant}'?`
        : "There are scripts for bash, zsh and fish";
      throw usageError(`There is no completion for '${shell}'`, fix);
    }
  }
}

async function words(world: World): Promise<readonly VerbWords[]> {
  const { completionWords } = await import("../completions/words.ts");
  // Asked for here: the list of verbs names this file, too.
  const { verbs } = await import("../registry.ts");
  const loaded = await Promise.all(verbs.map(async ({ load }) => (await load()).default as unknown as Verb));
  return completionWords(loaded, {
    eventKinds: Object.keys(eventKinds),
    presets: listPresets(world),
    readers: agents.map(({ name }) => name),
  });
}
