// Decides which paths a step must leave alone and hands paths to git byte by byte.
import { byteName, exactText, joinNul, nameFromText, splitNul } from "./byte_names.ts";
import type { ByteName } from "./byte_names.ts";
import { describeFault } from "./git_call.ts";
import type { GitCallOptions } from "./git_call.ts";
import { exclusion } from "./git.ts";
import { pathBytes } from "./porcelain.ts";
import type { DirtyFile } from "./porcelain.ts";
import type { StepContext } from "./step.ts";

/** Command-line words, or a list on stdin where the words would be too long or are not UTF-8. */
export interface Pathspecs {
  readonly args: readonly string[];
  readonly options: Pick<GitCallOptions, "stdin">;
  /** Nothing below the work folder is left out. */
  readonly isWhole: boolean;
}

// Far below what Linux and macOS take for one command line.
const mostArgumentBytes = 48 * 1024;

/**
 * Our subtree without the log folder, owned paths and `alsoExcluded`; or the reason why git could not say.
 * Ignored paths are not named: git refuses to add a list that names one, in the middle of a stash.
 */
export async function subtreePathspecs(
  context: StepContext,
  alsoExcluded: readonly DirtyFile[] = [],
): Promise<Pathspecs | string> {
  const named = namesToExclude(context, alsoExcluded);
  const ignored = await ignoredAmong(context, named);
  if (typeof ignored === "string") return ignored;
  return pathspecs([".", ...named.filter((name) => !ignored.has(name)).map((name) => exclusion("") + name)]);
}

/** The same for a commit, which may name ignored paths, and must: one that was added by force would go in. */
export function commitPathspecs(context: StepContext, alsoExcluded: readonly DirtyFile[]): Pathspecs {
  return pathspecs([".", ...namesToExclude(context, alsoExcluded).map((name) => exclusion("") + name)]);
}

function namesToExclude({ tree, logFolder }: StepContext, also: readonly DirtyFile[]): readonly ByteName[] {
  const named = [...tree.leftOut, ...also].map(nameOf);
  return logFolder === null ? named : [nameFromText(logFolder), ...named];
}

/** These paths and no others; for commands that run with `hasLiteralPaths`. */
export function literalPathspecs(files: readonly DirtyFile[]): { args: readonly string[]; stdin: Uint8Array } {
  return { args: ["--pathspec-from-file=-", "--pathspec-file-nul"], stdin: joinNul(files.map(nameOf)) };
}

async function ignoredAmong(context: StepContext, names: readonly ByteName[]): Promise<ReadonlySet<ByteName> | string> {
  if (names.length === 0) return new Set();
  // check-ignore refuses literal pathspecs; behind "./" no name can begin like magic.
  const stdin = joinNul(names.map((name) => `./${name}`));
  const asked = await context.git.call(["check-ignore", "--no-index", "-z", "--stdin"], { stdin });
  // Exit code 1: none of them is ignored.
  if (asked.kind === "failed" && asked.code === 1) return new Set();
  if (asked.kind !== "ok") return describeFault(asked);
  return new Set(splitNul(asked.stdout).map((name) => name.slice(2)));
}

function pathspecs(specs: readonly ByteName[]): Pathspecs {
  const isWhole = specs.length === 1;
  const words = specs.map(exactText);
  const bytes = specs.reduce((sum, spec) => sum + spec.length + 1, 0);
  const isPlain = (word: string | null): word is string => word !== null;
  if (bytes <= mostArgumentBytes && words.every(isPlain)) return { args: ["--", ...words], options: {}, isWhole };
  return { args: ["--pathspec-from-file=-", "--pathspec-file-nul"], options: { stdin: joinNul(specs) }, isWhole };
}

function nameOf(file: DirtyFile): ByteName {
  return byteName(pathBytes(file));
}
