// Sets of words that are looked up in the middle of a text, most of the time in vain.

/** Words of ASCII letters and signs, whatever their case. */
export class WordSet {
  readonly #words: Set<string>;
  /** By length, below 32, a bit for each character, by its low bits, with which a word of that length starts. */
  readonly #starts = new Int32Array(32);

  /** @param words in lower case, with spaces between them */
  constructor(words: string) {
    this.#words = new Set(words.split(" "));
    for (const word of this.#words) {
      this.#starts[word.length]! |= 1 << (word.charCodeAt(0) & 31);
    }
  }

  /** Whether the characters from `start` up to `end` are one of the words. */
  has(text: string, start: number, end: number): boolean {
    const length = end - start;
    if (length > 31 || (this.#starts[length]! & 1 << (text.charCodeAt(start) & 31)) === 0) return false;
    return this.#words.has(text.slice(start, end).toLowerCase());
  }
}
