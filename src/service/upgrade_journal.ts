// What an upgrade under way has on record, so that whoever finds it after a crash can finish or undo it.
import type { Files } from "../ports/files.ts";
import { stateText } from "../store/formats.ts";
import { readJsonObject } from "../store/json_file.ts";
import { textField } from "../view/field.ts";
import type { UpgradePaths } from "./upgrade_files.ts";

/**
 * `swapping`: the new binary takes the place, and has to prove itself. `undoing`: it did not. `proven`: it did, and only
 * cleaning up is left.
 */
export type UpgradePhase = "swapping" | "undoing" | "proven";

export interface UpgradeJournal {
  readonly phase: UpgradePhase;
  readonly from_version: string;
  readonly to_version: string;
  /** ISO time. */
  readonly started_at: string;
  /** The supervisor that ran is this program's to restart. */
  readonly restarts: boolean;
  /** Why it is undone. */
  readonly reason?: string;
}

const phases: readonly string[] = ["swapping", "undoing", "proven"] satisfies readonly UpgradePhase[];

/** Survives a power cut from the moment this returns. Throws `FileFault`. */
export function writeJournal(paths: UpgradePaths, journal: UpgradeJournal, files: Files): void {
  files.writeAtomic(paths.journal, stateText("*.upgrade.json", { ...journal }), { isDurable: true });
}

/** Null when there is none, or none that can be understood. */
export function readJournal(paths: UpgradePaths, files: Files): UpgradeJournal | null {
  const found = readJsonObject(files, paths.journal);
  const [phase, from, to] = ["phase", "from_version", "to_version"].map((name) => textField(found, name));
  if (found === null || !phase || !from || !to || !phases.includes(phase)) return null;
  const reason = textField(found, "reason");
  return {
    phase: phase as UpgradePhase,
    from_version: from,
    to_version: to,
    started_at: textField(found, "started_at") ?? "",
    restarts: found.restarts === true,
    ...(reason === null ? {} : { reason }),
  };
}
