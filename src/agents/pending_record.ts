// Holds the record line that has not ended yet, and knows when its object is whole although no newline came.

/** A buffer larger than this is given back after its line. */
const bufferKeptBytes = 1024 * 1024;
const smallestBuffer = 4096;
/** From here on a buffer grows by an eighth at a time: what it has too much is memory of the process. */
const largeBuffer = 4 * 1024 * 1024;

const quote = 0x22;
const backslash = 0x5c;

/** The bytes of one unfinished line; each is copied once and looked at no more than once. */
export class PendingRecord {
  readonly #mostBytes: number;
  #buffer = new Uint8Array(0);
  #length = 0;
  #scanned = 0;
  #depth = 0;
  #isInString = false;
  #isEscaped = false;
  /** Index after the brace that closes the object; -1 before it. */
  #closedAt = -1;
  #isBroken = false;
  #whole: Uint8Array | null = null;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /** The bytes so far, valid until the next call of `add` or `clear`. */
  get bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  /** Adds to the line; false, and nothing is kept, when it would become longer than a record may be. */
  add(bytes: Uint8Array): boolean {
    const length = this.#length + bytes.length;
    if (length > this.#mostBytes) return false;
    if (length > this.#buffer.length) this.#grow(length);
    this.#buffer.set(bytes, this.#length);
    this.#length = length;
    return true;
  }

  /**
   * The object when all of it is there and only white space follows, else null; the same view for the same object, so
   * that who asks again need not read it again. Brackets are counted, nothing is parsed.
   */
  whole(): Uint8Array | null {
    if (this.#scanned < this.#length) this.#scan();
    if (this.#closedAt < 0 || this.#isBroken) return null;
    return this.#whole ??= this.#buffer.subarray(0, this.#closedAt);
  }

  /** The line now that it has ended: the view that `whole` gave when nothing but white space came after it. */
  line(): Uint8Array {
    return (this.#whole && this.whole()) ?? this.bytes;
  }

  clear(): void {
    this.#length = 0;
    this.#scanned = 0;
    this.#depth = 0;
    this.#isInString = false;
    this.#isEscaped = false;
    this.#closedAt = -1;
    this.#isBroken = false;
    this.#whole = null;
    if (this.#buffer.length > bufferKeptBytes) this.#resize(0);
  }

  #grow(length: number): void {
    const before = this.#buffer.length;
    const next = before < largeBuffer ? 2 * before : Math.ceil(1.125 * before);
    this.#resize(Math.min(this.#mostBytes, Math.max(smallestBuffer, length, next)));
    this.#whole = null;
  }

  /** The old memory is free at once; left to the garbage collector it would add up with every growth. */
  #resize(length: number): void {
    this.#buffer = new Uint8Array(this.#buffer.buffer.transfer(length));
  }

  #scan(): void {
    for (let at = this.#scanned; at < this.#length; at++) {
      const byte = this.#buffer[at]!;
      if (this.#isInString) {
        if (this.#isEscaped) this.#isEscaped = false;
        else if (byte === backslash) this.#isEscaped = true;
        else if (byte === quote) this.#isInString = false;
      } else if (this.#closedAt >= 0) {
        if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d) this.#isBroken = true;
      } else if (byte === quote) this.#isInString = true;
      else if (byte === 0x7b || byte === 0x5b) this.#depth++;
      else if (byte === 0x7d || byte === 0x5d) {
        this.#depth--;
        if (this.#depth === 0) this.#closedAt = at + 1;
      }
    }
    this.#scanned = this.#length;
  }
}
