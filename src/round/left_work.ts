// Looks for uncommitted work after a round and does with it what the configuration says.
import { allPhases } from "../config/phases.ts";
import type { Ending } from "../core/round.ts";
import { redact } from "../core/redact.ts";
import { visible } from "../core/text.ts";
import type { Verdict } from "../core/verdict.ts";
import { checkTree, dirtyPaths, logFolderWithin } from "../vcs/dirty.ts";
import type { DirtyTree } from "../vcs/dirty.ts";
import type { HandledTree } from "../hooks/outcomes.ts";
import type { DirtyOutcomeKind } from "../hooks/request.ts";
import { hooksOnDirty } from "./hook_calls.ts";
import { openOrphanLedger } from "../vcs/orphan.ts";
import { salvageLeft } from "./salvage_left.ts";
import { hidesOwnFiles, ownFilesWithin, withoutOwnFiles } from "../vcs/own_files.ts";
import { applyDirtyPolicy } from "../vcs/policy.ts";
import { standingOf, withWork } from "../vcs/progress.ts";
import type { Standing } from "../vcs/progress.ts";
import type { LeftOut } from "../vcs/step.ts";
import type { RoundIdentity, RoundTools } from "./tools.ts";

const filesListed = 20;

export interface LeftWork {
  readonly files: readonly string[];
  /** Commit that holds the work now, or null. */
  readonly ref: string | null;
  readonly head: string | null;
  /** What was done with it; null when nothing was. */
  readonly outcome: DirtyOutcomeKind | null;
  /** What the automatic commit left in the tree; absent when it left nothing. */
  readonly leftOut?: readonly LeftOut[];
  /** Where the work folder stood when the agent had ended, before anything was done with it. */
  readonly after: Standing;
  /** For the line that tells how the round ended; empty when there is nothing to say. */
  readonly note: string;
}

/** The policy acts after a clean end only; after any other the tree stays as it is and the next round is told. */
export async function saveLeftWork(
  round: RoundIdentity,
  came: { readonly verdict: Verdict; readonly ending: Ending },
  tools: RoundTools,
): Promise<LeftWork> {
  const { config, files, git, sink } = tools;
  const logFolder = logFolderWithin(files, config.runtime);
  const check = await checkTree({ git, logFolder, ownedPatterns: config.vcs.ownedPaths });
  switch (check.kind) {
    case "clean": {
      const hasMoved = round.headBefore !== null && check.head !== null && check.head !== round.headBefore;
      openOrphanLedger(files, config.runtime.logDir).forget({
        round: round.number,
        isTreeClean: true,
        isVerdictOk: came.verdict.kind === "ok",
        atMs: tools.clock.now(),
      });
      const saved = savedBefore(round.number, tools);
      const after = standingOf(check, null);
      if (saved !== null) return { ...saved, head: check.head, outcome: "stashed", after: withWork(after) };
      const note = hasMoved ? `HEAD is now ${check.head!.slice(0, 12)}` : "";
      return { files: [], ref: null, head: check.head, outcome: null, after, note };
    }
    case "unknown":
      sink.emit("dirty_check_failed", { round_num: round.number, reason: redact(check.reason), moment: "after" });
      // What git could not list it may still be able to save.
      await salvageLeft(round, { verdict: came.verdict.kind, ending: came.ending, logFolder }, tools);
      return {
        files: [],
        ref: null,
        head: null,
        outcome: null,
        after: standingOf(check, null),
        note: `git could not say whether the tree is clean: ${check.reason}`,
      };
    case "dirty":
      break;
    default:
      return check satisfies never;
  }
  const paths = dirtyPaths(check);
  sink.emit("dirty_detected", { round_num: round.number, files: paths.slice(0, filesListed) });
  const saved = await salvageLeft(round, { verdict: came.verdict.kind, ending: came.ending, logFolder }, tools);
  const after = standingOf(check, saved.outcome);
  const left = { files: paths, head: check.head, ref: null, outcome: null, after };
  const isClean = came.ending.kind === "exited" && came.ending.code === 0;
  if (!isClean || saved.outcome.kind === "failed") {
    const ref = saved.outcome.kind === "saved" ? saved.outcome.sha : null;
    const note = [`${count(paths)} left in the tree`, saved.note].filter((part) => part !== "").join("; ");
    return { ...left, ref, note };
  }
  const handled = await hooksOnDirty(round, { files: paths, head: check.head }, tools);
  if (handled !== null) return { ...left, ...await byHook(round, { handled, paths, head: check.head }, tools) };
  const tree = config.vcs.dirtyAction === "stash" ? await stashable(check, logFolder, tools) : check;
  if (tree.files.length === 0) return { ...left, outcome: "ignored", note: `${count(paths)} left in the tree` };
  return { ...left, ...await applyPolicy(round, { tree, logFolder }, tools) };
}

/** The tree without the configuration and the prompts, which may be changed while a round runs. */
async function stashable(tree: DirtyTree, logFolder: string | null, tools: RoundTools): Promise<DirtyTree> {
  const { config, files, git } = tools;
  const prompts = allPhases(config).flatMap(({ promptFiles }) => promptFiles);
  const own = ownFilesWithin(files, config.runtime.workDir, [config.file, ...prompts]);
  if (!hidesOwnFiles(tree, own)) return withoutOwnFiles(tree, own);
  const listed = await checkTree({ git, logFolder, ownedPatterns: config.vcs.ownedPaths, listsUntracked: true });
  return withoutOwnFiles(listed.kind === "dirty" ? listed : tree, own);
}

