// Puts what a round left behind into git's stash and tells the truth about what came of it.
import { visible } from "../core/text.ts";
import { describeFault } from "./git_call.ts";
import type { GitFault } from "./git_call.ts";
import type { GitPlace } from "./git.ts";
import { indexLock } from "./index_lock.ts";
import type { IndexLock } from "./index_lock.ts";
import { literalPathspecs, subtreePathspecs } from "./pathspecs.ts";
import type { Pathspecs } from "./pathspecs.ts";
import type { DirtyFile } from "./porcelain.ts";
import { stashHoldsTree } from "./stash_compare.ts";
import { findStash, topStash } from "./stash_list.ts";
import { carriesMessage, failed, isStashOfRound, stashMessage, stillDirty } from "./step.ts";
import type { StepContext, StepOutcome } from "./step.ts";
import { restoreWorkFolder } from "./work_folder.ts";

/** Stashes our subtree, untracked files included. Everything git can do wrong comes back as `failed`. */
export async function stashTree(context: StepContext, place: GitPlace): Promise<StepOutcome> {
  if (place.head === null) return failed("stash", "git cannot stash before the first commit of a branch");
  const before = await topStash(context.git);
  if (before.kind !== "ok") return failed("stash", describeFault(before));
  const paths = await subtreePathspecs(context);
  if (typeof paths === "string") return failed("stash", paths);
  const top = before.top;
  if (top !== null && isStashOfRound(top.subject, context.round) && isRecent(context, top.committedAt)) {
    if (await stashHoldsTree(context, { sha: top.sha, place, paths })) {
      const message = top.subject.slice(top.subject.indexOf(": ORPHAN R") + 2);
      return { kind: "stashed", ref: top.sha, message, isReused: true, remaining: remainingOf(context.tree.files) };
    }
  }
  const message = stashMessage(context.round, { phase: context.phase, atMs: context.clock.now() });
  context.announce?.({ what: "stash", message });
  const lock = indexLock({ ...context, gitDir: place.gitDir, patienceMs: context.lockPatienceMs ?? 3_000 });
  return await push({ context, place, lock, paths, message, shaBefore: top?.sha ?? null });
}

interface Push {
  readonly context: StepContext;
  readonly place: GitPlace;
  readonly lock: IndexLock;
  readonly paths: Pathspecs;
  readonly message: string;
  readonly shaBefore: string | null;
}

async function push(step: Push): Promise<StepOutcome> {
  const { context, lock } = step;
  const named = context.tree.files.filter((file) => file.isIntentToAdd);
  const added = named.length === 0 ? null : await lock.run(() => addForReal(context, named));
  if (added?.kind === "timed_out") await lock.clearAfterKill();
  if (added !== null && added.kind !== "ok") return failed("stash", describeFault(added));
  const pushed = await lock.run(
    () =>
      context.git.call(["stash", "push", "--quiet", "--include-untracked", "-m", step.message, ...scopeOf(step)], {
        ...step.paths.options,
        isWrite: true,
        timeoutMs: context.stashTimeoutMs ?? 30_000,
      }),
    { mayRetry: async () => await findNew(step) === null },
  );
  if (pushed.kind === "timed_out") await lock.clearAfterKill();
  restoreWorkFolder(context.files, context.git.workDir);
  const sha = await findNew(step);
  if (pushed.kind !== "ok") {
    if (typeof sha !== "string" && named.length > 0) await unAdd(context, { lock, named });
    return await explainFault(step, { fault: pushed, sha });
  }
  if (typeof sha === "string") {
    return {
      kind: "stashed",
      ref: sha,
      message: step.message,
      isReused: false,
      remaining: await stillDirty(context) ?? [],
    };
  }
  if (sha !== null) return failed("stash", `git stashed but cannot name the stash: ${describeFault(sha)}`);
  return failed("stash", nothingTaken(context.tree.files));
}

// Without paths git resets the tree in one go instead of reversing a patch: faster, and good for any file.
function scopeOf(step: Push): readonly string[] {
  return step.place.prefix === "" && step.paths.isWhole ? [] : step.paths.args;
}

async function findNew(step: Push): Promise<string | null | GitFault> {
  const after = await topStash(step.context.git);
  if (after.kind !== "ok") return after;
  if (after.top === null || after.top.sha === step.shaBefore) return null;
  if (carriesMessage(after.top.subject, step.message)) return after.top.sha;
  // Another work tree of the repository may have stashed in the same moment: the list is shared.
  const found = await findStash(step.context.git, step.message);
  return found.kind === "ok" ? found.top?.sha ?? null : found;
}

async function explainFault(
  step: Push,
  { fault, sha }: { readonly fault: GitFault; readonly sha: string | null | GitFault },
): Promise<StepOutcome> {
  if (typeof sha !== "string") return failed("stash", describeFault(fault));
  const { context, message } = step;
  const remaining = await stillDirty(context);
  if (remaining?.length === 0) return { kind: "stashed", ref: sha, message, isReused: false, remaining };
  return failed("stash", `saved as ${sha}, but the tree was not cleaned: ${describeFault(fault)}`, sha);
}

function isRecent(context: StepContext, committedAt: number): boolean {
  return Math.abs(context.clock.now() / 1000 - committedAt) <= context.idempotencySeconds + 1;
}

async function addForReal(context: StepContext, named: readonly DirtyFile[]) {
  const { args, stdin } = literalPathspecs(named);
  return await context.git.call(["add", ...args], { stdin, isWrite: true, hasLiteralPaths: true });
}

async function unAdd(context: StepContext, { lock, named }: { lock: IndexLock; named: readonly DirtyFile[] }) {
  const { args, stdin } = literalPathspecs(named);
  const options = { stdin, isWrite: true, hasLiteralPaths: true };
  await lock.run(() => context.git.call(["reset", "--quiet", ...args], options));
  await lock.run(() => context.git.call(["add", "--intent-to-add", ...args], options));
}

function remainingOf(files: readonly DirtyFile[]): readonly string[] {
  return files.map((file) => file.path);
}

function nothingTaken(files: readonly DirtyFile[]): string {
  const paths = files.slice(0, 3).map((file) => `'${visible(file.path)}'`).join(", ");
  return `git found nothing it can stash in ${paths} (changes inside a submodule or another repository)`;
}
