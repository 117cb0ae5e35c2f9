// The file system through Deno, private to the user and with faults named in one word.
import { dirName } from "../../core/path.ts";
import type { FileInfo, FileReader, Files } from "../files.ts";
import { faultOf } from "./file_fault.ts";
import { watchPath } from "./watch.ts";

const privateFile = 0o600;
const privateFolder = 0o700;
let temporaryCounter = 0;

export function denoFiles(): Files {
  return {
    readText: (path) => orNull(path, () => new TextDecoder().decode(Deno.readFileSync(path))),
    readBytes: (path, range) => orNull(path, () => readRange(path, range)),
    openReader: (path) => orNull(path, () => readerOf(Deno.openSync(path, { read: true }))),
    stat: (path) => orNull(path, () => infoOf(Deno.statSync(path))),
    lstat: (path) => orNull(path, () => infoOf(Deno.lstatSync(path))),
    list: (path) => orNull(path, () => [...Deno.readDirSync(path)].map((entry) => entry.name).sort()) ?? [],
    readLink: (path) => orNull(path, () => Deno.readLinkSync(path)),
    realPath: (path) => orNull(path, () => Deno.realPathSync(path)),
    makeDir: (path) => guard(path, () => Deno.mkdirSync(path, { recursive: true, mode: privateFolder })),
    writeAtomic: (path, content, options) => guard(path, () => writeAtomic(path, content, options?.isDurable ?? false)),
    append: (path, bytes) => guard(path, () => append(path, bytes)),
    link: (path, target) =>
      guard(path, () => {
        const temporary = temporaryName(path);
        Deno.symlinkSync(target, temporary);
        renameOrClean(temporary, path);
      }),
    rename: (from, to) => guard(to, () => Deno.renameSync(from, to)),
    remove: (path, options) =>
      orNull(path, () => {
        Deno.removeSync(path, { recursive: options?.isRecursive ?? false });
        return true;
      }) ?? false,
    chmod: (path, mode) => guard(path, () => Deno.chmodSync(path, mode)),
    watch: watchPath,
  };
}

function readRange(path: string, range: { readonly offset: number; readonly length: number }): Uint8Array {
  using file = Deno.openSync(path, { read: true });
  file.seekSync(range.offset, Deno.SeekMode.Start);
  const into = new Uint8Array(Math.max(0, Math.min(range.length, file.statSync().size - range.offset)));
  return into.subarray(0, fill(file, into));
}

function fill(file: Deno.FsFile, into: Uint8Array): number {
  let filled = 0;
  while (filled < into.length) {
    const count = file.readSync(into.subarray(filled));
    if (count === null || count === 0) break;
    filled += count;
  }
  return filled;
}

function readerOf(file: Deno.FsFile): FileReader {
  return {
    readAt(offset, into) {
      file.seekSync(offset, Deno.SeekMode.Start);
      return file.readSync(into) ?? 0;
    },
    size: () => file.statSync().size,
    close: () => file.close(),
  };
}

function infoOf(info: Deno.FileInfo): FileInfo {
  return {
    size: info.size,
    modifiedAt: info.mtime?.getTime() ?? 0,
    isFile: info.isFile,
    isDirectory: info.isDirectory,
    isSymlink: info.isSymlink,
    inode: info.ino ?? 0,
    ...(info.mode === null ? {} : { mode: info.mode & 0o777 }),
  };
}

function temporaryName(path: string): string {
  return `${path}.${Deno.pid}-${temporaryCounter++}.tmp`;
}

function writeAtomic(path: string, content: string | Uint8Array, isDurable: boolean): void {
  const temporary = temporaryName(path);
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  try {
    using file = Deno.openSync(temporary, { write: true, createNew: true, mode: privateFile });
    let written = 0;
    while (written < bytes.length) written += file.writeSync(bytes.subarray(written));
    if (isDurable) file.syncSync();
  } catch (fault) {
    removeQuietly(temporary);
    throw fault;
  }
  renameOrClean(temporary, path);
  if (isDurable) syncFolder(dirName(path));
}

function renameOrClean(temporary: string, path: string): void {
  try {
    Deno.renameSync(temporary, path);
  } catch (fault) {
    removeQuietly(temporary);
    throw fault;
  }
}

function syncFolder(folder: string): void {
  try {
    using handle = Deno.openSync(folder, { read: true });
    handle.syncSync();
  } catch {
    // Some file systems refuse to sync a folder; the rename has happened all the same.
  }
}

function removeQuietly(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // Nothing to clean.
  }
}

function append(path: string, bytes: Uint8Array): number {
  using file = Deno.openSync(path, { append: true, create: true, mode: privateFile });
  return file.writeSync(bytes);
}

function orNull<T>(path: string, operation: () => T): T | null {
  try {
    return operation();
  } catch (thrown) {
    const fault = faultOf(path, thrown);
    if (fault.kind === "missing") return null;
    throw fault;
  }
}

function guard<T>(path: string, operation: () => T): T {
  try {
    return operation();
  } catch (thrown) {
    throw faultOf(path, thrown);
  }
}
