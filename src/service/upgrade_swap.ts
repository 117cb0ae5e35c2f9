// The steps that change which binary stands in its place; after each of them exactly one does, and it is a whole one.
import type { Binaries } from "../ports/binaries.ts";
import type { Files } from "../ports/files.ts";
import { remains } from "./upgrade_files.ts";
import type { UpgradePaths } from "./upgrade_files.ts";
import { writeJournal } from "./upgrade_journal.ts";
import type { UpgradeJournal } from "./upgrade_journal.ts";

const executable = 0o755;

export interface SwapPorts {
  readonly files: Files;
  readonly binaries: Binaries;
}

/** Makes a downloaded file the new binary, not yet in its place. Throws `FileFault`. */
export function makeReady(paths: UpgradePaths, part: string, { files, binaries }: SwapPorts): void {
  files.chmod(part, (binaries.mode(paths.binary) ?? executable) | 0o500);
  files.rename(part, paths.fresh);
}

/** Puts the new binary in its place; the old one keeps a second name. Throws `FileFault`, then `undo` helps. */
export function swapIn(paths: UpgradePaths, journal: UpgradeJournal, { files, binaries }: SwapPorts): void {
  writeJournal(paths, { ...journal, phase: "swapping" }, files);
  files.remove(paths.old);
  binaries.keep(paths.binary, paths.old);
  files.rename(paths.fresh, paths.binary);
}

/** Whether the new binary stands in its place: it is no longer beside it, and the old one is. */
export function isSwapped(paths: UpgradePaths, files: Files): boolean {
  return files.lstat(paths.fresh) === null && files.lstat(paths.old) !== null;
}

/** Keeps the old binary as the previous one and removes the traces. Throws `FileFault`. */
export function settle(paths: UpgradePaths, journal: UpgradeJournal, files: Files): void {
  if (journal.phase !== "proven") writeJournal(paths, { ...journal, phase: "proven" }, files);
  if (files.lstat(paths.old) !== null) files.rename(paths.old, paths.previous);
  clear(paths, files);
}

/** Puts the old binary back, where it is not in its place. Call it again after a crash. Throws `FileFault`. */
export function putBack(paths: UpgradePaths, journal: UpgradeJournal, files: Files): void {
  if (journal.phase !== "undoing") writeJournal(paths, { ...journal, phase: "undoing" }, files);
  if (isSwapped(paths, files)) files.rename(paths.old, paths.binary);
}

/** Removes what the upgrade has beside the binary, the journal last; what was downloaded only in part stays. */
export function clear(paths: UpgradePaths, files: Files): void {
  for (const path of remains(paths, files)) {
    if (path !== paths.journal && !path.endsWith(".part")) files.remove(path);
  }
  files.remove(paths.journal);
}
