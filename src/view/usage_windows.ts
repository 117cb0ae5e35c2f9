// Reads how much of the provider's usage windows was used when it was seen last.
import { redact } from "../core/redact.ts";
import { joinPath } from "../core/path.ts";
import type { Files } from "../ports/files.ts";
import { isObject, readJsonObject } from "../store/json_file.ts";
import { numberField } from "./field.ts";
import { epochField, shortField } from "./sight_field.ts";

const windowsShown = 8;
const mostObservations = 500;

/** One of the provider's usage windows. */
export interface WindowUse {
  readonly name: string;
  /** Share that is used, 0 to 1 and more. */
  readonly utilization: number;
  /** Epoch seconds. */
  readonly resetsAt: number;
}

/** As they were seen at the end of the newest rounds. */
export function readUsageWindows(files: Files, logDir: string): readonly WindowUse[] {
  const history = readJsonObject(files, joinPath(logDir, "pace.json"))?.["history"];
  return Array.isArray(history) ? usageWindowsOf(history) : [];
}

/** The newest observation of each window. @param history `name`, `utilization`, `resets_at` each, oldest first */
export function usageWindowsOf(history: readonly unknown[]): readonly WindowUse[] {
  const newest = new Map<string, WindowUse>();
  for (const entry of history.slice(-mostObservations)) {
    if (!isObject(entry)) continue;
    const name = shortField(entry, "name", 60);
    const utilization = numberField(entry, "utilization");
    const resetsAt = epochField(entry, "resets_at");
    if (name === null || utilization === null || utilization < 0 || resetsAt === null) continue;
    newest.set(name, { name: redact(name), utilization, resetsAt });
  }
  return [...newest.values()].slice(-windowsShown);
}
