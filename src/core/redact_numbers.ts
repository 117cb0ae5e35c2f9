// A list of whole numbers that grows without an object for each: positions in a text, of which there may be very many.

/** Numbers below 2^31, in the order in which they were added. */
export class Numbers {
  #items = new Int32Array(16);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** The item at `index`, which must be below `length`. */
  at(index: number): number {
    return this.#items[index]!;
  }

  /** Puts another item at `index`, which must be below `length`. */
  set(index: number, item: number): void {
    this.#items[index] = item;
  }

  push(item: number): void {
    if (this.#length === this.#items.length) {
      const larger = new Int32Array(this.#length * 2);
      larger.set(this.#items);
      this.#items = larger;
    }
    this.#items[this.#length++] = item;
  }

  /** Forgets all items from `length` on. */
  cut(length: number): void {
    this.#length = length;
  }
}
