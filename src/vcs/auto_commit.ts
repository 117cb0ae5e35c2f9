// Commits what a round left behind, with the user's hooks, so that a failure leaves the index as it was.
import { dirName, joinPath } from "../core/path.ts";
import { visible } from "../core/text.ts";
import type { GitPlace } from "./git.ts";
import { describeFault } from "./git_call.ts";
import type { GitFault } from "./git_call.ts";
import { indexLock } from "./index_lock.ts";
import type { IndexLock } from "./index_lock.ts";
import { commitPathspecs, literalPathspecs, subtreePathspecs } from "./pathspecs.ts";
import type { Pathspecs } from "./pathspecs.ts";
import type { DirtyFile } from "./porcelain.ts";
import { secretFiles } from "./secret_files.ts";
import { commitMessage, failed, stillDirty } from "./step.ts";
import type { LeftOut, StepContext, StepOutcome } from "./step.ts";

/**
 * Commits our subtree without owned paths and without what looks like a secret; never pushes, never signs.
 * Untracked files are first entered by name only; `commit --only` then takes contents from the work tree and
 * replaces the index in one step of its own, or not at all. So undoing means dropping those names again.
 */
export async function commitTree(context: StepContext, place: GitPlace): Promise<StepOutcome> {
  const aside = await setAside(context);
  if (typeof aside === "string") return failed("commit", aside);
  const outcome = aside.kind === "some"
    ? await commitRest(context, { place, aside })
    : failed("commit", "nothing is uncommitted but what no commit may take; have git ignore it if it is to stay");
  return outcome.kind === "failed" ? { ...outcome, leftOut: aside.leftOut } : outcome;
}

/** What stays out of the commit; `none`: nothing else is uncommitted. */
interface Aside {
  readonly kind: "some" | "none";
  readonly excluded: readonly DirtyFile[];
  readonly leftOut: readonly LeftOut[];
}

/** Looks at every single file, also in folders that are new as a whole; a reason when nothing can be committed. */
async function setAside(context: StepContext): Promise<Aside | string> {
  const { tree, logFolder } = context;
  const state = await context.git.state({ excluded: logFolder === null ? [] : [logFolder], untracked: "all" });
  if (state.kind !== "ok") return describeFault(state);
  if (state.isPartial) return "there are more changes than can be looked through for secrets";
  const owned = new Set(tree.leftOut.map(({ path }) => path));
  const candidates = state.files.filter(({ path }) => !owned.has(path));
  // A repository inside the tree (agents put work trees of their own there) would be committed as a link to nowhere.
  const repositories = candidates.filter(({ change, path }) => change === "untracked" && path.endsWith("/"));
  const changed = candidates.filter((file) => !repositories.includes(file));
  const turned = betweenFileAndFolder(changed);
  if (turned !== null) return `'${visible(turned)}' was a file and is a folder now, or was one: git cannot commit that`;
  const secrets = await secretFiles(changed, context);
  if ("tooMany" in secrets) return `looking for secrets in ${secrets.tooMany} files took too long`;
  const leftOut = [
    ...tree.leftOut.map(({ path }) => ({ path, why: "it is an owned path" })),
    ...secrets.map(({ file, why }) => ({ path: file.path, why })),
    ...repositories.map(({ path }) => ({ path, why: "it is a repository of its own" })),
  ];
  const excluded = [...secrets.map(({ file }) => file), ...repositories];
  return { kind: changed.length > secrets.length ? "some" : "none", excluded, leftOut };
}

/** A path that git holds as a file and the tree as a folder, or the other way round; null when there is none. */
function betweenFileAndFolder(files: readonly DirtyFile[]): string | null {
  const isGone = ({ letters }: DirtyFile) => letters[1] === "D" || letters === "D.";
  const gone = new Set(files.filter(isGone).map(({ path }) => path));
  if (gone.size === 0) return null;
  const there = new Set(files.filter((file) => !isGone(file)).map(({ path }) => path));
  const aboveIn = (paths: ReadonlySet<string>, path: string) => {
    for (let folder = dirName(path); folder !== "."; folder = dirName(folder)) if (paths.has(folder)) return folder;
    return null;
  };
  for (const path of there) if (aboveIn(gone, path) !== null) return aboveIn(gone, path);
  for (const path of gone) if (aboveIn(there, path) !== null) return aboveIn(there, path);
  return null;
}

async function commitRest(
  context: StepContext,
  { place, aside }: { readonly place: GitPlace; readonly aside: Aside },
): Promise<StepOutcome> {
  const { excluded, leftOut } = aside;
  const lock = indexLock({ ...context, gitDir: place.gitDir, patienceMs: context.lockPatienceMs ?? 3_000 });
  const paths = await subtreePathspecs(context, excluded);
  if (typeof paths === "string") return failed("commit", paths);
  const message = commitMessage(context.round, context.phase);
  context.announce?.({ what: "commit", message });
  const earlier = context.tree.files.filter((file) => file.isIntentToAdd);
  const named = await lock.run(() => enterNames(context, { place, paths }));
  if (named.kind === "timed_out") await lock.clearAfterKill();
  if (named.kind !== "ok") return await undo({ context, lock, earlier, reason: describeFault(named) });
  const fault = await commit(context, { lock, message, paths: commitPathspecs(context, excluded) });
  const head = await newCommit(context, { place, message, fault });
  if (head !== null) return { kind: "committed", ref: head, remaining: await stillDirty(context) ?? [], leftOut };
  return await undo({ context, lock, earlier, reason: fault === null ? "git made no commit" : reasonOf(fault) });
}

async function enterNames(context: StepContext, { place, paths }: { place: GitPlace; paths: Pathspecs }) {
  // What lies outside of a sparse checkout is work, too; only gits that have such checkouts know the word.
  const isSparse = context.files.stat(joinPath(place.gitDir, "info/sparse-checkout")) !== null;
  const words = ["add", "--intent-to-add", ...isSparse ? ["--sparse"] : []];
  return await context.git.call([...words, ...paths.args], { ...paths.options, isWrite: true });
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
