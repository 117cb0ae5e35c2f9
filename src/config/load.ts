// Turns the text of agent-runner.toml into a Config, or into everything that is wrong with it at once.
import type { Problem } from "../core/config.ts";
import { joinPath } from "../core/path.ts";
import type { Files } from "../ports/files.ts";
import { assembleConfig } from "./assemble.ts";
import { checkTree } from "./check.ts";
import { checkFallbacks } from "./check_fallbacks.ts";
import { checkHooks } from "./check_hooks.ts";
import { checkNotify } from "./check_notify.ts";
import { checkPhases } from "./check_phases.ts";
import { checkRow } from "./check_row.ts";
import type { Checked } from "./check_row.ts";
import { Findings } from "./findings.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { projectName, resolvePaths, resolveWorkDir } from "./paths.ts";
import type { Assets } from "./presets.ts";
import { loadPrices } from "./prices.ts";
import { isTable, readLeniently, readToml } from "./read_toml.ts";
import { checkRelations } from "./relations.ts";
import { type Config, notifyTable, phaseTable, tables } from "./schema.ts";

export interface LoadOptions {
  readonly files: Files;
  readonly homeDir: string;
  /** Folder against which a relative path of the file itself is taken. */
  readonly currentDir: string;
  /** Names that `[agent] reader` may take. */
  readonly knownReaders: readonly string[];
  /** Absolute path of what is read in place of the file; absent: the file itself. */
  readonly readFrom?: string;
  /** Where the built-in prices are; without it no prices are loaded. */
  readonly assets?: Pick<Assets, "asset">;
}

/** A Config with what is odd about it, or all problems. */
export type LoadedConfig =
  | { readonly kind: "ok"; readonly config: Config; readonly warnings: readonly Problem[] }
  | { readonly kind: "broken"; readonly file: string; readonly problems: readonly Problem[] };

/** Loads and checks a configuration file. Never throws for anything the file may hold. */
export function loadConfig(path: string, options: LoadOptions): LoadedConfig {
  const file = joinPath(options.currentDir, path);
  const read = readToml(options.readFrom ?? file, options.files);
  if (read.kind === "broken") return { kind: "broken", file, problems: [read.problem] };
  const findings = new Findings(read.text);
  const checked: Checked = new Map();
  const root = { path: [], findings, checked };

  checkTree(read.tree, root);
  const overridden = checkPhases(read.tree, root);
  const fallbackCount = checkFallbacks(read.tree, root, options);
  const hookNames = checkHooks(read.tree, root);
  const sinkNames = checkNotify(read.tree, root);
  checkRelations(root, options);
  const base = { file, homeDir: options.homeDir, files: options.files };
  const workDir = resolveWorkDir(base, root);
  if (workDir !== null) {
    resolvePaths(tables, { base, workDir, spot: root });
    for (const phase of overridden) {
      resolvePaths(phaseTable, { base, workDir, spot: { ...root, path: ["phases", phase] } });
    }
    for (const name of sinkNames) {
      resolvePaths(notifyTable, { base, workDir, spot: { ...root, path: ["notify", name] } });
    }
  }

  const pricesFile = checked.get("budget.prices_file");
  const prices = loadPrices({ ...options, file: typeof pricesFile === "string" ? pricesFile : null }, findings);

  findings.sort();
  if (workDir === null || findings.problems.length > 0) return { kind: "broken", file, problems: findings.problems };
  const facts = { file, project: projectName(workDir), fingerprint: fingerprintOf(read.text), prices };
  const config = assembleConfig(facts, { checked, overridden, fallbackCount, hookNames, sinkNames, tree: read.tree });
  return { kind: "ok", config, warnings: findings.warnings };
}

/**
 * The log folder that a file names which may be broken elsewhere; null when that cannot be told. Work for nobody may
 * be based on it: it says where to look for who knows more.
 */
export function findLogDir(
  path: string,
  options: Pick<LoadOptions, "files" | "homeDir" | "currentDir">,
): string | null {
  const file = joinPath(options.currentDir, path);
  const tree = readLeniently(file, options.files);
  const runtime = tree?.["runtime"];
  if (!isTable(runtime)) return null;
  const spot = { path: ["runtime"], findings: new Findings(""), checked: new Map<string, unknown>() };
  const { work_dir, log_dir } = tables.runtime;
  checkRow(work_dir, runtime, { ...spot, path: ["runtime", "work_dir"] });
  checkRow(log_dir, runtime, { ...spot, path: ["runtime", "log_dir"] });
  const base = { file, homeDir: options.homeDir, files: options.files };
  const workDir = resolveWorkDir(base, { ...spot, path: [] });
  if (workDir === null) return null;
  resolvePaths({ log_dir }, { base, workDir, spot });
  const logDir = spot.checked.get("runtime.log_dir");
  return typeof logDir === "string" ? logDir : null;
}
