// Opens the salvages of a project for the verb, and finds the one a person means.
import type { Config } from "../config/schema.ts";
import { exitCode, OperatorError } from "../core/errors.ts";
import { openSalvageLedger } from "../store/salvage_ledger.ts";
import type { SalvageLedger } from "../store/salvage_ledger.ts";
import type { SalvageEntry } from "../store/salvage_entries.ts";
import { openGit } from "../vcs/git.ts";
import type { Git } from "../vcs/git.ts";
import { describeFault } from "../vcs/git_call.ts";
import { findSalvages } from "../vcs/salvage_mend.ts";
import type { KnownSalvage } from "../vcs/salvage_mend.ts";
import type { World } from "./world.ts";

/** What the verb works on. */
export interface SalvageDesk {
  readonly config: Config;
  readonly git: Git;
  readonly ledger: SalvageLedger;
  /** Oldest first. */
  readonly salvages: readonly KnownSalvage[];
  /** The ledger as the refs say it must be. */
  readonly entries: readonly SalvageEntry[];
}

const shortestPrefix = 4;
const shasNamed = 5;

/** @throws OperatorError when git cannot say which salvages there are. */
export async function openDesk(config: Config, world: World): Promise<SalvageDesk> {
  const { workDir, logDir } = config.runtime;
  const git = openGit({ processes: world.processes, workDir });
  const ledger = openSalvageLedger(world.files, logDir);
  const found = await findSalvages(git, ledger, world.files);
  if (found.kind === "ok") return { config, git, ledger, salvages: found.salvages, entries: found.entries };
  throw new OperatorError(`The salvages of '${workDir}' cannot be read: ${describeFault(found)}`, {
    fix: found.kind === "not_a_repository"
      ? "See that runtime.work_dir is the project's git work tree"
      : "See what 'git for-each-ref refs/agent-runner' says there",
  });
}

/** The one salvage that is meant by a round's number (`12`, `R12`: what it left) or the start of a SHA. Throws `OperatorError`. */
export function selectOne(salvages: readonly KnownSalvage[], word: string | undefined): KnownSalvage {
  if (word === undefined) {
    throw new OperatorError("No salvage is named", {
      fix:
        "Give its SHA (the first characters will do) or the number of the round, as 'agent-runner salvage list' shows",
      exitCode: exitCode.usage,
    });
  }
  const found = candidates(salvages, word);
  if (found.length === 1) return found[0]!;
  const list = "See 'agent-runner salvage list' for those there are";
  if (found.length === 0) throw new OperatorError(`There is no salvage '${word}'`, { fix: list });
  const shas = found.slice(-shasNamed).map(({ sha }) => sha.slice(0, 12)).join(", ");
  throw new OperatorError(`'${word}' means ${found.length} salvages`, { fix: `Name one by its SHA: ${shas}` });
}

function candidates(salvages: readonly KnownSalvage[], word: string): readonly KnownSalvage[] {
  const round = /^[Rr]?(\d{1,13})$/.exec(word);
  const ofRound = round === null ? [] : salvages.filter((salvage) => salvage.round === Number(round[1]));
  // What a round left is what its number stands for; what it found has to be named by its SHA where there are both.
  const left = ofRound.filter(({ moment }) => moment === "after");
  if (ofRound.length > 0) return left.length > 0 ? left : ofRound;
  const prefix = word.toLowerCase();
  if (!/^[0-9a-f]+$/.test(prefix) || prefix.length < shortestPrefix) return [];
  return salvages.filter(({ sha }) => sha.startsWith(prefix));
}
