// Finds where quotes are closed, for as many quotes of a text as one likes, in one pass over it.
import { backslashesBefore, isQuote } from "./redact_ends.ts";
import { Numbers } from "./redact_numbers.ts";

const backslash = 92;

/** The kinds of quotes: `"`, `'` and a backtick. */
const kinds = [34, 39, 96] as const;

/** Quotes of one kind for which no closing one was met yet, by their index in the list of quotes; -1 is none. */
interface Open {
  plain: number;
  /** Of each its index, and the number of backslashes before it, which rises. */
  readonly escaped: number[];
}

/** A text, and what is known of its quotes. Quotes are to be asked for from left to right. */
export class QuotedText {
  readonly text: string;
  /** From here to `#at` all quotes are known. */
  #from = 0;
  #at = 0;
  #backslashes = 0;
  readonly #quotes = new Numbers();
  /** Where the quote of the same index is closed; -1 where that is not known yet. */
  readonly #ends = new Numbers();
  /** One for each kind. */
  readonly #open: readonly Open[] = kinds.map(() => ({ plain: -1, escaped: [] }));

  constructor(text: string) {
    this.text = text;
  }

  /** Where the quote at `open` is closed, as `quotedEnd` tells it. */
  endOf(open: number): number {
    if (open < this.#from || open >= this.#at) this.#restart(open);
    const index = this.#indexOf(open);
    while (this.#ends.at(index) < 0) this.#advance();
    return this.#ends.at(index);
  }

  #restart(open: number): void {
    this.#quotes.cut(0);
    this.#ends.cut(0);
    for (const open of this.#open) close(open);
    this.#from = open;
    this.#at = open;
    this.#backslashes = backslashesBefore(this.text, open);
    this.#advance();
  }

  #indexOf(open: number): number {
    let low = 0;
    let high = this.#quotes.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#quotes.at(middle) < open) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Goes on to the next quote or line break, or to the end. */
  #advance(): void {
    const { text } = this;
    let run = this.#backslashes;
    let at = this.#at;
    let code = 0;
    for (; at < text.length; at++) {
      code = text.charCodeAt(at);
      if (code === backslash) {
        run++;
        continue;
      }
      if (code === 10 || code === 13 || isQuote(code)) break;
      run = 0;
    }
    if (at < text.length && isQuote(code)) this.#meet(code, { at, run });
    else this.#endLine(at);
    this.#backslashes = 0;
    this.#at = at + 1;
  }

  #meet(code: number, { at, run }: { readonly at: number; readonly run: number }): void {
    const index = this.#quotes.length;
    this.#quotes.push(at);
    this.#ends.push(-1);
    const open = this.#open[code === kinds[0] ? 0 : code === kinds[1] ? 1 : 2]!;
    const { escaped } = open;
    while (escaped.length > 0 && escaped.at(-1)! >= run) {
      escaped.pop();
      this.#ends.set(escaped.pop()!, at - run);
    }
    if (run % 2 === 0) {
      if (open.plain >= 0) this.#ends.set(open.plain, at);
      open.plain = run === 0 ? index : -1;
    }
    if (run > 0) escaped.push(index, run);
  }

  #endLine(at: number): void {
    for (const open of this.#open) {
      const { plain, escaped } = open;
      if (plain >= 0) this.#ends.set(plain, at);
      for (let i = 0; i < escaped.length; i += 2) this.#ends.set(escaped[i]!, at);
      close(open);
    }
  }
}

function close(open: Open): void {
  open.plain = -1;
  if (open.escaped.length > 0) open.escaped.length = 0;
}
