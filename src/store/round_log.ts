// The agent's output of each round: how its files are named, found, linked and read from the end.
import { joinPath } from "../core/path.ts";
import { fileStamp } from "../core/text.ts";
import type { Files } from "../ports/files.ts";

const defaultTailBytes = 256 * 1024;
const decoder = new TextDecoder();
const cutWord = /^\S{1,4096}/;

/** One round's log: its number and the start time in its name. */
export interface RoundLogName {
  readonly number: number;
  /** UTC, `YYYYMMDDTHHMMSS`. */
  readonly stamp: string;
}

/** Path of a round's log below the log folder: `rounds/R<N>-<stamp>.log`. @param startedAt epoch milliseconds. */
export function roundLogName(number: number, startedAt: number): string {
  return `rounds/R${number}-${fileStamp(startedAt)}.log`;
}

/** Folder of the rounds' logs. */
export function roundsFolder(logDir: string): string {
  return joinPath(logDir, "rounds");
}

/** Reads the name of a log or of a file beside it (`R<N>-<stamp>.` and anything); null for other names. */
export function parseRoundFile(name: string): (RoundLogName & { readonly ending: string }) | null {
  const match = /^R(\d{1,15})-(\d{8}T\d{6})\.(.+)$/.exec(name);
  return match === null ? null : { number: Number(match[1]), stamp: match[2]!, ending: match[3]! };
}

/** Absolute path of a round's log; of several the one with the newest stamp; null when there is none. Throws `FileFault`. */
export function findRoundLog(files: Files, options: { readonly logDir: string; readonly number: number }) {
  const found = roundLogs(files, options.logDir).filter((log) => log.number === options.number).at(-1);
  return found === undefined ? null : found.path;
}

/** Highest number that has a log; null when there is none. Throws `FileFault`. */
export function newestRoundNumber(files: Files, logDir: string): number | null {
  return roundLogs(files, logDir).at(-1)?.number ?? null;
}

/** All rounds' logs, oldest number first, of one number the oldest first. */
function roundLogs(files: Files, logDir: string) {
  const folder = roundsFolder(logDir);
  return files.list(folder).flatMap((name) => {
    const parsed = parseRoundFile(name);
    return parsed?.ending === "log" ? [{ ...parsed, path: joinPath(folder, name) }] : [];
  }).sort((a, b) => a.number - b.number || (a.stamp < b.stamp ? -1 : 1));
}

/**
 * Lets `round-current.log` and `round-<N>.log` point at the log of a round that begins, each in one step.
 * @param options `log`: path below the log folder, as from `roundLogName`. Throws `FileFault`.
 */
export function linkCurrent(
  files: Files,
  options: { readonly logDir: string; readonly number: number; readonly log: string },
): void {
  files.link(joinPath(options.logDir, `round-${options.number}.log`), options.log);
  files.link(joinPath(options.logDir, "round-current.log"), options.log);
}

/**
 * The last `lines` lines of a log, of which at most `maxBytes` (default 256 KiB) are read: of a very long line only the
 * end is given. Null when there is no log. Invalid UTF-8 becomes U+FFFD. Throws `FileFault`.
 */
export function tailOfLog(
  files: Files,
  options: {
    readonly path: string;
    readonly lines: number;
    readonly maxBytes?: number;
    /** Without the word that the reading begins in: half a secret is not known for one. */
    readonly wholeWords?: boolean;
  },
): string[] | null {
  const info = files.stat(options.path);
  if (info === null || !info.isFile) return null;
  const length = Math.min(info.size, options.maxBytes ?? defaultTailBytes);
  const bytes = files.readBytes(options.path, { offset: info.size - length, length });
  if (bytes === null) return null;
  const isCut = length < info.size;
  const lines = decoder.decode(bytes).split("\n");
  if (lines.at(-1) === "") lines.pop();
  if (isCut && lines.length > options.lines) lines.shift();
  else if (isCut && options.wholeWords) lines[0] = lines[0]!.replace(cutWord, "");
  return options.lines <= 0 ? [] : lines.slice(-options.lines);
}

/** The last non-empty lines of a log as one text of at most `characters`; empty when there is nothing. Throws `FileFault`. */
export function lastWords(files: Files, options: { readonly path: string; readonly characters: number }): string {
  const lines = tailOfLog(files, { path: options.path, lines: 200, maxBytes: 16 * 1024 }) ?? [];
  const text = lines.map((line) => line.trimEnd()).filter((line) => line !== "").join("\n").slice(-options.characters);
  return /^[\uDC00-\uDFFF]/.test(text) ? text.slice(1) : text;
}
