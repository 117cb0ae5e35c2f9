// Finds the few lines of text that can matter by one search through all the bytes, so that the others are never decoded.

// One character for each byte whatever it is, so that places in the text are places in the bytes.
const decoder = new TextDecoder("windows-1252");

/** Looks for words in the bytes of one push. */
export class TextFinder {
  readonly #pattern: RegExp | null;
  #bytes: Uint8Array | null = null;
  #text: string | null = null;
  /** Where the nearest word at or after the last place asked for begins, past all bytes when there is none, and ends. */
  #found = -1;
  #foundEnd = -1;

  /** @param markers ASCII words, one of which a line must hold to matter; null when every line does. */
  constructor(markers: readonly string[] | null) {
    const escaped = markers?.map((marker) => marker.replaceAll(/[^\w ]/g, "\\$&"));
    this.#pattern = escaped ? new RegExp(escaped.join("|"), "g") : null;
  }

  /** Begins anew with these bytes; nothing is read before it is asked for. */
  search(bytes: Uint8Array): void {
    this.#bytes = bytes;
    this.#text = null;
    this.#found = -1;
    this.#foundEnd = -1;
  }

  /** Lets the bytes go. */
  forget(): void {
    this.#bytes = null;
    this.#text = null;
  }

  /** Whether a word stands between two places; each call must ask for a later place than the one before. */
  isWorthHearing(start: number, stop: number): boolean {
    if (!this.#pattern || !this.#bytes) return true;
    this.#text ??= decoder.decode(this.#bytes);
    if (this.#found < start) {
      this.#pattern.lastIndex = start;
      const match = this.#pattern.exec(this.#text);
      this.#found = match?.index ?? Infinity;
      this.#foundEnd = this.#found + (match?.[0].length ?? 0);
    }
    if (this.#found >= stop) return false;
    return this.#foundEnd <= stop || this.#text.slice(start, stop).search(this.#pattern) >= 0;
  }
}
