// Says whether the work tree holds uncommitted work; "git could not tell" is an answer of its own.
import type { Files } from "../ports/files.ts";
import { pathBelow } from "../core/path.ts";
import { describeFault } from "./git_call.ts";
import type { GitFault } from "./git_call.ts";
import type { Git } from "./git.ts";
import { matchesOwned } from "./glob.ts";
import type { DirtyFile } from "./porcelain.ts";

/** What the work tree holds that HEAD does not. */
export type TreeCheck =
  | { readonly kind: "clean"; readonly head: string | null; readonly branch: string | null }
  | DirtyTree
  | { readonly kind: "unknown"; readonly cause: GitFault["kind"]; readonly reason: string };

export interface DirtyTree {
  readonly kind: "dirty";
  readonly head: string | null;
  /** Null when HEAD is detached. */
  readonly branch: string | null;
  readonly files: readonly DirtyFile[];
  /** Dirty too, but owned by someone else: neither reported nor saved. */
  readonly leftOut: readonly DirtyFile[];
  /** There are more files than are listed. */
  readonly isPartial: boolean;
}

export interface TreeQuestion {
  readonly git: Git;
  /** The log folder below the work folder, from `logFolderWithin`; null when it lies elsewhere. */
  readonly logFolder: string | null;
  /** Patterns of paths that are nobody's uncommitted work. Default none. */
  readonly ownedPatterns?: readonly string[];
  /** List each file of an untracked folder, not the folder alone. */
  readonly listsUntracked?: boolean;
}

/** Checks the tree below the work folder, without the log folder and owned paths. Never throws for git's failures. */
export async function checkTree(question: TreeQuestion): Promise<TreeCheck> {
  const { git, logFolder, ownedPatterns = [], listsUntracked = false } = question;
  const state = await git.state({
    excluded: logFolder === null ? [] : [logFolder],
    // An owned path inside an untracked folder is only seen when the folder is listed.
    untracked: listsUntracked || ownedPatterns.length > 0 ? "all" : "normal",
  });
  if (state.kind !== "ok") return { kind: "unknown", cause: state.kind, reason: describeFault(state) };
  const isOwned = (file: DirtyFile) => ownedPatterns.some((pattern) => matchesOwned(pattern, file.path));
  const files = state.files.filter((file) => !isOwned(file));
  if (files.length > 0) {
    return {
      kind: "dirty",
      head: state.head,
      branch: state.branch,
      files,
      leftOut: state.files.filter(isOwned),
      isPartial: state.isPartial,
    };
  }
  if (state.isPartial) return { kind: "unknown", cause: "failed", reason: "git's list of changes could not be read" };
  return { kind: "clean", head: state.head, branch: state.branch };
}

/** The paths of a dirty tree, each once: git lists a file twice that left the index and stayed in the tree. */
export function dirtyPaths({ files }: Pick<DirtyTree, "files">): string[] {
  return [...new Set(files.map((file) => file.path))];
}

/** Path of the log folder below the work folder, also through symlinks; null when it is elsewhere. */
export function logFolderWithin(
  files: Files,
  folders: { readonly workDir: string; readonly logDir: string },
): string | null {
  const spelled = pathBelow(folders.workDir, folders.logDir);
  const workDir = files.realPath(folders.workDir) ?? folders.workDir;
  const logDir = files.realPath(folders.logDir) ?? folders.logDir;
  return pathBelow(workDir, logDir) ?? spelled;
}
