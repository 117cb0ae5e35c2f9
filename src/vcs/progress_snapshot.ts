// Takes all that stands below a dirty work folder into a tree of its own, to compare it with what a round leaves.
import type { Clock } from "../ports/clock.ts";
import type { Files } from "../ports/files.ts";
import { checkTree } from "./dirty.ts";
import type { Git } from "./git.ts";
import { describeFault } from "./git_call.ts";
import type { GitFault, GitResult } from "./git_call.ts";
import type { Standing } from "./progress.ts";
import { boundedCall } from "./salvage_call.ts";
import { openOwnIndex } from "./salvage_index.ts";
import { scanTree, withoutLarge } from "./salvage_scan.ts";

export interface SnapshotRequest {
  readonly git: Git;
  readonly files: Files;
  readonly clock: Clock;
  /** The log folder below the work folder, from `logFolderWithin`; null when it lies elsewhere. */
  readonly logFolder: string | null;
  /** Absolute; for a temporary index: the log folder. */
  readonly scratchFolder: string;
  readonly ownedPatterns: readonly string[];
  /** Bytes; as for salvages, so that the two can be compared. */
  readonly fileMaxBytes: number;
}

const indexName = "progress.index";
const timeLimitMs = 10_000;

/** One git process where nothing is uncommitted. The user's index, stashes, HEAD, branch and files stay as they are. */
export async function standingNow(request: SnapshotRequest): Promise<Standing> {
  const check = await checkTree(request);
  switch (check.kind) {
    case "clean":
      return { kind: "known", head: check.head, branch: check.branch, isDirty: false, tree: null, hasGaps: false };
    case "dirty":
      return await snapshot(request, check.branch);
    case "unknown":
      return { kind: "unknown", reason: check.reason };
    default:
      return check satisfies never;
  }
}

async function snapshot(request: SnapshotRequest, branch: string | null): Promise<Standing> {
  const { git, files, clock, logFolder, ownedPatterns } = request;
  const place = await git.probe();
  if (place.kind !== "ok") return unknown(place);
  const call = boundedCall(git.call, { clock, timeLimitMs });
  const index = openOwnIndex(call, { files, folder: request.scratchFolder, name: indexName });
  try {
    const found = await scanTree(call, { prefix: place.prefix, logFolder, ownedPatterns });
    if (found.kind !== "ok") return unknown(found);
    const scan = withoutLarge(found, { files, workDir: git.workDir, fileMaxBytes: request.fileMaxBytes });
    const steps: readonly (() => Promise<GitResult>)[] = [
      () => index.seed(scan.base),
      () => index.drop(scan.gone),
      () => index.take(scan.present),
    ];
    for (const step of steps) {
      const result = await step();
      if (result.kind !== "ok") return unknown(result);
    }
    const tree = await index.writeTree();
    if (typeof tree !== "string") return unknown(tree);
    return { kind: "known", head: scan.base, branch, isDirty: true, tree, hasGaps: scan.notCovered.length > 0 };
  } finally {
    index.forget();
  }
}

function unknown(fault: GitFault): Standing {
  return { kind: "unknown", reason: describeFault(fault) };
}
