// File notification that degrades to a slow poll where it cannot be had.
const pollMs = 1000;

/** Yields whenever something at `path` may have changed, until `signal` fires. */
export async function* watchPath(path: string, signal: AbortSignal): AsyncIterable<void> {
  while (!signal.aborted) {
    const watcher = open(path);
    if (watcher === null) {
      await pause(signal);
      if (!signal.aborted) yield;
      continue;
    }
    const close = () => closeQuietly(watcher);
    signal.addEventListener("abort", close);
    try {
      for await (const event of watcher) {
        yield;
        if (event.kind === "remove" && !exists(path)) break;
      }
    } catch {
      // The watcher was closed or its folder is gone: the loop tries again, or ends with the signal.
    } finally {
      signal.removeEventListener("abort", close);
      close();
    }
    if (!signal.aborted) await pause(signal);
  }
}

function open(path: string): Deno.FsWatcher | null {
  try {
    return Deno.watchFs(path, { recursive: false });
  } catch {
    return null;
  }
}

function closeQuietly(watcher: Deno.FsWatcher): void {
  try {
    watcher.close();
  } catch {
    // Already closed.
  }
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

function pause(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, pollMs);
    signal.addEventListener("abort", end);
  });
}
