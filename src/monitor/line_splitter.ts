// Cuts a stream of bytes into lines, and refuses one that does not end.
const newline = 10;
const firstBytes = 4096;

/** Whole lines from pieces that are cut anywhere; bytes that are no UTF-8 become U+FFFD. */
export class LineSplitter {
  readonly #longest: number;
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  #half = new Uint8Array(firstBytes);
  #size = 0;

  /** @param longest bytes a line may have */
  constructor(longest: number) {
    this.#longest = longest;
  }

  /** Lines that end in this piece; null when one is too long: what follows cannot be understood any more. */
  push(piece: Uint8Array): readonly string[] | null {
    const lines: string[] = [];
    let start = 0;
    for (let end = piece.indexOf(newline); end >= 0; end = piece.indexOf(newline, start)) {
      if (!this.#keep(piece.subarray(start, end))) return null;
      lines.push(this.#decoder.decode(this.#half.subarray(0, this.#size)));
      this.#size = 0;
      start = end + 1;
    }
    return this.#keep(piece.subarray(start)) ? lines : null;
  }

  #keep(bytes: Uint8Array): boolean {
    const size = this.#size + bytes.length;
    if (size > this.#longest) return false;
    if (size > this.#half.length) {
      const larger = new Uint8Array(Math.min(this.#longest, Math.max(size, this.#half.length * 2)));
      larger.set(this.#half.subarray(0, this.#size));
      this.#half = larger;
    }
    this.#half.set(bytes, this.#size);
    this.#size = size;
    return true;
  }
}
