// The file system for parts of the program that write while they look: their writing is left out.
import type { Files } from "../../ports/files.ts";

/** `files` with every operation that changes something doing nothing. */
export function withoutWriting(files: Files): Files {
  return {
    readText: (path) => files.readText(path),
    readBytes: (path, range) => files.readBytes(path, range),
    openReader: (path) => files.openReader(path),
    stat: (path) => files.stat(path),
    lstat: (path) => files.lstat(path),
    list: (path) => files.list(path),
    readLink: (path) => files.readLink(path),
    realPath: (path) => files.realPath(path),
    watch: (path, signal) => files.watch(path, signal),
    makeDir() {},
    writeAtomic() {},
    append: (_, bytes) => bytes.length,
    link() {},
    rename() {},
    remove: () => false,
    chmod() {},
  };
}
