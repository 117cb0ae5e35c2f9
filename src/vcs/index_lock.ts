// Lives with git's index lock: waits while another git holds it, clears the one a killed git of ours left behind.
import { joinPath } from "../core/path.ts";
import type { Clock } from "../ports/clock.ts";
import type { FileInfo, Files } from "../ports/files.ts";
import type { GitResult } from "./git_call.ts";

export interface IndexLock {
  /**
   * Runs a command once nobody holds the lock, and again when it lost a race for it.
   * `mayRetry` is asked before it runs again. What it returns at last may still be a failure for the lock.
   */
  run(
    command: () => Promise<GitResult>,
    options?: { readonly mayRetry?: () => Promise<boolean> },
  ): Promise<GitResult>;
  /** Removes the lock that a git of ours left when it was killed. True when there is none afterwards. */
  clearAfterKill(): Promise<boolean>;
}

/** The lock of one work tree's index. `gitDir`: folder the index lies in. */
export function indexLock(options: {
  readonly files: Files;
  readonly clock: Clock;
  readonly gitDir: string;
  /** Milliseconds spent waiting at most. */
  readonly patienceMs: number;
}): IndexLock {
  const { files, clock } = options;
  const path = joinPath(options.gitDir, "index.lock");

  async function run(
    command: () => Promise<GitResult>,
    { mayRetry = () => Promise.resolve(true) }: { readonly mayRetry?: () => Promise<boolean> } = {},
  ): Promise<GitResult> {
    const deadline = clock.monotonic() + options.patienceMs;
    for (let pauseMs = 50;; pauseMs = Math.min(500, pauseMs * 2)) {
      const isLate = clock.monotonic() >= deadline;
      if (lookAt(files, path) === null || isLate) {
        const result = await command();
        // A git that broke down leaves its lock, as one that was killed does.
        if (result.kind === "failed" && isSignal(result.code)) {
          await clearAfterKill();
          return result;
        }
        const isLost = result.kind === "failed" && (lookAt(files, path) !== null || speaksOfLock(result.reason));
        if (!isLost) return result;
        if (isLate || !await mayRetry()) return { ...result, reason: `another git holds '${path}'` };
      }
      await clock.sleep(pauseMs);
    }
  }

  async function clearAfterKill(): Promise<boolean> {
    const before = lookAt(files, path);
    if (before === null) return true;
    // A git that lives would take a new lock or be done with this one; the one of a killed git just stays.
    await clock.sleep(1_000);
    const after = lookAt(files, path);
    if (after === null) return true;
    if (after.inode !== before.inode || after.modifiedAt !== before.modifiedAt || after.size !== before.size) {
      return false;
    }
    try {
      return files.remove(path);
    } catch {
      return false;
    }
  }

  return { run, clearAfterKill };
}

/** Below 0 by the port; behind a wrapper the shell's spelling of SIGILL, SIGABRT, SIGBUS, SIGFPE, SIGKILL or SIGSEGV. */
function isSignal(code: number): boolean {
  return code < 0 || [132, 134, 135, 136, 137, 139].includes(code);
}

function speaksOfLock(reason: string): boolean {
  return /index\.lock|could not write index|Unable to write new index/.test(reason);
}

function lookAt(files: Files, path: string): FileInfo | null {
  try {
    return files.lstat(path);
  } catch {
    return null;
  }
}
