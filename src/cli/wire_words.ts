// The words of the hidden verbs that an agent-runner on another machine calls.
import { exitCode, OperatorError } from "../core/errors.ts";

/**
 * Each with a value: those that are `known`, and `--protocol`, which must be `protocol`. Throws `OperatorError` with
 * the code that says to another version: this one does not understand you.
 */
export function parseWireWords(
  verb: string,
  options: { readonly words: readonly string[]; readonly known: readonly string[]; readonly protocol: number },
): ReadonlyMap<string, string> {
  const { words, known, protocol } = options;
  const values = new Map<string, string>();
  for (let i = 0; i < words.length; i += 2) values.set(words[i]!, words[i + 1] ?? "");
  const isKnown = [...values.keys()].every((name) => name === "--protocol" || known.includes(name));
  if (!isKnown || (values.get("--protocol") ?? String(protocol)) !== String(protocol)) throw notUnderstood(verb, words);
  return values;
}

export function notUnderstood(verb: string, words: readonly string[]): OperatorError {
  return new OperatorError(`'${verb} ${words.join(" ")}' is not understood`, {
    fix: "It is meant for 'agent-runner monitor --host' on another machine; install the same version on both",
    exitCode: exitCode.usage,
  });
}
