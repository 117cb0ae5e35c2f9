// Knows where the repository is and which files belong to it, for scripts and rule tests.

/** Absolute path of the repository's root, without a slash at the end. */
export const root: string = decodeURIComponent(new URL("../", import.meta.url).pathname).replace(/\/$/, "");

const untouched = new Set([".git", "node_modules", "dist", "coverage", "logs"]);

/**
 * Files below `folder` (relative to the root, `""` for all) whose name ends with `ending`, sorted, as paths relative to
 * the root. Build products and git's own folder are left out; an absent folder has no files.
 */
export function filesBelow(folder: string, ending = ""): readonly string[] {
  const found: string[] = [];
  walk(folder, (path) => {
    if (path.endsWith(ending)) found.push(path);
  });
  return found.sort();
}

function walk(folder: string, visit: (path: string) => void): void {
  let entries: Iterable<Deno.DirEntry>;
  try {
    entries = [...Deno.readDirSync(`${root}/${folder}`)];
  } catch (thrown) {
    if (thrown instanceof Deno.errors.NotFound) return;
    throw thrown;
  }
  for (const entry of entries) {
    if (untouched.has(entry.name)) continue;
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory) walk(path, visit);
    else if (entry.isFile) visit(path);
  }
}

/** Text of a file by its path relative to the root, or null when there is none. */
export function readText(path: string): string | null {
  try {
    return Deno.readTextFileSync(`${root}/${path}`);
  } catch (thrown) {
    if (thrown instanceof Deno.errors.NotFound) return null;
    throw thrown;
  }
}

/** Whether a file or folder exists. @param path relative to the root. */
export function exists(path: string): boolean {
  try {
    Deno.statSync(`${root}/${path}`);
    return true;
  } catch {
    return false;
  }
}
