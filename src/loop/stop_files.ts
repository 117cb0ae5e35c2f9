// The two files by which a loop is asked to end: the agent's own sentinel and the operator's stop file.
import type { Config } from "../config/schema.ts";
import { redact, withoutCutWord } from "../core/redact.ts";
import { joinPath } from "../core/path.ts";
import { clip } from "../core/text.ts";
import type { Files } from "../ports/files.ts";

const reasonCharacters = 200;
const readBytes = 4096;

export type StopFile =
  | { readonly kind: "agent_done"; readonly reason: string }
  | { readonly kind: "stop_file"; readonly path: string; readonly content: string };

export class StopFiles {
  readonly #sentinel: string;
  readonly #stopFile: string | null;
  readonly #files: Files;

  constructor(config: Config, files: Files) {
    this.#sentinel = joinPath(config.runtime.logDir, ".agent-done");
    this.#stopFile = config.runtime.stopFile;
    this.#files = files;
  }

  exists(): boolean {
    return this.#has(this.#sentinel) || (this.#stopFile !== null && this.#has(this.#stopFile));
  }

  /** The operator's stop file is there. */
  get isAskedByOperator(): boolean {
    return this.#stopFile !== null && this.#has(this.#stopFile);
  }

  /** Moves the sentinel away; false when it is still there. */
  putAside(path: string): boolean {
    try {
      this.#files.rename(this.#sentinel, path);
      this.#files.chmod(path, 0o600);
    } catch {
      // What counts is whether it is gone.
    }
    return !this.#has(this.#sentinel);
  }

  /** The file that asks for an end, the agent's first; null when there is none. */
  read(): StopFile | null {
    if (this.#has(this.#sentinel)) return { kind: "agent_done", reason: this.#content(this.#sentinel) };
    return this.readOperators();
  }

  /** The operator's alone; null when it is not there. */
  readOperators(): StopFile | null {
    if (this.#stopFile === null || !this.#has(this.#stopFile)) return null;
    return { kind: "stop_file", path: this.#stopFile, content: this.#content(this.#stopFile) };
  }

  /** Removes a sentinel of an earlier life; true when there was one. */
  clearSentinel(): boolean {
    try {
      return this.#files.remove(this.#sentinel);
    } catch {
      return false;
    }
  }

  #has(path: string): boolean {
    try {
      return this.#files.lstat(path) !== null;
    } catch {
      return false;
    }
  }

  #content(path: string): string {
    try {
      const bytes = this.#files.readBytes(path, { offset: 0, length: readBytes });
      const text = new TextDecoder().decode(bytes ?? new Uint8Array());
      const isCut = bytes !== null && bytes.length >= readBytes;
      return clip(redact(isCut ? withoutCutWord(text) : text), reasonCharacters);
    } catch {
      return "";
    }
  }
}
