// The short-lived side: parses a verb's words, loads the configuration, and answers on stdout.
import { exitCode, OperatorError } from "../core/errors.ts";
import type { CommandLine } from "./arguments.ts";
import { parseWords } from "./parse.ts";
import type { Prepared } from "./prepare_apart.ts";
import { openConfig } from "./project.ts";
import { verbs } from "./registry.ts";
import type { FlagSpecs, Grant, Verb } from "./verb.ts";
import type { World } from "./world.ts";

/** What it keeps of the program's permissions. */
export const prepareNeeds: readonly Grant[] = ["read", "env", "sys"];

/** @param line its words begin with the name of the verb that is to run */
export async function prepare(line: CommandLine, world: World): Promise<number> {
  world.stdout.write(JSON.stringify(await answer(line, world)));
  return exitCode.ok;
}

async function answer(line: CommandLine, world: World): Promise<Prepared> {
  const [name, ...words] = line.words;
  const entry = verbs.find((candidate) => candidate.name === name);
  try {
    if (!entry) throw new OperatorError(`There is no verb '${name}'`, { fix: "See 'agent-runner --help'" });
    const verb = (await entry.load()).default as unknown as Verb<FlagSpecs>;
    const parsed = await parseWords(verb, { words, write: () => {} });
    if (parsed === null) throw new OperatorError("Help is not prepared", { fix: "Ask the verb itself for --help" });
    return { parsed, config: openConfig(line, world) };
  } catch (thrown) {
    if (!(thrown instanceof OperatorError)) throw thrown;
    const { message, fix, exitCode } = thrown;
    return { error: { message, fix, exitCode } };
  }
}
