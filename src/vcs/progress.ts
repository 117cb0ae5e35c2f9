// Says what changed below the work folder between two moments; where git cannot tell, that is an answer of its own.
import type { RoundChange } from "../core/change.ts";
import { unknownChange } from "../core/change.ts";
import type { Clock } from "../ports/clock.ts";
import type { TreeCheck } from "./dirty.ts";
import { exclusion } from "./git.ts";
import type { Git } from "./git.ts";
import { describeFault } from "./git_call.ts";
import type { GitCall, GitFault } from "./git_call.ts";
import type { SaveOutcome } from "./salvage.ts";
import { boundedCall, printedText } from "./salvage_call.ts";
import { emptyTree } from "./salvage_changes.ts";

/** Where the work folder stood at one moment. */
export type Standing =
  | {
    readonly kind: "known";
    /** Null on a branch without a commit. */
    readonly head: string | null;
    /** Null when HEAD is detached. */
    readonly branch: string | null;
    readonly isDirty: boolean;
    /** The tree that holds what was uncommitted, too; null where nothing was, or it could not be taken. */
    readonly tree: string | null;
    /** Something in it is beyond git, such as what is uncommitted inside a submodule. */
    readonly hasGaps: boolean;
  }
  | { readonly kind: "unknown"; readonly reason: string };

type Known = Standing & { readonly kind: "known" };

/** Where to compare. */
export interface CompareRequest {
  readonly git: Git;
  readonly clock: Clock;
  /** The log folder below the work folder, from `logFolderWithin`; null when it lies elsewhere. */
  readonly logFolder: string | null;
}

/** For all git commands of one comparison. */
const timeLimitMs = 10_000;

/** @param saved what saving the uncommitted work came to; null where nothing was saved */
export function standingOf(check: TreeCheck, saved: SaveOutcome | null): Standing {
  if (check.kind === "unknown") return { kind: "unknown", reason: check.reason };
  const { head, branch } = check;
  const isDirty = check.kind === "dirty";
  const known = { kind: "known" as const, head, branch, isDirty, tree: null, hasGaps: false };
  if (!isDirty) return known;
  switch (saved?.kind) {
    case undefined:
    case "failed":
      return known;
    case "clean":
      // What differs is beyond git, or does not differ in what it holds.
      return { ...known, isDirty: false, hasGaps: saved.notCovered.length > 0 };
    case "saved":
      return { ...known, tree: isObjectId(saved.tree) ? saved.tree : null, hasGaps: saved.notCovered.length > 0 };
    default:
      return saved satisfies never;
  }
}

/** The same with work that was uncommitted then and has been put away since. */
export function withWork(standing: Standing): Standing {
  return standing.kind === "known" ? { ...standing, isDirty: true, tree: null } : standing;
}

/** No git process where nothing moved, three at most. */
export async function changeBetween(
  moments: { readonly before: Standing; readonly after: Standing },
  request: CompareRequest,
): Promise<RoundChange> {
  const { before, after } = moments;
  const heads = { headBefore: headOf(before), headAfter: headOf(after) };
  if (before.kind === "unknown") return unknownChange(before.reason, heads);
  if (after.kind === "unknown") return unknownChange(after.reason, heads);
  if (before.branch !== after.branch) {
    const now = after.branch === null ? "HEAD is detached" : `the branch is '${after.branch}'`;
    return unknownChange(`${now} and was not before the round`, heads);
  }
  const call = boundedCall(request.git.call, { clock: request.clock, timeLimitMs });
  const scope = ["--", ".", ...request.logFolder === null ? [] : [exclusion(request.logFolder)]];
  const [commits, numbers] = await Promise.all([
    commitsBetween(call, { before, after, scope }),
    numbersBetween(call, { before, after, scope }),
  ]);
  if (typeof commits === "string") return unknownChange(commits, heads);
  if (typeof numbers === "string") return unknownChange(numbers, heads);
  const hasChanged = commits > 0 || numbers === null || numbers.files > 0;
  if (!hasChanged && (before.hasGaps || after.hasGaps)) {
    return unknownChange("not all that is uncommitted can be compared", heads);
  }
  if (!hasChanged && after.head === null) return unknownChange("there is no commit yet", heads);
  const counts = numbers ?? { files: null, insertions: null, deletions: null };
  return { kind: hasChanged ? "some" : "none", ...heads, commits, ...counts, reason: null };
}

