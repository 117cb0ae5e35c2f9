// The file that a detached supervisor writes its lines to: private, bounded at every start, with one older one beside it.
import { joinPath } from "../core/path.ts";
import type { Files } from "../ports/files.ts";

const longestBytes = 4 * 1024 * 1024;
const tailBytes = 16 * 1024;

/** Where it lies. */
export function serveLogPath(logDir: string): string {
  return joinPath(logDir, "serve.log");
}

/** Makes it ready for a start: one that has grown large becomes `serve.log.1`. Returns its size. Throws `FileFault`. */
export function openServeLog(logDir: string, files: Files): number {
  const path = serveLogPath(logDir);
  files.makeDir(logDir);
  const info = files.lstat(path);
  // A link or a folder under this name is not ours to write through.
  if (info !== null && (!info.isFile || info.size > longestBytes)) {
    files.remove(`${path}.1`, { isRecursive: true });
    files.rename(path, `${path}.1`);
  }
  files.append(path, new Uint8Array());
  return files.stat(path)?.size ?? 0;
}

/** The last lines written from `offset` on, at most `count`. Throws `FileFault`. */
export function lastServeLines(
  logDir: string,
  { offset, count }: { readonly offset: number; readonly count: number },
  files: Files,
): string[] {
  const path = serveLogPath(logDir);
  const size = files.stat(path)?.size ?? 0;
  const from = Math.max(offset, size - tailBytes);
  const bytes = files.readBytes(path, { offset: from, length: tailBytes });
  const lines = new TextDecoder().decode(bytes ?? new Uint8Array()).split("\n").filter((line) => line.trim() !== "");
  return lines.slice(-count);
}
