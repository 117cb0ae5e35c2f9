// Decodes the many short records of one push at the cost of a few, since each call of a decoder costs as much as a record.

const windowBytes = 8192;
const decoder = new TextDecoder();

/** The texts of lines that stand in the same bytes, asked for in their order. */
export class LineDecoder {
  #bytes: Uint8Array = new Uint8Array(0);
  #start = 0;
  #end = 0;
  /** The text from `#windowStart` on, one character for each byte; empty when some character took several. */
  #window = "";
  #windowStart = 0;
  #windowEnd = 0;

  begin(bytes: Uint8Array): void {
    this.#bytes = bytes;
    this.#window = "";
    this.#windowStart = 0;
    this.#windowEnd = 0;
  }

  /** Lets the bytes go. */
  forget(): void {
    this.begin(new Uint8Array(0));
  }

  /** Chooses a line. */
  at(start: number, end: number): void {
    this.#start = start;
    this.#end = end;
  }

  /** The chosen line's text; bytes that are no UTF-8 become U+FFFD. */
  text(): string {
    if (this.#end > this.#windowEnd) this.#openWindow();
    if (this.#window === "" || this.#end > this.#windowEnd) {
      return decoder.decode(this.#bytes.subarray(this.#start, this.#end));
    }
    return this.#window.slice(this.#start - this.#windowStart, this.#end - this.#windowStart);
  }

  #openWindow(): void {
    const end = Math.min(this.#bytes.length, this.#start + windowBytes);
    if (this.#end > end) return;
    const text = decoder.decode(this.#bytes.subarray(this.#start, end));
    this.#windowStart = this.#start;
    this.#windowEnd = end;
    // As many characters as bytes: no sequence of bytes became one character, so places are the same in both.
    this.#window = text.length === end - this.#start ? text : "";
  }
}
