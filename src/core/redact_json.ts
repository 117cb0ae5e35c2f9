// Takes lines of JSON apart, so that their strings are read as they are meant and what is masked leaves them JSON.
import { markFields } from "./redact_json_fields.ts";
import { jsonLineAt, JsonStrings } from "./redact_json_line.ts";
import { meaningInto } from "./redact_json_string.ts";
import { Numbers } from "./redact_numbers.ts";
import type { Mark, Spans } from "./redact_spans.ts";

const newline = 10;
const doubleQuote = 34;
const backslash = 92;
const encoder = new TextEncoder();
const ascii = new TextDecoder();
const decoder = new TextDecoder("utf-16le", { ignoreBOM: true });
/** Numbers for each line: its start and end, and where its quotes start and end in the list of quotes. */
const perLine = 4;
/** Numbers for each piece: where it starts and ends in the text, and where its meaning does in `inner`. */
const perPiece = 4;

/** A text with lines of JSON in it. */
export interface JsonText {
  /**
   * As long as the text. Quotes that start or end a string are line breaks, so that nothing reaches from one string into
   * another; strings with escaped characters are blank.
   */
  readonly outer: string;
  readonly lines: Numbers;
  /** Where the strings of all lines start and end, in pairs. */
  readonly quotes: Numbers;
  /** What the strings with escaped characters mean, each on lines of its own. */
  readonly inner: string;
  /** Strings with escaped characters. */
  readonly pieces: Numbers;
}

/** The text taken apart, its named secrets marked; null when no line of it is JSON. */
export function takenApart(text: string, mark: Mark): JsonText | null {
  const first = text.indexOf('"');
  if (first < 0) return null;
  const lines = new Numbers();
  const strings = new JsonStrings();
  const { quotes } = strings;
  let start = 0;
  for (let quote = first; quote >= 0; quote = quoteFrom(text, start)) {
    start = lineStart(text, start, quote);
    const found = lineEndAfter(text, quote);
    // A field whose value stands on the next line.
    const end = text[found - 1] === ":" && text[found - 2] === '"' ? lineEndAfter(text, found + 1) : found;
    const from = quotes.length;
    const lineAt = jsonLineAt(text, { start, end }, strings);
    if (lineAt >= 0) {
      lines.push(lineAt);
      lines.push(end);
      lines.push(from);
      lines.push(quotes.length);
    }
    start = (lineAt < 0 ? found : end) + 1;
  }
  if (lines.length === 0) return null;
  for (let i = 0; i < lines.length; i += perLine) {
    markFields(text, { quotes, from: lines.at(i + 2), to: lines.at(i + 3) }, mark);
  }
  return { lines, quotes, ...split(text, strings) };
}

function split(
  text: string,
  { quotes, hasEscapes, hasNumbers }: JsonStrings,
): Pick<JsonText, "outer" | "inner" | "pieces"> {
  const narrow = hasNumbers ? null : asciiOf(text);
  const codes = narrow ?? codesOf(text);
  // A meaning is shorter than its string, and has a line break behind it.
  const room = hasEscapes ? text.length + 1 : 0;
  const meanings = narrow === null ? new Uint16Array(room) : new Uint8Array(room);
  const pieces = new Numbers();
  let at = 0;
  for (let i = 0; i + 1 < quotes.length; i += 2) {
    const start = quotes.at(i) + 1;
    const end = quotes.at(i + 1);
    const meant = hasEscapes ? meaningInto(codes, { start, end, into: meanings, at }) : -1;
    codes[start - 1] = newline;
    if (end < text.length) codes[end] = newline;
    if (meant < 0) continue;
    codes.fill(newline, start, end);
    pieces.push(start);
    pieces.push(end);
    pieces.push(at);
    pieces.push(meant);
    meanings[meant] = newline;
    at = meant + 1;
  }
  const from = narrow === null ? decoder : ascii;
  return { outer: from.decode(codes), inner: from.decode(meanings.subarray(0, Math.max(0, at - 1))), pieces };
}

