// The file system as a map in memory, so that unit tests need no folder and can make any operation fail.
import { FileFault, type FileFaultKind, type FileInfo, type FileReader, type Files } from "../../src/ports/files.ts";
import { dirName, joinPath, normalizePath } from "../../src/core/path.ts";
import { MemoryWatchers } from "./memory_watchers.ts";

type Entry =
  | { readonly type: "file"; bytes: Uint8Array; mode: number; modifiedAt: number; readonly inode: number }
  | { readonly type: "dir"; mode: number; modifiedAt: number; readonly inode: number }
  | { readonly type: "link"; readonly target: string; modifiedAt: number; readonly inode: number };

const encoder = new TextEncoder();
const longestLinkChain = 16;

/** `Files` in memory. Paths are absolute; folders above a file exist as soon as it does. */
export class MemoryFiles implements Files {
  readonly #entries = new Map<string, Entry>();
  readonly #faults = new Map<string, FileFaultKind>();
  readonly #watchers = new MemoryWatchers();
  #nextInode = 1;
  /** Milliseconds given to what is written from now on; tests turn it. */
  now = 1_700_000_000_000;
  /** Bytes `append` still takes before the disk counts as full; null: no bound. */
  roomBytes: number | null = null;

  /** Every operation on `path` (and what is below it) throws `FileFault(kind)`; null mends it. */
  failWith(path: string, kind: FileFaultKind | null): void {
    if (kind === null) this.#faults.delete(normalizePath(path));
    else this.#faults.set(normalizePath(path), kind);
  }

  /** Wakes whoever watches `path` or a folder above it. */
  touch(path: string): void {
    this.#watchers.touch(path);
  }

