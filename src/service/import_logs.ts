// Copies the records of the predecessor into a log folder of their own; what they are copied from stays as it is.
import { dirName, joinPath } from "../core/path.ts";
import { FileFault } from "../ports/files.ts";
import type { Files } from "../ports/files.ts";

const chunkBytes = 256 * 1024;

/** Files whose form both programs share. All others only meant something to a process of the predecessor. */
const taken = [
  /^events-\d{4}-\d{2}\.jsonl$/,
  /^metrics-\d{4}-\d{2}\.jsonl$/,
  /^(?:status|orphan-state|round-context)\.json$/,
  /^rounds\/R\d+-\w+\.log$/,
];

/** One file, by its path in the log folder. */
export interface ImportedFile {
  readonly name: string;
  readonly bytes: number;
}

export interface LogsFound {
  readonly files: readonly ImportedFile[];
  /** What is not taken along. */
  readonly left: readonly string[];
}

/** What a log folder of the predecessor holds. Links are not followed. Throws `FileFault`. */
export function findLogs(logDir: string, files: Files): LogsFound {
  const found: ImportedFile[] = [];
  const left: string[] = [];
  const look = (name: string) => {
    const info = files.lstat(joinPath(logDir, name));
    if (name === "rounds" && info?.isDirectory) {
      for (const inner of files.list(joinPath(logDir, name))) look(`rounds/${inner}`);
    } else if (info?.isFile && taken.some((form) => form.test(name))) found.push({ name, bytes: info.size });
    else if (info !== null) left.push(name);
  };
  for (const name of files.list(logDir)) look(name);
  return { files: found, left };
}

/**
 * Copies the files into a folder that is not there yet; it appears in one step, when all of it is copied. A half copy of an
 * earlier call is started anew. Throws `FileFault`.
 */
export function copyLogs(
  found: readonly ImportedFile[],
  { from, to }: { readonly from: string; readonly to: string },
  files: Files,
): void {
  const half = `${to}.importing`;
  files.remove(half, { isRecursive: true });
  files.makeDir(half);
  try {
    for (const { name } of found) {
      const path = joinPath(half, name);
      files.makeDir(dirName(path));
      copyFile(joinPath(from, name), path, files);
    }
    // An empty folder may be there; anything else was refused before.
    files.remove(to);
    files.rename(half, to);
  } catch (thrown) {
    files.remove(half, { isRecursive: true });
    throw thrown;
  }
}

function copyFile(from: string, to: string, files: Files): void {
  const reader = files.openReader(from);
  if (reader === null) throw new FileFault("missing", { path: from, cause: "it is gone" });
  const chunk = new Uint8Array(chunkBytes);
  try {
    let at = 0;
    files.append(to, new Uint8Array());
    for (let count = reader.readAt(0, chunk); count > 0; count = reader.readAt(at, chunk)) {
      const written = files.append(to, chunk.subarray(0, count));
      if (written < count) throw new FileFault("full", { path: to, cause: "there is no space left" });
      at += count;
    }
  } finally {
    reader.close();
  }
}
