// Finds the files below a folder that match patterns, looking only where a pattern can still match.
import { joinPath, normalizePath } from "../core/path.ts";
import type { FileInfo, Files } from "../ports/files.ts";
import { matchesSegment } from "./glob.ts";

/** Paths relative to the folder, sorted, each once. */
export interface Walked {
  readonly paths: readonly string[];
  readonly cutBy: "visited" | "time" | null;
}

interface WalkOptions {
  readonly files: Files;
  readonly workDir: string;
  readonly excludedFolders: readonly string[];
  readonly maxVisited: number;
  readonly isLate: () => boolean;
}

/**
 * Regular files that match any of the patterns. Never enters `.git` or an excluded folder, and `**` follows no
 * symlink, so that no loop can hold it; a pattern that names a symlink goes through it.
 */
export function walkGlobs(patterns: readonly (readonly string[])[], options: WalkOptions): Walked {
  const walk = new Walk(options);
  for (const segments of patterns) walk.enter("", segments);
  return { paths: [...walk.found].sort(), cutBy: walk.cutBy };
}

class Walk {
  readonly found = new Set<string>();
  cutBy: "visited" | "time" | null = null;
  #visited = 0;
  readonly #options: WalkOptions;
  readonly #excluded: ReadonlySet<string>;

  constructor(options: WalkOptions) {
    this.#options = options;
    this.#excluded = new Set(options.excludedFolders.map(normalizePath));
  }

  enter(folder: string, segments: readonly string[]): void {
    const [first, ...rest] = segments;
    if (first === undefined || this.#isOver()) return;
    if (first === "**") {
      if (rest.length > 0) this.enter(folder, rest);
      this.#descend(folder, rest);
    } else if (/[*?]/.test(first)) {
      for (const name of this.#list(folder)) {
        if (matchesSegment(first, name)) this.#take(folder, { name, rest });
      }
    } else this.#take(folder, { name: first, rest });
  }

  #descend(folder: string, rest: readonly string[]): void {
    for (const name of this.#list(folder)) {
      if (this.#isOver()) return;
      const path = pathOf(folder, name);
      const info = this.#look(path, "lstat");
      if (info?.isDirectory && !this.#isClosed(path, name)) this.enter(path, ["**", ...rest]);
      else if (rest.length === 0 && this.#look(path, "stat")?.isFile) this.found.add(path);
    }
  }

  #take(folder: string, { name, rest }: { readonly name: string; readonly rest: readonly string[] }): void {
    if (this.#isOver()) return;
    const path = pathOf(folder, name);
    const info = this.#look(path, "stat");
    if (info?.isDirectory && rest.length > 0 && !this.#isClosed(path, name)) this.enter(path, rest);
    else if (info?.isFile && rest.length === 0) this.found.add(path);
  }

  #isClosed(path: string, name: string): boolean {
    return name === ".git" || this.#excluded.has(joinPath(this.#options.workDir, path));
  }

  #isOver(): boolean {
    if (this.cutBy !== null) return true;
    if (this.#visited > this.#options.maxVisited) this.cutBy = "visited";
    else if (this.#options.isLate()) this.cutBy = "time";
    return this.cutBy !== null;
  }

  #list(folder: string): readonly string[] {
    try {
      return this.#options.files.list(joinPath(this.#options.workDir, folder));
    } catch {
      return [];
    }
  }

  #look(path: string, how: "stat" | "lstat"): FileInfo | null {
    this.#visited++;
    try {
      return this.#options.files[how](joinPath(this.#options.workDir, path));
    } catch {
      return null;
    }
  }
}

function pathOf(folder: string, name: string): string {
  return folder === "" ? name : `${folder}/${name}`;
}
