// Reads the end of a text that an agent writes, masked, and again only when the file has changed.
import { redact } from "../core/redact.ts";
import { joinPath } from "../core/path.ts";
import type { Files } from "../ports/files.ts";
import { tailOfLog } from "../store/round_log.ts";
import { withoutAnsi } from "./terminal_text.ts";

const lines = 50;
const mostBytes = 48 * 1024;

/** The end of one file. */
export class MaskedTail {
  readonly #files: Files;
  readonly #path: string;
  #stamp = "";
  #tail = "";

  /** @param path absolute, or below `logDir` */
  constructor(files: Files, options: { readonly logDir: string; readonly path: string }) {
    this.#files = files;
    this.#path = joinPath(options.logDir, options.path);
  }

  /** With its colours, unless something had to be masked; empty when there is none, or it cannot be read. */
  read(): string {
    try {
      const info = this.#files.stat(this.#path);
      const stamp = info === null ? "" : `${info.inode} ${info.size} ${info.modifiedAt}`;
      if (stamp !== this.#stamp) {
        const found = tailOfLog(this.#files, { path: this.#path, lines, maxBytes: mostBytes, wholeWords: true });
        this.#tail = maskedTail(found?.join("\n") ?? "");
        this.#stamp = stamp;
      }
    } catch {
      this.#stamp = "";
      this.#tail = "";
    }
    return this.#tail;
  }
}

/** A secret can be written with colours in its midst: what masks must see the text as people do. */
export function maskedTail(raw: string): string {
  const bare = withoutAnsi(raw);
  const masked = redact(bare);
  return masked === bare && redact(raw) === raw ? raw : masked;
}
