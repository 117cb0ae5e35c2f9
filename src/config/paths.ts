// Makes every path of a configuration absolute, so that nothing depends on where a verb is called.
import { baseName, dirName, joinPath } from "../core/path.ts";
import { FileFault, type Files } from "../ports/files.ts";
import type { CheckSpot } from "./check_row.ts";
import { pathList, pathText } from "./kinds.ts";
import { isRow, type Row, type Rows } from "./row.ts";
import { spellFound } from "./spell_toml.ts";

/** What paths are resolved against. */
export interface PathBase {
  /** Absolute path of the TOML file. */
  readonly file: string;
  readonly homeDir: string;
  readonly files: Files;
}

const nameWithoutFolder = "default";

/** Name of a project: that of its work folder. */
export function projectName(workDir: string): string {
  return baseName(workDir) || nameWithoutFolder;
}

/** Replaces the work folder by its absolute path; null when it is missing from the file or the machine. */
export function resolveWorkDir(base: PathBase, spot: CheckSpot): string | null {
  const path = ["runtime", "work_dir"];
  const written = spot.checked.get(path.join("."));
  if (typeof written !== "string") return null;
  const expanded = expandHome(written.replaceAll("{project}", ""), { base, path, spot });
  if (expanded === null) return null;
  const workDir = joinPath(dirName(base.file), expanded);
  if (!isFolder(workDir, base.files)) {
    const fix = "Name an existing folder; a relative path starts at the folder of this file";
    spot.findings.problem(path, { found: `${spellFound(workDir)}, where no folder is`, wanted: "a folder", fix });
    return null;
  }
  spot.checked.set(path.join("."), workDir);
  return workDir;
}

/** Replaces all other paths below `spot.path` by absolute ones, relative to the folder of the TOML file. */
export function resolvePaths(
  rows: Rows,
  at: { readonly base: PathBase; readonly workDir: string; readonly spot: CheckSpot },
): void {
  for (const [key, entry] of Object.entries(rows)) {
    const path = [...at.spot.path, key];
    if (!isRow(entry)) {
      resolvePaths(entry, { ...at, spot: { ...at.spot, path } });
      continue;
    }
    const name = path.join(".");
    const value = at.spot.checked.get(name);
    if (name === "runtime.work_dir" || value === null || value === undefined) continue;
    const resolved = resolveValue(entry.kind, value, { ...at, path });
    if (resolved === null) at.spot.checked.delete(name);
    else at.spot.checked.set(name, resolved);
  }
}

interface ResolveAt {
  readonly base: PathBase;
  readonly workDir: string;
  readonly path: readonly string[];
  readonly spot: CheckSpot;
}

function resolveValue(kind: Row["kind"], value: unknown, at: ResolveAt): unknown {
  if (kind === pathText) return resolveOne(String(value), at);
  if (kind !== pathList || !Array.isArray(value)) return value;
  const resolved = value.map((written: unknown) => resolveOne(String(written), at));
  return resolved.includes(null) ? null : resolved;
}

function resolveOne(written: string, at: ResolveAt): string | null {
  const expanded = expandHome(written.replaceAll("{project}", projectName(at.workDir)), at);
  if (expanded === null) return null;
  const path = joinPath(dirName(at.base.file), expanded);
  return predecessorsPlace(path, joinPath(at.workDir, expanded), at) ?? path;
}

/** The predecessor looked for prompts in the work folder: a project laid out for it keeps working, with a warning. */
function predecessorsPlace(path: string, inWorkDir: string, at: ResolveAt): string | null {
  if (path === inWorkDir || !at.path.includes("prompt") || exists(path, at.base.files)) return null;
  if (!exists(inWorkDir, at.base.files)) return null;
  at.spot.findings.warning(at.path, {
    found: `${spellFound(path)}, where no file is; ${spellFound(inWorkDir)} is used`,
    wanted: "a path relative to the folder of this file",
    fix: "Write the path as it is seen from the folder of this file",
  });
  return inWorkDir;
}

function exists(path: string, files: Files): boolean {
  try {
    return files.stat(path) !== null;
  } catch (thrown) {
    if (!(thrown instanceof FileFault)) throw thrown;
    return false;
  }
}

function expandHome(path: string, at: Pick<ResolveAt, "base" | "path" | "spot">): string | null {
  if (!path.startsWith("~")) return path;
  const isOwn = path === "~" || path.startsWith("~/");
  if (isOwn && at.base.homeDir !== "") return joinPath(at.base.homeDir, path.slice(2));
  const found = isOwn ? `${spellFound(path)}, but HOME is not set` : spellFound(path);
  at.spot.findings.problem(at.path, { found, wanted: "a path", fix: "Write the full path; only ~/ is understood" });
  return null;
}

function isFolder(path: string, files: Files): boolean {
  try {
    return files.stat(path)?.isDirectory === true;
  } catch (thrown) {
    if (!(thrown instanceof FileFault)) throw thrown;
    return false;
  }
}
