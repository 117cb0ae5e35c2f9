// Takes lines of JSON apart, so that their strings are read as they are meant and what is masked leaves them JSON.
import { jsonLineAt } from "./redact_json_line.ts";
import type { JsonLine } from "./redact_json_line.ts";
import { secrecyOf } from "./redact_names.ts";
import type { Mark, Span } from "./redact_spans.ts";
import { isHarmless } from "./redact_values.ts";

const newline = 10;
const longestName = 128;
const longestGap = 64;
const lookedAt = 300;
const decoder = new TextDecoder("utf-16le", { ignoreBOM: true });
const headers = new Set(["cookie", "set-cookie", "authorization", "proxy-authorization"]);
const anywhere = { isQuoted: true, isSpaced: false, isLoose: false, isLine: false } as const;

/** A string with escaped characters: where it stands, and where what it means stands in `inner`. */
interface Piece extends Span {
  readonly at: number;
  readonly length: number;
}

/** A text with lines of JSON in it. */
export interface JsonText {
  /**
   * As long as the text. Quotes that start or end a string are line breaks, so that nothing reaches from one string into
   * another; strings with escaped characters are blank.
   */
  readonly outer: string;
  readonly lines: readonly JsonLine[];
  /** What the strings with escaped characters mean, each on lines of its own. */
  readonly inner: string;
  readonly pieces: readonly Piece[];
}

/** The text taken apart, its named secrets marked; null when no line of it is JSON. */
export function takenApart(text: string, mark: Mark): JsonText | null {
  const lines: JsonLine[] = [];
  for (let start = 0; start < text.length;) {
    const found = lineEndAfter(text, start);
    // A field whose value stands on the next line.
    const end = text[found - 1] === ":" && text[found - 2] === '"' ? lineEndAfter(text, found + 1) : found;
    const line = jsonLineAt(text, { start, end });
    if (line !== null) lines.push(line);
    start = (line === null ? found : end) + 1;
  }
  if (lines.length === 0) return null;
  const codes = new Uint16Array(text.length);
  for (let i = 0; i < text.length; i++) codes[i] = text.charCodeAt(i);
  const pieces: Piece[] = [];
  const meanings: string[] = [];
  let at = 0;
  for (const line of lines) {
    markFields(text, line.quotes, mark);
    for (const string of stringsOf(line)) {
      codes[string.start - 1] = newline;
      if (string.end < text.length) codes[string.end] = newline;
      const meaning = line.hasEscapes ? meaningOf(text, string) : null;
      if (meaning === null) continue;
      codes.fill(newline, string.start, string.end);
      pieces.push({ ...string, at, length: meaning.length });
      meanings.push(meaning);
      at += meaning.length + 1;
    }
  }
  return { outer: decoder.decode(codes), lines, inner: meanings.join("\n"), pieces };
}

/** Spans of the outer text, cut so that in lines of JSON none leaves its string. */
export function withinStrings(lines: readonly JsonLine[], spans: readonly Span[], mark: Mark): void {
  let next = 0;
  for (const span of spans) {
    while (next < lines.length && lines[next]!.end <= span.start) next++;
    let at = span.start;
    for (let i = next; i < lines.length && lines[i]!.start < span.end; i++) {
      const line = lines[i]!;
      mark(at, Math.min(line.start, span.end));
      const to = Math.min(span.end, line.end);
      const { quotes } = line;
      for (let q = firstStringAfter(quotes, at); q + 1 < quotes.length && quotes[q]! < to; q += 2) {
        mark(Math.max(quotes[q]! + 1, at), Math.min(quotes[q + 1]!, to));
      }
      at = Math.max(at, to);
    }
    mark(at, span.end);
  }
}

/** Marks in the text what the spans mark in the meaning of its strings. */
export function markPieces(text: string, { pieces }: JsonText, spans: readonly Span[], mark: Mark): void {
  let next = 0;
  let raw = 0;
  let meant = 0;
  const advance = (piece: Piece, to: number): number => {
    if (raw < piece.start) [raw, meant] = [piece.start, piece.at];
    while (meant < to && raw < piece.end) {
      raw += text[raw] !== "\\" ? 1 : text[raw + 1] === "u" ? 6 : 2;
      meant++;
    }
    return raw;
  };
  for (const span of spans) {
    while (next < pieces.length && pieces[next]!.at + pieces[next]!.length <= span.start) next++;
    for (let i = next; i < pieces.length && pieces[i]!.at < span.end; i++) {
      const piece = pieces[i]!;
      const start = advance(piece, Math.max(span.start, piece.at));
      mark(start, advance(piece, Math.min(span.end, piece.at + piece.length)));
    }
  }
}

function lineEndAfter(text: string, at: number): number {
  const found = text.indexOf("\n", at);
  return found < 0 ? text.length : found;
}

function* stringsOf({ quotes }: JsonLine): Generator<Span> {
  for (let i = 0; i + 1 < quotes.length; i += 2) yield { start: quotes[i]! + 1, end: quotes[i + 1]! };
}

/** What a string means; null when it is what it looks like, or nothing. */
function meaningOf(text: string, { start, end }: Span): string | null {
  const escape = text.indexOf("\\", start);
  if (escape < 0 || escape >= end) return null;
  try {
    return JSON.parse(`"${text.slice(start, end)}"`) as string;
  } catch {
    return null;
  }
}

/** Index of the opening quote of the first string that ends behind `from`. */
function firstStringAfter(quotes: readonly number[], from: number): number {
  let low = 0;
  let high = quotes.length / 2;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (quotes[2 * middle + 1]! <= from) low = middle + 1;
    else high = middle;
  }
  return 2 * low;
}

/** Marks the strings that are values of secret names, of secret flags in a list, and of `name` and `value` pairs. */
function markFields(text: string, quotes: readonly number[], mark: Mark): void {
  let pair = "";
  for (let i = 0; i + 3 < quotes.length; i += 2) {
    const start = quotes[i]! + 1;
    const end = quotes[i + 1]!;
    const value = { start: quotes[i + 2]! + 1, end: quotes[i + 3]! };
    if (end - start > longestName || value.start - end > longestGap) continue;
    const between = text.slice(end + 1, value.start - 1).trim();
    if (between !== ":" && between !== ",") continue;
    const name = text.slice(start, end);
    if (between === ",") {
      if (name[0] === "-") markString(text, { name: name.replace(/^--?/, ""), ...value }, mark);
    } else if (name === "name" || name === "key" || name === "Name" || name === "Key") {
      pair = text.slice(value.start, Math.min(value.end, value.start + longestName));
    } else if (name === "value" || name === "Value") {
      markString(text, { name: pair, ...value }, mark);
      pair = "";
    } else markString(text, { name, ...value }, mark);
  }
}

function markString(text: string, { name, start, end }: Span & { readonly name: string }, mark: Mark): void {
  const secrecy = headers.has(name.toLowerCase()) ? "token" : secrecyOf(name);
  if (secrecy === "none") return;
  if (isHarmless(text.slice(start, Math.min(end, start + lookedAt)), { secrecy, ...anywhere })) return;
  mark(start, end);
}
