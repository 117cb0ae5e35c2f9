// Builds the tree of what is staged below the work folder, from the user's index and without writing to it.
import type { GitCall, GitFault } from "./git_call.ts";
import { emptyTree, parseChanges, rawForm } from "./salvage_changes.ts";
import type { TreeChange, TreeEntry } from "./salvage_changes.ts";
import type { OwnIndex } from "./salvage_index.ts";
import { nameFromText, nameText } from "./byte_names.ts";
import type { ByteName } from "./byte_names.ts";
import { isOwned, scopeArguments } from "./salvage_scan.ts";
import type { ScanScope } from "./salvage_scan.ts";

/** What is staged. `none`: the index holds what HEAD does. */
export type StagedTree =
  | { readonly kind: "ok"; readonly tree: string; readonly names: readonly ByteName[] }
  | { readonly kind: "none" }
  | GitFault;

const mostBytes = 64 * 1024 * 1024;

/** Unmerged entries are left out: what they were made of is in commits. Overwrites what `index` holds. */
export async function stagedTree(
  call: GitCall,
  { base, scope, index }: { readonly base: string | null; readonly scope: ScanScope; readonly index: OwnIndex },
): Promise<StagedTree> {
  const from = base ?? await emptyTree(call);
  if (typeof from !== "string") return from;
  const form = ["--cached", "--ita-invisible-in-index", ...rawForm];
  const listed = await call(["diff-index", ...form, from, ...scopeArguments(scope)], { maxOutputBytes: mostBytes });
  if (listed.kind !== "ok") return listed;
  const changes = parseChanges(listed.stdout, scope.prefix).filter(({ name }) => !isOwned(nameText(name), scope));
  if (changes.length === 0) return { kind: "none" };
  const seeded = await index.seed(base);
  if (seeded.kind !== "ok") return seeded;
  const prefix = nameFromText(scope.prefix);
  const set = await index.set(changes.map((change) => [prefix + change.name, change.after ?? nothing(change)]));
  if (set.kind !== "ok") return set;
  const tree = await index.writeTree();
  return typeof tree === "string" ? { kind: "ok", tree, names: changes.map(({ name }) => name) } : tree;
}

function nothing({ before }: TreeChange): TreeEntry {
  return { mode: "0", id: "0".repeat(before?.id.length ?? 40) };
}
