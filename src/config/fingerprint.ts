// A short mark of a text, to tell whether the configuration on disk is still the one that runs.

/** 16 hexadecimal digits that change with the text. Not for secrets: it can be forged. */
export function fingerprintOf(text: string): string {
  let left = 0x811c9dc5;
  let right = 0x01000193;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    left = Math.imul(left ^ unit, 0x01000193);
    right = Math.imul(right ^ (unit + i), 0x5bd1e995);
  }
  return hex(left) + hex(right);
}

function hex(number: number): string {
  return (number >>> 0).toString(16).padStart(8, "0");
}
