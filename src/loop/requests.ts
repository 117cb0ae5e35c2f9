// A request from another process to go on now: a file in the log folder that only counts while serve waits.
import { joinPath } from "../core/path.ts";
import { isoTime } from "../core/text.ts";
import type { Files } from "../ports/files.ts";

const longestBytes = 4096;

function folderOf(logDir: string): string {
  return joinPath(logDir, "requests");
}

/** Where the request to end a wait lies. */
export function retryPath(logDir: string): string {
  return joinPath(folderOf(logDir), "retry-now.json");
}

/** Asks the serve of this log folder to end its wait. @param from `now`: milliseconds since 1970. Throws `FileFault`. */
export function requestRetry(
  logDir: string,
  from: { readonly now: number; readonly pid: number },
  files: Files,
): void {
  files.makeDir(folderOf(logDir));
  files.writeAtomic(retryPath(logDir), `${JSON.stringify({ at: isoTime(from.now), by_pid: from.pid })}\n`);
}

/** The reading side. A request is removed when it is seen, whether it counts or not. */
export class RetryRequests {
  readonly #path: string;
  readonly #files: Files;

  constructor(logDir: string, files: Files) {
    this.#path = retryPath(logDir);
    this.#files = files;
  }

  /** Removes what was asked for before the wait that begins now. */
  clear(): void {
    this.take(Infinity);
  }

  /** Whether somebody asked at this time or later. @param since milliseconds since 1970, when the wait began */
  take(since: number): boolean {
    try {
      const info = this.#files.lstat(this.#path);
      if (info === null) return false;
      // Anything but a plain file is not opened: a pipe would block.
      const at = info.isFile ? this.#askedAt() : null;
      // What cannot be removed would end every wait from now on.
      return this.#files.remove(this.#path) && at !== null && at >= since;
    } catch {
      return false;
    }
  }

  #askedAt(): number | null {
    try {
      const bytes = this.#files.readBytes(this.#path, { offset: 0, length: longestBytes });
      const parsed = JSON.parse(new TextDecoder().decode(bytes ?? new Uint8Array())) as
        | { readonly at?: unknown }
        | null;
      const at = typeof parsed?.at === "string" ? Date.parse(parsed.at) : NaN;
      return Number.isNaN(at) ? null : at;
    } catch {
      return null;
    }
  }
}
