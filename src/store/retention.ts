// Keeps the log folder from growing without end: the newest rounds' logs and months stay, the rest goes.
import { joinPath } from "../core/path.ts";
import { monthOf } from "../core/text.ts";
import { FileFault } from "../ports/files.ts";
import type { Files } from "../ports/files.ts";
import { monthFiles } from "./month_files.ts";
import { parseRoundFile, roundsFolder } from "./round_log.ts";

export interface PruneRoundsOptions {
  readonly logDir: string;
  /** How many of the newest rounds keep their files. */
  readonly keep: number;
  /** The round that runs now: never touched. */
  readonly running: number | null;
}

/**
 * Removes the logs of all but the newest rounds, the files beside them (`R<N>-<stamp>.` and anything) and their links.
 * @returns how many files went; what cannot be removed stays until the next time.
 */
export function pruneRounds(files: Files, options: PruneRoundsOptions): number {
  const folder = roundsFolder(options.logDir);
  const found = [
    ...quietly([], () => files.list(folder)).map((name) => ({
      path: joinPath(folder, name),
      number: parseRoundFile(name)?.number ?? null,
    })),
    ...quietly([], () => files.list(options.logDir)).map((name) => ({
      path: joinPath(options.logDir, name),
      number: numberOfLink(name),
    })),
  ];
  const numbers = [...new Set(found.flatMap(({ number }) => number === null ? [] : [number]))].sort((a, b) => b - a);
  const kept = new Set([...numbers.slice(0, Math.max(0, options.keep)), options.running]);
  return removeAll(files, found.filter(({ number }) => number !== null && !kept.has(number)));
}

function numberOfLink(name: string): number | null {
  const match = /^round-(\d{1,15})\.log$/.exec(name);
  return match === null ? null : Number(match[1]);
}

/**
 * Removes events and metrics of all but the newest `keepMonths` months, this one included; 0 keeps all.
 * @param options `now`: epoch milliseconds. @returns how many files went.
 */
export function pruneMonths(
  files: Files,
  options: { readonly logDir: string; readonly keepMonths: number; readonly now: number },
): number {
  if (options.keepMonths <= 0) return 0;
  const oldest = monthBefore(monthOf(options.now), options.keepMonths - 1);
  const { logDir } = options;
  const found = [
    ...quietly([], () => monthFiles(files, { logDir, kind: "events" })),
    ...quietly([], () => monthFiles(files, { logDir, kind: "metrics" })),
  ];
  return removeAll(files, found.filter(({ month }) => month < oldest));
}

/** `YYYY-MM` of so many months before. */
function monthBefore(month: string, count: number): string {
  const [year, number] = month.split("-").map(Number) as [number, number];
  return monthOf(Date.UTC(year, number - 1 - count));
}

function removeAll(files: Files, found: readonly { readonly path: string }[]): number {
  return found.filter(({ path }) => quietly(false, () => files.remove(path))).length;
}

function quietly<T>(otherwise: T, operation: () => T): T {
  try {
    return operation();
  } catch (thrown) {
    if (thrown instanceof FileFault) return otherwise;
    throw thrown;
  }
}
