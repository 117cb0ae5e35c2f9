// How often whoever looks for days gives up what its looks leave behind.

/** Looks between two collections; left alone, the runtime waits until its heap is worth one, which takes days. */
export const looksPerCollection = 500;
