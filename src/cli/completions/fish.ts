// The completion script for fish.
import { globalFlags, versionFlag } from "./words.ts";
import type { FlagWords, VerbWords } from "./words.ts";

/** The whole script, for a file in fish's folder of completions. */
export function fishScript(verbs: readonly VerbWords[]): string {
  return `# Completes agent-runner in fish. Written by: agent-runner completions fish
# The words before the cursor that are no flags: the verb comes first.
function __agent_runner_words
    set -l skips 0
    for word in (commandline -opc)[2..-1]
        if test $skips -eq 1
            set skips 0
        else if test "$word" = --config
            set skips 1
        else if not string match -q -- '-*' $word
            echo $word
        end
    end
end
function __agent_runner_has_no_verb
    test -z "$(__agent_runner_words)"
end
function __agent_runner_is
    set -l words (__agent_runner_words)
    test (count $words) -gt 0; and test "$words[1]" = $argv[1]
end
function __agent_runner_first_word_of
    set -l words (__agent_runner_words)
    test (count $words) -eq 1; and test "$words[1]" = $argv[1]
end
complete -c agent-runner -e
complete -c agent-runner -f
${[...globalFlags, versionFlag].map((flag) => spell(flag, null)).join("\n")}
${verbs.map(({ name, summary }) => line("__agent_runner_has_no_verb", `-a ${name} -d ${quote(summary)}`)).join("\n")}
${verbs.flatMap(linesOf).join("\n")}
`;
}

function linesOf({ name, flags, firstWords }: VerbWords): readonly string[] {
  const first = firstWords.length === 0
    ? []
    : [line(`__agent_runner_first_word_of ${name}`, `-a ${quote(firstWords.join(" "))}`)];
  return [...first, ...flags.map((flag) => spell(flag, name))];
}

function spell({ name, brief, value }: FlagWords, verb: string | null): string {
  const words = `-l ${name}${takes(value)} -d ${quote(brief)}`;
  if (verb !== null) return line(`__agent_runner_is ${verb}`, words);
  return name === versionFlag.name ? line("__agent_runner_has_no_verb", words) : `complete -c agent-runner ${words}`;
}

function takes(value: FlagWords["value"]): string {
  switch (value.kind) {
    case "none":
      return "";
    case "free":
      return " -x";
    case "paths":
      return " -r -F";
    case "words":
      return value.isList
        ? ` -x -a ${quote(`(__fish_append , ${value.words.join(" ")})`)}`
        : ` -x -a ${quote(value.words.join(" "))}`;
    default:
      return value satisfies never;
  }
}

function line(condition: string, words: string): string {
  return `complete -c agent-runner -n ${quote(condition)} ${words}`;
}

function quote(text: string): string {
  return `'${text.replaceAll(/[\\']/g, "\\$&")}'`;
}
