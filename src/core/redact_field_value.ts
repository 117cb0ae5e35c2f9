// Marks the value of a field whose name says that it is a secret, unless the value says that it is none.
import {
  afterBlanks,
  bareEnd,
  headerEnd,
  isBlank,
  isLineEnd,
  isQuote,
  lineEnd,
  quotedEnd,
  trimmedEnd,
} from "./redact_ends.ts";
import { tableOf } from "./redact_characters.ts";
import type { QuotedText } from "./redact_quotes.ts";
import { type Mark, mask } from "./redact_spans.ts";
import { isHarmless, type ValuePlace } from "./redact_values.ts";

/** More than the longest value that is looked at for being harmless. */
const lookedAt = 300;
const pythonPrefix = /[fbruFBRU$@]{1,2}(?=["'])/y;
const prefixes = tableOf("fbruFBRU$@");
const jsonBreak = /\s{1,64}(?=\\{0,15}["'])/y;

/** Where a value starts, and what stands around it. */
export interface ValueSpot {
  readonly quoted: QuotedText;
  readonly text: string;
  readonly from: number;
  /** In the query of a URL. */
  readonly isParameter: boolean;
  /** Index of a quote that stands right before the name, and so ends the value too; -1 when there is none. */
  readonly around: number;
  /** Leaves the quotes around the value, for formats that need them. */
  readonly keepsQuotes: boolean;
}

/** Index of the value behind a separator that ends at `at`. */
export function valueStart(text: string, at: number): number {
  let from = afterBlanks(text, at);
  const code = text.charCodeAt(from);
  if ((code === 10 || code === 13) && isQuote(text.charCodeAt(beforeBlanks(text, at - 2)))) {
    jsonBreak.lastIndex = from;
    if (jsonBreak.test(text)) from = jsonBreak.lastIndex;
  }
  const first = text.charCodeAt(from);
  if (first > 127 || prefixes[first] === 0) return from;
  pythonPrefix.lastIndex = from;
  return pythonPrefix.test(text) ? pythonPrefix.lastIndex : from;
}

/** Whether a value was masked already, and ends there with its word or with its line. */
export function isMasked(text: string, from: number, upTo: "word" | "line"): boolean {
  if (text.charCodeAt(from) !== 60 || !text.startsWith(mask, from)) return false;
  const end = from + mask.length;
  const next = text.charCodeAt(end);
  return end === text.length || next === 10 || next === 13 || (upTo === "word" && next <= 32);
}

/** Marks the value. @returns where to go on: its end, or its start when it is no secret. */
export function markValue(spot: ValueSpot, place: ValuePlace, mark: Mark): number {
  const { text, from, around } = spot;
  const open = from + backslashesAt(text, from);
  // The quote before the name ends right here: there is no value.
  if (around >= 0 && text[from] === text[around]) return from;
  if (isQuote(text.charCodeAt(open))) return markQuoted(spot, { place, open }, mark);
  const close = around >= 0 && !spot.isParameter ? spot.quoted.endOf(around) : -1;
  const end = close > from && isClosed(text, close) ? close : bareEnd(text, from, spot.isParameter);
  if (end <= from || isHarmless(text.slice(from, Math.min(end, from + lookedAt)), place)) {
    return from;
  }
  mark(from, end);
  return end;
}

function markQuoted(
  spot: ValueSpot,
  { place, open }: { readonly place: ValuePlace; readonly open: number },
  mark: Mark,
): number {
  const { text, from } = spot;
  const quote = text.charCodeAt(open);
  // What a shell puts there is not known here.
  if (quote === 96 && !place.isSpaced) return open + 1;
  const isTriple = open === from && text.charCodeAt(open + 1) === quote && text.charCodeAt(open + 2) === quote;
  const found = isTriple ? text.indexOf(text.slice(open, open + 3), open + 3) : quotedEnd(text, open);
  const close = found < 0 ? lineEnd(text, open) : found;
  const start = open + (isTriple ? 3 : 1);
  if (close - start === mask.length && text.startsWith(mask, start)) return start;
  if (isHarmless(text.slice(start, Math.min(close, start + lookedAt)), quoted(place))) return start;
  if (spot.keepsQuotes || isTriple) {
    mark(start, close);
    return close;
  }
  const after = isClosed(text, close) ? close + (open - from) + 1 : close;
  // A shell goes on with what stands right behind the quote.
  const end = open === from && /[\w"'$./+-]/.test(text[after] ?? "") ? bareEnd(text, after, false) : after;
  mark(from, end);
  return end;
}

/** Marks the value of a header: all that follows on its line, or up to the quote at `around`. */
export function markHeader(spot: Pick<ValueSpot, "quoted" | "text" | "from" | "around">, mark: Mark): number {
  const { text, from, around } = spot;
  const close = around < 0 ? -1 : spot.quoted.endOf(around);
  const end = close > from ? close : headerEnd(text, from);
  const place = { secrecy: "token", isQuoted: false, isSpaced: false, isLoose: false, isLine: false } as const;
  if (isHarmless(text.slice(from, Math.min(end, from + lookedAt)), place)) return from;
  mark(from, end);
  return end;
}

/** Marks a value that has the rest of its line to itself, spaces and all; `|` and `>` open a block of deeper lines. */
export function markLine(
  text: string,
  { from, place }: { readonly from: number; readonly place: ValuePlace },
  mark: Mark,
) {
  const end = lineEnd(text, from);
  if (isBlockHead(text, from, Math.min(end, from + 8))) return markBlock(text, end, mark);
  if (from >= text.length || "[{&*".includes(text[from]!)) return from;
  const stop = commentStart(text, from, Math.min(end, from + lookedAt)) ?? end;
  if (isHarmless(text.slice(from, Math.min(stop, from + lookedAt)), place)) return from;
  const until = trimmedEnd(text, from, stop);
  mark(from, until);
  return until;
}

function quoted({ secrecy, isSpaced, isLoose, isLine }: ValuePlace): ValuePlace {
  return { secrecy, isSpaced, isLoose, isLine, isQuoted: true };
}

/** Where blanks and a `#` behind them end the value; null where there is no comment. */
function commentStart(text: string, from: number, end: number): number | null {
  for (let at = from + 1; at < end; at++) {
    if (text.charCodeAt(at) !== 35 || !isBlank(text.charCodeAt(at - 1))) continue;
    let start = at;
    while (start > from && isBlank(text.charCodeAt(start - 1))) start--;
    return start > from ? start : null;
  }
  return null;
}

/** `|` or `>`, a sign and a digit, if at all, and blanks. */
function isBlockHead(text: string, from: number, end: number): boolean {
  const first = text.charCodeAt(from);
  if ((first !== 124 && first !== 62) || from >= end) return false;
  let at = from + 1;
  const sign = text.charCodeAt(at);
  if (at < end && (sign === 43 || sign === 45)) at++;
  const digit = text.charCodeAt(at);
  if (at < end && digit >= 48 && digit <= 57) at++;
  while (at < end && isBlank(text.charCodeAt(at))) at++;
  return at === end;
}

function markBlock(text: string, headEnd: number, mark: Mark): number {
  let head = headEnd;
  while (head > 0 && text.charCodeAt(head - 1) !== 10) head--;
  const depth = afterBlanks(text, head) - head;
  let at = headEnd;
  while (at < text.length) {
    const start = at + (text[at] === "\r" && text[at + 1] === "\n" ? 2 : 1);
    const content = afterBlanks(text, start);
    if (content - start <= depth && !isLineEnd(text, content)) break;
    const end = lineEnd(text, content);
    mark(content, end);
    at = end;
  }
  return at;
}

function isClosed(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return isQuote(code) || code === 92;
}

function backslashesAt(text: string, at: number): number {
  let count = 0;
  while (text.charCodeAt(at + count) === 92) count++;
  return isQuote(text.charCodeAt(at + count)) ? count : 0;
}

function beforeBlanks(text: string, at: number): number {
  while (at > 0 && isBlank(text.charCodeAt(at))) at--;
  return at;
}
