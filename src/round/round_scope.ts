// The scope one round runs in, as its status file names it: in this life or in a later one.
import { joinPath } from "../core/path.ts";
import type { Files } from "../ports/files.ts";
import type { Scopes } from "../ports/scope.ts";
import { parseScope, parseShimPid } from "./shim.ts";
import type { ScopeReport } from "./shim.ts";

const nobody: ReadonlySet<number> = new Set();

/** Costs nothing for a round without a scope. Never throws. */
export class RoundScope {
  readonly #exitFile: string;
  readonly #files: Files;
  readonly #scopes: Scopes;
  #report: ScopeReport | null = null;

  /** @param exitFile where the shim leaves the exit status */
  constructor(exitFile: string, ports: { readonly files: Files; readonly scopes: Scopes }) {
    this.#exitFile = exitFile;
    this.#files = ports.files;
    this.#scopes = ports.scopes;
  }

  /** What the shim wrote of it; null while, or when, it wrote nothing. */
  report(): ScopeReport | null {
    this.#report ??= this.#read(this.#exitFile) ?? this.#read(`${this.#exitFile}.tmp`);
    return this.#report;
  }

  #read(path: string): ScopeReport | null {
    try {
      return parseScope(this.#files.readText(path) ?? "");
    } catch {
      return null;
    }
  }

  /** Processes in it, whatever their session, parent or environment; the shim is none of them. */
  async members(): Promise<ReadonlySet<number>> {
    const report = this.report();
    return report?.kind === "in" ? new Set(await this.#scopes.members(report.path)) : nobody;
  }

  /** Kills all of it in one step. */
  async kill(): Promise<void> {
    const report = this.report();
    if (report?.kind === "in") await this.#scopes.kill(report.path);
  }
}

/** Status file of the round that a process leads, by what its shim wrote into it; null when none is found. */
export function strayExitFile(
  pid: number,
  { logDir, files }: { readonly logDir: string; readonly files: Files },
): string | null {
  const folder = joinPath(logDir, "rounds");
  try {
    for (const name of files.list(folder).reverse()) {
      if (!name.endsWith(".exit.tmp")) continue;
      const path = joinPath(folder, name);
      if (parseShimPid(files.readText(path) ?? "") === pid) return path.slice(0, -".tmp".length);
    }
  } catch {
    // Without it the scope is not known; the other ways to find its processes hold.
  }
  return null;
}
