// Does with a round's uncommitted work what the configuration says: stash it, commit it, or leave it.
import { visible } from "../core/text.ts";
import { describeFault } from "./git_call.ts";
import type { StepContext, StepOutcome } from "./step.ts";
import { failed } from "./step.ts";

/** The values of `[vcs] dirty_action`. */
export type DirtyAction = "stash" | "auto_commit" | "ignore";

/** Applies the policy to a dirty tree. Failures are values with one line that tells the truth. */
export async function applyDirtyPolicy(
  request: StepContext & { readonly action: DirtyAction },
): Promise<StepOutcome> {
  if (request.action === "ignore") return { kind: "ignored" };
  const what = request.action === "stash" ? "stash" : "commit";
  // Both git add and git stash would take a file with conflict markers for a resolved one.
  const conflict = request.tree.files.find((file) => file.change === "unmerged");
  if (conflict !== undefined) return failed(what, `'${visible(conflict.path)}' has an unresolved merge conflict`);
  const place = await request.git.probe();
  if (place.kind !== "ok") return failed(what, describeFault(place));
  if (!place.isWorkTree) return failed(what, "the work folder is in a bare repository");
  switch (request.action) {
    case "stash":
      return await (await import("./stash.ts")).stashTree(request, place);
    case "auto_commit":
      return await (await import("./auto_commit.ts")).commitTree(request, place);
    default:
      return request.action satisfies never;
  }
}
