// Reads the name that stands before a separator, and where on its line it stands.
import { mask } from "./redact_spans.ts";
import { backslashesBefore, isBlank, isQuote } from "./redact_ends.ts";

const longestName = 128;
const mostBlanks = 8;
const longestHead = 256;
const longestWord = 24;
const openers = "{,([;\"'`";
/** What may stand before a field on its line: list items, quotes, comments, differences, file names, line numbers, words. */
const lineHead =
  /^(?:[\s>|#*+\-/→<]*|[\w./-]{1,200}:(?:\d{1,7}[:\-|→])?[\s>|#*+\-→<]*|\s*\d{1,7}[:\-|→\s][\s>|#*+\-→<]*|[\s>+-]*(?:(?:export|set|const|let|var)\s+|\$))$/;
const declaration = /(?:^|\s)(?:export|set|const|let|var)$/;

const nameCharacters = new Uint8Array(128);
for (const character of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-") {
  nameCharacters[character.charCodeAt(0)] = 1;
}
/** Letters of the stems of secret names: a name that holds none of these sets needs no further look. */
const stems = [
  "pas",
  "pw",
  "token",
  "secrt",
  "cred",
  "key",
  "auth",
  "cokie",
  "pat",
  "bear",
  "jwt",
  "sid",
  "sion",
  "sig",
].map(
  (stem) => [...stem].reduce((set, letter) => set | 1 << (letter.charCodeAt(0) & 31), 0),
);

export interface Name {
  readonly text: string;
  readonly start: number;
  /** Within quotes. */
  readonly isQuoted: boolean;
}

/** Where a field's name stands: at the head of a line, among other fields, or in the middle of a sentence. */
export type FieldPlace = "line" | "flow" | "prose";

/** Whether the character is one that names are made of. */
export function isNameCharacter(code: number): boolean {
  return code < 128 && nameCharacters[code] === 1;
}

/** The name before the separator at `separator`; null where there is none, or none that could be a secret's. */
export function nameBefore(text: string, separator: number): Name | null {
  let end = separator;
  while (end > 0 && separator - end < mostBlanks && isBlank(text.charCodeAt(end - 1))) end--;
  const last = text.charCodeAt(end - 1);
  if (last === 93 || last === 63) end--;
  const isQuoted = isQuote(text.charCodeAt(end - 1));
  if (isQuoted) {
    end--;
    end -= Math.min(15, backslashesBefore(text, end));
  }
  let letters = 0;
  let start = end;
  while (start > 0 && end - start <= longestName) {
    const code = text.charCodeAt(start - 1);
    if (!isNameCharacter(code)) break;
    if (code > 64) letters |= 1 << (code & 31);
    start--;
  }
  if (start === end || !mayBeSecret(letters)) return null;
  // The letter of an escaped line break before the name is no part of it.
  if (text[start - 1] === "\\" && end - start > 1 && /[nrt]/.test(text[start]!)) start++;
  return { text: text.slice(start, end), start, isQuoted };
}

/** `API key: ...` has its telling word before the name. */
export function withWordBefore(text: string, name: Name): string {
  if (name.text.length > 4 || !/^keys?$/i.test(name.text)) return name.text;
  const gap = text[name.start - 1];
  if (gap !== " " && gap !== "-") return name.text;
  let start = name.start - 1;
  while (name.start - start < longestWord && isNameCharacter(text.charCodeAt(start - 1))) start--;
  return `${text.slice(start, name.start - 1)}_${name.text}`;
}

export function placeOf(text: string, start: number): FieldPlace {
  let at = start;
  while (at > 0 && start - at < mostBlanks && isBlank(text.charCodeAt(at - 1))) at--;
  if (text.startsWith(mask, at - mask.length)) return "prose";
  const before = text[at - 1] ?? "\n";
  if (openers.includes(before)) return "flow";
  if (
    isNameCharacter(before.charCodeAt(0)) && before !== "-" && !declaration.test(text.slice(Math.max(0, at - 7), at))
  ) return "prose";
  const head = text.slice(Math.max(0, start - longestHead), start);
  const line = head.slice(Math.max(head.lastIndexOf("\n"), head.lastIndexOf("\r")) + 1);
  return line.length < longestHead && lineHead.test(line) ? "line" : "prose";
}

/** Index of a quote right before the name, which then ends its value too; -1 where there is none. */
export function quoteAround(text: string, name: Name): number {
  return !name.isQuoted && isQuote(text.charCodeAt(name.start - 1)) ? name.start - 1 : -1;
}

function mayBeSecret(letters: number): boolean {
  for (const stem of stems) if ((letters & stem) === stem) return true;
  return false;
}
