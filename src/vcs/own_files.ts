// Keeps agent-runner's own configuration and prompts out of the stash: without them no further round could begin.
import { pathBelow } from "../core/path.ts";
import type { Files } from "../ports/files.ts";
import type { DirtyTree } from "./dirty.ts";

/**
 * Those that are there, relative to the work folder, also through symlinks. One that was deleted is none of them: a
 * stash brings it back. @param paths absolute
 */
export function ownFilesWithin(files: Files, workDir: string, paths: readonly string[]): readonly string[] {
  const folder = files.realPath(workDir) ?? workDir;
  const there = paths.filter((path) => files.lstat(path) !== null);
  const below = there.flatMap((path) => [pathBelow(workDir, path), pathBelow(folder, files.realPath(path) ?? path)]);
  return [...new Set(below.filter((path) => path !== null))];
}

/** Whether one of them may hide in an untracked folder that is listed by its name alone. */
export function hidesOwnFiles({ files }: DirtyTree, own: readonly string[]): boolean {
  return files.some(({ path }) => path.endsWith("/") && own.some((name) => name.startsWith(path)));
}

/** The tree with them left out. */
export function withoutOwnFiles(tree: DirtyTree, own: readonly string[]): DirtyTree {
  const isOwn = ({ path }: { readonly path: string }) => own.includes(path);
  return {
    ...tree,
    files: tree.files.filter((file) => !isOwn(file)),
    leftOut: [...tree.leftOut, ...tree.files.filter(isOwn)],
  };
}
