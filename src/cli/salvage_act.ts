// The part of the verb that acts: brings salvages back, onto the tree or a branch, and lets them go.
import { exitCode, OperatorError } from "../core/errors.ts";
import { joinPath, normalizePath, pathBelow } from "../core/path.ts";
import { visible } from "../core/text.ts";
import { openEventSink } from "../store/event_sink.ts";
import { describeFault } from "../vcs/git_call.ts";
import type { KnownSalvage } from "../vcs/salvage_mend.ts";
import { branchFrom, dropSalvage } from "../vcs/salvage_refs.ts";
import { restoreSalvage } from "../vcs/salvage_restore.ts";
import type { BlockedPath, RestoreOutcome } from "../vcs/salvage_restore.ts";
import { spellJson } from "./print.ts";
import type { SalvageDesk } from "./salvage_select.ts";
import type { EventPayload } from "../core/event_payload.ts";
import type { World } from "./world.ts";

/** What to act on, and how to answer. */
export interface SalvageTask {
  readonly desk: SalvageDesk;
  readonly isJson: boolean;
  readonly world: World;
}

const pathsNamed = 10;

/** @throws OperatorError (1) when anything would be overwritten; then nothing was changed. */
export async function restoreToTree(
  salvage: KnownSalvage,
  paths: readonly string[],
  { desk, isJson, world }: SalvageTask,
): Promise<number> {
  const wanted = paths.length === 0 ? null : paths.map((path) => pathInTree(path, desk, world));
  const outcome = await restoreSalvage({
    git: desk.git,
    files: world.files,
    clock: world.clock,
    salvage,
    paths: wanted,
    scratchFolder: await scratchFolder(desk, world),
    pid: world.host.pid,
  });
  if (outcome.kind !== "restored") throw refusal(salvage, outcome);
  const { written, removed, unchanged, pointers } = outcome;
  if (wanted === null) mark(desk, salvage, "restored");
  const changed = written.length + removed.length;
  record({ desk, world }, "salvage_restored", {
    round_num: salvage.round,
    sha: salvage.sha,
    paths: changed,
    branch: null,
  });
  const answer = { sha: salvage.sha, round: salvage.round, written, removed, unchanged, pointers };
  world.stdout.write(isJson ? `${spellJson(answer)}\n` : spellRestored(salvage, outcome));
  return exitCode.ok;
}

/** @throws OperatorError (1) when there is such a branch, (2) when git takes no branch of that name. */
export async function restoreOnto(salvage: KnownSalvage, name: string, { desk, isJson, world }: SalvageTask) {
  const made = await branchFrom(desk.git.call, { name, sha: salvage.sha });
  if (made.kind === "bad_name") {
    throw new OperatorError(`'${visible(name)}' is no name for a branch`, {
      fix: "Write one such as --onto salvaged-work",
      exitCode: exitCode.usage,
    });
  }
  if (made.kind === "exists") {
    throw new OperatorError(`There is a branch '${visible(name)}', or one that is in the way of it`, {
      fix: "Name a branch that does not exist yet; the work tree and all branches are as they were",
    });
  }
  if (made.kind !== "ok") throw cannot(`make the branch '${visible(name)}'`, describeFault(made));
  mark(desk, salvage, "restored");
  record({ desk, world }, "salvage_restored", {
    round_num: salvage.round,
    sha: salvage.sha,
    paths: salvage.count,
    branch: name,
  });
  const answer = { sha: salvage.sha, round: salvage.round, branch: name };
  const parent = salvage.index === null ? "" : "-m 1 ";
  const text =
    `The branch '${visible(name)}' is at ${salvage.sha.slice(0, 12)}, on top of the commit the work was made on.\n` +
    `HEAD and the work tree are as they were. Take the work over with: git cherry-pick ${parent}${visible(name)}\n`;
  world.stdout.write(isJson ? `${spellJson(answer)}\n` : text);
  return exitCode.ok;
}

/** @throws OperatorError (1) when one was not offered to a later round, unless forced; then nothing was changed. */
export async function dropAll(
  salvages: readonly KnownSalvage[],
  isForced: boolean,
  { desk, isJson, world }: SalvageTask,
): Promise<number> {
  const fresh = salvages.filter(({ entry }) => entry.state === "saved");
  if (fresh.length > 0 && !isForced) {
    const named = fresh.map(({ sha, round }) => `${sha.slice(0, 12)} (round ${round})`).join(", ");
    throw new OperatorError(`No later round has been told of ${named}`, {
      fix: "Look at it with 'agent-runner salvage show'; to let it go all the same, add --force",
    });
  }
  for (const salvage of salvages) {
    const fault = await dropSalvage(desk.git.call, salvage);
    if (fault !== null) throw cannot(`let ${salvage.sha.slice(0, 12)} go`, describeFault(fault));
    mark(desk, salvage, "dropped");
    const { sha, ref, round } = salvage;
    record({ desk, world }, "salvage_dropped", { round_num: round, sha, ref, why: "operator" });
    const back = `git update-ref ${ref} ${sha}`;
    const text =
      `Let go: ${sha.slice(0, 12)} of round ${round}. Until git cleans up (two weeks, unless set otherwise) it ` +
      `comes back with: ${back}\nWithout the SHA at hand: git fsck --unreachable --no-reflogs\n`;
    world.stdout.write(isJson ? `${spellJson({ sha, ref, round, back }, "line")}\n` : text);
  }
  return exitCode.ok;
}

