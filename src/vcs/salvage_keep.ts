// Decides which salvages have been kept long enough, and takes their refs away.
import type { Files } from "../ports/files.ts";
import type { SalvageEntry } from "../store/salvage_entries.ts";
import type { SalvageLedger } from "../store/salvage_ledger.ts";
import type { Git } from "./git.ts";
import { describeFault } from "./git_call.ts";
import { findSalvages } from "./salvage_mend.ts";
import { dropSalvage } from "./salvage_refs.ts";

export interface KeepLimits {
  /** How many of the newest are kept. */
  readonly keep: number;
  /** For how many days one is kept at most. */
  readonly keepDays: number;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

const dayMs = 86_400_000;

/** Entries to be dropped: too many or too old, and named to a later round or brought back; nothing else, ever. */
export function expiredSalvages(entries: readonly SalvageEntry[], limits: KeepLimits): readonly SalvageEntry[] {
  const there = entries.filter(({ state }) => state === "saved" || state === "offered" || state === "restored")
    .toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at));
  const oldest = limits.nowMs - limits.keepDays * dayMs;
  return there.filter(({ state, at }, i) => state !== "saved" && (i >= limits.keep || Date.parse(at) < oldest));
}

/** What was taken away, and what could not be. */
export interface KeptSalvages {
  readonly dropped: readonly (SalvageEntry & { readonly sha: string })[];
  /** Why the rest is still there; null when all went well. */
  readonly fault: string | null;
}

/** Drops what has expired. Never throws for git's failures; what fails stays until the next time. */
export async function pruneSalvages(
  git: Git,
  options: KeepLimits & { readonly ledger: SalvageLedger; readonly files: Files },
): Promise<KeptSalvages> {
  const found = await findSalvages(git, options.ledger, options.files);
  if (found.kind !== "ok") return { dropped: [], fault: describeFault(found) };
  const expired = new Set(expiredSalvages(found.entries, options).map(({ sha }) => sha));
  const dropped: (SalvageEntry & { sha: string })[] = [];
  let fault: string | null = null;
  for (const { entry } of found.salvages) {
    if (!expired.has(entry.sha)) continue;
    const failed = await dropSalvage(git.call, entry);
    if (failed === null) dropped.push(entry);
    else fault = describeFault(failed);
  }
  if (dropped.length > 0) {
    const gone = new Set(dropped.map(({ sha }) => sha));
    options.ledger.replace(
      found.entries.map((entry) => entry.sha !== null && gone.has(entry.sha) ? { ...entry, state: "dropped" } : entry),
    );
  }
  return { dropped, fault };
}
