// Reads the end of what the agent of the newest round said, masked, and again only when it has grown.
import { redact } from "../core/redact.ts";
import { joinPath } from "../core/path.ts";
import type { Files } from "../ports/files.ts";
import { tailOfLog } from "../store/round_log.ts";
import { ansiMarkup, withoutAnsi } from "./ansi.ts";
import { safe } from "./html.ts";
import type { Markup } from "./html.ts";

const lines = 50;
const mostBytes = 48 * 1024;

/** The end of a text file as the page shows it. */
export interface TextTail {
  /** Without anything a terminal obeys. */
  readonly text: string;
  readonly markup: Markup;
}

export const emptyTail: TextTail = { text: "", markup: safe`` };

/** The end of one file. */
export class LogTail {
  readonly #files: Files;
  readonly #path: string;
  #stamp = "";
  #tail: TextTail = emptyTail;

  /** @param path absolute, or below `logDir` */
  constructor(files: Files, options: { readonly logDir: string; readonly path: string }) {
    this.#files = files;
    this.#path = joinPath(options.logDir, options.path);
  }

  /** Empty when there is none, or it cannot be read. */
  read(): TextTail {
    try {
      const info = this.#files.stat(this.#path);
      const stamp = info === null ? "" : `${info.inode} ${info.size} ${info.modifiedAt}`;
      if (stamp !== this.#stamp) {
        const found = tailOfLog(this.#files, { path: this.#path, lines, maxBytes: mostBytes, wholeWords: true });
        this.#tail = found === null ? emptyTail : shown(found.join("\n"));
        this.#stamp = stamp;
      }
    } catch {
      this.#stamp = "";
      this.#tail = emptyTail;
    }
    return this.#tail;
  }
}

/** A secret can be written with colours in its midst: what masks must see the text as people do. */
function shown(raw: string): TextTail {
  const bare = withoutAnsi(raw);
  const text = redact(bare);
  const isClean = text === bare && redact(raw) === raw;
  return { text, markup: isClean ? ansiMarkup(raw) : safe`${text}` };
}