/** The characters of the text, each in a byte; null when there are others than those of ASCII. */
function asciiOf(text: string): Uint8Array<ArrayBuffer> | null {
  const codes = new Uint8Array(text.length);
  return encoder.encodeInto(text, codes).read === text.length ? codes : null;
}

function codesOf(text: string): Uint16Array<ArrayBuffer> {
  const codes = new Uint16Array(text.length);
  for (let i = 0; i < text.length; i++) codes[i] = text.charCodeAt(i);
  return codes;
}

/** Spans of the outer text, cut so that in lines of JSON none leaves its string. */
export function withinStrings({ lines, quotes }: JsonText, spans: Spans, mark: Mark): void {
  let next = 0;
  for (let s = 0; s < spans.length; s += 2) {
    const spanEnd = spans[s + 1]!;
    let at = spans[s]!;
    while (next < lines.length && lines.at(next + 1) <= at) next += perLine;
    for (let i = next; i < lines.length && lines.at(i) < spanEnd; i += perLine) {
      mark(at, Math.min(lines.at(i), spanEnd));
      const to = Math.min(spanEnd, lines.at(i + 1));
      const last = lines.at(i + 3);
      const first = firstStringAfter(quotes, { from: lines.at(i + 2), to: last, at });
      for (let q = first; q + 1 < last && quotes.at(q) < to; q += 2) {
        mark(Math.max(quotes.at(q) + 1, at), Math.min(quotes.at(q + 1), to));
      }
      at = Math.max(at, to);
    }
    mark(at, spanEnd);
  }
}

/** Marks in the text what the spans mark in the meaning of its strings. */
export function markPieces(text: string, { pieces }: JsonText, { spans, mark }: { spans: Spans; mark: Mark }): void {
  let next = 0;
  let raw = 0;
  let meant = 0;
  const advance = (piece: number, to: number): number => {
    if (raw < pieces.at(piece)) [raw, meant] = [pieces.at(piece), pieces.at(piece + 2)];
    const end = pieces.at(piece + 1);
    while (meant < to && raw < end) {
      raw += text.charCodeAt(raw) !== backslash ? 1 : text[raw + 1] === "u" ? 6 : 2;
      meant++;
    }
    return raw;
  };
  for (let s = 0; s < spans.length; s += 2) {
    const start = spans[s]!;
    const end = spans[s + 1]!;
    while (next < pieces.length && pieces.at(next + 3) <= start) next += perPiece;
    for (let i = next; i < pieces.length && pieces.at(i + 2) < end; i += perPiece) {
      const from = advance(i, Math.max(start, pieces.at(i + 2)));
      mark(from, advance(i, Math.min(end, pieces.at(i + 3))));
    }
  }
}

/** Index of the first quote from `at` on, where one mostly stands behind a bracket; else -1. */
function quoteFrom(text: string, at: number): number {
  return text.charCodeAt(at + 1) === doubleQuote && text.charCodeAt(at) !== doubleQuote
    ? at + 1
    : text.indexOf('"', at);
}

/** Start of the line that holds `at`, which is none before `least`. */
function lineStart(text: string, least: number, at: number): number {
  let start = at;
  while (start > least && text.charCodeAt(start - 1) !== newline) start--;
  return start;
}

function lineEndAfter(text: string, at: number): number {
  const found = text.indexOf("\n", at);
  return found < 0 ? text.length : found;
}

/** Index, in the quotes, of the opening quote of the first string that ends behind `at`. */
function firstStringAfter(
  quotes: Numbers,
  { from, to, at }: { readonly from: number; readonly to: number; readonly at: number },
): number {
  let low = 0;
  let high = (to - from) >> 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (quotes.at(from + 2 * middle + 1) <= at) low = middle + 1;
    else high = middle;
  }
  return from + 2 * low;
}
