// What was cut out of a round's log while it ran, kept beside the log so that no reader takes the hole for output.
import type { Files } from "../ports/files.ts";
import { FileFault } from "../ports/files.ts";
import { stateText } from "./formats.ts";

/** The bytes from `from` up to, not including, `to` are gone. */
export interface LogCut {
  readonly from: number;
  readonly to: number;
}

const cutBytes = 1024;

/** Path of the note beside a log. */
export function cutPath(log: string): string {
  return `${log.replace(/\.log$/, "")}.cut`;
}

/** Null when nothing was cut out, or the note cannot be used. Never throws. */
export function readCut(log: string, files: Files): LogCut | null {
  try {
    const bytes = files.readBytes(cutPath(log), { offset: 0, length: cutBytes });
    const parsed: unknown = bytes === null ? null : JSON.parse(new TextDecoder().decode(bytes));
    if (typeof parsed !== "object" || parsed === null) return null;
    const { from, to } = parsed as Record<string, unknown>;
    const isRange = isOffset(from) && isOffset(to) && from < to;
    return isRange ? { from, to } : null;
  } catch {
    return null;
  }
}

function isOffset(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** False when it could not be written. */
export function writeCut(log: string, cut: LogCut, files: Files): boolean {
  try {
    files.writeAtomic(cutPath(log), stateText("*.cut", { from: cut.from, to: cut.to }));
    return true;
  } catch (thrown) {
    if (thrown instanceof FileFault) return false;
    throw thrown;
  }
}

/** The log is whole again, as far as it goes. */
export function removeCut(log: string, files: Files): void {
  try {
    files.remove(cutPath(log));
  } catch (thrown) {
    // Retention removes it with the log.
    if (!(thrown instanceof FileFault)) throw thrown;
  }
}
