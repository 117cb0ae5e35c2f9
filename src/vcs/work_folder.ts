// Makes the work folder again: git removes a folder that it has emptied, and the work folder may be one.
import type { Files } from "../ports/files.ts";

/** Never throws: the next command says that the work folder is missing. */
export function restoreWorkFolder(files: Files, workDir: string): void {
  try {
    if (files.stat(workDir) === null) files.makeDir(workDir);
  } catch {
    // Nothing that was in it is lost by that.
  }
}
