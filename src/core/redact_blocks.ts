// Finds secrets that take more than a word: private keys, lines of a .pgpass, elements of XML, names with their values.
import { isQuote, quotedEnd } from "./redact_ends.ts";
import { isNameCharacter, tableOf } from "./redact_characters.ts";
import { secrecyIn, secrecyOf } from "./redact_names.ts";
import type { Mark } from "./redact_spans.ts";
import { isHarmless } from "./redact_values.ts";

const longestKey = 64 * 1024;
const begin = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/y;
const end = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/y;
/** What a key consists of, also with the line numbers, quotes and signs that tools put before its lines. */
const body = /[A-Za-z0-9+/=\s\\:,."'|>→-]*/y;
const inWord = 1;
const betweenWords = 2;
const arrow = 0x2192;
const dash = 45;
const bodyKinds = new Uint8Array(128);
for (let code = 0; code < 128; code++) {
  const character = String.fromCharCode(code);
  bodyKinds[code] = /[A-Za-z0-9+/=]/.test(character) ? inWord : /[\s\\"',|>]/.test(character) ? betweenWords : 0;
}
const longestLooseWord = 16;

const pgpass = /^[^\s:#"'{}=]{1,255}:(?:\d{4,5}|\*):[\w.*-]{1,64}:[\w.*-]{1,64}:(\S+)[ \t]*$/dgm;
/** What each line of a .pgpass holds, and few other texts do. */
const port = /:(?:\d{4,5}|\*):/g;
const inPort = tableOf("0123456789*:");
const longestElementName = 64;
const longestContent = 65_536;
const namedValue =
  /(?:name|key)\\{0,15}["']?[ \t]{0,4}[:=][ \t]{0,4}\\{0,15}["']?([\w.-]{1,128})\\{0,15}["']?(?:,\s{0,64}|\s{1,64})\\{0,15}["']?value\\{0,15}["']?[ \t]{0,4}[:=][ \t]{0,4}(?=\S)/iy;
const anywhere = { isSpaced: false, isLoose: false, isLine: false } as const;

/** Marks private keys, also those whose beginning or end was cut off. */
export function findKeys(text: string, mark: Mark): void {
  const first = dashesIn(text);
  if (first < 0) return;
  let nextEnd = text.indexOf("-----END ", first);
  let done = 0;
  let at = text.indexOf("-----BEGIN ", first);
  while (at >= 0 || nextEnd >= 0) {
    if (nextEnd >= 0 && (at < 0 || nextEnd < at)) {
      end.lastIndex = nextEnd;
      if (end.test(text)) {
        mark(cutBodyStart(text, { from: done, to: nextEnd }), end.lastIndex);
        done = end.lastIndex;
      }
      nextEnd = text.indexOf("-----END ", nextEnd + 1);
      continue;
    }
    begin.lastIndex = at;
    if (!begin.test(text)) {
      at = text.indexOf("-----BEGIN ", at + 1);
      continue;
    }
    const start = at;
    end.lastIndex = Math.max(nextEnd, 0);
    if (nextEnd >= 0 && nextEnd - start <= longestKey && end.test(text)) done = end.lastIndex;
    else {
      body.lastIndex = begin.lastIndex;
      body.test(text);
      done = nextEnd < 0 ? body.lastIndex : Math.min(body.lastIndex, nextEnd);
    }
    mark(start, done);
    at = text.indexOf("-----BEGIN ", done);
    if (nextEnd >= 0 && nextEnd < done) nextEnd = text.indexOf("-----END ", done);
  }
}

/** Marks passwords in lines of the form `host:port:database:user:password`. */
export function findPgpass(text: string, mark: Mark): void {
  port.lastIndex = numberedColon(text);
  if (port.lastIndex >= text.length || !port.test(text)) return;
  for (const found of text.matchAll(pgpass)) {
    const span = found.indices?.[1];
    if (span !== undefined && !isHarmless(found[1]!, { secrecy: "password", isQuoted: true, ...anywhere })) {
      mark(...span);
    }
  }
}

/**
 * Looks at the `<` at `at` for an element such as `<password>`. @returns where to go on: behind the start of an element,
 * which may hold other secrets, or behind a secret.
 */
export function atElement(text: string, at: number, mark: Mark): number {
  const first = text.charCodeAt(at + 1) | 32;
  if (first < 97 || first > 122) return at + 1;
  let end = at + 2;
  while (end - at - 1 < longestElementName && isElementCharacter(text.charCodeAt(end))) end++;
  if (text.charCodeAt(end) !== 62) return at + 1;
  const secrecy = secrecyIn(text, at + 1, end);
  if (secrecy === "none") return end + 1;
  const start = end + 1;
  const stop = text.indexOf("<", start);
  if (stop <= start || stop - start > longestContent || text.charCodeAt(stop + 1) !== 47) return start;
  const content = text.slice(start, stop);
  if (content.includes(">") || isHarmless(content, { secrecy, isQuoted: true, ...anywhere })) return start;
  mark(start, stop);
  return stop;
}

/** Index of, or before, the first five dashes; -1 where there are none. */
function dashesIn(text: string): number {
  const first = text.indexOf("-");
  if (first < 0) return -1;
  // One in five characters is enough to meet five of a kind.
  for (let i = first + 4; i < text.length; i += 5) {
    if (text.charCodeAt(i) !== dash) continue;
    let start = i;
    while (text.charCodeAt(start - 1) === dash) start--;
    let stop = i + 1;
    while (text.charCodeAt(stop) === dash) stop++;
    if (stop - start >= 5) return start;
  }
  return -1;
}

/** Where, or somewhat before where, two characters of a `port` stand side by side first; the end where they never do. */
function numberedColon(text: string): number {
  // A port has three characters at least: one in three is enough to meet it.
  for (let i = 2; i < text.length; i += 3) {
    if (isInPort(text, i) && (isInPort(text, i - 1) || isInPort(text, i + 1))) return Math.max(0, i - 6);
  }
  return text.length;
}

function isInPort(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code < 128 && inPort[code] === 1;
}

function isElementCharacter(code: number): boolean {
  return code === 58 || isNameCharacter(code);
}

/** Looks at the word at `at` for `name: DB_PASSWORD` with its `value:` behind. @returns where to go on, or `at`. */
export function atNamedValue(text: string, at: number, mark: Mark): number {
  namedValue.lastIndex = at;
  const name = namedValue.exec(text)?.[1];
  const secrecy = name === undefined ? "none" : secrecyOf(name);
  if (secrecy === "none") return at;
  let from = namedValue.lastIndex;
  while (text[from] === "\\") from++;
  const isQuoted = isQuote(text.charCodeAt(from));
  const start = isQuoted ? from + 1 : from;
  let stop = isQuoted ? quotedEnd(text, from) : from;
  if (!isQuoted) { while (stop < text.length && text.charCodeAt(stop) > 32) stop++; }
  if (isHarmless(text.slice(start, Math.min(stop, start + 300)), { secrecy, isQuoted, ...anywhere })) return at;
  mark(start, stop);
  return stop;
}

/** Where the words of a key begin whose first lines are missing. */
function cutBodyStart(text: string, { from, to }: { readonly from: number; readonly to: number }): number {
  let start = to;
  let wordEnd = to;
  let words = 0;
  for (let i = to; i > from && to - i < longestKey; i--) {
    const kind = bodyKindAt(text, i - 1);
    if (kind === 0) break;
    if (kind === inWord) {
      if (i - 1 === from || bodyKindAt(text, i - 2) !== inWord) {
        words++;
        if (words > 1 && wordEnd - (i - 1) < longestLooseWord) break;
        start = i - 1;
      }
    } else wordEnd = i - 1;
  }
  return start;
}

/** Whether a key's words are made of the character, or stand with it between them; 0 where it is neither. */
function bodyKindAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code < 128 ? bodyKinds[code]! : code === arrow || isRareSpace(code) ? betweenWords : 0;
}

function isRareSpace(code: number): boolean {
  return code > 127 && /\s/.test(String.fromCharCode(code));
}
