// Which files of the log folder are the program's own: nothing else there is touched.
import { joinPath, pathBelow } from "../../core/path.ts";
import type { ProjectScene } from "./check.ts";

/** Folders of the program inside the log folder. */
const folders = ["rounds", "requests"];
/** Written by the agent, with its own umask. */
const agentFiles = new Set([".agent-done"]);

/** The log folder, its folders and the files in them; none where the work tree lies inside. Throws `FileFault`. */
export function ownPaths({ world: { files }, config }: ProjectScene): readonly string[] {
  const { logDir, workDir } = config.runtime;
  if (logDir === workDir || pathBelow(logDir, workDir) !== null) return [];
  const own = [logDir, ...folders.map((folder) => joinPath(logDir, folder))];
  return own.flatMap((folder) => {
    const info = files.lstat(folder);
    if (info?.isDirectory !== true) return [];
    const names = files.list(folder).filter((name) => !agentFiles.has(name));
    const inside = names.map((name) => joinPath(folder, name)).filter((path) => files.lstat(path)?.isFile === true);
    return [folder, ...inside];
  });
}
