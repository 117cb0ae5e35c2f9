// Reads the small state files of the log folder, whatever they hold.
import { FileFault } from "../ports/files.ts";
import type { Files } from "../ports/files.ts";

const longestBytes = 1024 * 1024;
const strict = new TextDecoder("utf-8", { fatal: true });

/** The object in a JSON file; null when it is absent, unreadable, over 1 MiB, no UTF-8, no JSON or no object. */
export function readJsonObject(files: Files, path: string): Readonly<Record<string, unknown>> | null {
  try {
    if (files.stat(path)?.isFile !== true) return null;
    const bytes = files.readBytes(path, { offset: 0, length: longestBytes + 1 });
    if (bytes === null || bytes.length > longestBytes) return null;
    const value: unknown = JSON.parse(strict.decode(bytes));
    return isObject(value) ? value : null;
  } catch (thrown) {
    // A file that is not ours to read, or that holds something else, tells nothing; a bug still shows itself.
    if (thrown instanceof FileFault || thrown instanceof SyntaxError || thrown instanceof TypeError) return null;
    throw thrown;
  }
}

/** Whether a value is an object with keys, neither null nor a list. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
