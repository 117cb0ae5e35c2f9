// Saves all that a work tree holds and HEAD does not as a commit under a ref of its own; nothing of the user's moves.
import type { Clock } from "../ports/clock.ts";
import type { Files } from "../ports/files.ts";
import type { Git, GitPlace } from "./git.ts";
import { describeFault } from "./git_call.ts";
import type { GitCall, GitFault } from "./git_call.ts";
import { boundedCall } from "./salvage_call.ts";
import { changesBetween } from "./salvage_changes.ts";
import { commitSalvage } from "./salvage_commit.ts";
import { openOwnIndex } from "./salvage_index.ts";
import type { OwnIndex } from "./salvage_index.ts";
import type { SalvageStamp } from "./salvage_message.ts";
import { nameText } from "./byte_names.ts";
import type { NotCovered, ScanScope, TreeScan } from "./salvage_scan.ts";
import { scanTree, withoutLarge } from "./salvage_scan.ts";
import { stagedTree } from "./salvage_staged.ts";
import { takeAll } from "./salvage_take.ts";
import type { Taken } from "./salvage_take.ts";

/** Everything a salvage needs. */
export interface SalvageRequest extends SalvageStamp {
  readonly git: Git;
  readonly files: Files;
  readonly clock: Clock;
  /** Absolute; the temporary index is made in it: the log folder. Where that has no room, in git's own folder. */
  readonly scratchFolder: string;
  /** The log folder below the work folder, from `logFolderWithin`; null when it lies elsewhere. */
  readonly logFolder: string | null;
  /** Patterns of paths that are nobody's uncommitted work. Default none. */
  readonly ownedPatterns?: readonly string[];
  /** Milliseconds since 1970; names the ref. */
  readonly atMs: number;
  /** Bytes; a larger file is named as not covered. Default: none is too large. */
  readonly fileMaxBytes?: number;
  /** For all of it. Default ten minutes. */
  readonly timeLimitMs?: number;
  /** Called about every ten seconds while git works. */
  readonly onProgress?: (elapsedMs: number) => void;
  /** Called with the name of the ref before it is made; must not throw. */
  readonly announce?: (ref: string) => void;
}

export interface SavedTree {
  readonly kind: "saved";
  /** The commit: its only identity. */
  readonly sha: string;
  readonly ref: string;
  readonly tree: string;
  /** All paths that differ from HEAD, relative to the work folder, sorted as git sorts. */
  readonly files: readonly string[];
  /** An earlier salvage holds exactly this; none was made. */
  readonly isReused: boolean;
  readonly notCovered: readonly NotCovered[];
}

/** What came of it. `clean`: there is nothing that could be saved, which `notCovered` may explain. */
export type SaveOutcome =
  | SavedTree
  | { readonly kind: "clean"; readonly notCovered: readonly NotCovered[] }
  | { readonly kind: "failed"; readonly cause: GitFault["kind"]; readonly reason: string };

const timeLimitMs = 600_000;
const indexName = "salvage.index";

/** Never throws for git's failures; the user's index, stashes, HEAD, branch and files stay as they are, byte for byte. */
export async function saveTree(request: SalvageRequest): Promise<SaveOutcome> {
  const place = await request.git.probe();
  if (place.kind !== "ok") return failed(place);
  if (!place.isWorkTree) {
    return { kind: "failed", cause: "not_a_repository", reason: "the work folder is in a bare repository" };
  }
  const call = boundedCall(request.git.call, { ...request, timeLimitMs: request.timeLimitMs ?? timeLimitMs });
  const { logFolder, ownedPatterns = [] } = request;
  const scope: ScanScope = { prefix: place.prefix, logFolder, ownedPatterns };
  const outcome = await saveBy(request, { call, place, scope, folder: request.scratchFolder });
  // A log folder without room must not cost the work: git's own folder often lies on another disk.
  if (outcome.kind !== "failed" || !outcome.reason.includes(indexName)) return outcome;
  const again = await saveBy(request, { call, place, scope, folder: place.gitDir });
  return again.kind === "failed" ? outcome : again;
}

