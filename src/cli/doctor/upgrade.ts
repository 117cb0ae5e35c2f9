// Was an upgrade of the program cut short, and is anything left of it beside the binary.
import { messageOf, OperatorError } from "../../core/errors.ts";
import { baseName } from "../../core/path.ts";
import { claim, remains, sweep } from "../../service/upgrade_files.ts";
import { readJournal } from "../../service/upgrade_journal.ts";
import { finishCut } from "../upgrade_steps.ts";
import { openDesk } from "../upgrade_desk.ts";
import type { UpgradeDesk } from "../upgrade_desk.ts";
import type { Finding, Scene } from "./check.ts";
import { fail, ok, someOf, warn } from "./check.ts";

const name = "upgrade";

export async function checkUpgrade(scene: Scene): Promise<readonly Finding[]> {
  const { world, config, configPath } = scene;
  const { path } = (await world.upgradeMeans()).program;
  if (path === null) return [ok(name, `version ${world.version}, run from its source`)];
  const desk = await openDesk(config, { configPath, tell: () => {} }, world);
  const left = remains(desk.paths, world.files);
  if (left.length === 0) return [ok(name, `version ${world.version}, as '${path}'`)];
  if (await world.lock.isHeld(desk.paths.lock)) return [ok(name, "one is under way")];
  const mend = { needsLock: false, run: () => mendCut(desk, scene) };
  const journal = readJournal(desk.paths, world.files);
  if (journal === null) {
    const found = `an upgrade left ${someOf(left.map(baseName))} beside '${path}'`;
    return [
      warn(name, {
        found,
        fix: "'agent-runner upgrade' goes on with it, 'agent-runner doctor --fix' removes it",
        mend,
      }),
    ];
  }
  return [fail(name, {
    found: `the upgrade from ${journal.from_version} to ${journal.to_version} was cut short`,
    fix: "'agent-runner upgrade' or 'agent-runner doctor --fix' finishes or undoes it",
    mend,
  })];
}

async function mendCut(desk: UpgradeDesk, { world }: Scene): Promise<string | null> {
  const own = await claim(desk.paths, world);
  if (own === null) return null;
  try {
    const version = await finishCut(desk, world);
    sweep(desk.paths, world.files);
    return `tidied up: version ${version} is in place`;
  } catch (thrown) {
    if (!(thrown instanceof OperatorError)) throw thrown;
    return `undone: ${messageOf(thrown)}`;
  } finally {
    own.release();
  }
}
