// The floors of the house as one table: the lint plugin and the rule tests enforce it, the docs print it.

/** One floor; its folders are those below `src/`. */
export interface Floor {
  readonly floor: number;
  readonly folders: readonly string[];
  readonly what: string;
}

export const floors: readonly Floor[] = [
  { floor: 7, folders: ["main.ts"], what: "Composition root: real ports to a verb to an exit code" },
  { floor: 6, folders: ["cli"], what: "Verbs, one file each" },
  { floor: 5, folders: ["loop", "monitor", "defenses", "page", "service"], what: "What the verbs are made of" },
  { floor: 4, folders: ["round", "view"], what: "One round, and the read-only picture of a project" },
  {
    floor: 3,
    folders: ["agents", "vcs", "hooks", "notify", "telemetry"],
    what: "One reader per agent CLI; git; executables as hooks; notices to people; spans and sums of rounds",
  },
  { floor: 2, folders: ["config", "store"], what: "TOML to configuration; the log folder on disk" },
  { floor: 1, folders: ["ports"], what: "The outside world as small interfaces; `ports/deno/` implements them" },
  { floor: 0, folders: ["core"], what: "The words of the product: types and pure functions" },
];

/** Where a file stands: its floor and its folder. */
export interface Place {
  readonly floor: number;
  readonly folder: string;
}

/** Place of a path relative to the root; null for what is not part of the house (scripts, tests), -1 for a folder no floor has. */
export function placeOf(path: string): Place | null {
  if (path === "main.ts") return { floor: 7, folder: "main.ts" };
  const folder = /^src\/([^/]+)\//.exec(path)?.[1];
  if (folder === undefined) return path.startsWith("src/") ? { floor: -1, folder: path } : null;
  return { floor: floors.find((row) => row.folders.includes(folder))?.floor ?? -1, folder };
}

/** What is wrong with `from` importing `to` (paths relative to the root), or null when it may. */
export function importFault(from: string, to: string): string | null {
  const importer = placeOf(from);
  if (importer === null) return null;
  if (importer.floor < 0) return `'${from}' stands on no floor`;
  const imported = placeOf(to);
  if (imported === null) return to === "deno.json" ? null : `'${from}' imports '${to}', which is outside the house`;
  if (imported.floor < 0) return `'${to}' stands on no floor`;
  if (imported.folder === importer.folder || imported.floor < importer.floor) return null;
  const relation = imported.floor === importer.floor ? "a neighbour" : "a higher floor";
  return `'${from}' (floor ${importer.floor}) imports '${to}' (floor ${imported.floor}): ${relation}`;
}

/** Whether code in this file may name the `Deno` object. @param path relative to the root. */
export function mayNameDeno(path: string): boolean {
  return path === "main.ts" || !path.startsWith("src/") || path.startsWith("src/ports/deno/");
}

/** Resolves a relative import of `from`; null for a package or anything else that is no file here. */
export function resolveImport(from: string, specifier: string): string | null {
  if (!/^\.{1,2}\//.test(specifier)) return null;
  return new URL(specifier, `file:///${from}`).pathname.slice(1);
}
