// What opencode's command line tells of a run that its stream does not.
import { textOf } from "./record.ts";

const longestModel = 200;

/** Whether the run prints records: without this flag it prints its answer as text. */
export function printsRecords(command: readonly string[]): boolean {
  return command.some((word, at) => word === "--format=json" || word === "--format" && command[at + 1] === "json");
}

/** The model that the command line asks for, as `provider/model`; null when it names none. */
export function modelIn(command: readonly string[]): string | null {
  const words = command.includes("--") ? command.slice(0, command.indexOf("--")) : command;
  const at = words.findLastIndex((word) => word === "-m" || word === "--model");
  const joined = words.findLast((word) => word.startsWith("--model="))?.slice("--model=".length);
  return textOf(joined ?? (at < 0 ? undefined : words[at + 1]))?.slice(0, longestModel) ?? null;
}
