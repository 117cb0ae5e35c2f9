// Adds one line to a file of lines in one write, and keeps a torn last line from swallowing it.
import { FileFault } from "../ports/files.ts";
import type { Files } from "../ports/files.ts";
import { dirName } from "../core/path.ts";

const newline = 10;
const encoder = new TextEncoder();

/**
 * Appends `line` and a newline. A last line without its newline (its writer died, or the disk was full) is ended first.
 * A folder that vanished is made again. Throws `FileFault`; kind `full` also when only a part could be written.
 */
export function appendLine(files: Files, options: { readonly path: string; readonly line: string }): void {
  const { path, line } = options;
  const bytes = encoder.encode(endsTorn(files, path) ? `\n${line}\n` : `${line}\n`);
  const written = appendBytes(files, { path, bytes });
  if (written < bytes.length) throw new FileFault("full", { path, cause: "Only a part of the line could be written" });
}

function endsTorn(files: Files, path: string): boolean {
  const size = files.stat(path)?.size ?? 0;
  if (size === 0) return false;
  const last = files.readBytes(path, { offset: size - 1, length: 1 });
  return last !== null && last.length === 1 && last[0] !== newline;
}

function appendBytes(files: Files, options: { readonly path: string; readonly bytes: Uint8Array }): number {
  try {
    return files.append(options.path, options.bytes);
  } catch (thrown) {
    if (!(thrown instanceof FileFault) || thrown.kind !== "missing") throw thrown;
    files.makeDir(dirName(options.path));
    return files.append(options.path, options.bytes);
  }
}
