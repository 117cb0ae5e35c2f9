// Brings the ledger of salvages in line with the refs, which are the truth when a record is lost, late or garbled.
import { isoTime } from "../core/text.ts";
import type { Files } from "../ports/files.ts";
import type { SalvageEntry } from "../store/salvage_entries.ts";
import type { SalvageLedger } from "../store/salvage_ledger.ts";
import type { Git } from "./git.ts";
import { describeFault } from "./git_call.ts";
import type { GitCall, GitFault } from "./git_call.ts";
import { changesBetween } from "./salvage_changes.ts";
import { nameText } from "./byte_names.ts";
import { isOurs, listSalvages } from "./salvage_refs.ts";
import type { Salvage } from "./salvage_refs.ts";

/** One salvage that is there, and what is remembered of it. */
export interface KnownSalvage extends Salvage {
  readonly entry: SalvageEntry & { readonly sha: string };
}

/** The salvages of this work folder, oldest first, or why git cannot say. */
export type SalvageList =
  | { readonly kind: "ok"; readonly salvages: readonly KnownSalvage[]; readonly entries: readonly SalvageEntry[] }
  | GitFault;

/** Reads refs and ledger and puts them together; writes nothing. */
export async function findSalvages(git: Git, ledger: SalvageLedger, files: Files): Promise<SalvageList> {
  const place = await git.probe();
  if (place.kind !== "ok") return place;
  const all = await listSalvages(git.call);
  if (!Array.isArray(all)) return all as GitFault;
  const ours = all.filter((salvage) => isOurs(salvage, { place, workDir: git.workDir, files }));
  const entries = reconcile(ledger.list(), ours);
  const bySha = new Map(
    entries.flatMap((entry) => entry.sha === null ? [] : [[entry.sha, { ...entry, sha: entry.sha }]]),
  );
  return { kind: "ok", salvages: ours.map((salvage) => ({ ...salvage, entry: bySha.get(salvage.sha)! })), entries };
}

/** The entries as the refs say they must be, oldest first. */
function reconcile(entries: readonly SalvageEntry[], salvages: readonly Salvage[]): readonly SalvageEntry[] {
  const alive = new Set(salvages.map(({ sha }) => sha));
  const gone = entries.flatMap((entry): SalvageEntry[] => {
    if (entry.sha === null || alive.has(entry.sha)) return [];
    return [{ ...entry, state: "dropped" }];
  });
  const there = salvages.map((salvage) => {
    const known = entries.findLast((entry) => entry.sha === salvage.sha);
    if (known === undefined || known.state === "announced") return entryFrom(salvage);
    // Its ref was made again by hand.
    if (known.state === "dropped") {
      return { ...known, state: known.offeredIn === null ? "saved" as const : "offered" as const };
    }
    return { ...known, ref: salvage.ref };
  });
  return [...gone, ...there].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

function entryFrom({ sha, ref, round, phase, atMs, count, why }: Salvage): SalvageEntry {
  return { sha, ref, round, phase, at: isoTime(atMs), files: [], count, why, state: "saved", offeredIn: null };
}

/**
 * Repairs the ledger at the start of a supervisor: settles what an earlier life announced, takes in what no record
 * tells of, and marks what is gone. Returns why it could not, or null.
 */
export async function mendSalvages(git: Git, ledger: SalvageLedger, files: Files): Promise<string | null> {
  const found = await findSalvages(git, ledger, files);
  if (found.kind !== "ok") return describeFault(found);
  const bare = new Map(found.salvages.filter(({ entry }) => entry.files.length === 0).map((one) => [one.sha, one]));
  const entries: SalvageEntry[] = [];
  for (const entry of found.entries) {
    const salvage = entry.sha === null ? undefined : bare.get(entry.sha);
    entries.push(salvage === undefined ? entry : { ...entry, files: await firstFiles(git.call, salvage) });
  }
  return ledger.replace(entries)?.message ?? null;
}

const filesNamed = 50;

async function firstFiles(call: GitCall, { base, sha, prefix }: Salvage): Promise<readonly string[]> {
  const changes = await changesBetween(call, { from: base, to: sha, prefix });
  return "kind" in changes ? [] : changes.slice(0, filesNamed).map(({ name }) => nameText(name));
}
