// Reads JSON records that nobody vouches for: what kind a line is, without parsing it, and its fields, whatever their type.

/** A parsed record; every field may be missing or of any type. */
export type JsonRecord = Readonly<Record<string, unknown>>;

const quote = 0x22;
const backslash = 0x5c;
const longestLabelBytes = 64;
/** So many bytes are cheaper to walk through than to search. */
const walked = 64;

/** What `topLevelString` found: the string, `absent` (no such field, or not a short string), or `malformed`. */
export type Label =
  | { readonly kind: "found"; readonly text: string }
  | { readonly kind: "absent" }
  | { readonly kind: "malformed" };

const absent: Label = { kind: "absent" };
const malformed: Label = { kind: "malformed" };

/**
 * The string under `key` at the top level of one line of JSON. Looks at bytes only and stops as soon as it is found,
 * so that a record which does not matter costs nothing; what follows is not checked. Bytes inside strings or
 * nested values never count.
 */
export function topLevelString(line: Uint8Array, key: string): Label {
  let at = skipBlank(line, 0);
  if (line[at] !== 0x7b) return malformed;
  at = skipBlank(line, at + 1);
  while (line[at] === quote) {
    const keyStop = skipString(line, at);
    const colon = skipBlank(line, keyStop);
    if (line[colon] !== 0x3a) return malformed;
    const value = skipBlank(line, colon + 1);
    const stop = skipValue(line, value);
    if (stop < 0) return malformed;
    if (keyStop - at - 2 === key.length && isWordAt(line, at + 1, key)) {
      if (line[value] !== quote || stop - value > longestLabelBytes + 2) return absent;
      return { kind: "found", text: labelBetween(line, value + 1, stop - 1) };
    }
    at = skipBlank(line, stop);
    if (line[at] === 0x7d) return absent;
    if (line[at] !== 0x2c) return malformed;
    at = skipBlank(line, at + 1);
  }
  return line[at] === 0x7d ? absent : malformed;
}

function isWordAt(line: Uint8Array, from: number, word: string): boolean {
  for (let i = 0; i < word.length; i++) {
    if (line[from + i] !== word.charCodeAt(i)) return false;
  }
  return true;
}

/** Labels seen before, by their length and a few of their bytes: most records of a stream are of a few kinds. */
const labels: string[] = new Array(256).fill("");

/** The label between two places, one character for each byte. */
function labelBetween(line: Uint8Array, from: number, to: number): string {
  const slot = (line[from]! * 31 + line[(from + to) >> 1]! * 13 + line[to - 1]! * 7 + to - from) % labels.length;
  const known = labels[slot]!;
  if (known.length === to - from && isWordAt(line, from, known)) return known;
  const label = String.fromCharCode(...line.subarray(from, to));
  labels[slot] = label;
  return label;
}

function skipBlank(line: Uint8Array, from: number): number {
  let at = from;
  while (line[at] === 0x20 || line[at] === 0x09 || line[at] === 0x0d) at++;
  return at;
}

/** The index after the string that begins at `from`; past the end of the line when it does not end. */
function skipString(line: Uint8Array, from: number): number {
  let at = from + 1;
  while (at < line.length) {
    const near = Math.min(line.length, at + walked);
    for (; at < near; at++) {
      const byte = line[at];
      if (byte === quote) return at + 1;
      if (byte === backslash) at++;
    }
    const found = line.indexOf(quote, at);
    if (found < 0) break;
    let slashes = found;
    while (slashes > at && line[slashes - 1] === backslash) slashes--;
    at = found + 1;
    // An even number of backslashes escape each other, so that the quote stands for itself.
    if ((found - slashes) % 2 === 0) return at;
  }
  return line.length + 1;
}

/** The index after the value that begins at `from`, or -1 when the line ends first. */
function skipValue(line: Uint8Array, from: number): number {
  const first = line[from];
  if (first === quote) {
    const stop = skipString(line, from);
    return stop > line.length ? -1 : stop;
  }
  if (first !== 0x7b && first !== 0x5b) return skipScalar(line, from);
  let depth = 0;
  let at = from;
  while (at < line.length) {
    const byte = line[at];
    if (byte === quote) {
      at = skipString(line, at);
      continue;
    }
    if (byte === 0x7b || byte === 0x5b) depth++;
    if (byte === 0x7d || byte === 0x5d) depth--;
    at++;
    if (depth === 0) return at;
  }
  return -1;
}

function skipScalar(line: Uint8Array, from: number): number {
  let at = from;
  while (at < line.length && line[at] !== 0x2c && line[at] !== 0x7d && line[at] !== 0x20) at++;
  return at === from || at >= line.length ? -1 : at;
}

/** Whether a line that has not ended could be a whole record already: cheap, and false for nearly all others. */
export function endsLikeRecord(line: Uint8Array): boolean {
  let last = line.length - 1;
  while (last > 0 && (line[last] === 0x20 || line[last] === 0x09 || line[last] === 0x0d)) last--;
  return line[last] === 0x7d;
}

const decoder = new TextDecoder();

/** The object that a line of JSON holds, given as bytes or text; null when it is not whole, not JSON or not an object. */
export function parseRecord(line: Uint8Array | string): JsonRecord | null {
  try {
    return objectOf(JSON.parse(typeof line === "string" ? line : decoder.decode(line)));
  } catch {
    return null;
  }
}

/** `value` when it is an object and no array, else null. */
export function objectOf(value: unknown): JsonRecord | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value as JsonRecord : null;
}

/** `value` when it is an array, else an empty one. */
export function arrayOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** `value` when it is a string that is not empty, else null. */
export function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

/** `value` when it is a finite number, else null. */
export function numberOf(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

/** A count as it may be trusted: whole, not negative and exact, else 0. */
export function countOf(value: unknown): number {
  const number = numberOf(value);
  return number !== null && number > 0 && number <= Number.MAX_SAFE_INTEGER ? Math.round(number) : 0;
}

/** Epoch seconds of a time given in seconds or milliseconds; null unless it lies between 2001 and 2286. */
export function epochOf(value: unknown): number | null {
  const number = numberOf(value);
  if (number === null) return null;
  const seconds = Math.ceil(number > 1e11 ? number / 1000 : number);
  return seconds >= 1e9 && seconds < 1e10 ? seconds : null;
}