interface Pair {
  readonly before: Known;
  readonly after: Known;
  /** Words that limit a command to our part of the tree. */
  readonly scope: readonly string[];
}

/** How many commits were added; or why that cannot be told. */
async function commitsBetween(call: GitCall, { before, after, scope }: Pair): Promise<number | string> {
  if (before.head === after.head) return 0;
  if (after.head === null) return "the branch has no commit any more";
  if (before.head !== null) {
    const asked = await call(["merge-base", "--is-ancestor", before.head, after.head]);
    // Exit code 1: it is none.
    if (asked.kind === "failed" && asked.code === 1) return "the history before the round was rewritten or left";
    if (asked.kind !== "ok") return describeFault(asked);
  }
  const range = before.head === null ? after.head : `${before.head}..${after.head}`;
  const counted = await call(["rev-list", "--count", range, ...scope]);
  if (counted.kind !== "ok") return describeFault(counted);
  const count = Number(printedText(counted) || "x");
  return Number.isSafeInteger(count) ? count : "git did not count the commits";
}

interface Numbers {
  readonly files: number;
  readonly insertions: number;
  readonly deletions: number;
}

const same: Numbers = { files: 0, insertions: 0, deletions: 0 };

/** Null: there is something uncommitted that was not there before, but it could not be taken; a text: why it cannot be told. */
async function numbersBetween(
  call: GitCall,
  { before, after, scope }: Pair,
): Promise<Numbers | null | string> {
  const isTaken = (standing: Known) => !standing.isDirty || standing.tree !== null;
  if (!isTaken(after)) return before.isDirty ? "what is uncommitted could not be compared" : null;
  if (!isTaken(before)) return "what was uncommitted before the round could not be compared";
  const from = before.tree ?? before.head ?? await emptyTree(call);
  const to = after.tree ?? after.head ?? await emptyTree(call);
  const fault = [from, to].find((side): side is GitFault => typeof side !== "string");
  if (fault !== undefined) return describeFault(fault);
  if (from === to) return same;
  const result = await call([
    "diff-tree",
    "-r",
    "--shortstat",
    "--no-renames",
    "--no-ext-diff",
    "--no-textconv",
    "--ignore-submodules=none",
    from as string,
    to as string,
    ...scope,
    // What a partial clone has yet to fetch is no reason to ask the network.
  ], { environment: { GIT_NO_LAZY_FETCH: "1" } });
  return result.kind === "ok" ? parseShortstat(printedText(result)) : describeFault(result);
}

/** Reads ` 3 files changed, 5 insertions(+), 2 deletions(-)`; the reason where it is something else. */
export function parseShortstat(text: string): Numbers | string {
  if (text.trim() === "") return same;
  const found = /^\s*(\d+) files? changed(?:, (\d+) insertions?\(\+\))?(?:, (\d+) deletions?\(-\))?\s*$/.exec(text);
  if (found === null) return "git's comparison could not be read";
  const [, files, insertions = "0", deletions = "0"] = found;
  return { files: Number(files), insertions: Number(insertions), deletions: Number(deletions) };
}

function headOf(standing: Standing): string | null {
  return standing.kind === "known" ? standing.head : null;
}

/** A standing as a state file holds it. */
export function standingFields(standing: Standing): Readonly<Record<string, unknown>> {
  if (standing.kind === "unknown") return standing;
  const { kind, head, branch, isDirty, tree, hasGaps } = standing;
  return { kind, head, branch, is_dirty: isDirty, tree, has_gaps: hasGaps };
}

/** The same read back: whatever is not exactly that is null. */
export function standingFrom(value: unknown): Standing | null {
  if (typeof value !== "object" || value === null) return null;
  const source = value as Readonly<Record<string, unknown>>;
  const { kind, head, branch, is_dirty: isDirty, tree, has_gaps: hasGaps, reason } = source;
  if (kind === "unknown" && typeof reason === "string") return { kind, reason };
  const isId = (id: unknown): id is string | null => id === null || isObjectId(id);
  const isGood = kind === "known" && isId(head) && isId(tree) && (branch === null || typeof branch === "string") &&
    typeof isDirty === "boolean" && typeof hasGaps === "boolean";
  return isGood ? { kind, head, branch, isDirty, tree, hasGaps } : null;
}

function isObjectId(value: unknown): value is string {
  return typeof value === "string" && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(value);
}
