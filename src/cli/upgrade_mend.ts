// What serve does about an upgrade that was cut short: it is the proof that the version in place works, and tidies up.
import type { Config } from "../config/schema.ts";
import { messageOf, OperatorError } from "../core/errors.ts";
import { FileFault } from "../ports/files.ts";
import { claim } from "../service/upgrade_files.ts";
import { readJournal } from "../service/upgrade_journal.ts";
import { isSwapped } from "../service/upgrade_swap.ts";
import { resume } from "../service/upgrade.ts";
import { openDesk } from "./upgrade_desk.ts";
import type { World } from "./world.ts";

/** Call it while the lock of the log folder is held. Never throws for what it meets: `tell` is told. */
export async function mendAtServe(config: Config, world: World, tell: (text: string) => void): Promise<void> {
  try {
    const desk = await openDesk(config, { configPath: config.file, tell }, world);
    const own = await claim(desk.paths, world);
    // The upgrade is under way, and has started this very process.
    if (own === null) return;
    try {
      const journal = readJournal(desk.paths, world.files);
      if (journal === null) return;
      const { phase, to_version: to, from_version: from } = journal;
      const isNew = phase === "proven" || (phase === "swapping" && isSwapped(desk.paths, world.files));
      if (world.version !== (isNew ? to : from)) return;
      // This process runs and holds the lock: there is nothing left to try or to restart.
      const works = () => Promise.resolve(null);
      const service = { describe: () => Promise.resolve({ kind: "idle" as const }), restart: works, health: works };
      await resume(journal, { ...desk.parts, smoke: works, service });
    } finally {
      own.release();
    }
  } catch (thrown) {
    if (!(thrown instanceof FileFault) && !(thrown instanceof OperatorError)) throw thrown;
    tell(`an upgrade that was cut short cannot be tidied up: ${messageOf(thrown)}`);
  }
}