  /** Paths of all files, sorted. */
  paths(): string[] {
    return [...this.#entries].filter(([, entry]) => entry.type !== "dir").map(([path]) => path).sort();
  }

  /** Permission bits of what is at `path`; null when there is nothing. */
  modeOf(path: string): number | null {
    const entry = this.#find(path);
    return entry === null || entry.type === "link" ? null : entry.mode;
  }

  readText(path: string): string | null {
    const bytes = this.#bytesOf(path);
    return bytes === null ? null : new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  }

  readBytes(path: string, range: { readonly offset: number; readonly length: number }): Uint8Array | null {
    return this.#bytesOf(path)?.slice(range.offset, range.offset + range.length) ?? null;
  }

  openReader(path: string): FileReader | null {
    const entry = this.#find(path);
    if (entry === null) return null;
    if (entry.type !== "file") throw fault("other", path, "Is a directory");
    return {
      readAt(offset: number, into: Uint8Array): number {
        const part = entry.bytes.subarray(offset, offset + into.length);
        into.set(part);
        return part.length;
      },
      size: () => entry.bytes.length,
      close() {},
    };
  }

  stat(path: string): FileInfo | null {
    return infoOf(this.#find(path));
  }

  lstat(path: string): FileInfo | null {
    this.#check(path);
    return infoOf(this.#entries.get(normalizePath(path)) ?? null);
  }

  list(path: string): string[] {
    this.#check(path);
    const folder = this.realPath(path);
    if (folder === null) return [];
    const prefix = folder === "/" ? "/" : `${folder}/`;
    const names = [...this.#entries.keys()].filter((key) => key !== folder && key.startsWith(prefix))
      .map((key) => key.slice(prefix.length)).filter((name) => !name.includes("/"));
    return names.sort();
  }

  readLink(path: string): string | null {
    this.#check(path);
    const entry = this.#entries.get(normalizePath(path));
    return entry?.type === "link" ? entry.target : null;
  }

  makeDir(path: string): void {
    this.#check(path);
    const existing = this.#find(path);
    if (existing?.type === "file") throw fault("other", path, "Not a directory");
    if (existing !== null) return;
    const normal = normalizePath(path);
    if (normal !== "/") this.makeDir(dirName(normal));
    this.#entries.set(normal, { type: "dir", mode: 0o700, modifiedAt: this.now, inode: this.#nextInode++ });
  }

  writeAtomic(path: string, content: string | Uint8Array, _options?: { readonly isDurable?: boolean }): void {
    const bytes = typeof content === "string" ? encoder.encode(content) : content.slice();
    this.#put(path, { type: "file", bytes, mode: 0o600, modifiedAt: this.now, inode: this.#nextInode++ });
  }

  append(path: string, bytes: Uint8Array): number {
    this.#check(path);
    const taken = this.roomBytes === null ? bytes : bytes.subarray(0, this.roomBytes);
    if (taken.length === 0 && bytes.length > 0) throw fault("full", path, "No space left on device");
    if (this.roomBytes !== null) this.roomBytes -= taken.length;
    const entry = this.#find(path);
    if (entry === null) this.writeAtomic(path, taken);
    else if (entry.type !== "file") throw fault("other", path, "Is a directory");
    else {
      const joined = new Uint8Array(entry.bytes.length + taken.length);
      joined.set(entry.bytes);
      joined.set(taken, entry.bytes.length);
      entry.bytes = joined;
      entry.modifiedAt = this.now;
      this.touch(path);
    }
    return taken.length;
  }

  link(path: string, target: string): void {
    this.#put(path, { type: "link", target, modifiedAt: this.now, inode: this.#nextInode++ });
  }

  rename(from: string, to: string): void {
    this.#check(from);
    this.#check(to);
    const source = normalizePath(from);
    const goal = normalizePath(to);
    if (!this.#entries.has(source)) throw fault("missing", from, "No such file or directory");
    const moved = [...this.#entries].filter(([key]) => key === source || key.startsWith(`${source}/`));
    for (const [key] of moved) this.#entries.delete(key);
    this.makeDir(dirName(goal));
    for (const [key, entry] of moved) this.#entries.set(`${goal}${key.slice(source.length)}`, entry);
    this.touch(source);
    this.touch(goal);
  }

  remove(path: string, options?: { readonly isRecursive?: boolean }): boolean {
    this.#check(path);
    const normal = normalizePath(path);
    if (!this.#entries.has(normal)) return false;
    const below = [...this.#entries.keys()].filter((key) => key.startsWith(`${normal}/`));
    if (below.length > 0 && options?.isRecursive !== true) throw fault("other", path, "Directory not empty");
    for (const key of [normal, ...below]) this.#entries.delete(key);
    this.touch(normal);
    return true;
  }

  chmod(path: string, mode: number): void {
    const entry = this.#find(path);
    if (entry === null || entry.type === "link") throw fault("missing", path, "No such file or directory");
    entry.mode = mode;
  }

  realPath(path: string): string | null {
    let current = normalizePath(path);
    for (let hops = 0; hops < longestLinkChain; hops++) {
      const link = this.#firstLink(current);
      if (link === null) return current === "/" || this.#entries.has(current) ? current : null;
      current = joinPath(dirName(link.path), link.target, link.rest);
    }
    throw fault("other", path, "Too many levels of symbolic links");
  }

  watch(path: string, signal: AbortSignal): AsyncIterable<void> {
    return this.#watchers.watch(path, signal);
  }

  #put(path: string, entry: Entry): void {
    this.#check(path);
    const normal = normalizePath(path);
    if (this.#entries.get(normal)?.type === "dir") throw fault("other", path, "Is a directory");
    this.makeDir(dirName(normal));
    this.#entries.set(normal, entry);
    this.touch(normal);
  }

  #check(path: string): void {
    const normal = normalizePath(path);
    for (const [broken, kind] of this.#faults) {
      if (normal === broken || normal.startsWith(`${broken}/`)) throw fault(kind, path, faultTexts[kind]);
    }
  }

  #find(path: string): Entry | null {
    this.#check(path);
    const real = this.realPath(path);
    if (real === null) return null;
    return this.#entries.get(real) ?? { type: "dir", mode: 0o700, modifiedAt: 0, inode: 0 };
  }

  #bytesOf(path: string): Uint8Array | null {
    const entry = this.#find(path);
    if (entry === null) return null;
    if (entry.type !== "file") throw fault("other", path, "Is a directory");
    return entry.bytes;
  }

  #firstLink(path: string): { readonly path: string; readonly target: string; readonly rest: string } | null {
    const parts = path.split("/").slice(1);
    for (let count = 1; count <= parts.length; count++) {
      const head = `/${parts.slice(0, count).join("/")}`;
      const entry = this.#entries.get(head);
      if (entry?.type === "link") return { path: head, target: entry.target, rest: parts.slice(count).join("/") };
    }
    return null;
  }
}

/** A file system holding `initial` (path -> text). */
export function memoryFiles(initial: Readonly<Record<string, string>> = {}): MemoryFiles {
  const files = new MemoryFiles();
  for (const [path, text] of Object.entries(initial)) files.writeAtomic(path, text);
  return files;
}

const faultTexts: Readonly<Record<FileFaultKind, string>> = {
  full: "No space left on device",
  read_only: "Read-only file system",
  denied: "Permission denied",
  missing: "No such file or directory",
  other: "Input/output error",
};

function fault(kind: FileFaultKind, path: string, cause: string): FileFault {
  return new FileFault(kind, { path, cause });
}

function infoOf(entry: Entry | null): FileInfo | null {
  if (entry === null) return null;
  return {
    size: entry.type === "file" ? entry.bytes.length : 0,
    modifiedAt: entry.modifiedAt,
    isFile: entry.type === "file",
    isDirectory: entry.type === "dir",
    isSymlink: entry.type === "link",
    inode: entry.inode,
    ...(entry.type === "link" ? {} : { mode: entry.mode }),
  };
}
