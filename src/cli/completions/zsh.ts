// The completion script for zsh: sourced, or put into a folder of $fpath as _agent-runner.
import { globalFlags, versionFlag } from "./words.ts";
import type { FlagWords, Value, VerbWords } from "./words.ts";

/** The whole script. */
export function zshScript(verbs: readonly VerbWords[]): string {
  return `#compdef agent-runner
# Completes agent-runner in zsh. Written by: agent-runner completions zsh
_agent_runner() {
  local curcontext="$curcontext" state line
  local -a verbs
  typeset -A opt_args
  verbs=(
${verbs.map(({ name, summary }) => `    ${quote(`${name.replaceAll(":", "\\:")}:${summary}`)}`).join("\n")}
  )
  _arguments -C \\
${[...globalFlags, versionFlag].map(argument).join("")}    '1: :->verb' '*:: :->rest' && return
  case "$state" in
    verb) _describe -t verbs verb verbs ;;
    rest)
      case "$words[1]" in
${verbs.map(verbCase).join("\n")}
      esac ;;
  esac
}
if [ "$funcstack[1]" = _agent_runner ] || [ "$funcstack[1]" = _agent-runner ]; then
  _agent_runner "$@"
else
  compdef _agent_runner agent-runner
fi
`;
}

function verbCase({ name, flags, firstWords }: VerbWords): string {
  const words = firstWords.length > 0 ? ` \\\n          ${quote(`1:what:(${firstWords.join(" ")})`)}` : "";
  const spelled = [...flags, ...globalFlags].map((flag) => ` \\\n          ${spell(flag)}`).join("");
  return `        ${name}) _arguments${spelled}${words} ;;`;
}

function argument(flag: FlagWords): string {
  return `    ${spell(flag)} \\\n`;
}

function spell({ name, brief, value, isRepeatable }: FlagWords): string {
  const equals = value.kind === "none" ? "" : "=";
  const escaped = brief.replaceAll(/[\\\[\]:]/g, "\\$&");
  return quote(`${isRepeatable ? "*" : ""}--${name}${equals}[${escaped}]${action(value)}`);
}

function action(value: Value): string {
  switch (value.kind) {
    case "none":
      return "";
    case "free":
      return `:${message(value.placeholder)}: `;
    case "paths":
      return `:${message(value.placeholder)}:_files`;
    case "words": {
      const words = value.words.join(" ");
      return `:${message(value.placeholder)}:${value.isList ? `_values -s , kind ${words}` : `(${words})`}`;
    }
    default:
      return value satisfies never;
  }
}

function message(placeholder: string): string {
  return placeholder.replaceAll(/[\\:]/g, "\\$&");
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
