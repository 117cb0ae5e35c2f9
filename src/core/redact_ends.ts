// Finds where a value ends: at its closing quote, at white space, at the next setting, at the end of a header.
import { isNameCharacter, tableOf } from "./redact_characters.ts";

const tab = 9;
const space = 32;
const doubleQuote = 34;
const ampersand = 38;
const singleQuote = 39;
const backslash = 92;
const backtick = 96;
const letterN = 110;
const letterR = 114;

const longestSetting = 41;
const closesJson = /"\s{0,8}(?:[,}\]]|$)/my;

const longestTrimmed = 1024;
/** By a closing sign its opening one; 1 for a separator, which has none. */
const openers = new Uint8Array(128);
for (const sign of ",;") openers[sign.charCodeAt(0)] = 1;
for (const [open, close] of ["()", "{}", "[]"]) openers[close!.charCodeAt(0)] = open!.charCodeAt(0);

/** What ends a bare value, or asks for a second look: white space, quotes and `# & , ; < > \\`. */
const telling = tableOf("\"'`#&,;<>\\").fill(1, 0, space + 1);

export function isQuote(code: number): boolean {
  return code === doubleQuote || code === singleQuote || code === backtick;
}

export function isBlank(code: number): boolean {
  return code === space || code === tab;
}

/** Index of the first character from `at` on that is neither space nor tab. */
export function afterBlanks(text: string, at: number): number {
  while (isBlank(text.charCodeAt(at))) at++;
  return at;
}

/** Index of the end of the line that holds `at`; the line break is not part of it. */
export function lineEnd(text: string, at: number): number {
  for (let i = at; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 10 || code === 13) return i;
  }
  return text.length;
}

/** Whether the line that holds `at` ends there. */
export function isLineEnd(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code === 10 || code === 13 || at >= text.length;
}

/** How many backslashes stand right before `at`. */
export function backslashesBefore(text: string, at: number): number {
  let count = 0;
  while (text.charCodeAt(at - 1 - count) === backslash) count++;
  return count;
}

/**
 * Index of the quote that closes the one at `open`, or of the end of the line where none does. A quote that is itself
 * escaped is closed by one that is escaped as often.
 */
export function quotedEnd(text: string, open: number): number {
  const quote = text.charCodeAt(open);
  const depth = backslashesBefore(text, open);
  let run = 0;
  for (let i = open + 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 10 || code === 13) return i;
    if (code === backslash) {
      run++;
      continue;
    }
    if (code === quote && (depth === 0 ? run % 2 === 0 : run <= depth)) return depth === 0 ? i : i - run;
    run = 0;
  }
  return text.length;
}

/** End of an unquoted value that starts at `from`; `isParameter`: in the query of a URL. */
export function bareEnd(text: string, from: number, isParameter: boolean): number {
  let i = from;
  for (; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 127 || telling[code] === 0) continue;
    if (code <= space) break;
    if (isQuote(code)) {
      const end = i === from ? -1 : joinedEnd(text, i);
      if (end < 0) break;
      i = end;
    } else if (code === backslash) {
      const next = text.charCodeAt(i + 1);
      if (isQuote(next) || next === backslash && escapesQuote(text, i)) break;
      if (next > 13) i++;
    } else if (code === ampersand && (isParameter || text.charCodeAt(i + 1) === ampersand)) break;
    else if (isParameter && (code === 35 || code === 60 || code === 62)) break;
    else if (code === 60 && text.charCodeAt(i + 1) === 47) break;
    else if ((code === 44 || code === 59) && i > from && startsSetting(text, i)) break;
  }
  return trimmedEnd(text, from, Math.min(i, text.length));
}

/** Separators behind the value, and brackets that were opened before it, are none of it. */
export function trimmedEnd(text: string, from: number, end: number): number {
  if (end - from > longestTrimmed) return end;
  let until = end;
  let missing = 0;
  for (; until > from; until--) {
    const last = text.charCodeAt(until - 1);
    const opener = last < 128 ? openers[last]! : 0;
    if (opener === 0) break;
    // What was looked for in vain does not stand before a part of it either.
    if (opener === 1 || (missing & bitOf(opener)) !== 0) continue;
    if (holds(text, { code: opener, from, end: until - 1 })) break;
    missing |= bitOf(opener);
  }
  return until === from ? end : until;
}

/** One bit for each of `(`, `[` and `{`. */
function bitOf(opener: number): number {
  return 1 << (opener >> 5);
}

function holds(
  text: string,
  { code, from, end }: { readonly code: number; readonly from: number; readonly end: number },
): boolean {
  for (let i = from; i < end; i++) if (text.charCodeAt(i) === code) return true;
  return false;
}

/** End of a header's value: the line, an escaped line break, or the end of the JSON string it stands in. */
export function headerEnd(text: string, from: number): number {
  for (let i = from; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 10 || code === 13) return i;
    if (code === backslash) {
      const next = text.charCodeAt(i + 1);
      if (next === letterN || next === letterR) return i;
      if (next === doubleQuote) i = text[i - 1] === "=" ? quotedPartEnd(text, i + 1) : i + 1;
    } else if (code === doubleQuote) {
      if (text[i - 1] === "=") i = quotedPartEnd(text, i);
      else {
        closesJson.lastIndex = i;
        if (closesJson.test(text)) return i;
      }
    }
  }
  return text.length;
}

function quotedPartEnd(text: string, open: number): number {
  const end = quotedEnd(text, open);
  return text.charCodeAt(end) === doubleQuote ? end : end - 1;
}

/** In the middle of a word a shell goes on after a quoted part; -1 where the quote rather ends what stands around. */
function joinedEnd(text: string, at: number): number {
  if (at + 1 >= text.length || " \t\r\n,:;}])>".includes(text[at + 1]!)) return -1;
  const end = quotedEnd(text, at);
  return text.charCodeAt(end) === text.charCodeAt(at) ? end : -1;
}

function escapesQuote(text: string, at: number): boolean {
  let i = at;
  while (i < at + 8 && text.charCodeAt(i) === backslash) i++;
  return isQuote(text.charCodeAt(i));
}

/** Whether, behind the separator at `at`, a name stands with a `=` or `:` behind it. */
function startsSetting(text: string, at: number): boolean {
  let i = at + 1;
  while (i < at + 3 && isBlank(text.charCodeAt(i))) i++;
  if (isPlainQuote(text.charCodeAt(i))) i++;
  const start = i;
  const first = text.charCodeAt(start);
  if (!isNameCharacter(first) || first < 65 && first !== 95) return false;
  while (i - start < longestSetting && isNameCharacter(text.charCodeAt(i))) i++;
  if (isPlainQuote(text.charCodeAt(i))) i++;
  if (isBlank(text.charCodeAt(i))) i++;
  const sign = text.charCodeAt(i);
  return sign === 58 || sign === 61;
}

function isPlainQuote(code: number): boolean {
  return code === doubleQuote || code === singleQuote;
}
