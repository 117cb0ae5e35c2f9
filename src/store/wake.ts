// Waits for a folder to change, with a slow safety poll for file systems that do not tell.
import type { Files } from "../ports/files.ts";

const safetyPollMs = 1000;

/**
 * Yields at once, then after each change in `folder` (a burst of them may count once) and at least every `pollMs`,
 * until `signal` fires. Changes that fall into the caller's own work are not missed.
 */
export async function* changesIn(
  files: Files,
  options: { readonly folder: string; readonly signal: AbortSignal; readonly pollMs?: number },
): AsyncGenerator<void> {
  const { folder, signal, pollMs = safetyPollMs } = options;
  const inner = new AbortController();
  const end = () => inner.abort();
  signal.addEventListener("abort", end);
  if (signal.aborted) inner.abort();
  let isDue = true;
  let wake = () => {};
  const mark = () => {
    isDue = true;
    wake();
  };
  inner.signal.addEventListener("abort", mark);
  listen(files.watch(folder, inner.signal), mark);
  try {
    while (!signal.aborted) {
      if (!isDue) await new Promise<void>((resolve) => wake = armed(resolve, pollMs));
      isDue = false;
      if (signal.aborted) return;
      yield;
    }
  } finally {
    signal.removeEventListener("abort", end);
    inner.abort();
  }
}

/** A function that resolves once, by itself after `milliseconds`. */
function armed(resolve: () => void, milliseconds: number): () => void {
  const timer = setTimeout(resolve, milliseconds);
  return () => {
    clearTimeout(timer);
    resolve();
  };
}

async function listen(changes: AsyncIterable<void>, mark: () => void): Promise<void> {
  try {
    for await (const _ of changes) mark();
  } catch {
    // Notification is a luxury: without it the safety poll carries on.
  }
}
