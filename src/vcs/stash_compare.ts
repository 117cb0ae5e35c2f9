// Answers whether a stash already holds everything the tree holds, by comparing what git itself would stash now.
import { joinPath } from "../core/path.ts";
import type { GitPlace } from "./git.ts";
import type { GitResult } from "./git_call.ts";
import type { Pathspecs } from "./pathspecs.ts";
import type { StepContext } from "./step.ts";

/** True only when it is certain; any doubt or failure of git is a no, which costs one more stash and loses nothing. */
export async function stashHoldsTree(
  context: StepContext,
  options: { readonly sha: string; readonly place: GitPlace; readonly paths: Pathspecs },
): Promise<boolean> {
  // Stashing cannot be tried out on such entries, nor inside a submodule.
  if (context.tree.isPartial) return false;
  if (context.tree.files.some((file) => file.isIntentToAdd || file.submodule !== null)) return false;
  return await holdsTracked(context, options) && await holdsUntracked(context, options);
}

async function holdsTracked(
  context: StepContext,
  { sha, place }: { readonly sha: string; readonly place: GitPlace },
): Promise<boolean> {
  if (context.tree.files.every((file) => file.change === "untracked")) return true;
  const made = textOf(await context.git.call(["stash", "create"], { isWrite: true }));
  if (made === null) return false;
  const inPlace = (commit: string) => `${commit}:${place.prefix}`;
  const trees = await treesOf(context, [sha, made, `${sha}^2`, `${made}^2`, "HEAD"].map(inPlace));
  if (trees === null) return false;
  const [stashed, now, stashedIndex, nowIndex, head] = trees;
  return stashed === now && (nowIndex === stashedIndex || nowIndex === head);
}

async function holdsUntracked(
  context: StepContext,
  { sha, place, paths }: { readonly sha: string; readonly place: GitPlace; readonly paths: Pathspecs },
): Promise<boolean> {
  if (!context.tree.files.some((file) => file.change === "untracked")) return true;
  if (paths.args[0] !== "--") return false;
  const listed = await context.git.call(["ls-files", "--others", "--exclude-standard", "-z", ...paths.args]);
  if (listed.kind !== "ok" || listed.isCut || listed.stdout.length === 0) return false;
  const index = joinPath(place.gitDir, "agent-runner-compare.index");
  const environment = { GIT_INDEX_FILE: index };
  forget(context, index);
  try {
    const filled = await context.git.call(["update-index", "-z", "--add", "--remove", "--stdin"], {
      stdin: listed.stdout,
      isWrite: true,
      environment,
    });
    if (filled.kind !== "ok") return false;
    const now = textOf(await context.git.call(["write-tree"], { isWrite: true, environment }));
    if (now === null) return false;
    const trees = await treesOf(context, [`${now}:${place.prefix}`, `${sha}^3:${place.prefix}`]);
    return trees !== null && trees[0] === trees[1];
  } finally {
    forget(context, index);
  }
}

async function treesOf(context: StepContext, names: readonly string[]): Promise<readonly string[] | null> {
  const trees = textOf(await context.git.call(["rev-parse", ...names]))?.split("\n") ?? [];
  return trees.length === names.length ? trees : null;
}

function textOf(result: GitResult): string | null {
  if (result.kind !== "ok") return null;
  const text = new TextDecoder().decode(result.stdout).trim();
  return text === "" ? null : text;
}

function forget(context: StepContext, index: string): void {
  for (const path of [index, `${index}.lock`]) {
    try {
      context.files.remove(path);
    } catch {
      // A file that cannot be removed makes the comparison fail, which is a no.
    }
  }
}
