// Reads what a string of JSON with escaped characters means.

const backslash = 92;
const letterU = 117;
/** By the letter behind a backslash, the character that is meant. */
const meanings = new Uint8Array(128);
for (const [letter, character] of ['""', "\\\\", "//", "b\b", "f\f", "n\n", "r\r", "t\t"]) {
  meanings[letter!.charCodeAt(0)] = character!.charCodeAt(0);
}

/**
 * Writes what the characters from `start` up to `end` mean into `into`, from `at` on. @returns where the meaning ends there;
 * -1 where it is what it looks like, or where the string is none that JSON knows.
 */
export function meaningInto(
  codes: Uint8Array | Uint16Array,
  { start, end, into, at }: {
    readonly start: number;
    readonly end: number;
    readonly into: Uint8Array | Uint16Array;
    readonly at: number;
  },
): number {
  let to = at;
  let isEscaped = false;
  for (let i = start; i < end; i++) {
    let code = codes[i]!;
    if (code < 32) return -1;
    if (code === backslash) {
      isEscaped = true;
      i++;
      const letter = i < end ? codes[i]! : 0;
      if (letter === letterU) {
        code = fourDigits(codes, i + 1, end);
        if (code < 0) return -1;
        i += 4;
      } else {
        code = letter < 128 ? meanings[letter]! : 0;
        if (code === 0) return -1;
      }
    }
    into[to++] = code;
  }
  return isEscaped ? to : -1;
}

/** The number that four hexadecimal digits spell; -1 where there are fewer. */
function fourDigits(codes: Uint8Array | Uint16Array, from: number, end: number): number {
  if (from + 4 > end) return -1;
  let value = 0;
  for (let i = from; i < from + 4; i++) {
    const code = codes[i]!;
    const digit = code >= 48 && code <= 57
      ? code - 48
      : (code | 32) >= 97 && (code | 32) <= 102
      ? (code | 32) - 87
      : -1;
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}
