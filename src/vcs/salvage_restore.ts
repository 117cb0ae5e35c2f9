// Brings a salvage back into the work tree, all that was asked for or nothing, and never over anything that is there.
import type { Files } from "../ports/files.ts";
import type { Clock } from "../ports/clock.ts";
import type { Git } from "./git.ts";
import { describeFault } from "./git_call.ts";
import type { GitFault, GitResult } from "./git_call.ts";
import { boundedCall } from "./salvage_call.ts";
import { changesBetween, isSameEntry, pointerMode } from "./salvage_changes.ts";
import type { TreeChange } from "./salvage_changes.ts";
import { standingAt } from "./salvage_current.ts";
import type { Standing } from "./salvage_current.ts";
import { filtersOf, openOwnIndex } from "./salvage_index.ts";
import type { OwnIndex } from "./salvage_index.ts";
import { joinNul, nameFromText, nameText } from "./byte_names.ts";
import type { ByteName } from "./byte_names.ts";
import type { Salvage } from "./salvage_refs.ts";
import { restoreWorkFolder } from "./work_folder.ts";

export interface RestoreRequest {
  readonly git: Git;
  readonly files: Files;
  readonly clock: Clock;
  readonly salvage: Salvage;
  /** Files and folders below the work folder; null: all. */
  readonly paths: readonly string[] | null;
  /** Absolute; the temporary index is made in it. */
  readonly scratchFolder: string;
  /** Tells one process's temporary index from another's. */
  readonly pid: number;
}

/** A path that keeps the restore from being done. */
export interface BlockedPath {
  readonly path: string;
  readonly why: string;
}

export type RestoreOutcome =
  | {
    readonly kind: "restored";
    readonly written: readonly string[];
    readonly removed: readonly string[];
    /** Were as in the salvage already. */
    readonly unchanged: readonly string[];
    /** Pointers of submodules, which are theirs to move. */
    readonly pointers: readonly string[];
  }
  /** Nothing was changed. */
  | { readonly kind: "blocked"; readonly blocked: readonly BlockedPath[] }
  /** Nothing was changed: the salvage has nothing there. */
  | { readonly kind: "not_in_it"; readonly paths: readonly string[] }
  /** Something may be restored and something not; what was there before is in HEAD or the salvage. */
  | { readonly kind: "failed"; readonly reason: string };

const timeLimitMs = 600_000;

export async function restoreSalvage(request: RestoreRequest): Promise<RestoreOutcome> {
  const { git, files, salvage, scratchFolder, pid } = request;
  const call = boundedCall(git.call, { clock: request.clock, timeLimitMs });
  const all = await changesBetween(call, { from: salvage.base, to: salvage.sha, prefix: salvage.prefix });
  if ("kind" in all) return failed(all);
  const missing = (request.paths ?? []).filter((path) => !all.some(({ name }) => isAtOrBelow(name, path)));
  if (missing.length > 0) return { kind: "not_in_it", paths: missing };
  const wanted = request.paths === null
    ? all
    : all.filter(({ name }) => request.paths!.some((path) => isAtOrBelow(name, path)));
  const index = openOwnIndex(call, { files, folder: scratchFolder, name: `salvage-restore-${pid}.index` });
  try {
    return await restore(request, wanted, index);
  } finally {
    index.forget();
  }
}

