// Marks the value of a field whose name says that it is a secret, unless the value says that it is none.
import { afterBlanks, bareEnd, headerEnd, isBlank, isQuote, lineEnd, quotedEnd, trimmedEnd } from "./redact_ends.ts";
import type { Mark } from "./redact_spans.ts";
import { isHarmless, type ValuePlace } from "./redact_values.ts";

/** More than the longest value that is looked at for being harmless. */
const lookedAt = 300;
const pythonPrefix = /[fbruFBRU$@]{1,2}(?=["'])/y;
const jsonBreak = /\s{1,64}(?=\\{0,15}["'])/y;

/** Where a value starts, and what stands around it. */
export interface ValueSpot {
  readonly text: string;
  readonly from: number;
  /** In the query of a URL. */
  readonly isParameter: boolean;
  /** Index of a quote that stands right before the name, and so ends the value too; -1 when there is none. */
  readonly around: number;
  /** Leaves the quotes around the value, for formats that need them. */
  readonly keepsQuotes: boolean;
}

type Place = Omit<ValuePlace, "isQuoted">;

/** Index of the value behind a separator that ends at `at`. */
export function valueStart(text: string, at: number): number {
  let from = afterBlanks(text, at);
  const code = text.charCodeAt(from);
  if ((code === 10 || code === 13) && isQuote(text.charCodeAt(beforeBlanks(text, at - 2)))) {
    jsonBreak.lastIndex = from;
    if (jsonBreak.test(text)) from = jsonBreak.lastIndex;
  }
  pythonPrefix.lastIndex = from;
  return pythonPrefix.test(text) ? pythonPrefix.lastIndex : from;
}

/** Marks the value. @returns where to go on: its end, or its start when it is no secret. */
export function markValue(spot: ValueSpot, place: Place, mark: Mark): number {
  const { text, from, around } = spot;
  const open = from + backslashesAt(text, from);
  // The quote before the name ends right here: there is no value.
  if (around >= 0 && text[from] === text[around]) return from;
  if (isQuote(text.charCodeAt(open))) return markQuoted(spot, { place, open }, mark);
  const close = around >= 0 && !spot.isParameter ? quotedEnd(text, around) : -1;
  const end = close > from && isClosed(text, close) ? close : bareEnd(text, from, spot.isParameter);
  if (end <= from || isHarmless(text.slice(from, Math.min(end, from + lookedAt)), { ...place, isQuoted: false })) {
    return from;
  }
  mark(from, end);
  return end;
}

function markQuoted(
  spot: ValueSpot,
  { place, open }: { readonly place: Place; readonly open: number },
  mark: Mark,
): number {
  const { text, from } = spot;
  const triple = text.slice(open, open + 3);
  const isTriple = open === from && triple.length === 3 && triple[1] === triple[0] && triple[2] === triple[0];
  const found = isTriple ? text.indexOf(triple, open + 3) : quotedEnd(text, open);
  const close = found < 0 ? lineEnd(text, open) : found;
  // What a shell puts there is not known here.
  if (text[open] === "`" && !place.isSpaced) return open + 1;
  const start = open + (isTriple ? 3 : 1);
  if (isHarmless(text.slice(start, Math.min(close, start + lookedAt)), { ...place, isQuoted: true })) return start;
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
export function markHeader(spot: Pick<ValueSpot, "text" | "from" | "around">, mark: Mark): number {
  const { text, from, around } = spot;
  const close = around < 0 ? -1 : quotedEnd(text, around);
  const end = close > from ? close : headerEnd(text, from);
  const place = { secrecy: "token", isQuoted: false, isSpaced: false, isLoose: false, isLine: false } as const;
  if (isHarmless(text.slice(from, Math.min(end, from + lookedAt)), place)) return from;
  mark(from, end);
  return end;
}

/** Marks a value that has the rest of its line to itself, spaces and all; `|` and `>` open a block of deeper lines. */
export function markLine(text: string, { from, place }: { readonly from: number; readonly place: Place }, mark: Mark) {
  const end = lineEnd(text, from);
  if (/^[|>][+-]?\d?[ \t]*$/.test(text.slice(from, Math.min(end, from + 8)))) return markBlock(text, end, mark);
  if ("[{&*".includes(text[from] ?? "[")) return from;
  const comment = text.slice(from, Math.min(end, from + lookedAt)).search(/[ \t]+#/);
  const stop = comment > 0 ? from + comment : end;
  if (isHarmless(text.slice(from, Math.min(stop, from + lookedAt)), { ...place, isQuoted: false })) return from;
  const until = trimmedEnd(text, from, stop);
  mark(from, until);
  return until;
}

function markBlock(text: string, headEnd: number, mark: Mark): number {
  const head = text.lastIndexOf("\n", headEnd - 1) + 1;
  const depth = afterBlanks(text, head) - head;
  let at = headEnd;
  while (at < text.length) {
    const start = at + (text[at] === "\r" && text[at + 1] === "\n" ? 2 : 1);
    const content = afterBlanks(text, start);
    const end = lineEnd(text, content);
    if (content < end && content - start <= depth) break;
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
