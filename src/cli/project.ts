// Opens the configuration a verb was called with, in one way for all verbs.
import type { Config } from "../config/schema.ts";
import { READER_NAMES } from "../config/schema.ts";
import { loadConfig, type LoadedConfig } from "../config/load.ts";
import { configError, spellWarning } from "../config/report.ts";
import { visible } from "../core/text.ts";
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
 * Loads the configuration; warnings go to stderr, once however often this is called.
 *
 * @throws OperatorError (78) with everything that is wrong.
 */
export function openConfig(args: { readonly configPath: string } & OpenOptions, world: World): Config {
  const loaded = loadProject(args, world);
  if (loaded.kind === "broken") throw configError(loaded.file, loaded.problems);
  if (!warned.has(world)) {
    warned.add(world);
    for (const warning of loaded.warnings) {
      world.stderr.write(`agent-runner: ${visible(spellWarning(warning, loaded.config.file))}\n`);
    }
  }
  return loaded.config;
}
