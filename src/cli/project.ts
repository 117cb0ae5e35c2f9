// Opens the configuration a verb was called with, in one way for all verbs.
import type { Config } from "../config/schema.ts";
import { READER_NAMES } from "../config/schema.ts";
import { findLogDir, loadConfig, type LoadedConfig } from "../config/load.ts";
import { fingerprintOf } from "../config/fingerprint.ts";
import { configError, spellWarning } from "../config/report.ts";
import { visible } from "../core/text.ts";
import { FileFault } from "../ports/files.ts";
import { textField } from "../view/field.ts";
import { configInForcePath, lockPath, readHolder } from "../view/service_view.ts";
import { seatProblems } from "./seats.ts";
import type { World } from "./world.ts";

const warned = new WeakSet<World>();

/** How much of the configuration a verb wants. */
export interface OpenOptions {
  /** False for a verb that prices nothing: reading the table takes some milliseconds. True when absent. */
  readonly withPrices?: boolean;
}

/** Loads the configuration without telling anyone. */
export function loadProject(
  args: { readonly configPath: string } & OpenOptions,
  world: World,
): LoadedConfig {
  const loaded = loadConfig(args.configPath, {
    files: world.files,
    homeDir: world.host.homeDir(),
    currentDir: world.host.workDir(),
    knownReaders: READER_NAMES,
    ...(args.withPrices === false ? {} : { assets: world }),
  });
  const problems = loaded.kind === "ok" ? seatProblems(loaded.config) : [];
  if (loaded.kind === "broken" || problems.length === 0) return loaded;
  return { kind: "broken", file: loaded.config.file, problems };
}

/**
 * The configuration for a verb that speaks to a supervisor or looks at its work. Where the file is broken, that is what
 * the running supervisor read when it began: it must be possible to stop it whatever became of the file. That is told
 * on stderr.
 *
 * @throws OperatorError (78) when the file is broken and nothing runs by it.
 */
export async function openRunning(args: { readonly configPath: string }, world: World): Promise<Config> {
  const loaded = loadProject({ ...args, withPrices: false }, world);
  const inForce = loaded.kind === "broken" ? await loadInForce(args.configPath, loaded.file, world) : null;
  if (loaded.kind === "ok" || inForce === null) return checked(loaded, world);
  const { message, fix } = configError(loaded.file, loaded.problems);
  const [first] = message.split("\n");
  world.stderr.write(
    `agent-runner: the configuration is broken, the one that serve runs with counts: ${visible(first!)}\n` +
      `  fix: ${loaded.problems.length === 1 ? fix : "See 'agent-runner config check'; a start would be refused"}\n`,
  );
  return inForce;
}

async function loadInForce(configPath: string, file: string, world: World): Promise<Config | null> {
  const { files, host, lock } = world;
  const options = { files, homeDir: host.homeDir(), currentDir: host.workDir(), knownReaders: READER_NAMES };
  try {
    const logDir = findLogDir(configPath, options);
    if (logDir === null || !await lock.isHeld(lockPath(logDir))) return null;
    const holder = readHolder(files, logDir);
    const itsFile = textField(holder, "config");
    if (itsFile === null || (itsFile !== file && files.realPath(itsFile) !== files.realPath(file))) return null;
    const loaded = loadConfig(configPath, { ...options, readFrom: configInForcePath(logDir) });
    if (loaded.kind === "broken" || loaded.config.runtime.logDir !== logDir) return null;
    // One that was killed may have left an older copy.
    if (loaded.config.fingerprint !== textField(holder, "config_fingerprint")) return null;
    return { ...loaded.config, fingerprint: fingerprintOf(files.readText(file) ?? "") };
  } catch (thrown) {
    if (!(thrown instanceof FileFault)) throw thrown;
    return null;
  }
}

/**
 * Loads the configuration; warnings go to stderr, once however often this is called.
 *
 * @throws OperatorError (78) with everything that is wrong.
 */
export function openConfig(args: { readonly configPath: string } & OpenOptions, world: World): Config {
  return checked(loadProject(args, world), world);
}

function checked(loaded: LoadedConfig, world: World): Config {
  if (loaded.kind === "broken") throw configError(loaded.file, loaded.problems);
  if (!warned.has(world)) {
    warned.add(world);
    for (const warning of loaded.warnings) {
      world.stderr.write(`agent-runner: ${visible(spellWarning(warning, loaded.config.file))}\n`);
    }
  }
  return loaded.config;
}
