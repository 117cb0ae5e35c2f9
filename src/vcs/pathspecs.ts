// Decides which paths a step must leave alone and hands paths to git byte by byte.
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
  const named = [...context.tree.leftOut, ...alsoExcluded].map(pathBytes);
  if (context.logFolder !== null) named.unshift(new TextEncoder().encode(context.logFolder));
  const ignored = await ignoredAmong(context, named);
  if (typeof ignored === "string") return ignored;
  const kept = named.filter((path) => !ignored.has(keyOf(path)));
  return pathspecs([new TextEncoder().encode("."), ...kept.map((path) => prefixed(exclusion(""), path))]);
}

/** These paths and no others; for commands that run with `hasLiteralPaths`. */
export function literalPathspecs(files: readonly DirtyFile[]): { args: readonly string[]; stdin: Uint8Array } {
  return { args: ["--pathspec-from-file=-", "--pathspec-file-nul"], stdin: joinNul(files.map(pathBytes)) };
}

async function ignoredAmong(context: StepContext, paths: readonly Uint8Array[]): Promise<ReadonlySet<string> | string> {
  if (paths.length === 0) return new Set();
  // check-ignore refuses literal pathspecs; behind "./" no name can begin like magic.
  const given = paths.map((path) => prefixed("./", path));
  const asked = await context.git.call(["check-ignore", "--no-index", "-z", "--stdin"], { stdin: joinNul(given) });
  // Exit code 1: none of them is ignored.
  if (asked.kind === "failed" && asked.code === 1) return new Set();
  if (asked.kind !== "ok") return describeFault(asked);
  return new Set(splitNul(asked.stdout).map((path) => keyOf(path.subarray(2))));
}

function pathspecs(specs: readonly Uint8Array[]): Pathspecs {
  const isWhole = specs.length === 1;
  const words = specs.map(wordOf);
  const bytes = specs.reduce((sum, spec) => sum + spec.length + 1, 0);
  const isPlain = (word: string | null): word is string => word !== null;
  if (bytes <= mostArgumentBytes && words.every(isPlain)) return { args: ["--", ...words], options: {}, isWhole };
  return { args: ["--pathspec-from-file=-", "--pathspec-file-nul"], options: { stdin: joinNul(specs) }, isWhole };
}

function prefixed(prefix: string, path: Uint8Array): Uint8Array {
  const start = new TextEncoder().encode(prefix);
  const joined = new Uint8Array(start.length + path.length);
  joined.set(start);
  joined.set(path, start.length);
  return joined;
}

function wordOf(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

function joinNul(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length + 1, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length + 1;
  }
  return joined;
}

function splitNul(bytes: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = [];
  let from = 0;
  for (let end = bytes.indexOf(0); end >= 0; end = bytes.indexOf(0, from)) {
    parts.push(bytes.subarray(from, end));
    from = end + 1;
  }
  return parts;
}

function keyOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