async function restore(
  request: RestoreRequest,
  wanted: readonly TreeChange[],
  index: OwnIndex,
): Promise<RestoreOutcome> {
  const { git, files, salvage } = request;
  const changes = wanted.filter((change) => !isPointer(change));
  const standing = await comparable(request, changes, index);
  if ("kind" in standing) return failed(standing as GitFault);
  const judged = changes.map((change) => ({ ...change, verdict: judge(change, standing.get(change.name)!) }));
  const blocked = judged.flatMap(({ name, verdict }) =>
    verdict === "write" || verdict === "same" ? [] : [{ path: nameText(name), why: verdict }]
  );
  if (blocked.length > 0) return { kind: "blocked", blocked };
  const due = judged.filter(({ verdict }) => verdict === "write");
  const removed = due.filter(({ after }) => after === null).map(({ name }) => name);
  const written = due.filter(({ after }) => after !== null).map(({ name }) => name);
  const fault = await apply(index, { salvage, removed, written });
  restoreWorkFolder(files, git.workDir);
  if (fault !== null) return failed(fault);
  return {
    kind: "restored",
    written: written.map(nameText),
    removed: removed.map(nameText),
    unchanged: judged.filter(({ verdict }) => verdict === "same").map(({ name }) => nameText(name)),
    pointers: wanted.filter(isPointer).map(({ name }) => nameText(name)),
  };
}

/** The filters that failed when the salvage was made may fail still. */
async function comparable({ git, files, salvage }: RestoreRequest, changes: readonly TreeChange[], index: OwnIndex) {
  const look = async () => {
    const seeded = await index.seed(salvage.base);
    return seeded.kind === "ok" ? await standingAt(changes, { index, files, workDir: git.workDir }) : seeded;
  };
  const standing = await look();
  if (!salvage.isUnfiltered || !("kind" in standing)) return standing;
  index.silence(await filtersOf(index.call, changes.map(({ name }) => name)));
  return await look();
}

/** `write`, `same`, or why not: what is there may only be what the salvage was made on. */
function judge({ before, after }: TreeChange, standing: Standing): string {
  if (standing.kind === "folder") return "a folder is there";
  if (standing.kind === "beyond") return "a link or a file is where its folder would be";
  if (isSameEntry(standing.entry, after)) return "same";
  if (isSameEntry(standing.entry, before)) return "write";
  if (standing.entry === null) return after === null ? "same" : "write";
  return before === null ? "another file of this name is there" : "it has changed since the salvage was made";
}

async function apply(
  index: OwnIndex,
  { salvage, removed, written }: {
    readonly salvage: Salvage;
    readonly removed: readonly ByteName[];
    readonly written: readonly ByteName[];
  },
): Promise<GitFault | null> {
  const gone = await remove(index, removed, salvage.prefix);
  if (gone.kind !== "ok") return gone;
  const seeded = await index.seed(salvage.sha);
  if (seeded.kind !== "ok") return seeded;
  const given = await checkOut(index, written);
  if (given.kind === "ok") return null;
  if (!salvage.isUnfiltered) return given;
  index.silence(await filtersOf(index.call, written));
  const again = await checkOut(index, written);
  return again.kind === "ok" ? null : again;
}

function remove(index: OwnIndex, names: readonly ByteName[], prefix: string): Promise<GitResult> {
  if (names.length === 0) return Promise.resolve({ kind: "ok", stdout: new Uint8Array(), isCut: false });
  // Below the root, git rm takes the folder it runs in for a path of its own and refuses the list.
  const root = "../".repeat(prefix.split("/").length - 1) || ".";
  const start = nameFromText(prefix);
  return index.call(["-C", root, "rm", "--quiet", "--force", "--pathspec-from-file=-", "--pathspec-file-nul"], {
    stdin: joinNul(names.map((name) => start + name)),
    hasLiteralPaths: true,
  });
}

function checkOut(index: OwnIndex, names: readonly ByteName[]): Promise<GitResult> {
  return index.call(["checkout-index", "--force", "--quiet", "-z", "--stdin"], { stdin: joinNul(names) });
}

function isPointer({ before, after }: TreeChange): boolean {
  return before?.mode === pointerMode || after?.mode === pointerMode;
}

function isAtOrBelow(name: ByteName, path: string): boolean {
  const wanted = nameFromText(path);
  return path === "." || name === wanted || name.startsWith(`${wanted}/`);
}

function failed(fault: GitFault): RestoreOutcome {
  return { kind: "failed", reason: describeFault(fault) };
}
