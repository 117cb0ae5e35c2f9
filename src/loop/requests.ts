// Requests from another process, each a file in the log folder: to go on now, or to end the round that runs.
import { joinPath } from "../core/path.ts";
import { isoTime } from "../core/text.ts";
import type { Files } from "../ports/files.ts";
import { stateText } from "../store/formats.ts";
import { isObject } from "../store/json_file.ts";

const longestBytes = 4096;

/** Where requests lie. */
export function requestsFolder(logDir: string): string {
  return joinPath(logDir, "requests");
}

/** Where the request to end a wait lies. */
export function retryPath(logDir: string): string {
  return joinPath(requestsFolder(logDir), "retry-now.json");
}

/** Asks the serve of this log folder to end its wait. @param from `now`: milliseconds since 1970. Throws `FileFault`. */
export function requestRetry(
  logDir: string,
  from: { readonly now: number; readonly pid: number },
  files: Files,
): void {
  files.makeDir(requestsFolder(logDir));
  files.writeAtomic(retryPath(logDir), stateText("requests/*.json", { at: isoTime(from.now), by_pid: from.pid }));
}

/** Where the request to end the running round lies. */
export function cancelPath(logDir: string): string {
  return joinPath(requestsFolder(logDir), "cancel.json");
}

/** Asks the serve of this log folder to have the agent of one round finish. @param from as for `requestRetry`. Throws `FileFault`. */
export function requestCancel(
  logDir: string,
  from: { readonly now: number; readonly pid: number; readonly round: number },
  files: Files,
): void {
  files.makeDir(requestsFolder(logDir));
  const request = { at: isoTime(from.now), by_pid: from.pid, round_num: from.round };
  files.writeAtomic(cancelPath(logDir), stateText("requests/*.json", request));
}

/** The reading side of `requestRetry`. A request is removed when it is seen, whether it counts or not. */
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
    const at = takeRequest(this.#path, this.#files)?.at;
    // What is no time is no number, and never late enough.
    return typeof at === "string" && Date.parse(at) >= since;
  }
}

/** The reading side of `requestCancel`. A request is removed when it is seen, whether it counts or not. */
export class CancelRequests {
  readonly #path: string;
  readonly #files: Files;

  constructor(logDir: string, files: Files) {
    this.#path = cancelPath(logDir);
    this.#files = files;
  }

  /** Whether somebody asked for the end of this round: one that was meant for an earlier round never ends a later one. */
  take(round: number): boolean {
    return takeRequest(this.#path, this.#files)?.round_num === round;
  }
}

/** What is asked for, and removes it; null when there is nothing, when it is no request, or when it cannot be removed. */
export function takeRequest(
  path: string,
  files: Files,
  mostBytes = longestBytes,
): Readonly<Record<string, unknown>> | null {
  try {
    const info = files.lstat(path);
    if (info === null) return null;
    // Anything but a plain file is not opened: a pipe would block.
    const request = info.isFile ? parseRequest(path, files, mostBytes) : null;
    // What cannot be removed would be obeyed again and again.
    return files.remove(path) ? request : null;
  } catch {
    return null;
  }
}

function parseRequest(path: string, files: Files, mostBytes: number): Readonly<Record<string, unknown>> | null {
  try {
    const bytes = files.readBytes(path, { offset: 0, length: mostBytes });
    const parsed: unknown = JSON.parse(new TextDecoder().decode(bytes ?? new Uint8Array()));
    return isObject(parsed) ? parsed : null;
  } catch {
    return null;
  }
}
