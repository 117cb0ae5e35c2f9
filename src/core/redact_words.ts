// Sets of words that are looked up in the middle of a text, most of the time in vain.

const lengths = 32;

/** Words of ASCII letters and signs, whatever their case. */
export class WordSet {
  /** By length and the low bits of their first character: no piece of the text is cut out to be looked up. */
  readonly #words: (readonly string[] | undefined)[] = new Array(lengths * 32).fill(undefined);

  /** @param words in lower case, shorter than 32 characters, with spaces between them */
  constructor(words: string) {
    for (const word of new Set(words.split(" "))) {
      const place = placeOf(word.length, word.charCodeAt(0));
      this.#words[place] = [...this.#words[place] ?? [], word];
    }
  }

  /** Whether the characters from `start` up to `end` are one of the words. */
  has(text: string, start: number, end: number): boolean {
    const length = end - start;
    if (length >= lengths) return false;
    const near = this.#words[placeOf(length, text.charCodeAt(start))];
    if (near === undefined) return false;
    for (const word of near) if (standsAt(word, text, start)) return true;
    return false;
  }
}

function placeOf(length: number, first: number): number {
  return length * 32 + (first & 31);
}

function standsAt(word: string, text: string, start: number): boolean {
  for (let i = 0; i < word.length; i++) {
    const code = text.charCodeAt(start + i);
    if ((code >= 65 && code <= 90 ? code + 32 : code) !== word.charCodeAt(i)) return false;
  }
  return true;
}
