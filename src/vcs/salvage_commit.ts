// Makes the commit of a salvage and the ref that keeps it, or finds that an earlier one holds the same.
import type { GitPlace } from "./git.ts";
import type { GitCall, GitFault } from "./git_call.ts";
import type { SalvageRequest } from "./salvage.ts";
import { printedText } from "./salvage_call.ts";
import { changesBetween, isSameEntry } from "./salvage_changes.ts";
import type { TreeChange } from "./salvage_changes.ts";
import { indexMessage, salvageMessage, salvageRef } from "./salvage_message.ts";
import { folderName, isOurs, listSalvages } from "./salvage_refs.ts";
import type { Salvage } from "./salvage_refs.ts";
import type { NotCovered } from "./salvage_scan.ts";

/** What is to be kept. */
export interface SalvageContents {
  readonly call: GitCall;
  readonly place: GitPlace;
  /** The commit it was made on; null on a branch without one. */
  readonly base: string | null;
  readonly tree: string;
  /** What the tree changes on the base. */
  readonly changes: readonly TreeChange[];
  /** The tree of what is staged; null when nothing is. */
  readonly indexTree: string | null;
  readonly count: number;
  readonly isUnfiltered: boolean;
  readonly notCovered: readonly NotCovered[];
}

/** The commit and its ref. */
export type MadeCommit =
  | { readonly kind: "ok"; readonly sha: string; readonly ref: string; readonly isReused: boolean }
  | GitFault;

const mostAttempts = 3;
/** Each comparison is a git process. */
const mostCompared = 3;

export async function commitSalvage(request: SalvageRequest, contents: SalvageContents): Promise<MadeCommit> {
  const { call, place } = contents;
  const known = await listSalvages(call);
  if (!Array.isArray(known)) return known as GitFault;
  const workDir = request.git.workDir;
  const same = await findSame(contents, known.filter((old) => isOurs(old, { place, workDir, files: request.files })));
  if (same !== null) return { kind: "ok", sha: same.sha, ref: same.ref, isReused: true };
  const taken = new Set<string>(known.map(({ ref }) => ref));
  let ref = salvageRef(request.round, { atMs: request.atMs, taken });
  request.announce?.(ref);
  const sha = await commit(request, contents);
  if (typeof sha !== "string") return sha;
  for (let attempt = 1;; attempt++) {
    const kept = await call(["update-ref", ref, sha, ""], { isWrite: true });
    if (kept.kind === "ok") return { kind: "ok", sha, ref, isReused: false };
    // Another supervisor on the same repository may have been faster by a moment.
    const isTaken = kept.kind === "failed" && /already exists/.test(kept.reason);
    if (!isTaken || attempt >= mostAttempts) return kept;
    ref = salvageRef(request.round, { atMs: request.atMs, taken: taken.add(ref) });
  }
}

/** Only what is certain counts: a second salvage costs little. */
async function findSame(contents: SalvageContents, known: readonly Salvage[]): Promise<Salvage | null> {
  const { call, base, tree, indexTree } = contents;
  for (const [i, old] of known.toReversed().entries()) {
    if ((old.index === null) !== (indexTree === null)) continue;
    if (old.tree !== tree || old.base !== base) {
      if (old.index === null && i < mostCompared && await changesTheSame(contents, old)) return old;
      continue;
    }
    if (old.index === null) return old;
    const asked = await call(["rev-parse", "--verify", "--end-of-options", `${old.index}^{tree}`]);
    if (asked.kind === "ok" && printedText(asked) === indexTree) return old;
  }
  return null;
}

/** The same files changed in the same way on another commit: what stays uncommitted while commits are made beside it. */
async function changesTheSame({ call, changes, place }: SalvageContents, old: Salvage): Promise<boolean> {
  if (old.count !== changes.length) return false;
  const before = await changesBetween(call, { from: old.base, to: old.sha, prefix: place.prefix });
  return !("kind" in before) && before.length === changes.length && before.every((change, i) => {
    const other = changes[i]!;
    return change.name === other.name && isSameEntry(change.before, other.before) &&
      isSameEntry(change.after, other.after);
  });
}

async function commit(request: SalvageRequest, contents: SalvageContents): Promise<string | GitFault> {
  const { base, tree, indexTree } = contents;
  const parents = base === null ? [] : [base];
  if (indexTree !== null) {
    const first = base ?? await emptyCommit(request, contents.call);
    if (typeof first !== "string") return first;
    const message = indexMessage(request.round);
    const index = await commitTree(request, { ...contents, tree: indexTree, parents: [first], message });
    if (typeof index !== "string") return index;
    parents.splice(0, 1, first, index);
  }
  const folder = folderName({ workDir: request.git.workDir, files: request.files });
  const facts = { ...request, ...contents, folder, prefix: contents.place.prefix, isUnborn: base === null };
  return await commitTree(request, { ...contents, tree, parents, message: salvageMessage(facts) });
}

/** What was staged is always the second parent, also where there is no commit to be the first one. */
async function emptyCommit(request: SalvageRequest, call: GitCall): Promise<string | GitFault> {
  const made = await call(["mktree"], { isWrite: true, stdin: new Uint8Array() });
  if (made.kind !== "ok") return made;
  const message = `agent-runner salvage: R${request.round}, nothing yet\n`;
  return await commitTree(request, { call, tree: printedText(made), parents: [], message });
}

async function commitTree(
  request: SalvageRequest,
  made: {
    readonly call: GitCall;
    readonly tree: string;
    readonly parents: readonly string[];
    readonly message: string;
  },
): Promise<string | GitFault> {
  const args = [
    "commit-tree",
    "--no-gpg-sign",
    made.tree,
    ...made.parents.flatMap((parent) => ["-p", parent]),
    "-F",
    "-",
  ];
  const date = `@${Math.floor(request.atMs / 1000)} +0000`;
  // The user may have given no name, or demand one: this commit is nobody's.
  const environment = Object.fromEntries(
    ["AUTHOR", "COMMITTER"].flatMap((role) => [
      [`GIT_${role}_NAME`, "agent-runner"],
      [`GIT_${role}_EMAIL`, "agent-runner@localhost"],
      [`GIT_${role}_DATE`, date],
    ]),
  );
  const stdin = new TextEncoder().encode(made.message);
  const result = await made.call(args, { isWrite: true, environment, stdin });
  return result.kind === "ok" ? printedText(result) : result;
}
