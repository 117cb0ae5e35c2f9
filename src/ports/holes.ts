// Gives part of a file back to the disk while others go on writing to it.

/** Files with holes. Nothing throws. */
export interface Holes {
  /**
   * Frees the blocks of `length` bytes from `from` on; the file's size stays, and what is read there is zeros.
   * @returns null when it was done, or why it cannot be done here, for people
   */
  punch(path: string, range: { readonly from: number; readonly length: number }): Promise<string | null>;
}
