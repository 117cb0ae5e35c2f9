// Collects everything that is wrong or odd in one file, each with its line.
import type { Problem } from "../core/config.ts";
import { type KeyLines, locateKeys } from "./locate.ts";
import { spellKey } from "./spell_toml.ts";

/** What is said about one key. */
export interface Finding {
  readonly found: string;
  readonly wanted: string;
  readonly fix: string;
}

/** Problems and warnings of one configuration text. */
export class Findings {
  readonly problems: Problem[] = [];
  readonly warnings: Problem[] = [];
  readonly #text: string;
  #lines: KeyLines | null = null;

  /** @param text the TOML text in which keys are looked up. */
  constructor(text: string) {
    this.#text = text;
  }

  /** Records why the configuration cannot be used. */
  problem(path: readonly string[], finding: Finding): void {
    this.problems.push(this.#complete(path, finding));
  }

  /** Records what is probably not meant, or goes by an old name. */
  warning(path: readonly string[], finding: Finding): void {
    this.warnings.push(this.#complete(path, finding));
  }

  /** Puts problems into the order of the file; those without a line come last. */
  sort(): void {
    const place = (problem: Problem) => problem.line ?? Number.MAX_SAFE_INTEGER;
    this.problems.sort((a, b) => place(a) - place(b));
    this.warnings.sort((a, b) => place(a) - place(b));
  }

  #complete(path: readonly string[], finding: Finding): Problem {
    this.#lines ??= locateKeys(this.#text);
    return { key: path.map(spellKey).join("."), line: this.#lines.lineOf(path), ...finding };
  }
}
