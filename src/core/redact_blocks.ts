// Finds secrets that take more than a word: private keys, lines of a .pgpass, elements of XML, names with their values.
import { isQuote, quotedEnd } from "./redact_ends.ts";
import { secrecyOf } from "./redact_names.ts";
import type { Mark } from "./redact_spans.ts";
import { isHarmless } from "./redact_values.ts";

const longestKey = 64 * 1024;
const begin = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/y;
const end = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/y;
/** What a key consists of, also with the line numbers, quotes and signs that tools put before its lines. */
const body = /[A-Za-z0-9+/=\s\\:,."'|>→-]*/y;
const bodyCharacter = /[A-Za-z0-9+/=\s\\"',|>→]/;
const longestLooseWord = 16;

const pgpass = /^[^\s:#"'{}=]{1,255}:(?:\d{4,5}|\*):[\w.*-]{1,64}:[\w.*-]{1,64}:(\S+)[ \t]*$/dgm;
const element = /<([A-Za-z][A-Za-z0-9_.:-]{0,63})>([^<>]{1,65536})<\//dy;
const namedValue =
  /(?:name|key)\\{0,15}["']?[ \t]{0,4}[:=][ \t]{0,4}\\{0,15}["']?([\w.-]{1,128})\\{0,15}["']?(?:,\s{0,64}|\s{1,64})\\{0,15}["']?value\\{0,15}["']?[ \t]{0,4}[:=][ \t]{0,4}(?=\S)/iy;
const anywhere = { isSpaced: false, isLoose: false, isLine: false } as const;

/** Marks private keys, also those whose beginning or end was cut off. */
export function findKeys(text: string, mark: Mark): void {
  let nextEnd = text.indexOf("-----END ");
  let done = 0;
  let at = text.indexOf("-----BEGIN ");
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
  for (const found of text.matchAll(pgpass)) {
    const span = found.indices?.[1];
    if (span !== undefined && !isHarmless(found[1]!, { secrecy: "password", isQuoted: true, ...anywhere })) {
      mark(...span);
    }
  }
}

/** Looks at the `<` at `at` for an element such as `<password>`. @returns where to go on. */
export function atElement(text: string, at: number, mark: Mark): number {
  element.lastIndex = at;
  const found = element.exec(text);
  const span = found?.indices?.[2];
  if (!found || span === undefined) return at + 1;
  const secrecy = secrecyOf(found[1]!);
  if (secrecy === "none" || isHarmless(found[2]!, { secrecy, isQuoted: true, ...anywhere })) return span[1];
  mark(...span);
  return span[1];
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
    const character = text[i - 1]!;
    if (!bodyCharacter.test(character)) break;
    if (/[A-Za-z0-9+/=]/.test(character)) {
      if (!/[A-Za-z0-9+/=]/.test(text[i - 2] ?? " ") || i - 1 === from) {
        words++;
        if (words > 1 && wordEnd - (i - 1) < longestLooseWord) break;
        start = i - 1;
      }
    } else wordEnd = i - 1;
  }
  return start;
}
