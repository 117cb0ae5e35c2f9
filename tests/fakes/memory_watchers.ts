// Who watches which path of the file system in memory, and how they are woken.
import { normalizePath } from "../../src/core/path.ts";

/** Subscriptions to paths; a change of a path wakes whoever watches it or a folder above it. */
export class MemoryWatchers {
  readonly #watchers = new Set<{ readonly path: string; readonly wake: () => void }>();

  /** Wakes whoever watches `path` or a folder above it. */
  touch(path: string): void {
    const normal = normalizePath(path);
    for (const watcher of this.#watchers) {
      if (normal === watcher.path || normal.startsWith(`${watcher.path}/`)) watcher.wake();
    }
  }

  /** Yields after every change since it was last asked, until `signal` fires. */
  async *watch(path: string, signal: AbortSignal): AsyncIterable<void> {
    let isDue = false;
    let resume = () => {};
    const watcher = {
      path: normalizePath(path),
      wake: () => {
        isDue = true;
        resume();
      },
    };
    const onAbort = () => resume();
    this.#watchers.add(watcher);
    signal.addEventListener("abort", onAbort);
    try {
      while (!signal.aborted) {
        if (!isDue) await new Promise<void>((resolve) => resume = resolve);
        if (signal.aborted) return;
        isDue = false;
        yield;
      }
    } finally {
      this.#watchers.delete(watcher);
      signal.removeEventListener("abort", onAbort);
    }
  }
}
