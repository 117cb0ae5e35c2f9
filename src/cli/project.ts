// Opens the configuration a verb was called with, in one way for all verbs.
import type { Config } from "../config/schema.ts";
import { READER_NAMES } from "../config/schema.ts";
import { loadConfig, type LoadedConfig } from "../config/load.ts";
import { configError, spellWarning } from "../config/report.ts";
import type { World } from "./world.ts";

const warned = new WeakSet<World>();

/** Loads the configuration without telling anyone. */
export function loadProject(args: { readonly configPath: string }, world: World): LoadedConfig {
  return loadConfig(args.configPath, {
    files: world.files,
    homeDir: world.host.homeDir(),
    currentDir: world.host.workDir(),
    knownReaders: READER_NAMES,
  });
}

/**
 * Loads the configuration; warnings go to stderr, once however often this is called.
 *
 * @throws OperatorError (78) with everything that is wrong.
 */
export function openConfig(args: { readonly configPath: string }, world: World): Config {
  const loaded = loadProject(args, world);
  if (loaded.kind === "broken") throw configError(loaded.file, loaded.problems);
  if (!warned.has(world)) {
    warned.add(world);
    for (const warning of loaded.warnings) {
      world.stderr.write(`agent-runner: ${spellWarning(warning, loaded.config.file)}\n`);
    }
  }
  return loaded.config;
}
