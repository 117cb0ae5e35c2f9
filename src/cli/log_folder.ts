// What every reading verb does with the log folder: opens its events, and tells when it may not be read.
import { OperatorError } from "../core/errors.ts";
import { FileFault } from "../ports/files.ts";

/** Runs `read`; a folder or file that cannot be read becomes an `OperatorError` with what to do. */
export async function readingLogs<T>(read: () => T | Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (thrown) {
    if (!(thrown instanceof FileFault)) throw thrown;
    throw new OperatorError(`Cannot read '${thrown.path}': ${thrown.message}`, {
      fix: thrown.kind === "denied"
        ? "Run this as the user that runs serve, or give yourself the right to read the log folder"
        : "See what is at that path",
    });
  }
}