/** As a shell means it where the work folder is around; else below the work folder. */
function pathInTree(path: string, { config }: SalvageDesk, world: World): string {
  const real = (folder: string) => world.files.realPath(folder) ?? folder;
  const workDir = real(config.runtime.workDir);
  const here = real(world.host.workDir());
  const isInside = here === workDir || pathBelow(workDir, here) !== null;
  const whole = joinPath(isInside ? here : workDir, path);
  if (whole === workDir) return ".";
  const below = pathBelow(workDir, whole) ?? pathBelow(normalizePath(config.runtime.workDir), whole);
  if (below !== null) return below;
  throw new OperatorError(`'${visible(path)}' is not in the work folder '${workDir}'`, {
    fix: "Name a path below it",
    exitCode: exitCode.usage,
  });
}

/** The log folder may not be there yet. */
async function scratchFolder({ config, git }: SalvageDesk, world: World): Promise<string> {
  if (world.files.stat(config.runtime.logDir)?.isDirectory === true) return config.runtime.logDir;
  const place = await git.probe();
  if (place.kind === "ok") return place.gitDir;
  throw cannot("restore anything", describeFault(place));
}

function refusal(
  salvage: KnownSalvage,
  outcome: Exclude<RestoreOutcome, { readonly kind: "restored" }>,
): OperatorError {
  const sha = salvage.sha.slice(0, 12);
  switch (outcome.kind) {
    case "blocked": {
      const paths = outcome.blocked.length === 1 ? "1 path" : `${outcome.blocked.length} paths`;
      return new OperatorError(`Nothing was restored: it would overwrite ${paths}: ${named(outcome.blocked)}`, {
        fix: `Commit or move them first, take others with --path, or use a branch: salvage restore ${sha} --onto NAME`,
      });
    }
    case "not_in_it":
      return new OperatorError(
        `The salvage ${sha} has no change at ${outcome.paths.map((path) => `'${visible(path)}'`).join(", ")}`,
        { fix: `See 'agent-runner salvage show ${sha}' for what it holds` },
      );
    case "failed":
      return cannot(`restore ${sha}`, outcome.reason);
    default:
      return outcome satisfies never;
  }
}

function named(blocked: readonly BlockedPath[]): string {
  const more = blocked.length - pathsNamed;
  const names = blocked.slice(0, pathsNamed).map(({ path, why }) => `'${visible(path)}' (${why})`);
  return [...names, ...more > 0 ? [`and ${more} more`] : []].join(", ");
}

function spellRestored(salvage: KnownSalvage, outcome: RestoreOutcome & { readonly kind: "restored" }): string {
  const { written, removed, unchanged, pointers } = outcome;
  const from = `of round ${salvage.round} (${salvage.sha.slice(0, 12)})`;
  const kept = unchanged.length === 0 ? "" : `; ${unchanged.length} were so already`;
  return [
    `Restored what was left ${from}: ${written.length} written, ${removed.length} removed${kept}`,
    ...pointers.map((path) =>
      `The submodule '${visible(path)}' is left as it is; see where it was: git ls-tree ${salvage.sha} '${
        visible(path)
      }'`
    ),
    "",
  ].join("\n");
}

function cannot(what: string, why: string): OperatorError {
  return new OperatorError(`Cannot ${what}: ${why}`, {
    fix: "See what git says about it in the project, then try again",
  });
}

function mark({ ledger, entries }: SalvageDesk, { sha }: KnownSalvage, state: "restored" | "dropped"): void {
  if (!ledger.list().some((entry) => entry.sha === sha)) ledger.replace(entries);
  ledger.mark([sha], { state });
}

function record<K extends "salvage_restored" | "salvage_dropped">(
  { desk, world }: { readonly desk: SalvageDesk; readonly world: World },
  kind: K,
  payload: EventPayload<K>,
): void {
  const { logDir } = desk.config.runtime;
  if (world.files.stat(logDir)?.isDirectory !== true) return;
  const sink = openEventSink({ files: world.files, clock: world.clock, logDir });
  sink.emit(kind, payload);
  if (!sink.flush()) {
    world.stderr.write(`agent-runner: This is not on record: ${visible(sink.fault() ?? "it cannot be written")}\n`);
  }
}
