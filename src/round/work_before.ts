// Looks at the work folder before a round and saves what stands there uncommitted: an agent could destroy it.
import { redact } from "../core/redact.ts";
import type { RoundPlan } from "../core/round.ts";
import { checkTree, logFolderWithin } from "../vcs/dirty.ts";
import type { TreeCheck } from "../vcs/dirty.ts";
import { describeFault } from "../vcs/git_call.ts";
import { standingOf } from "../vcs/progress.ts";
import type { Standing } from "../vcs/progress.ts";
import type { WorkTreeFact } from "./precheck.ts";
import { salvageTree } from "./salvage_left.ts";
import type { RoundTools } from "./tools.ts";

/** How the work folder was found. */
export interface FolderBefore {
  readonly workTree: WorkTreeFact;
  /** Commit, or null on a branch without one and where git does not say. */
  readonly head: string | null;
  readonly tree: TreeCheck;
  /** The log folder below the work folder, or null. */
  readonly logFolder: string | null;
}

/** One git process where the tree is clean. Never throws for git's failures. */
export async function lookBefore(tools: RoundTools): Promise<FolderBefore> {
  const { config, files, git } = tools;
  const logFolder = logFolderWithin(files, config.runtime);
  const tree = await checkTree({ git, logFolder, ownedPatterns: config.vcs.ownedPaths });
  if (tree.kind !== "unknown") return { workTree: { isWorkTree: true, reason: "" }, head: tree.head, tree, logFolder };
  // A list of changes that git cannot give is no reason to take the folder for none of git's.
  const place = await git.probe();
  const workTree = place.kind === "ok"
    ? { isWorkTree: place.isWorkTree, reason: "it is a bare repository or inside a .git folder" }
    : { isWorkTree: false, reason: describeFault(place) };
  return { workTree, head: place.kind === "ok" ? place.head : null, tree, logFolder };
}

/**
 * Saves what is uncommitted, also where git cannot say whether anything is. What cannot be saved is told. Returns where
 * the folder stands.
 */
export async function saveBefore(plan: RoundPlan, before: FolderBefore, tools: RoundTools): Promise<Standing> {
  const { tree, logFolder } = before;
  if (tree.kind === "clean") return standingOf(tree, null);
  if (tree.kind === "unknown") {
    tools.sink.emit("dirty_check_failed", {
      round_num: plan.number,
      reason: redact(tree.reason),
      moment: "before",
    });
    // What takes git too long to list would take it longer to save, before each round.
    if (tree.cause === "timed_out") return standingOf(tree, null);
  }
  const why = "stood uncommitted before the round began, perhaps the operator's own work";
  const saved = await salvageTree(plan, { moment: "before", verdict: null, why, logFolder }, tools);
  const { outcome, note } = saved;
  const standing = standingOf(tree, outcome);
  if (note === "" || (outcome.kind === "saved" && outcome.isReused)) return standing;
  tools.tell({
    kind: "salvaged",
    text: `before round ${plan.number}: ${note}`,
    tone: outcome.kind === "failed" || outcome.kind === "saved" && outcome.notCovered.length > 0 ? "warn" : "good",
    facts: { round: plan.number, ref: outcome.kind === "saved" ? outcome.sha : null },
  });
  return standing;
}
