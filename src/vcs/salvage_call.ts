// Bounds all git commands of one salvage by one time limit, and tells while they take long.
import type { Clock } from "../ports/clock.ts";
import type { GitCall, GitFault, GitResult } from "./git_call.ts";

export interface CallBounds {
  readonly clock: Clock;
  /** Milliseconds for all commands together. */
  readonly timeLimitMs: number;
  /** Called about every ten seconds while a command runs, with the milliseconds since the first one. */
  readonly onProgress?: (elapsedMs: number) => void;
}

const tellEveryMs = 10_000;

// A shared part of a split index would be written into the repository; a warning about line ends would be an error.
const plainConfig = ["core.splitIndex=false", "core.safecrlf=false"].flatMap((setting) => ["-c", setting]);

/** The same git, with one deadline from now on. */
export function boundedCall(call: GitCall, bounds: CallBounds): GitCall {
  const { clock, timeLimitMs, onProgress } = bounds;
  const startedAt = clock.monotonic();
  const elapsedMs = () => clock.monotonic() - startedAt;
  return async (args, options = {}) => {
    const leftMs = timeLimitMs - elapsedMs();
    const isLate: GitFault = { kind: "timed_out", timeoutMs: timeLimitMs };
    if (leftMs <= 0) return isLate;
    const timeoutMs = Math.min(leftMs, options.timeoutMs ?? leftMs);
    const work = call([...plainConfig, ...args], { ...options, timeoutMs });
    const result = await (onProgress === undefined ? work : telling(work, clock, () => onProgress(elapsedMs())));
    return result.kind === "timed_out" && timeoutMs === leftMs ? isLate : result;
  };
}

async function telling(work: Promise<GitResult>, clock: Clock, tell: () => void): Promise<GitResult> {
  const over = new AbortController();
  void tellUntil(over.signal, clock, tell);
  try {
    return await work;
  } finally {
    over.abort();
  }
}

async function tellUntil(signal: AbortSignal, clock: Clock, tell: () => void): Promise<void> {
  while (await clock.sleep(tellEveryMs, signal) === "elapsed" && !signal.aborted) tell();
}

/** What a command printed, without the last line break. */
export function printedText(result: GitResult & { readonly kind: "ok" }): string {
  return new TextDecoder().decode(result.stdout).trimEnd();
}
