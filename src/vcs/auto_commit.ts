// Commits what a round left behind, with the user's hooks, so that a failure leaves the index as it was.
import type { GitPlace } from "./git.ts";
import { describeFault } from "./git_call.ts";
import type { GitFault } from "./git_call.ts";
import { indexLock } from "./index_lock.ts";
import type { IndexLock } from "./index_lock.ts";
import { literalPathspecs, subtreePathspecs } from "./pathspecs.ts";
import type { Pathspecs } from "./pathspecs.ts";
import type { DirtyFile } from "./porcelain.ts";
import { commitMessage, failed, stillDirty } from "./step.ts";
import type { StepContext, StepOutcome } from "./step.ts";

/**
 * Commits our subtree; never pushes, never signs.
 * Untracked files are first entered by name only; `commit --only` then takes contents from the work tree and
 * replaces the index in one step of its own, or not at all. So undoing means dropping those names again.
 */
export async function commitTree(context: StepContext, place: GitPlace): Promise<StepOutcome> {
  const lock = indexLock({ ...context, gitDir: place.gitDir, patienceMs: context.lockPatienceMs ?? 3_000 });
  const paths = await subtreePathspecs(context);
  if (typeof paths === "string") return failed("commit", paths);
  const message = commitMessage(context.round, context.phase);
  context.announce?.({ what: "commit", message });
  const earlier = context.tree.files.filter((file) => file.isIntentToAdd);
  const named = await lock.run(() => enterNames(context, paths));
  if (named.kind === "timed_out") await lock.clearAfterKill();
  if (named.kind !== "ok") return await undo({ context, lock, earlier, reason: describeFault(named) });
  const scope = await withoutRepositories(context, { lock, paths, earlier });
  if (typeof scope === "string") return await undo({ context, lock, earlier, reason: scope });
  const fault = await commit(context, { lock, message, paths: scope });
  const head = await newCommit(context, { place, message, fault });
  if (head !== null) return { kind: "committed", ref: head, remaining: await stillDirty(context) ?? [] };
  return await undo({ context, lock, earlier, reason: fault === null ? "git made no commit" : reasonOf(fault) });
}

async function enterNames(context: StepContext, paths: Pathspecs) {
  return await context.git.call(["add", "--intent-to-add", ...paths.args], { ...paths.options, isWrite: true });
}

// A repository inside the tree (agents put work trees of their own there) would be committed as a link to nowhere.
async function withoutRepositories(
  context: StepContext,
  { lock, paths, earlier }: { lock: IndexLock; paths: Pathspecs; earlier: readonly DirtyFile[] },
): Promise<Pathspecs | string> {
  const added = await addedNames(context, earlier);
  if (typeof added === "string") return added;
  const links = added.filter((file) => file.submodule !== null);
  if (links.length === 0) return paths;
  const dropped = await lock.run(() => dropNames(context, links));
  if (dropped.kind !== "ok") return describeFault(dropped);
  return await subtreePathspecs(context, links);
}

async function commit(
  context: StepContext,
  { lock, message, paths }: { lock: IndexLock; message: string; paths: Pathspecs },
): Promise<GitFault | null> {
  const result = await lock.run(() =>
    context.git.call(["commit", "--quiet", "--only", "--no-gpg-sign", "-m", message, ...paths.args], {
      ...paths.options,
      isWrite: true,
      mayRunHooks: true,
      timeoutMs: context.commitTimeoutMs ?? 60_000,
    })
  );
  if (result.kind === "timed_out") await lock.clearAfterKill();
  return result.kind === "ok" ? null : result;
}

/** The commit we made: a hook that hangs or fails *after* it does not make it undone. */
async function newCommit(
  context: StepContext,
  { place, message, fault }: { place: GitPlace; message: string; fault: GitFault | null },
): Promise<string | null> {
  const format = "--format=%H%x00%P%x00%s";
  const shown = await context.git.call(["log", "--no-show-signature", "--max-count=1", format, "HEAD", "--"]);
  if (shown.kind !== "ok") return null;
  const [sha, parents, subject] = new TextDecoder().decode(shown.stdout).trimEnd().split("\0");
  if (!sha || sha === place.head || parents !== (place.head ?? "")) return null;
  // A commit-msg hook may change the subject; only after a failure is it needed as the proof.
  return fault === null || subject === message ? sha : null;
}

async function undo(failure: {
  readonly context: StepContext;
  readonly lock: IndexLock;
  readonly earlier: readonly DirtyFile[];
  readonly reason: string;
}): Promise<StepOutcome> {
  const { context, lock, earlier, reason } = failure;
  const added = await addedNames(context, earlier);
  if (typeof added === "string") return failed("commit", `${reason}; the index was not restored: ${added}`);
  if (added.length === 0) return failed("commit", reason);
  const dropped = await lock.run(() => dropNames(context, added));
  if (dropped.kind === "ok") return failed("commit", reason);
  return failed("commit", `${reason}; the index was not restored: ${describeFault(dropped)}`);
}

async function addedNames(
  context: StepContext,
  earlier: readonly DirtyFile[],
): Promise<readonly DirtyFile[] | string> {
  const state = await context.git.state({ excluded: context.logFolder === null ? [] : [context.logFolder] });
  if (state.kind !== "ok") return describeFault(state);
  const known = new Set(earlier.map((file) => file.path));
  return state.files.filter((file) => file.isIntentToAdd && !known.has(file.path));
}

async function dropNames(context: StepContext, names: readonly DirtyFile[]) {
  const { args, stdin } = literalPathspecs(names);
  return await context.git.call(["reset", "--quiet", ...args], { stdin, isWrite: true, hasLiteralPaths: true });
}

function reasonOf(fault: GitFault): string {
  if (fault.kind === "timed_out") return `${describeFault(fault)}; a hook of the repository may hang`;
  return describeFault(fault);
}
