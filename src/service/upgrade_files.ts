// The files of an upgrade, all beside the binary: one upgrade at a time, and nothing of a dead one is left.
import { baseName, dirName, joinPath } from "../core/path.ts";
import type { Files } from "../ports/files.ts";
import type { Lock } from "../ports/lock.ts";

/** Where everything of an upgrade of one binary lies. */
export interface UpgradePaths {
  readonly binary: string;
  readonly folder: string;
  /** What all files of an upgrade under way begin with. */
  readonly prefix: string;
  readonly lock: string;
  readonly journal: string;
  /** The new binary before it takes the place. */
  readonly fresh: string;
  /** A second name of the old binary until the upgrade has proved itself. */
  readonly old: string;
  /** The binary before the last upgrade, kept for people. */
  readonly previous: string;
}

/** @param binary absolute path */
export function upgradePaths(binary: string): UpgradePaths {
  const prefix = `${baseName(binary)}.upgrade.`;
  const folder = dirName(binary);
  const own = (name: string) => joinPath(folder, `${prefix}${name}`);
  return {
    binary,
    folder,
    prefix,
    lock: own("lock"),
    journal: own("json"),
    fresh: own("new"),
    old: own("old"),
    previous: `${binary}.previous`,
  };
}

/** Path of the part of a binary that was downloaded so far; its sum in it, so that it is only continued with its like. */
export function partPath({ folder, prefix }: UpgradePaths, sum: string): string {
  return joinPath(folder, `${prefix}${sum.slice(0, 16)}.part`);
}

/** The right to upgrade a binary; given back, it leaves no file. */
export interface Claim {
  release(): void;
}

/** Null when another process has it. Throws `FileFault` where the folder cannot be written. */
export async function claim(
  paths: UpgradePaths,
  { files, lock }: { readonly files: Files; readonly lock: Lock },
): Promise<Claim | null> {
  files.append(paths.lock, new Uint8Array());
  const before = files.lstat(paths.lock);
  const held = await lock.tryAcquire(paths.lock);
  if (held === null) return null;
  const after = files.lstat(paths.lock);
  // Whoever had it takes the file away: what is locked now may have no name any more, and keeps nobody out.
  if (before === null || after === null || before.inode !== after.inode) {
    held.release();
    return null;
  }
  return {
    release() {
      try {
        files.remove(paths.lock);
      } finally {
        held.release();
      }
    },
  };
}

/** Removes what an upgrade left, but for the lock and `kept`. Call it under the claim. Throws `FileFault`. */
export function sweep(paths: UpgradePaths, files: Files, kept: string | null = null): void {
  for (const path of remains(paths, files)) {
    if (path !== kept) files.remove(path);
  }
}

/** What an upgrade under way, or a dead one, has beside the binary. Throws `FileFault`. */
export function remains(paths: UpgradePaths, files: Files): readonly string[] {
  const names = files.list(paths.folder).filter((name) => name.startsWith(paths.prefix));
  return names.map((name) => joinPath(paths.folder, name)).filter((path) => path !== paths.lock);
}
