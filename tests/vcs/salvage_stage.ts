// A salvage on a real repository, and proof of what it must not touch, for the tests of salvages.
import assert from "node:assert/strict";
import { denoClock } from "../../src/ports/deno/clock.ts";
import { denoFiles } from "../../src/ports/deno/files.ts";
import { saveTree } from "../../src/vcs/salvage.ts";
import type { SalvageRequest, SavedTree, SaveOutcome } from "../../src/vcs/salvage.ts";
import { openSalvageLedger } from "../../src/store/salvage_ledger.ts";
import { salvageRound } from "../../src/vcs/salvage_round.ts";
import type { RoundSalvage } from "../../src/vcs/salvage_round.ts";
import { payloadFaults } from "./salvage_events.ts";
import type { TempRepository } from "./temp_repository.ts";

export const files = denoFiles();
export const clock = denoClock();
export const atMs = Date.UTC(2026, 10, 21, 10, 20, 30);
export const stamp = "20261121T102030Z";

/** Saves the tree of a repository into a log folder beside it. */
export async function save(repository: TempRepository, given: Partial<SalvageRequest> = {}): Promise<SaveOutcome> {
  const scratchFolder = `${repository.root}/../logs`;
  Deno.mkdirSync(scratchFolder, { recursive: true });
  const outcome = await saveTree({
    git: repository.git,
    files,
    clock,
    scratchFolder,
    logFolder: null,
    round: 4,
    moment: "after",
    phase: null,
    verdict: "ok",
    why: "the round left work",
    atMs,
    ...given,
  });
  const left = [...Deno.readDirSync(scratchFolder)].map((entry) => entry.name).filter((name) => /\.index/.test(name));
  assert.deepEqual(left, [], "the temporary index stayed");
  return outcome;
}

export function saved(outcome: SaveOutcome): SavedTree {
  assert.equal(outcome.kind, "saved", JSON.stringify(outcome));
  return outcome as SavedTree;
}

/** Saves, and proves that nothing of the user's has changed by a single byte. */
export async function saveUntouched(
  repository: TempRepository,
  given: Partial<SalvageRequest> = {},
): Promise<SaveOutcome> {
  const before = fingerprintOf(repository);
  const outcome = await save(repository, given);
  assert.deepEqual(fingerprintOf(repository), before);
  return outcome;
}

/** Every file of the work tree and of `.git` but objects and salvages, with what is in it, its mode and its time. */
function fingerprintOf({ root }: TempRepository): Record<string, string> {
  const found: Record<string, string> = {};
  const visit = (folder: string) => {
    for (const entry of Deno.readDirSync(folder)) {
      const path = `${folder}/${entry.name}`;
      const name = path.slice(root.length + 1);
      if (/^\.git\/(objects|refs\/agent-runner|modules\/[^/]+\/objects)$/.test(name)) continue;
      // A name that is not UTF-8 cannot be spelled here.
      if (name.includes("\ufffd")) continue;
      const info = Deno.lstatSync(path);
      if (info.isDirectory) visit(path);
      else if (info.isSymlink) found[name] = `link ${Deno.readLinkSync(path)}`;
      // Reading a pipe would wait for a writer.
      else if (!info.isFile) found[name] = `special ${info.mode}`;
      // Git itself touches the shared part of an index whenever it reads it.
      else if (name.startsWith(".git/sharedindex.")) found[name] = `${info.mode} ${contentOf(path)}`;
      else found[name] = `${info.mode} ${info.mtime?.getTime()} ${info.ino} ${contentOf(path)}`;
    }
  };
  visit(root);
  return found;
}

function contentOf(path: string): string {
  try {
    return Deno.readFileSync(path).join(",");
  } catch {
    return "unreadable";
  }
}

/** What a commit holds, one path a line, as `<mode> <path>`. */
export async function treeOf({ sh }: TempRepository, commit: string): Promise<string[]> {
  const listed = await sh(`git -c core.quotepath=on ls-tree -r ${commit}`);
  return listed.split("\n").filter((line) => line !== "").map((line) => line.replace(/ \w+ [0-9a-f]+\t/, " "));
}

/** Saves what a round left as the program does it, with a ledger beside the repository; its event is checked. */
export async function recordSalvage(
  repository: TempRepository,
  given: Pick<SalvageRequest, "round" | "moment" | "why"> & Partial<SalvageRequest>,
): Promise<RoundSalvage> {
  const logDir = `${repository.root}/../logs`;
  Deno.mkdirSync(logDir, { recursive: true });
  const done = await salvageRound({
    git: repository.git,
    files,
    clock,
    ledger: openSalvageLedger(files, logDir),
    scratchFolder: logDir,
    logFolder: null,
    phase: null,
    verdict: null,
    atMs: atMs + given.round * 1000,
    ...given,
  });
  if (done.event !== null) assert.equal(payloadFaults(done.event), null);
  return done;
}
