// From the command line to an exit code: finds the verb, parses its words, runs it, tells its errors.
import { exitCode, OperatorError } from "../core/errors.ts";
import { serviceIdentity } from "../core/service.ts";
import { nearest } from "../core/text.ts";
import { splitCommandLine } from "./arguments.ts";
import type { CommandLine } from "./arguments.ts";
import { prepareApart, prepareVerb } from "./prepare_apart.ts";
import { spellJson, visibleLines } from "./print.ts";
import { verbs } from "./registry.ts";
import type { FlagSpecs, Grant, Verb } from "./verb.ts";
import type { World } from "./world.ts";

/** Gives up every permission that is not in the list, for good. */
export type Confine = (needs: readonly Grant[]) => void;

/** Verbs that run for days: what is only needed to begin must not stay in their memory. */
const longLived = ["serve"];

/** Verbs that a service manager runs. */
const keptVerbs = ["serve", "monitor"];

/** The hidden verbs that `monitor --host` calls on the far machine. */
const feedVerb = "_feed";
const detailsVerb = "_details";

/** @returns the exit code. Only a bug throws. */
export async function runApp(words: readonly string[], world: World, confine: Confine): Promise<number> {
  let isJson = words.includes("--json");
  let verb: string | null = null;
  try {
    const line = splitCommandLine(words);
    ({ isJson, verb } = line);
    if (line.wantsVersion) {
      world.stdout.write(`agent-runner ${world.version}\n`);
      return exitCode.ok;
    }
    if (line.verb === prepareVerb) return await runPrepare(line, world, confine);
    if (line.verb === feedVerb) return await runFeedOut(line, world, confine);
    if (line.verb === detailsVerb) return await runDetailsOut(line, world, confine);
    if (line.verb === null && line.words.length > 0) throw unknownFlag(line.words[0]!);
    if (line.verb === null) return await showVerbs(line, world);
    if (line.verb === "help") return await runApp([...line.words, "--help"], world, confine);
    return await runVerb(line, world, confine);
  } catch (thrown) {
    if (!(thrown instanceof OperatorError)) throw thrown;
    world.stderr.write(spellError(thrown, isJson));
    return keptVerbs.includes(verb ?? "") ? codeForKeeper(thrown.exitCode, world) : thrown.exitCode;
  }
}

/** launchd starts everything again that does not leave with 0, also what no further start can mend. */
function codeForKeeper(code: number, { host }: World): number {
  const isFinal = code === exitCode.config || code === exitCode.usage;
  return isFinal && serviceIdentity(host.environment())?.mode.startsWith("launchd") ? exitCode.ok : code;
}

async function runVerb(line: CommandLine, world: World, confine: Confine): Promise<number> {
  const entry = verbs.find((candidate) => candidate.name === line.verb);
  if (!entry) throw unknownVerb(line.verb!);
  const { configPath, configPaths, isJson } = line;
  const verb = (await entry.load()).default as unknown as Verb<FlagSpecs>;
  const isApart = longLived.includes(entry.name) && !line.wantsHelp;
  const [prepared] = isApart ? await Promise.all([prepareApart(line, world), verb.load?.()]) : [null];
  const parsed = prepared ?? await parse(verb, line, world);
  if (parsed === null) return exitCode.ok;
  confine([...verb.needs, ...verb.alsoNeeds?.(parsed.flags as never) ?? []]);
  return await verb.run({ ...parsed, configPath, configPaths, isJson } as never, world);
}

async function runPrepare(line: CommandLine, world: World, confine: Confine): Promise<number> {
  const { prepare, prepareNeeds } = await import("./prepare.ts");
  confine(prepareNeeds);
  return await prepare(line, world);
}

async function runFeedOut(line: CommandLine, world: World, confine: Confine): Promise<number> {
  const { feedNeeds, feedOut } = await import("./feed_out.ts");
  confine(feedNeeds);
  return await feedOut(line, world);
}

async function runDetailsOut(line: CommandLine, world: World, confine: Confine): Promise<number> {
  const { detailsNeeds, detailsOut } = await import("./details_out.ts");
  confine(detailsNeeds);
  return await detailsOut(line, world);
}

async function parse(verb: Verb<FlagSpecs>, line: CommandLine, world: World) {
  const words = line.wantsHelp ? ["--help"] : line.words;
  const { parseWords } = await import("./parse.ts");
  return await parseWords(verb, { words, write: (text) => void world.stdout.write(text) });
}

async function showVerbs(line: CommandLine, world: World): Promise<number> {
  const { spellVerbs } = await import("./help.ts");
  world.stdout.write(spellVerbs(verbs, world.version));
  return line.wantsHelp ? exitCode.ok : exitCode.failure;
}

function unknownVerb(name: string): OperatorError {
  const meant = nearest(name, verbs.map((verb) => verb.name));
  return new OperatorError(`There is no verb '${name}'`, {
    fix: meant ? `Did you mean 'agent-runner ${meant}'?` : "See 'agent-runner --help' for all verbs",
    exitCode: exitCode.usage,
  });
}

function unknownFlag(word: string): OperatorError {
  return new OperatorError(`There is no flag '${word}' without a verb`, {
    fix: "See 'agent-runner --help' for verbs and global flags",
    exitCode: exitCode.usage,
  });
}

/** The two lines of an operator error (what is wrong, how to fix it), or one JSON line. */
export function spellError(error: OperatorError, isJson: boolean): string {
  if (isJson) {
    const { message, fix, exitCode } = error;
    return `${spellJson({ error: { message, fix, exit_code: exitCode } }, "line")}\n`;
  }
  return visibleLines(`agent-runner: ${error.message}\n  fix: ${error.fix}\n`);
}
