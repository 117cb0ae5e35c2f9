// Finds the compiler and the runtime part that a binary is made of, for each target.
import type { Target } from "./targets.ts";
import { hostTarget } from "./targets.ts";

/** What compiles for one target. */
export interface Toolset {
  readonly compiler: string;
  /** File with the runtime part; null when the compiler fetches it itself. */
  readonly runtime: string | null;
}

/**
 * `DENO_COMPILER` names the compiler (default: the Deno that runs this), `DENORT_BIN` a runtime part at hand. That part is
 * of the host's kind, so it is used for the host's target only.
 */
export function toolsetFor(
  target: Target,
  { env, host = hostTarget() }: { readonly env: Readonly<Record<string, string>>; readonly host?: Target | null },
): Toolset {
  const compiler = env.DENO_COMPILER || Deno.execPath();
  const isHost = host !== null && host.triple === target.triple;
  return { compiler, runtime: isHost && env.DENORT_BIN ? env.DENORT_BIN : null };
}
