// The file system as the supervisor uses it: small, synchronous, private to the user.

export type FileFaultKind = "full" | "read_only" | "denied" | "missing" | "other";

/** A file operation that failed, with the reason as one word. */
export class FileFault extends Error {
  readonly kind: FileFaultKind;
  readonly path: string;

  constructor(kind: FileFaultKind, options: { readonly path: string; readonly cause: string }) {
    super(`${options.cause}`);
    this.name = "FileFault";
    this.kind = kind;
    this.path = options.path;
  }
}

export interface FileInfo {
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly modifiedAt: number;
  readonly isFile: boolean;
  readonly isDirectory: boolean;
  readonly isSymlink: boolean;
  /** Tells one file from its successor under the same name; 0 where unknown. */
  readonly inode: number;
  /** Permission bits; absent where they are unknown. */
  readonly mode?: number;
}

/** A file open for reading at any offset. */
export interface FileReader {
  /** Reads up to `into.length` bytes at `offset`; returns how many, 0 at the end. */
  readAt(offset: number, into: Uint8Array): number;
  size(): number;
  close(): void;
}

/** All operations throw `FileFault`. Files are made 0600, folders 0700. */
export interface Files {
  /** Whole text (invalid UTF-8 becomes U+FFFD), or null when there is no such file. */
  readText(path: string): string | null;
  /** At most `length` bytes from `offset`, or null when there is no such file. */
  readBytes(path: string, range: { readonly offset: number; readonly length: number }): Uint8Array | null;
  openReader(path: string): FileReader | null;
  /** Follows symlinks; null when there is nothing. */
  stat(path: string): FileInfo | null;
  /** Does not follow a symlink. */
  lstat(path: string): FileInfo | null;
  /** Names in a folder, sorted; empty when there is no such folder. */
  list(path: string): string[];
  readLink(path: string): string | null;
  /** With parents; existing is fine. */
  makeDir(path: string): void;
  /** Replaces `path` in one step, through a temporary file beside it. `isDurable`: fsync file and folder. */
  writeAtomic(path: string, content: string | Uint8Array, options?: { readonly isDurable?: boolean }): void;
  /** Appends in one write; returns bytes written, fewer than given when the disk filled up. */
  append(path: string, bytes: Uint8Array): number;
  /** Symlink `path` -> `target` (as given, may be relative), replaced in one step. */
  link(path: string, target: string): void;
  rename(from: string, to: string): void;
  /** Deletes a file or symlink (a folder with `isRecursive`); false when there was none. */
  remove(path: string, options?: { readonly isRecursive?: boolean }): boolean;
  chmod(path: string, mode: number): void;
  realPath(path: string): string | null;
  /** Resolves whenever something in the file or folder may have changed, until `signal` fires. */
  watch(path: string, signal: AbortSignal): AsyncIterable<void>;
}