/** Work of this round that an earlier life of the supervisor had stashed when it died. */
function savedBefore(number: number, tools: RoundTools): Pick<LeftWork, "files" | "ref" | "note"> | null {
  const entries = openOrphanLedger(tools.files, tools.config.runtime.logDir).list();
  const entry = entries.findLast(({ roundNumber, state }) => roundNumber === number && state === "confirmed");
  if (!entry?.stashedRef) return null;
  const { files, stashedRef: ref } = entry;
  tools.sink.emit("orphan_stashed", { round_num: number, ref, reason: "clean_exit_with_dirty_tree" });
  return { files, ref, note: `${count(files)} stashed as ${ref.slice(0, 12)}` };
}

/** A hook says that it dealt with the work: believed as far as it can be seen. */
async function byHook(
  round: RoundIdentity,
  said: { readonly handled: HandledTree; readonly paths: readonly string[]; readonly head: string | null },
  tools: RoundTools,
): Promise<Pick<LeftWork, "ref" | "note" | "head" | "outcome">> {
  const { kind, ref, hook } = said.handled;
  const payload = { round_num: round.number, hook, outcome: kind, ref, files: said.paths.slice(0, filesListed) };
  tools.sink.emit("dirty_handled_by_hook", payload);
  const place = kind === "committed" ? await tools.git.probe() : null;
  const head = place?.kind === "ok" ? place.head : said.head;
  const where = ref === null ? "" : ` as ${ref.slice(0, 12)}`;
  return { ref, head, outcome: kind, note: `${count(said.paths)} ${kind}${where} by the hook '${hook}'` };
}

function count(paths: readonly string[]): string {
  return paths.length === 1 ? "1 uncommitted path" : `${paths.length} uncommitted paths`;
}

async function applyPolicy(
  round: RoundIdentity,
  found: { readonly tree: DirtyTree; readonly logFolder: string | null },
  tools: RoundTools,
): Promise<Pick<LeftWork, "ref" | "note" | "outcome"> & Partial<Pick<LeftWork, "head" | "leftOut">>> {
  const { config, sink } = tools;
  const paths = dirtyPaths(found.tree);
  const ledger = openOrphanLedger(tools.files, config.runtime.logDir);
  const entryOf = (message: string) => ({
    round: round.number,
    phase: round.phase,
    files: paths,
    message,
    atMs: tools.clock.now(),
  });
  let announced: string | null = null;
  const outcome = await applyDirtyPolicy({
    action: config.vcs.dirtyAction,
    git: tools.git,
    files: tools.files,
    clock: tools.clock,
    round: round.number,
    phase: round.phase,
    tree: found.tree,
    logFolder: found.logFolder,
    idempotencySeconds: config.vcs.stashIdempotencySeconds,
    announce: (step) => {
      if (step.what !== "stash") return;
      announced = step.message;
      ledger.announce(entryOf(step.message));
    },
  });
  if (outcome.kind === "stashed") ledger.confirm(entryOf(outcome.message), outcome.ref);
  else if (announced !== null) ledger.drop(announced);
  switch (outcome.kind) {
    case "ignored":
      return { ref: null, outcome: "ignored", note: `${count(paths)} left in the tree` };
    case "stashed": {
      const kind = outcome.isReused ? "orphan_idempotent_skip" : "orphan_stashed";
      sink.emit(kind, { round_num: round.number, ref: outcome.ref, reason: "clean_exit_with_dirty_tree" });
      const note = `${count(paths)} stashed as ${outcome.ref.slice(0, 12)}`;
      return { ref: outcome.ref, outcome: "stashed", note };
    }
    case "committed": {
      const stayed = new Set(outcome.leftOut.map(({ path }) => path));
      const committed = paths.filter((path) => !stayed.has(path));
      sink.emit("dirty_auto_committed", {
        round_num: round.number,
        files: committed.slice(0, filesListed),
        ref: outcome.ref,
        ...wireLeftOut(outcome.leftOut),
      });
      const note = `${count(committed)} committed as ${outcome.ref.slice(0, 12)}${noteOf(outcome.leftOut)}`;
      return { ref: outcome.ref, head: outcome.ref, outcome: "committed", note, leftOut: outcome.leftOut };
    }
    case "failed": {
      const facts = { round_num: round.number, phase: round.phase, reason: redact(outcome.reason) };
      if (outcome.what === "stash") sink.emit("orphan_stash_failed", facts);
      else sink.emit("dirty_commit_failed", { ...facts, ...wireLeftOut(outcome.leftOut) });
      const what = outcome.what === "stash" ? "stashed" : "committed";
      const note = `${count(paths)} could not be ${what}: ${outcome.reason}${noteOf(outcome.leftOut)}`;
      return { ref: outcome.savedRef, outcome: null, note, leftOut: outcome.leftOut };
    }
    default:
      return outcome satisfies never;
  }
}

function wireLeftOut(leftOut: readonly LeftOut[]): { left_out?: { path: string; why: string }[] } {
  if (leftOut.length === 0) return {};
  return { left_out: leftOut.slice(0, filesListed).map(({ path, why }) => ({ path, why })) };
}

function noteOf(leftOut: readonly LeftOut[]): string {
  if (leftOut.length === 0) return "";
  const [first, second] = leftOut.map(({ path, why }) => `'${visible(path)}' (${why})`);
  const rest = leftOut.length > 2 ? ` and ${leftOut.length - 2} more` : "";
  return `, without ${second === undefined ? first : `${first}, ${second}`}${rest}`;
}
