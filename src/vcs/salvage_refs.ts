// Lists the salvages of a repository and takes single ones away: the refs are the truth, whatever a record says.
import type { Files } from "../ports/files.ts";
import type { GitPlace } from "./git.ts";
import type { GitCall, GitFault } from "./git_call.ts";
import { printedText } from "./salvage_call.ts";
import { readSalvageMessage, readSalvageRef, salvageRefs } from "./salvage_message.ts";
import type { SalvageFacts } from "./salvage_message.ts";

/** One salvage as git has it. */
export interface Salvage extends SalvageFacts {
  readonly sha: string;
  readonly ref: string;
  readonly tree: string;
  /** The commit it was made on; null on a branch without one. */
  readonly base: string | null;
  /** The commit that holds what was staged; null when nothing was. */
  readonly index: string | null;
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

const fields = ["refname", "objectname", "tree", "parent", "contents"].map((field) => `%(${field})%00`).join("");
const fieldCount = 5;

/** Every salvage of the repository, oldest first; broken refs and foreign ones are left out. */
export async function listSalvages(call: GitCall): Promise<readonly Salvage[] | GitFault> {
  const listed = await call(["for-each-ref", `--format=${fields}`, salvageRefs]);
  if (listed.kind === "ok") return inOrder(parseSalvages(listed.stdout));
  if (listed.kind !== "failed") return listed;
  // One ref to a lost object fails the whole list.
  const names = await call(["for-each-ref", "--format=%(refname)", salvageRefs]);
  if (names.kind !== "ok") return names;
  const found: Salvage[] = [];
  for (const ref of printedText(names).split("\n").filter((name) => name !== "")) {
    const single = await call(["for-each-ref", `--format=${fields}`, ref]);
    if (single.kind === "ok") found.push(...parseSalvages(single.stdout));
    else if (single.kind !== "failed") return single;
  }
  return inOrder(found);
}

function parseSalvages(bytes: Uint8Array): readonly Salvage[] {
  const words = new TextDecoder().decode(bytes).split("\0");
  const found: Salvage[] = [];
  for (let i = 0; i + fieldCount <= words.length; i += fieldCount) {
    // Each ref but the first begins behind the line break of the one before.
    const [ref, sha, tree, parents, message] = words.slice(i, i + fieldCount) as [string, ...string[]];
    const named = readSalvageRef(ref.trimStart());
    if (named === null || !isId(sha) || !isId(tree)) continue;
    const [first = null, index = null] = (parents ?? "").split(" ").filter(isId);
    const facts = readSalvageMessage(message ?? "", named.round);
    const base = facts.isUnborn ? null : first;
    found.push({ ...facts, base, sha, tree, ref: ref.trimStart(), index, atMs: named.atMs });
  }
  return found;
}

function isId(text: string | undefined): text is string {
  return text !== undefined && /^[0-9a-f]{40,64}$/.test(text);
}

function inOrder(salvages: readonly Salvage[]): readonly Salvage[] {
  return salvages.toSorted((a, b) => a.atMs - b.atMs || a.round - b.round || (a.ref < b.ref ? -1 : 1));
}

/**
 * Whether it was made in this work folder, or in one that is gone (it was moved, perhaps here): several work trees and
 * folders of one repository may each have their own.
 */
export function isOurs(
  salvage: SalvageFacts,
  here: { readonly place: GitPlace; readonly workDir: string; readonly files: Files },
): boolean {
  if (salvage.prefix !== here.place.prefix) return false;
  if (salvage.folder === folderName(here)) return true;
  try {
    return here.files.stat(salvage.folder) === null;
  } catch {
    return false;
  }
}

/** The work folder as salvages name it. */
export function folderName({ workDir, files }: { readonly workDir: string; readonly files: Files }): string {
  try {
    return files.realPath(workDir) ?? workDir;
  } catch {
    return workDir;
  }
}

/** Takes a salvage's ref away if it still is what it was. Its objects stay until git's next clean-up. */
export async function dropSalvage(
  call: GitCall,
  salvage: { readonly ref: string; readonly sha: string },
): Promise<GitFault | null> {
  const result = await call(["update-ref", "-d", salvage.ref, salvage.sha], { isWrite: true });
  return result.kind === "ok" ? null : result;
}

/** What came of making a branch. */
export type BranchOutcome =
  | { readonly kind: "ok" }
  | { readonly kind: "bad_name" }
  | { readonly kind: "exists" }
  | GitFault;

/** Makes a branch whose tip is the salvage; HEAD and the work tree stay as they are. */
export async function branchFrom(
  call: GitCall,
  branch: { readonly name: string; readonly sha: string },
): Promise<BranchOutcome> {
  const ref = `refs/heads/${branch.name}`;
  const checked = await call(["check-ref-format", ref]);
  if (branch.name.startsWith("-") || branch.name === "HEAD" || checked.kind === "failed") return { kind: "bad_name" };
  if (checked.kind !== "ok") return checked;
  const made = await call(["update-ref", ref, branch.sha, ""], { isWrite: true });
  if (made.kind === "ok") return { kind: "ok" };
  return made.kind === "failed" && /exists/.test(made.reason) ? { kind: "exists" } : made;
}
