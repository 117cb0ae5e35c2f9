// Sorts the command line into verb, global flags and the verb's own words; global flags may stand anywhere.
import { exitCode, OperatorError } from "../core/errors.ts";

export const defaultConfigPath = "./agent-runner.toml";

export interface CommandLine {
  /** First word that is no flag; null when there is none. */
  readonly verb: string | null;
  /** What is left for the verb. */
  readonly words: readonly string[];
  readonly configPath: string;
  /** Every one that was given, in their order; the last one is `configPath`. */
  readonly configPaths: readonly string[];
  readonly isJson: boolean;
  readonly wantsVersion: boolean;
  readonly wantsHelp: boolean;
}

/** @param words the program's arguments, without its name */
export function splitCommandLine(words: readonly string[]): CommandLine {
  const line = { isJson: false, wantsVersion: false, wantsHelp: false };
  const configPaths: string[] = [];
  const rest: string[] = [];
  let verb: string | null = null;
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (word === "--") {
      rest.push(...words.slice(i));
      break;
    } else if (word === "--json") line.isJson = true;
    else if (word === "--config") configPaths.push(valueAfter(words, i++));
    else if (word.startsWith("--config=")) configPaths.push(word.slice("--config=".length));
    else if (verb === null && (word === "--version" || word === "-V")) line.wantsVersion = true;
    else if (word === "--help" || word === "-h") line.wantsHelp = true;
    else if (verb === null && !word.startsWith("-")) verb = word;
    else rest.push(word);
  }
  if (configPaths.includes("")) throw missingValue();
  return { verb, words: rest, configPath: configPaths.at(-1) ?? defaultConfigPath, configPaths, ...line };
}

function valueAfter(words: readonly string[], index: number): string {
  const value = words[index + 1];
  if (value === undefined || value.startsWith("--")) throw missingValue();
  return value;
}

function missingValue(): OperatorError {
  return new OperatorError("'--config' lacks its value", {
    fix: "Give the path of the configuration file, e.g. '--config ./agent-runner.toml'",
    exitCode: exitCode.usage,
  });
}
