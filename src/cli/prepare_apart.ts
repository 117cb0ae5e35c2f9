// Has a long-running verb's command line and configuration read by a process of its own, which then is gone.
import type { Config } from "../config/schema.ts";
import { OperatorError } from "../core/errors.ts";
import type { CommandLine } from "./arguments.ts";
import type { ParsedWords } from "./parse.ts";
import type { World } from "./world.ts";

/** The hidden verb by which that process is called. */
export const prepareVerb = "_prepare";

const timeoutMs = 30_000;

/** What that process answers with, as one JSON document on stdout. */
export type Prepared =
  | { readonly parsed: ParsedWords; readonly config: Config }
  | { readonly error: { readonly message: string; readonly fix: string; readonly exitCode: number } };

/**
 * Parsed words and configuration, or null where such a process cannot be had and all is to be read here.
 * Throws the `OperatorError` that the process met.
 */
export async function prepareApart(
  line: CommandLine,
  world: World,
): Promise<ParsedWords & { readonly config: Config } | null> {
  const call = [prepareVerb, "--config", line.configPath, line.verb!, ...line.words];
  const outcome = await world.processes.run({ argv: [...world.host.selfCommand, ...call], timeoutMs });
  if (outcome.kind !== "exited" || outcome.code !== 0) return null;
  const answer = parseAnswer(outcome.stdout);
  if (answer === null) return null;
  if ("error" in answer) throw new OperatorError(answer.error.message, answer.error);
  world.stderr.write(new TextDecoder().decode(outcome.stderr));
  return { ...answer.parsed, config: answer.config };
}

function parseAnswer(bytes: Uint8Array): Prepared | null {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as Prepared;
  } catch {
    return null;
  }
}
