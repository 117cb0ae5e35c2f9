// Lists what a work tree holds that HEAD does not, in the form in which it can be saved.
import { joinPath } from "../core/path.ts";
import type { Files } from "../ports/files.ts";
import { exclusion } from "./git.ts";
import type { GitCall, GitFault } from "./git_call.ts";
import { matchesOwned } from "./glob.ts";
import { parseStatus, pathBytes } from "./porcelain.ts";
import type { DirtyFile } from "./porcelain.ts";
import { byteName, exactText, nameText } from "./byte_names.ts";
import type { ByteName } from "./byte_names.ts";

/** What is in the tree but not in the salvage, and why. */
export interface NotCovered {
  readonly path: string;
  /** One phrase. */
  readonly why: string;
}

/** Where to look. */
export interface ScanScope {
  /** Path of the work folder inside the repository, "" or ending in `/`. */
  readonly prefix: string;
  /** The log folder below the work folder, or null. */
  readonly logFolder: string | null;
  /** Patterns of paths that are nobody's uncommitted work. */
  readonly ownedPatterns: readonly string[];
}

export interface TreeScan {
  readonly kind: "ok";
  /** The commit all this differs from; null on a branch without one. */
  readonly base: string | null;
  /** To be taken as they stand in the work tree; relative to the work folder. */
  readonly present: readonly ByteName[];
  /** Not in the work tree any more. */
  readonly gone: readonly ByteName[];
  /** Those of `present` that git did not know before. */
  readonly untracked: readonly ByteName[];
  /** The index differs from HEAD. */
  readonly isStaged: boolean;
  readonly notCovered: readonly NotCovered[];
}

const mostBytes = 32 * 1024 * 1024;
const megabyte = 1024 * 1024;

/** One git process. Takes no lock and writes nothing. */
export async function scanTree(call: GitCall, scope: ScanScope): Promise<TreeScan | GitFault> {
  const result = await call([
    "status",
    "--porcelain=v2",
    "--branch",
    "-z",
    "--no-ahead-behind",
    // A rename is a path that is gone and one that is new: both names with all their bytes.
    "--no-renames",
    "--untracked-files=all",
    "--ignore-submodules=none",
    ...scopeArguments(scope),
  ], { maxOutputBytes: mostBytes });
  if (result.kind !== "ok") return result;
  const report = parseStatus(result.stdout, scope.prefix);
  const isPartial = result.isCut || report.badRecords > 0;
  const files = report.files.filter((file) => !isOwned(file.path, scope));
  const cut = { path: ".", why: "there are more changes than git's list could hold" };
  return { ...sorted(files), base: report.head, notCovered: [...files.flatMap(gapsOf), ...isPartial ? [cut] : []] };
}

/** Without files that are too large to be copied into the repository; they are named as not covered. */
export function withoutLarge(
  scan: TreeScan,
  { files, workDir, fileMaxBytes = Infinity }: {
    readonly files: Files;
    readonly workDir: string;
    readonly fileMaxBytes?: number;
  },
): TreeScan {
  if (fileMaxBytes === Infinity) return scan;
  const large = new Map<ByteName, number>();
  for (const name of scan.present) {
    const size = sizeOf(name, { files, workDir });
    if (size > fileMaxBytes) large.set(name, size);
  }
  if (large.size === 0) return scan;
  const isKept = (name: ByteName) => !large.has(name);
  const gaps = [...large].map(([name, size]) => ({
    path: nameText(name),
    why: `it is too large: ${Math.ceil(size / megabyte)} MB`,
  }));
  return {
    ...scan,
    present: scan.present.filter(isKept),
    untracked: scan.untracked.filter(isKept),
    notCovered: [...scan.notCovered, ...gaps],
  };
}

/** 0 where it is not known: git then finds out what is the matter. */
function sizeOf(name: ByteName, { files, workDir }: { readonly files: Files; readonly workDir: string }): number {
  const path = exactText(name);
  if (path === null) return 0;
  try {
    return files.lstat(joinPath(workDir, path))?.size ?? 0;
  } catch {
    return 0;
  }
}

/** The words that limit a command to our part of the tree. */
export function scopeArguments({ logFolder }: Pick<ScanScope, "logFolder">): readonly string[] {
  return ["--", ".", ...logFolder === null ? [] : [exclusion(logFolder)]];
}

export function isOwned(path: string, { ownedPatterns }: Pick<ScanScope, "ownedPatterns">): boolean {
  return ownedPatterns.some((pattern) => matchesOwned(pattern, path));
}

function sorted(files: readonly DirtyFile[]): Omit<TreeScan, "base" | "notCovered"> {
  const present: ByteName[] = [];
  const gone: ByteName[] = [];
  const untracked: ByteName[] = [];
  for (const file of files) {
    if (isNested(file)) continue;
    const name = byteName(pathBytes(file));
    (isGone(file) ? gone : present).push(name);
    if (file.change === "untracked") untracked.push(name);
  }
  const isStaged = files.some((file) => file.change !== "unmerged" && /^[MTADRC]/.test(file.letters));
  return { kind: "ok", present, gone, untracked, isStaged };
}

// A path that only the index has lost stands in the list a second time, as untracked.
function isGone({ change, letters }: DirtyFile): boolean {
  return change !== "unmerged" && (letters[1] === "D" || letters === "D.");
}

// With every file listed by itself, only another repository is left as a folder.
function isNested(file: DirtyFile): boolean {
  return file.change === "untracked" && file.path.endsWith("/");
}

function gapsOf(file: DirtyFile): readonly NotCovered[] {
  if (isNested(file)) return [{ path: file.path, why: "it is a repository of its own" }];
  if (file.submodule === null || !/[MU]/.test(file.submodule.slice(2))) return [];
  return [{ path: file.path, why: "what is uncommitted inside the submodule is not saved" }];
}
