// Does the newest file of events and of metrics end with a whole line; a torn one is kept apart.
import { baseName } from "../../core/path.ts";
import { fileStamp } from "../../core/text.ts";
import type { Files } from "../../ports/files.ts";
import { isObject } from "../../store/json_file.ts";
import { monthFiles } from "../../store/month_files.ts";
import type { MonthFileKind } from "../../store/month_files.ts";
import type { Finding, ProjectScene } from "./check.ts";
import { ok, warn } from "./check.ts";

const newline = 10;
const longestTail = 4 * 1024 * 1024;
/** A larger file is not rewritten: its torn line is only ended. */
const largestRewritten = 32 * 1024 * 1024;
const kinds: readonly MonthFileKind[] = ["events", "metrics"];

export function checkRecordFiles(scene: ProjectScene): readonly Finding[] {
  const { world: { files }, config } = scene;
  return kinds.flatMap((kind) => {
    const newest = monthFiles(files, { logDir: config.runtime.logDir, kind }).at(-1);
    if (newest === undefined) return [];
    const tail = tornTail(newest.path, files);
    if (tail === null) return [ok(kind, newest.name)];
    return [warn(kind, {
      found: `the last line of ${newest.name} is torn (${tail.length} bytes): its writer died, or the disk was full`,
      fix: scene.isSupervised
        ? "Nothing: the next record ends it, and readers skip it"
        : "agent-runner doctor --fix keeps it apart; readers skip it either way",
      mend: { needsLock: true, run: () => mendTail(newest.path, scene) },
    })];
  });
}

/** What stands behind the last newline, at most 4 MiB of it; null when the file is empty or ends with a newline. */
function tornTail(path: string, files: Files): Uint8Array | null {
  const size = files.stat(path)?.size ?? 0;
  const length = Math.min(size, longestTail);
  const bytes = files.readBytes(path, { offset: size - length, length });
  if (bytes === null || bytes.length === 0 || bytes.at(-1) === newline) return null;
  return bytes.subarray(bytes.lastIndexOf(newline) + 1);
}

function mendTail(path: string, { world: { files, clock } }: ProjectScene): string | null {
  const tail = tornTail(path, files);
  if (tail === null) return null;
  const size = files.stat(path)?.size ?? 0;
  const isLong = tail.length === Math.min(size, longestTail) && size > longestTail;
  if (isWhole(tail) || isLong || size > largestRewritten) {
    files.append(path, new Uint8Array([newline]));
    return `ended the last line of ${baseName(path)}`;
  }
  const aside = `${path}.corrupt-${fileStamp(clock.now())}`;
  files.writeAtomic(aside, tail, { isDurable: true });
  const rest = files.readBytes(path, { offset: 0, length: size - tail.length }) ?? new Uint8Array();
  files.writeAtomic(path, rest, { isDurable: true });
  return `moved the torn line to ${baseName(aside)}`;
}

/** Only its newline is missing. */
function isWhole(tail: Uint8Array): boolean {
  try {
    return isObject(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(tail)));
  } catch {
    return false;
  }
}
