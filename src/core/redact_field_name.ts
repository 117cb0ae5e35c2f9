// Reads the name that stands before a separator, and where on its line it stands.
import { backslashesBefore, isBlank, isQuote } from "./redact_ends.ts";
import { isNameCharacter, tableOf } from "./redact_characters.ts";
import { mask } from "./redact_spans.ts";

const longestName = 128;
const mostBlanks = 8;
const longestHead = 256;
const longestWord = 24;
/** What may stand before a field on its line: list items, quotes, comments, differences, file names, line numbers, words. */
const lineHead =
  /^(?:[\s>|#*+\-/→<]*|[\w./-]{1,200}:(?:\d{1,7}[:\-|→])?[\s>|#*+\-→<]*|\s*\d{1,7}[:\-|→\s][\s>|#*+\-→<]*|[\s>+-]*(?:(?:export|set|const|let|var)\s+|\$))$/;
const declaration = /(?:^|\s)(?:export|set|const|let|var)$/;

/** What a field follows that is one of several. */
const openers = tableOf("{,([;\"'`");
/** What `lineHead` is made of; it has one word at most, white space being what ends a word. */
const white = 1;
const headSign = 2;
const inWord = 3;
const colonSign = 4;
const rareSign = 5;
const headKinds = new Uint8Array(128);
for (let code = 0; code < 128; code++) {
  const character = String.fromCharCode(code);
  if (/\s/.test(character)) headKinds[code] = white;
  else if (/\w/.test(character)) headKinds[code] = inWord;
  else if (character === ":") headKinds[code] = colonSign;
  else if (/[>|#*+\-/<]/.test(character)) headKinds[code] = headSign;
  else if (/[.$]/.test(character)) headKinds[code] = rareSign;
}
/** Letters of the stems of secret names: a name that holds none of these sets needs no further look. */
const stems = "pas pw token secrt cred key auth cokie pat bear jwt sid sion sig".split(" ").map(lettersOf);

export interface Name {
  readonly start: number;
  readonly end: number;
  /** Within quotes. */
  readonly isQuoted: boolean;
}

/** Where a field's name stands: at the head of a line, among other fields, or in the middle of a sentence. */
export type FieldPlace = "line" | "flow" | "prose";

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
  if (end - start < 2 || !mayBeSecret(letters)) return null;
  // The letter of an escaped line break before the name is no part of it.
  if (text.charCodeAt(start - 1) === 92) {
    const first = text.charCodeAt(start);
    if (first === 110 || first === 114 || first === 116) start++;
  }
  return { start, end, isQuoted };
}

/** Where the word starts that tells, before the name, what kind of key it names, as in `API key: ...`; else -1. */
export function wordBefore(text: string, { start, end }: Name): number {
  if (!isKey(text, start, end)) return -1;
  const gap = text.charCodeAt(start - 1);
  if (gap !== 32 && gap !== 45) return -1;
  let at = start - 1;
  while (start - at < longestWord && isNameCharacter(text.charCodeAt(at - 1))) at--;
  return at;
}

export function placeOf(text: string, start: number): FieldPlace {
  let at = start;
  while (at > 0 && start - at < mostBlanks && isBlank(text.charCodeAt(at - 1))) at--;
  const before = at === 0 ? 10 : text.charCodeAt(at - 1);
  if (before === 62 && text.startsWith(mask, at - mask.length)) return "prose";
  if (before < 128 && openers[before] === 1) return "flow";
  if (
    isNameCharacter(before) && before !== 45 && !declaration.test(text.slice(Math.max(0, at - 7), at))
  ) return "prose";
  const head = headStart(text, at, Math.max(0, start - longestHead));
  if (head < 0 || start - head >= longestHead) return "prose";
  return isPlainHead(text, head, start) || lineHead.test(text.slice(head, start)) ? "line" : "prose";
}

/** Whether nothing but white space and signs stands there, which `lineHead` allows in any order. */
function isPlainHead(text: string, head: number, start: number): boolean {
  for (let i = head; i < start; i++) {
    const code = text.charCodeAt(i);
    if (code > 127 || headKinds[code]! > headSign || headKinds[code] === 0) return false;
  }
  return true;
}

/** Start of the line that holds `at`; -1 where what stands between them is more than `lineHead` allows. */
function headStart(text: string, at: number, least: number): number {
  let isInWord = false;
  let words = 0;
  let colons = 0;
  for (let i = at; i > least; i--) {
    const code = text.charCodeAt(i - 1);
    if (code === 10 || code === 13) return i;
    if (code > 127) continue;
    const kind = headKinds[code]!;
    if (kind === 0) return -1;
    if (kind === inWord && !isInWord) words++;
    if (kind === colonSign) colons++;
    if (words > 1 || colons > 2) return -1;
    isInWord = kind !== white && (isInWord || kind === inWord);
  }
  return least;
}

/** Index of a quote right before the name, which then ends its value too; -1 where there is none. */
export function quoteAround(text: string, name: Name): number {
  return !name.isQuoted && isQuote(text.charCodeAt(name.start - 1)) ? name.start - 1 : -1;
}

/** `key` or `keys`, in letters of any case. */
function isKey(text: string, start: number, end: number): boolean {
  const length = end - start;
  if (length !== 3 && length !== 4) return false;
  return (text.charCodeAt(start) | 32) === 107 && (text.charCodeAt(start + 1) | 32) === 101 &&
    (text.charCodeAt(start + 2) | 32) === 121 && (length === 3 || (text.charCodeAt(start + 3) | 32) === 115);
}

function mayBeSecret(letters: number): boolean {
  for (let i = 0; i < stems.length; i++) if ((letters & stems[i]!) === stems[i]) return true;
  return false;
}

/** The set of a word's letters, one bit for each. */
function lettersOf(word: string): number {
  return [...word].reduce((set, letter) => set | 1 << (letter.charCodeAt(0) & 31), 0);
}
