// Keeps how a text with colours looks on the page until it is another one.
import { withoutAnsi } from "../view/terminal_text.ts";
import { ansiMarkup } from "./ansi.ts";
import { safe } from "./html.ts";
import type { Markup } from "./html.ts";

/** A text as the page shows it. */
export interface TextTail {
  /** Without anything a terminal obeys. */
  readonly text: string;
  readonly markup: Markup;
}

/** One place where a text is shown. */
export class ShownText {
  #raw = "";
  #shown: TextTail = { text: "", markup: safe`` };

  /** @param raw masked */
  show(raw: string): TextTail {
    if (raw !== this.#raw) {
      this.#raw = raw;
      this.#shown = { text: withoutAnsi(raw), markup: ansiMarkup(raw) };
    }
    return this.#shown;
  }
}
