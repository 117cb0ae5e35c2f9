// Names of the files that hold one UTC month each: events-YYYY-MM.jsonl and metrics-YYYY-MM.jsonl.
import { joinPath } from "../core/path.ts";
import { monthOf } from "../core/text.ts";
import type { Files } from "../ports/files.ts";

/** What the files of a month hold. */
export type MonthFileKind = "events" | "metrics";

/** One file of a month; `month` is `YYYY-MM`. */
export interface MonthFile {
  readonly name: string;
  readonly path: string;
  readonly month: string;
}

/** Path of the file for a moment. @param at epoch milliseconds. */
export function monthPath(logDir: string, options: { readonly kind: MonthFileKind; readonly at: number }): string {
  return joinPath(logDir, `${options.kind}-${monthOf(options.at)}.jsonl`);
}

/** Month files in the log folder, oldest first; folders and pipes of such a name are left out. Throws `FileFault`. */
export function monthFiles(
  files: Files,
  options: { readonly logDir: string; readonly kind: MonthFileKind },
): MonthFile[] {
  const found: MonthFile[] = [];
  for (const name of files.list(options.logDir)) {
    const match = /^(events|metrics)-(\d{4}-(?:0[1-9]|1[0-2]))\.jsonl$/.exec(name);
    if (match === null || match[1] !== options.kind) continue;
    const path = joinPath(options.logDir, name);
    if (files.stat(path)?.isFile === true) found.push({ name, path, month: match[2]! });
  }
  return found;
}
