// Finds out what came of stashes that were announced by a life of the supervisor which then ended.
import type { Git } from "./git.ts";
import type { OrphanLedger } from "./orphan.ts";
import { findStash } from "./stash_list.ts";

/** What was found: stashes that had been made after all, and announcements nothing came of. */
export interface MendedOrphans {
  readonly confirmed: readonly { readonly round: number; readonly ref: string }[];
  readonly dropped: readonly { readonly round: number }[];
}

/** Settles every pending entry by its message; keeps those git cannot tell about now. Never throws. */
export async function mendOrphans(git: Git, ledger: OrphanLedger): Promise<MendedOrphans> {
  const confirmed: { round: number; ref: string }[] = [];
  const dropped: { round: number }[] = [];
  for (const entry of ledger.pending()) {
    const found = await findStash(git, entry.stashMessage);
    if (found.kind !== "ok") continue;
    const { roundNumber: round, phase, files, stashMessage: message } = entry;
    if (found.top === null) {
      ledger.drop(message);
      dropped.push({ round });
      continue;
    }
    ledger.confirm({ round, phase, files, message, atMs: Date.parse(entry.timestamp) || 0 }, found.top.sha);
    confirmed.push({ round, ref: found.top.sha });
  }
  return { confirmed, dropped };
}
