// Tells lines of JSON from other lines, and finds their strings.
import { Numbers } from "./redact_numbers.ts";
import type { Span } from "./redact_spans.ts";

const space = 32;
const doubleQuote = 34;
const comma = 44;
const colon = 58;
const backslash = 92;
const letterU = 117;
const longestPrefix = 256;
const shortest = 5;
const mostIndent = 200;
const mostGap = 8;

/** Brackets, `,`, `:`, and what numbers, `true`, `false` and `null` are made of. */
const structure = new Uint8Array(128);
structure.fill(1, 0, space + 1);
for (const character of "{}[],:0123456789+-.Etruefalsn") structure[character.charCodeAt(0)] = 1;

/** The strings of all lines that are JSON. */
export class JsonStrings {
  /** Where they start and end, in pairs; the last of a line may be cut by its end. */
  readonly quotes: Numbers = new Numbers();
  /** In one of them a character is escaped. */
  hasEscapes = false;
  /** In one of them a character is escaped by its number, and so may be any. */
  hasNumbers = false;
}

/**
 * Where the JSON on a line begins: at its head or behind a time stamp or the like; -1 where there is none. Its strings are
 * added to `strings`.
 */
export function jsonLineAt(text: string, { start, end }: Span, strings: JsonStrings): number {
  if (end - start < shortest) return -1;
  const limit = Math.min(end, start + longestPrefix);
  const at = openingIn(text, start, limit);
  if (at >= 0 && hasJson(text, { start: at, end }, strings)) return at;
  return isPart(text, start, limit) && hasJson(text, { start, end }, strings) ? start : -1;
}

function hasJson(text: string, { start, end }: Span, strings: JsonStrings): boolean {
  const { quotes } = strings;
  const before = quotes.length;
  let hasEscapes = false;
  let hasNumbers = false;
  for (let i = start; i < end; i++) {
    let code = text.charCodeAt(i);
    if (code !== doubleQuote) {
      if (code <= 127 && structure[code] === 1) continue;
      quotes.cut(before);
      return false;
    }
    quotes.push(i);
    for (i++; i < end; i++) {
      code = text.charCodeAt(i);
      if (code === doubleQuote) break;
      if (code !== backslash) continue;
      hasEscapes = true;
      i++;
      if (text.charCodeAt(i) === letterU) hasNumbers = true;
    }
    quotes.push(Math.min(i, end));
  }
  strings.hasEscapes ||= hasEscapes;
  strings.hasNumbers ||= hasNumbers;
  return quotes.length > before;
}

/** Index of the first bracket with a quote or a bracket behind it, and at most white space between them; else -1. */
function openingIn(text: string, start: number, limit: number): number {
  for (let i = start; i < limit; i++) {
    if (!isOpener(text.charCodeAt(i))) continue;
    const next = afterWhite(text, i + 1, Math.min(limit, i + 1 + mostGap));
    if (next >= limit) return -1;
    const code = text.charCodeAt(next);
    if (code === doubleQuote || isOpener(code)) return i;
  }
  return -1;
}

/** Whether the line may belong to a document that is spread over several: it is a field, or a string and no more. */
function isPart(text: string, start: number, limit: number): boolean {
  let at = afterWhite(text, start, Math.min(limit, start + mostIndent));
  if (at >= limit || text.charCodeAt(at) !== doubleQuote) return false;
  for (at++; at < limit; at++) {
    const code = text.charCodeAt(at);
    if (code === doubleQuote) break;
    if (code !== backslash) continue;
    at++;
    // No line break is escaped by a backslash before it.
    if (at >= limit || isLineBreak(text.charCodeAt(at))) return false;
  }
  if (at >= limit) return true;
  const gapEnd = afterWhite(text, at + 1, limit);
  if (gapEnd >= limit) return true;
  if (gapEnd - at - 1 > mostGap) return false;
  const code = text.charCodeAt(gapEnd);
  return code === colon || (code === comma && afterWhite(text, gapEnd + 1, limit) >= limit);
}

function isOpener(code: number): boolean {
  return code === 123 || code === 91;
}

function isLineBreak(code: number): boolean {
  return code === 10 || code === 13 || code === 0x2028 || code === 0x2029;
}

function afterWhite(text: string, at: number, limit: number): number {
  while (at < limit && isWhite(text.charCodeAt(at))) at++;
  return at;
}

function isWhite(code: number): boolean {
  if (code > 127) return /\s/.test(String.fromCharCode(code));
  return code === space || (code >= 9 && code <= 13);
}
