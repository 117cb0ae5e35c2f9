// The completion script for bash; it runs under the old one of macOS, and needs no package of completions.
import { globalFlags, versionFlag } from "./words.ts";
import type { FlagWords, VerbWords } from "./words.ts";

/** The whole script, to be sourced. */
export function bashScript(verbs: readonly VerbWords[]): string {
  const names = verbs.map(({ name }) => name).join(" ");
  return `# Completes agent-runner in bash. Written by: agent-runner completions bash
_agent_runner() {
  local verb= first= flag= cur=\${COMP_WORDS[COMP_CWORD]} i=1
  local values= flags= words= kind= prefix=
  COMPREPLY=()
  # Bash takes "--flag=value" for three words.
  while [ "$i" -lt "$COMP_CWORD" ]; do
    case "\${COMP_WORDS[i]}" in
      -*)
        _agent_runner_value "$verb \${COMP_WORDS[i]}"
        if [ -n "$kind" ]; then i=$((i + 1)); fi
        if [ "\${COMP_WORDS[i]}" = "=" ] && [ "$i" -lt "$COMP_CWORD" ]; then i=$((i + 1)); fi ;;
      *)
        if [ -z "$verb" ]; then verb=\${COMP_WORDS[i]}
        elif [ -z "$first" ]; then first=\${COMP_WORDS[i]}; fi ;;
    esac
    i=$((i + 1))
  done
  if [ "$cur" = "=" ]; then flag=\${COMP_WORDS[COMP_CWORD-1]} cur=
  elif [ "\${COMP_WORDS[COMP_CWORD-1]}" = "=" ]; then flag=\${COMP_WORDS[COMP_CWORD-2]}
  else flag=\${COMP_WORDS[COMP_CWORD-1]}; fi
  case "$verb" in
    "") flags=${quote(spellFlags([...globalFlags, versionFlag]))} words=${quote(names)} ;;
${verbs.map(verbCase).join("\n")}
    *) return ;;
  esac
  _agent_runner_value "$verb $flag"
  case "$kind" in
    paths) _agent_runner_paths "$cur"; return ;;
    free) return ;;
    list)
      case "$cur" in *,*) prefix="\${cur%,*}," cur="\${cur##*,}" ;; esac
      COMPREPLY=($(compgen -P "$prefix" -W "$values" -- "$cur")); return ;;
    words) COMPREPLY=($(compgen -W "$values" -- "$cur")); return ;;
  esac
  case "$cur" in
    -*) COMPREPLY=($(compgen -W "$flags" -- "$cur")) ;;
    *) if [ -z "$first" ]; then COMPREPLY=($(compgen -W "$words" -- "$cur")); fi ;;
  esac
}
# What a flag takes, into the caller's "kind" and "values"; "kind" stays empty for a flag without a value.
_agent_runner_value() {
  kind= values=
  case "$1" in
    *" --config") kind=paths ;;
${verbs.flatMap(valueCases).join("\n")}
  esac
}
_agent_runner_paths() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen -f -- "$1"))
  if type compopt >/dev/null 2>&1; then compopt -o filenames 2>/dev/null; fi
}
complete -F _agent_runner agent-runner
`;
}

function verbCase({ name, flags, firstWords }: VerbWords): string {
  const words = firstWords.length > 0 ? ` words=${quote(firstWords.join(" "))}` : "";
  return `    ${name}) flags=${quote(spellFlags([...flags, ...globalFlags]))}${words} ;;`;
}

function valueCases({ name, flags }: VerbWords): readonly string[] {
  return flags.flatMap(({ name: flag, value }) => {
    const label = `    "${name} --${flag}")`;
    if (value.kind === "none") return [];
    if (value.kind !== "words") return [`${label} kind=${value.kind} ;;`];
    return [`${label} kind=${value.isList ? "list" : "words"} values=${quote(value.words.join(" "))} ;;`];
  });
}

function spellFlags(flags: readonly FlagWords[]): string {
  return flags.map(({ name }) => `--${name}`).join(" ");
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