/** @param means `folder`: where the temporary index lies */
async function saveBy(
  request: SalvageRequest,
  { folder, ...means }: Pick<Step, "call" | "place" | "scope"> & { readonly folder: string },
): Promise<SaveOutcome> {
  const index = openOwnIndex(means.call, { files: request.files, folder, name: indexName });
  try {
    const found = await scanEven(means.place, { ...means, index });
    if (found.kind !== "ok") return failed(found);
    const scan = withoutLarge(found, { ...request, workDir: request.git.workDir });
    if (scan.present.length + scan.gone.length === 0) return { kind: "clean", notCovered: scan.notCovered };
    return await save(request, { ...means, scan, index });
  } finally {
    index.forget();
  }
}

/** Looks through the user's index, which knows what is unchanged; or, when that is broken, at every file. */
async function scanEven(
  { head }: GitPlace,
  { call, scope, index }: Pick<Step, "call" | "scope" | "index">,
): Promise<TreeScan | GitFault> {
  const scan = await scanTree(call, scope);
  if (scan.kind !== "failed") return scan;
  const seeded = await index.seed(head);
  const again = seeded.kind === "ok" ? await scanTree(index.call, scope) : seeded;
  return again.kind === "ok" ? again : scan;
}

interface Step {
  readonly call: GitCall;
  readonly place: GitPlace;
  readonly scope: ScanScope;
  readonly scan: TreeScan;
  readonly index: OwnIndex;
}

async function save(request: SalvageRequest, step: Step): Promise<SaveOutcome> {
  const { call, place, scope, scan, index } = step;
  const base = scan.base;
  const taken = await takeTree(request, step);
  if (taken.kind !== "ok") return failed(taken);
  const tree = await index.writeTree();
  if (typeof tree !== "string") return failed(tree);
  // Even a comparison of two trees wants an index it can read.
  const changes = await changesBetween(index.call, { from: base, to: tree, prefix: place.prefix });
  if ("kind" in changes) return failed(changes);
  const staged = scan.isStaged ? await stagedTree(call, { base, scope, index }) : { kind: "none" as const };
  if (staged.kind !== "ok" && staged.kind !== "none") return failed(staged);
  const indexTree = staged.kind === "ok" ? staged.tree : null;
  const notCovered = [
    ...scan.notCovered,
    ...taken.notCovered,
    ...refused(scan, changes.map(({ name }) => name), taken),
  ];
  if (changes.length === 0 && indexTree === null) return { kind: "clean", notCovered };
  const stagedNames = staged.kind === "ok" ? staged.names : [];
  const files = [...new Set([...changes.map(({ name }) => name), ...stagedNames])].sort().map(nameText);
  const made = await commitSalvage(request, {
    call,
    place,
    base,
    tree,
    changes,
    indexTree,
    count: files.length,
    isUnfiltered: taken.isUnfiltered,
    notCovered,
  });
  return made.kind === "ok" ? { ...made, kind: "saved", tree, files, notCovered } : failed(made);
}

async function takeTree(request: SalvageRequest, { scan, index }: Step): Promise<Taken | GitFault> {
  const seeded = await index.seed(scan.base);
  if (seeded.kind !== "ok") return seeded;
  const dropped = await index.drop(scan.gone);
  if (dropped.kind !== "ok") return dropped;
  // A filter of the repository that hangs must leave time for an attempt without it.
  const firstTimeoutMs = (request.timeLimitMs ?? timeLimitMs) * 2 / 3;
  return await takeAll(index, scan.present, { firstTimeoutMs });
}

/** Git passes over names it holds to be dangerous, such as one that a file system would read as `.git`. */
function refused(scan: TreeScan, changed: readonly string[], taken: Taken): readonly NotCovered[] {
  const known = new Set([...changed, ...scan.gone]);
  const told = new Set(taken.notCovered.map(({ path }) => path));
  return scan.untracked.filter((name) => !known.has(name) && !told.has(nameText(name)))
    .map((name) => ({ path: nameText(name), why: "git refuses its name" }));
}

function failed(fault: GitFault): SaveOutcome {
  return { kind: "failed", cause: fault.kind, reason: describeFault(fault) };
}
